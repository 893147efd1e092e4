//! What tests start from: versions, an index in a scratch folder, and a search in one line.

use std::sync::Arc;

use indexer::{Config, Order, SearchHits, SearchRequest, TantivyIndex};
use jiff::{SignedDuration, Timestamp};
use model::{
    Article, ArticleId, Block, BlockKind, CanonicalUrl, Origin, Source, SourceKind, StoryId, Version,
    VersionId,
};
use query::{Lexicon, Plan, parse, plan, testing};
use store::VersionInContext;
use tempfile::TempDir;
use text::Lang;

pub(crate) fn lexicon() -> Arc<Lexicon> {
    Arc::new(testing::lexicon())
}

/// An index in a folder that goes with it.
pub(crate) struct Given {
    pub(crate) folder: TempDir,
    pub(crate) index: TantivyIndex,
}

pub(crate) fn config(folder: &TempDir) -> Config {
    Config { directory: folder.path().join("index"), memory_bytes: 15_000_000 }
}

pub(crate) fn open(folder: &TempDir) -> TantivyIndex {
    TantivyIndex::open(&config(folder), lexicon()).unwrap()
}

pub(crate) fn index(versions: &[VersionInContext]) -> Given {
    let folder = tempfile::tempdir().unwrap();
    let index = open(&folder);
    index.put(versions).unwrap();
    Given { folder, index }
}

pub(crate) fn planned(query: &str) -> Plan {
    plan(&parse(query).unwrap(), &lexicon()).unwrap()
}

pub(crate) fn request(query: &str) -> SearchRequest {
    SearchRequest { plan: planned(query), order: Order::Newest, limit: 100, after: None }
}

pub(crate) fn search(index: &TantivyIndex, query: &str) -> SearchHits {
    index.search(&request(query)).unwrap()
}

/// The numbers of the articles found, ascending.
pub(crate) fn found(index: &TantivyIndex, query: &str) -> Vec<i64> {
    numbers(&search(index, query))
}

pub(crate) fn numbers(hits: &SearchHits) -> Vec<i64> {
    let mut found: Vec<i64> = hits.hits.iter().map(|hit| hit.article.0).collect();
    found.sort_unstable();
    found
}

/// An article of number `id`, published so many hours after the first.
pub(crate) fn article(id: i64, lang: Lang, title: &str, blocks: &[&str]) -> VersionInContext {
    let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let published = start + SignedDuration::from_hours(id);
    VersionInContext {
        version: Version {
            id: VersionId(id),
            article: ArticleId(id),
            capture: None,
            origin: Origin::Page,
            title: title.to_owned(),
            byline: vec!["Aigerim Writer".to_owned()],
            published: Some(published),
            lang,
            blocks: blocks
                .iter()
                .map(|text| Block { kind: BlockKind::Paragraph, text: (*text).to_owned() })
                .collect(),
            fingerprint: String::new(),
            created: published,
        },
        article: Article {
            id: ArticleId(id),
            source: "steppe-herald".parse().unwrap(),
            url: CanonicalUrl::parse(&format!("https://herald.test/news/{id}")).unwrap(),
            first_seen: published,
            backlog: false,
            story: Some(StoryId(id)),
        },
        source: source("steppe-herald", "KZ", SourceKind::Independent),
        edited: false,
        removed: false,
    }
}

pub(crate) fn english(id: i64, text: &str) -> VersionInContext {
    article(id, Lang::EnLatn, "A headline", &[text])
}

pub(crate) fn source(id: &str, country: &str, kind: SourceKind) -> Source {
    Source {
        name: format!("The {id}"),
        country: country.to_owned(),
        kind,
        languages: vec![Lang::KkCyrl],
        ..Source::new(id.parse().unwrap())
    }
}
