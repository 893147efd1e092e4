//! The documents of the bench as versions of the store.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use model::{
    Article, ArticleId, Block, BlockKind, CanonicalUrl, Origin, Source, SourceKind, StoryId, Version,
    VersionId,
};
use query::Document;
use serde::Deserialize;
use store::VersionInContext;
use text::{Key, KeyKind, Lang};

/// A paragraph of news has about so many bytes; the corpus has none of its own.
const PARAGRAPH_BYTES: usize = 500;
/// Three years of news.
const SPAN_HOURS: i64 = 3 * 365 * 24;

pub(crate) struct Corpus {
    path: PathBuf,
    pub(crate) length: usize,
}

#[derive(Deserialize)]
struct Line {
    lang: String,
    source: String,
    title: String,
    body: String,
}

impl Corpus {
    pub(crate) fn open(path: &Path, limit: usize) -> Self {
        let lines = BufReader::new(File::open(path).unwrap()).split(b'\n').take(limit).count();
        Self { path: path.to_owned(), length: lines }
    }

    pub(crate) fn versions(&self) -> impl Iterator<Item = VersionInContext> + use<> {
        let length = i64::try_from(self.length).unwrap();
        let lines = BufReader::new(File::open(&self.path).unwrap()).lines().take(self.length);
        (1..)
            .zip(lines)
            .map(move |(number, line)| version(number, length, serde_json::from_str(&line.unwrap()).unwrap()))
    }

    pub(crate) fn batches(&self, size: usize) -> impl Iterator<Item = Vec<VersionInContext>> + use<> {
        let mut versions = self.versions();
        std::iter::from_fn(move || {
            let batch: Vec<_> = versions.by_ref().take(size).collect();
            (!batch.is_empty()).then_some(batch)
        })
    }
}

/// Articles come nearly in the order of their time, a day or two late.
fn version(number: i64, length: i64, line: Line) -> VersionInContext {
    let start: Timestamp = "2023-11-01T00:00:00Z".parse().unwrap();
    let late = number.wrapping_mul(2_654_435_761).rem_euclid(48);
    let published = start + SignedDuration::from_hours(number * SPAN_HOURS / length + late);
    let (lang, country) = match line.lang.as_str() {
        "ru" => (Lang::RuCyrl, "RU"),
        "en" => (Lang::EnLatn, "US"),
        "kk" => (Lang::KkCyrl, "KZ"),
        "zh" => (Lang::ZhHans, "CN"),
        _ => (Lang::UgArab, "CN"),
    };
    let host = line.source;
    let id = host.split('.').next().unwrap().to_owned();
    let kind = if id.len().is_multiple_of(2) { SourceKind::State } else { SourceKind::Independent };
    VersionInContext {
        edited: false,
        removed: false,
        version: Version {
            id: VersionId(number),
            article: ArticleId(number),
            capture: None,
            origin: Origin::Page,
            title: line.title,
            byline: Vec::new(),
            published: Some(published),
            lang,
            blocks: paragraphs(&line.body),
            fingerprint: String::new(),
            created: published,
        },
        article: Article {
            id: ArticleId(number),
            source: id.parse().unwrap(),
            url: CanonicalUrl::parse(&format!("https://{host}/news/{number}")).unwrap(),
            first_seen: published,
            backlog: false,
            story: Some(StoryId(number)),
        },
        source: Source { name: host, country: country.to_owned(), kind, ..Source::new(id.parse().unwrap()) },
    }
}

/// Cuts a text at ends of sentences.
fn paragraphs(body: &str) -> Vec<Block> {
    let mut blocks = vec![String::new()];
    for sentence in body.split_inclusive(['.', '。', '!', '?', '؟']) {
        let block = blocks.last_mut().unwrap();
        if block.len() < PARAGRAPH_BYTES {
            block.push_str(sentence);
        } else {
            blocks.push(sentence.trim_start().to_owned());
        }
    }
    blocks.into_iter().map(|text| Block { kind: BlockKind::Paragraph, text }).collect()
}

pub(crate) fn text_bytes(version: &VersionInContext) -> u64 {
    let body: usize = version.version.blocks.iter().map(|block| block.text.len()).sum();
    (version.version.title.len() + body) as u64
}

/// The keys that an index needs: the word itself is also a form of itself, and is one key.
pub(crate) fn keys(document: &Document) -> impl Iterator<Item = &Key> {
    let tokens = document.title.tokens.iter().chain(&document.body.tokens);
    tokens.flat_map(|token| {
        token.keys.iter().filter(|key| {
            key.kind() != KeyKind::Peeled
                || !token.keys.iter().any(|other| other.is_surface() && other.text() == key.text())
        })
    })
}
