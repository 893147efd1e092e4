//! Standing queries against one article after another: how many articles a second of processor time.
//!
//! `cargo bench -p matcher --bench standing -- --data DIR --queries N --docs D` reads `queries.jsonl` (`id`, `query`),
//! `docs.jsonl` (`id`, `lang`, `source`, `title`, `body`) and `df.tsv` (word, tab, in how many articles), and prints one
//! line of JSON. Times are processor time of this thread, for matching alone; what is counted as matching begins with
//! the article's text. `hash` is the same for the same set of matches, whoever found them.
//!
//! As it stands, articles and queries are cut by the plain analysis that other engines can be given too: lower case,
//! runs of letters and digits, pairs of Chinese characters. With `--full FOLDER` they are read as in the house, with
//! keys, the language of each block and the lexicon in FOLDER, and the hits of each match are found as well.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails loudly"
)]

mod plain;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use matcher::{Reading, Watchlist};
use model::WatchId;
use query::{Document, Facts, Lexicon, Part, Plan};
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;
use text::Lang;

#[derive(Deserialize)]
struct Standing {
    id: i64,
    query: String,
}

#[derive(Deserialize)]
struct Text {
    lang: String,
    source: String,
    title: String,
    body: String,
}

struct Arguments {
    data: PathBuf,
    queries: usize,
    docs: usize,
    full: Option<PathBuf>,
}

/// How a bench reads queries and articles.
enum Analysis {
    Plain(plain::Letters),
    Full(Lexicon),
}

/// So many more watches are added to the full list, to see how long one takes.
const ADDED: usize = 2_000;

fn main() {
    let arguments = arguments();
    let analysis = match &arguments.full {
        None => Analysis::Plain(plain::Letters::new()),
        Some(folder) => Analysis::Full(lexicon(folder)),
    };
    let docs: Vec<Text> = lines(&arguments.data.join("docs.jsonl"), arguments.docs).collect();
    let mut list = Watchlist::default();
    if matches!(analysis, Analysis::Plain(_)) {
        note_frequencies(&mut list, &arguments.data.join("df.tsv"));
    }
    let texts: Vec<Standing> =
        lines(&arguments.data.join("queries.jsonl"), arguments.queries + ADDED).collect();
    let (standing, more) = texts.split_at(arguments.queries.min(texts.len()));
    let before = resident_bytes();
    let start = Instant::now();
    list.fill(standing.iter().filter_map(|one| Some((WatchId(one.id), analysis.plan(&one.query)?))));
    let load = start.elapsed().as_secs_f64();
    let resident = resident_bytes().saturating_sub(before);
    let Matched { matches, hash, mut micros } = match_all(&list, &analysis, &docs);
    micros.sort_by(f64::total_cmp);
    let total: f64 = micros.iter().sum();
    let mut added: Vec<f64> = more.iter().filter_map(|one| add(&mut list, &analysis, one)).collect();
    added.sort_by(f64::total_cmp);
    println!(
        "{{\"queries\":{},\"docs\":{},\"matches\":{matches},\"hash\":\"{hash:016x}\",\"cpu_docs_per_s\":{:.0},\
         \"cpu_p50_us\":{:.1},\"cpu_p99_us\":{:.1},\"load_s\":{load:.2},\"rss_delta_mb\":{:.1},\
         \"bytes_per_query\":{:.0},\"add_p99_us\":{:.1}}}",
        standing.len(),
        docs.len(),
        count(docs.len()) * 1e6 / total,
        at(&micros, 0.5),
        at(&micros, 0.99),
        count(resident) / 1e6,
        count(resident) / count(standing.len()),
        at(&added, 0.99),
    );
}

fn arguments() -> Arguments {
    let given: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = given.iter().position(|argument| argument == name)?;
        given.get(at + 1).cloned()
    };
    let number = |name: &str, otherwise| value(name).map_or(otherwise, |text| text.parse().unwrap());
    let usage = "give --data DIR with queries.jsonl, docs.jsonl and df.tsv";
    let Some(data) = value("--data") else {
        println!("{usage}");
        std::process::exit(2);
    };
    Arguments {
        data: data.into(),
        queries: number("--queries", 10_000),
        docs: number("--docs", 400),
        full: value("--full").map(PathBuf::from),
    }
}

fn lines<T: for<'de> Deserialize<'de>>(path: &Path, most: usize) -> impl Iterator<Item = T> {
    let reader =
        BufReader::new(File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    reader.lines().take(most).map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

fn note_frequencies(list: &mut Watchlist, path: &Path) {
    for line in BufReader::new(File::open(path).unwrap()).lines() {
        let line = line.unwrap();
        let Some((word, articles)) = line.split_once('\t') else { continue };
        list.note_frequency(&format!("={word}"), articles.parse().unwrap());
    }
}

fn lexicon(folder: &Path) -> Lexicon {
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

impl Analysis {
    fn plan(&self, query: &str) -> Option<Plan> {
        match self {
            Self::Plain(letters) => Some(letters.plan(query)),
            // A watch that the language refuses is shown to its owner and matches nothing.
            Self::Full(lexicon) => query::plan(&query::parse_watch(query).ok()?, lexicon).ok(),
        }
    }
}

struct Matched {
    matches: u64,
    hash: u64,
    /// Microseconds for each article.
    micros: Vec<f64>,
}

fn match_all(list: &Watchlist, analysis: &Analysis, docs: &[Text]) -> Matched {
    let mut matched = Matched { matches: 0, hash: 0, micros: Vec::with_capacity(docs.len()) };
    let mut reading = Reading::new(list);
    let mut words = plain::Words::default();
    let mut langs: HashMap<&str, Lang> = HashMap::new();
    let mut found: Vec<WatchId> = Vec::new();
    for (number, doc) in (0_u64..).zip(docs) {
        let lang = *langs.entry(&doc.lang).or_insert_with(|| Lang::parse(&doc.lang).unwrap());
        let facts = Facts { source: doc.source.clone(), ..Facts::of_text(lang) };
        found.clear();
        let start = thread_seconds();
        match analysis {
            Analysis::Plain(letters) => {
                reading.clear();
                words.clear();
                letters.cut(&doc.title, &mut words);
                letters.cut(&doc.body, &mut words);
                reading.surfaces(Part::Body, 0, &words.text, &words.places);
                reading.matches(&facts, &mut |watch| found.push(watch));
            }
            Analysis::Full(lexicon) => {
                let document = Document::read(&doc.title, &[&doc.body], lexicon, facts);
                found.extend(list.matches(&document).into_iter().map(|one| one.watch));
            }
        }
        matched.micros.push((thread_seconds() - start) * 1e6);
        for watch in &found {
            matched.matches += 1;
            let pair = number << 32 | u64::try_from(watch.0).unwrap();
            matched.hash = matched.hash.wrapping_add(splitmix64(pair));
        }
    }
    matched
}

fn add(list: &mut Watchlist, analysis: &Analysis, one: &Standing) -> Option<f64> {
    let start = thread_seconds();
    list.add(WatchId(one.id), &analysis.plan(&one.query)?);
    Some((thread_seconds() - start) * 1e6)
}

fn splitmix64(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more than fifteen digits")]
fn thread_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// What of this process lies in memory.
fn resident_bytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 4_096
}

#[expect(clippy::cast_precision_loss, reason = "figures need no more than fifteen digits")]
fn count(number: usize) -> f64 {
    number as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
fn at(sorted: &[f64], share: f64) -> f64 {
    let place = (count(sorted.len()) * share) as usize;
    sorted.get(place).or(sorted.last()).copied().unwrap_or(0.0)
}
