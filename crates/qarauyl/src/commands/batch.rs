//! `qarauyl match`: queries and documents from files, matched as the matcher matches. It needs no house.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use matcher::Watchlist;
use model::WatchId;
use query::{Document, Facts, Lexicon};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use text::Lang;

use crate::lexicon;
use crate::output::{NOTHING, Output, write_out};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A file of lines {"id": …, "query": "…"}; each query is read as that of a watch.
    #[arg(long)]
    queries: PathBuf,
    /// A file of lines {"id": …, "title": "…", "body": "…"}, each line of a body a block; also lang, source, country,
    /// kind, authors, tags, url, story, published, seen, edited, removed. `-` reads them from stdin.
    #[arg(long)]
    docs: PathBuf,
    /// Whether the names of the lexicon are known.
    #[arg(long, value_enum)]
    lexicon: Option<Names>,
}

/// Which names are known, if not all.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Names {
    /// None at all.
    None,
}

#[derive(Deserialize)]
struct Asked {
    id: Value,
    query: String,
}

#[derive(Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "two facts of an article")]
struct Doc {
    id: Value,
    title: String,
    body: String,
    lang: String,
    source: String,
    country: String,
    kind: String,
    authors: Vec<String>,
    tags: Vec<String>,
    url: String,
    story: Option<i64>,
    published: Timestamp,
    seen: Option<Timestamp>,
    edited: bool,
    removed: bool,
}

impl Default for Doc {
    fn default() -> Self {
        let Facts { source, country, kind, authors, tags, url, story, published, .. } =
            Facts::of_text(Lang::Unknown);
        let (id, lang, title, body) = (Value::Null, String::new(), String::new(), String::new());
        let (seen, edited, removed) = (None, false, false);
        Self {
            id,
            title,
            body,
            lang,
            source,
            country,
            kind,
            authors,
            tags,
            url,
            story,
            published,
            seen,
            edited,
            removed,
        }
    }
}

#[derive(Serialize)]
struct Pair<'a> {
    doc: &'a Value,
    query: &'a Value,
}

/// The queries, ready to be matched.
struct Queries {
    list: Watchlist,
    ids: Vec<Value>,
    /// How many could not be read.
    refused: usize,
}

pub(crate) fn run(settings: &Settings, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let lexicon = match arguments.lexicon {
        Some(Names::None) => Lexicon::empty(),
        None => lexicon::public(&settings.lexicon.directory)?,
    };
    let queries = queries(&arguments.queries, &lexicon, out)?;
    each_line(&arguments.docs, |doc: Doc| {
        for watch in queries.list.matching(&doc.read(&lexicon)) {
            let query = usize::try_from(watch.0).ok().and_then(|number| queries.ids.get(number));
            let pair = Pair { doc: &doc.id, query: query.unwrap_or(&Value::Null) };
            write_out(&serde_json::to_string(&pair)?)?;
        }
        Ok(())
    })?;
    Ok(if queries.refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(NOTHING) })
}

/// Reads the queries; one that cannot be read is named, and the others are matched all the same.
fn queries(path: &Path, lexicon: &Lexicon, out: Output) -> anyhow::Result<Queries> {
    let (mut plans, mut ids, mut refused) = (Vec::new(), Vec::new(), 0);
    each_line(path, |asked: Asked| {
        match super::watch::read(&asked.query, lexicon) {
            Ok((_, plan)) => plans.push((number(ids.len()), plan)),
            Err(error) => {
                refused += 1;
                out.say(&format!("query {} is left out: {error:#}", asked.id));
            }
        }
        ids.push(asked.id);
        Ok(())
    })?;
    Ok(Queries { list: Watchlist::new(plans), ids, refused })
}

fn number(at: usize) -> WatchId {
    WatchId(i64::try_from(at).unwrap_or(i64::MAX))
}

impl Doc {
    fn read(&self, lexicon: &Lexicon) -> Document {
        let lang = Lang::parse(&self.lang);
        let facts = Facts {
            lang: lang.unwrap_or_else(|| text::detect(&format!("{}\n{}", self.title, self.body))),
            source: self.source.clone(),
            country: self.country.clone(),
            kind: self.kind.clone(),
            authors: self.authors.clone(),
            tags: self.tags.clone(),
            url: self.url.clone(),
            story: self.story,
            published: self.published,
            seen: self.seen.unwrap_or(self.published),
            edited: self.edited,
            removed: self.removed,
        };
        let blocks: Vec<&str> = self.body.lines().filter(|line| !line.trim().is_empty()).collect();
        Document::read(&self.title, &blocks, lexicon, facts)
    }
}

/// Reads a file of JSON lines, `-` for stdin.
fn each_line<T: for<'a> Deserialize<'a>>(
    path: &Path,
    mut each: impl FnMut(T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let shown = path.display();
    let lines: Box<dyn BufRead> = if path == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(path).with_context(|| format!("cannot read `{shown}`"))?))
    };
    for (number, line) in (1..).zip(lines.lines()) {
        let line = line.with_context(|| format!("cannot read line {number} of `{shown}`"))?;
        if !line.trim().is_empty() {
            let value = serde_json::from_str(&line);
            each(value.with_context(|| format!("line {number} of `{shown}` is not what is expected"))?)?;
        }
    }
    Ok(())
}
