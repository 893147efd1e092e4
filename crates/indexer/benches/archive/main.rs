//! The archive index on a large corpus, beside the bare engine that is fed the same tokens.
//!
//! `cargo bench -p indexer --bench archive -- --docs FILE.jsonl [--limit N] [--queries N] [--classes LIST]
//! [--index FOLDER] [--no-bare]` prints one line of JSON. Each line of the file is `{"id", "lang", "source", "title",
//! "body"}`; `--queries` are so many of each class, or with `--classes one,other` of these alone. With `--index` the index
//! is kept in that folder, and searched again by the next run without filling it.
//! All figures are processor time: of the whole process for indexing, the engine's threads and merges included; of the
//! one thread that searches for queries.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench fails loudly and shows its result")]
#![expect(clippy::cast_precision_loss, reason = "figures of a bench")]

mod bare;
mod corpus;
mod questions;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexer::{Config, Order, ReadVersion, SearchRequest, TantivyIndex};
use query::{Lexicon, parse, plan};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};

use crate::corpus::Corpus;
use crate::questions::{Question, questions};

/// So many documents go into one commit: what the queue hands the index at once.
const BATCH: usize = 500;
/// The best articles for each common word are asked for so often, for one answer takes too little to be told by itself.
const ROUNDS: usize = 20;
const MEMORY_BYTES: usize = 100_000_000;

struct Arguments {
    docs: PathBuf,
    limit: usize,
    queries: usize,
    index: Option<PathBuf>,
    bare: bool,
    classes: Option<String>,
}

fn main() {
    let Some(arguments) = arguments() else {
        // `cargo test` runs benches without arguments to see that they start.
        println!("nothing to measure: -- --docs FILE.jsonl");
        return;
    };
    let corpus = Corpus::open(&arguments.docs, arguments.limit);
    let lexicon = Arc::new(public_lexicon());
    let scratch = tempfile::tempdir().unwrap();
    let directory = arguments.index.clone().unwrap_or_else(|| scratch.path().join("ours"));
    let config = Config { directory, memory_bytes: MEMORY_BYTES };
    let index = TantivyIndex::open(&config, Arc::clone(&lexicon)).unwrap();
    let mut figures = Map::new();
    figures.insert("bench".to_owned(), json!("archive"));
    if index.documents() == 0 {
        let ours = fill(&index, &corpus, &lexicon);
        if arguments.bare {
            let bare = bare::fill(&scratch.path().join("bare"), &corpus, &lexicon);
            figures.insert("same_tokens_ratio".to_owned(), round(ours.engine / bare.engine));
            figures.insert("bare".to_owned(), bare.json());
        }
        figures.insert("ours".to_owned(), ours.json());
    }
    tidy(&index);
    let numbers = index.numbers().unwrap();
    figures.insert("documents".to_owned(), json!(numbers.documents));
    figures.insert("segments".to_owned(), json!(numbers.segments));
    if arguments.queries > 0 {
        let mut questions = questions(&corpus, arguments.queries);
        if let Some(classes) = &arguments.classes {
            questions.retain(|question| classes.split(',').any(|class| class == question.class));
        }
        ask(&index, &lexicon, &questions, &mut figures);
    }
    println!("{}", Value::Object(figures));
}

fn arguments() -> Option<Arguments> {
    let mut found = Arguments {
        docs: PathBuf::new(),
        limit: usize::MAX,
        queries: 100,
        index: None,
        bare: true,
        classes: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--docs" => found.docs = words.next().unwrap().into(),
            "--limit" => found.limit = words.next().unwrap().parse().unwrap(),
            "--queries" => found.queries = words.next().unwrap().parse().unwrap(),
            "--index" => found.index = Some(words.next().unwrap().into()),
            "--classes" => found.classes = words.next(),
            "--no-bare" => found.bare = false,
            _ => {}
        }
    }
    (found.docs != Path::new("")).then_some(found)
}

/// What it costs to fill an index, in seconds of processor time.
pub(crate) struct Filled {
    /// The analysis of the texts, where it was measured.
    pub(crate) analysis: f64,
    /// All else, merges included.
    pub(crate) engine: f64,
    pub(crate) tokens: u64,
    pub(crate) text_bytes: u64,
    pub(crate) disk_bytes: u64,
}

impl Filled {
    fn json(&self) -> Value {
        json!({
            "analysis_s": round(self.analysis),
            "engine_s": round(self.engine),
            "with_analysis_s": round(self.analysis + self.engine),
            "tokens": self.tokens,
            "text_mb": round(self.text_bytes as f64 / 1e6),
            "disk_ratio": round(self.disk_bytes as f64 / self.text_bytes as f64),
        })
    }
}

/// What a house does while nothing comes. What it takes is in no figure; what it leaves on the disk is.
fn tidy(index: &TantivyIndex) {
    while index.tidy().unwrap() > 0 || index.tidy().unwrap() > 0 {
        index.close().unwrap();
    }
    index.close().unwrap();
}

fn fill(index: &TantivyIndex, corpus: &Corpus, lexicon: &Lexicon) -> Filled {
    let start = seconds(ClockId::ProcessCPUTime);
    let (mut analysis, mut reading) = (0.0, 0.0);
    let (mut tokens, mut text_bytes) = (0, 0);
    let mut batches = corpus.batches(BATCH);
    loop {
        let (versions, took) = timed(|| batches.next());
        reading += took;
        let Some(versions) = versions else { break };
        text_bytes += versions.iter().map(corpus::text_bytes).sum::<u64>();
        let (read, took) = timed(|| -> Vec<ReadVersion> {
            versions.into_iter().map(|version| ReadVersion::read(version, lexicon)).collect()
        });
        analysis += took;
        let (counted, took) =
            timed(|| read.iter().map(|one| corpus::keys(&one.document).count() as u64).sum::<u64>());
        tokens += counted;
        reading += took;
        index.put_read(&read).unwrap();
        let ((), took) = timed(|| drop(read));
        reading += took;
    }
    index.close().unwrap();
    let engine = seconds(ClockId::ProcessCPUTime) - start - analysis - reading;
    tidy(index);
    let disk_bytes = bytes_under(&index.directory());
    Filled { analysis, engine, tokens, text_bytes, disk_bytes }
}

fn ask(index: &TantivyIndex, lexicon: &Lexicon, questions: &[Question], figures: &mut Map<String, Value>) {
    // Before anything was asked: words of which nothing is known yet.
    figures.insert("common_best_first_ms".to_owned(), best(index, lexicon, questions, 1));
    let mut pages: Vec<(&'static str, f64)> = Vec::new();
    let mut hits = Map::new();
    // Twice, so that the first reading of a file is in no figure.
    for measured in [false, true] {
        for question in questions {
            let (found, took) = timed(|| page(index, lexicon, question));
            if measured {
                pages.push((question.class, took * 1e3));
                let sum = hits.entry(question.class).or_insert(json!(0));
                *sum = json!(sum.as_u64().unwrap() + found);
            }
        }
    }
    figures.insert("page_ms".to_owned(), quantiles(pages.iter().map(|(_, took)| *took).collect()));
    let mut classes: Vec<&str> = pages.iter().map(|(class, _)| *class).collect();
    classes.dedup();
    for class in classes {
        let of_class = pages.iter().filter(|(one, _)| *one == class).map(|(_, took)| *took).collect();
        figures.insert(format!("page_ms_{class}"), quantiles(of_class));
    }
    figures.insert("hits".to_owned(), Value::Object(hits));
    figures.insert("common_best_ms".to_owned(), best(index, lexicon, questions, ROUNDS));
}

/// The best articles for a common word, without a page, asked in so many rounds.
fn best(index: &TantivyIndex, lexicon: &Lexicon, questions: &[Question], rounds: usize) -> Value {
    let common = questions.iter().filter(|question| question.class == "common");
    let plans: Vec<_> =
        common.map(|question| plan(&parse(&question.text).unwrap(), lexicon).unwrap()).collect();
    let ranked = std::iter::repeat_n(&plans, rounds).flatten();
    quantiles(ranked.map(|plan| timed(|| index.best(plan, 10).unwrap()).1 * 1e3).collect())
}

/// One page as a reader gets it, from the words that were typed; returns how many articles match.
fn page(index: &TantivyIndex, lexicon: &Lexicon, question: &Question) -> u64 {
    let plan = plan(&parse(&question.text).unwrap(), lexicon).unwrap();
    let order = if question.class == "best" { Order::Best } else { Order::Newest };
    index.search(&SearchRequest { plan, order, limit: 10, after: None }).unwrap().total
}

fn quantiles(mut figures: Vec<f64>) -> Value {
    figures.sort_by(f64::total_cmp);
    let at =
        |part: usize| figures.get((figures.len().saturating_sub(1)) * part / 100).copied().unwrap_or(0.0);
    json!({ "p50": round(at(50)), "p99": round(at(99)) })
}

fn round(figure: f64) -> Value {
    json!((figure * 1e4).round() / 1e4)
}

pub(crate) fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Returns what `work` gives, and the processor time that it took of this thread.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = seconds(ClockId::ThreadCPUTime);
    let done = work();
    (done, seconds(ClockId::ThreadCPUTime) - start)
}

pub(crate) fn bytes_under(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let meta = entry.metadata().unwrap();
            if meta.is_dir() { bytes_under(&entry.path()) } else { meta.len() }
        })
        .sum()
}

fn public_lexicon() -> Lexicon {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/lexicon");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
    }
    Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}
