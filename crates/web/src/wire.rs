//! The same pages as JSON: types of their own, so that a change inside changes nothing for those who read them.

use indexer::{Facets, SearchHit};
use serde::Serialize;
use store::{ArticleRecord, SourceRecord};

use crate::answer::Answer;
use crate::asked::Asked;
use crate::helping::Instead;

/// A search and its answer.
#[derive(Serialize)]
pub(crate) struct SearchJson {
    query: String,
    reading: String,
    problem: Option<String>,
    unread_filters: Vec<String>,
    /// Queries that may have been meant, when little was found.
    did_you_mean: Vec<InsteadJson>,
    /// The texts of the query that no article has, when little was found.
    dead_terms: Vec<String>,
    total: u64,
    hits: Vec<HitJson>,
    facets: FacetsJson,
    next: Option<String>,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "two facts of a hit, each shown by itself")]
struct HitJson {
    article: i64,
    story: Option<i64>,
    title: String,
    passage: String,
    lang: &'static str,
    source: String,
    source_name: String,
    url: String,
    published: String,
    from_feed: bool,
    /// Found by the sound of a name alone.
    maybe: bool,
}

/// A query that may have been meant.
#[derive(Serialize)]
struct InsteadJson {
    query: String,
    word: String,
    articles: u64,
}

#[derive(Serialize, Default)]
struct FacetsJson {
    lang: Vec<CountJson>,
    source: Vec<CountJson>,
    country: Vec<CountJson>,
    kind: Vec<CountJson>,
    month: Vec<CountJson>,
}

#[derive(Serialize)]
struct CountJson {
    value: String,
    articles: u64,
}

/// Writes a search; `next` is the address of its next page.
pub(crate) fn search_json(asked: &Asked, answer: Answer, next: Option<String>) -> SearchJson {
    let reading = answer.reading(asked);
    let found = answer.found.unwrap_or_default();
    SearchJson {
        query: asked.q.clone(),
        reading,
        problem: answer.problem.map(|problem| problem.to_string()),
        unread_filters: asked.unread.clone(),
        did_you_mean: answer.help.instead.into_iter().map(instead).collect(),
        dead_terms: answer.help.dead,
        total: found.total,
        hits: found.hits.into_iter().map(hit).collect(),
        facets: facets_json(found.facets),
        next,
    }
}

fn instead(Instead { query, word, articles }: Instead) -> InsteadJson {
    InsteadJson { query, word, articles }
}

fn hit(hit: SearchHit) -> HitJson {
    HitJson {
        article: hit.article.0,
        story: hit.story.map(|story| story.0),
        title: hit.title,
        passage: hit.passage,
        lang: hit.lang.as_str(),
        source: hit.source,
        source_name: hit.source_name,
        url: hit.url,
        published: hit.published.to_string(),
        from_feed: hit.from_feed,
        maybe: hit.heard,
    }
}

fn facets_json(facets: Facets) -> FacetsJson {
    let counts = |values: Vec<(String, u64)>| {
        values.into_iter().map(|(value, articles)| CountJson { value, articles }).collect()
    };
    FacetsJson {
        lang: counts(facets.langs),
        source: counts(facets.sources),
        country: counts(facets.countries),
        kind: counts(facets.kinds),
        month: counts(facets.months),
    }
}

/// An article with all that was kept of it.
#[derive(Serialize)]
pub(crate) struct ArticleJson {
    article: i64,
    story: Option<i64>,
    url: String,
    source: String,
    source_name: String,
    first_seen: String,
    versions: Vec<VersionJson>,
    captures: Vec<CaptureJson>,
    presence: &'static str,
    presence_since: Option<String>,
    looks: Vec<LookJson>,
    story_first_seen: Option<String>,
    story_first_source: Option<String>,
    story_origin: Option<String>,
    copies: Vec<CopyJson>,
}

#[derive(Serialize)]
struct LookJson {
    at: String,
    found: &'static str,
    status: u16,
    reason: String,
}

#[derive(Serialize)]
struct VersionJson {
    version: i64,
    read: String,
    origin: &'static str,
    title: String,
    byline: Vec<String>,
    published: Option<String>,
    lang: &'static str,
    fingerprint: String,
    blocks: Vec<BlockJson>,
}

#[derive(Serialize)]
struct BlockJson {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct CaptureJson {
    fetched: String,
    status: u16,
    sha256: String,
    warc_file: String,
    offset: u64,
    length: u64,
}

#[derive(Serialize)]
struct CopyJson {
    article: i64,
    title: String,
    source_name: String,
}

/// Writes an article.
pub(crate) fn article_json(record: ArticleRecord) -> ArticleJson {
    let version = |one: model::Version| VersionJson {
        version: one.id.0,
        read: one.created.to_string(),
        origin: one.origin.as_str(),
        title: one.title,
        byline: one.byline,
        published: one.published.map(|time| time.to_string()),
        lang: one.lang.as_str(),
        fingerprint: one.fingerprint,
        blocks: one
            .blocks
            .into_iter()
            .map(|block| BlockJson { kind: block.kind.as_str(), text: block.text })
            .collect(),
    };
    let capture = |one: store::CaptureRecord| CaptureJson {
        fetched: one.fetched.to_string(),
        status: one.status,
        sha256: one.payload_sha256,
        warc_file: one.location.file,
        offset: one.location.offset,
        length: one.location.length,
    };
    let copy = |(id, title, source_name): (model::ArticleId, String, String)| CopyJson {
        article: id.0,
        title,
        source_name,
    };
    ArticleJson {
        article: record.article.id.0,
        story: record.article.story.map(|story| story.0),
        url: record.article.url.as_str().to_owned(),
        source: record.source.id.as_str().to_owned(),
        source_name: record.source.name,
        first_seen: record.article.first_seen.to_string(),
        versions: record.versions.into_iter().map(version).collect(),
        captures: record.captures.into_iter().map(capture).collect(),
        presence: record.presence.0.as_str(),
        presence_since: record.presence.1.map(|since| since.to_string()),
        looks: record.looks.into_iter().map(look).collect(),
        story_first_seen: record.story.as_ref().map(|story| story.first_seen.to_string()),
        story_first_source: record.story.as_ref().map(|story| story.first_source.clone()),
        story_origin: record.story.map(|story| story.origin).filter(|origin| !origin.is_empty()),
        copies: record.copies.into_iter().map(copy).collect(),
    }
}

fn look(look: store::LookRecord) -> LookJson {
    LookJson { at: look.at.to_string(), found: look.sight.as_str(), status: look.status, reason: look.reason }
}

/// An endpoint with its state.
#[derive(Serialize)]
pub(crate) struct SourceJson {
    source: String,
    name: String,
    country: String,
    kind: &'static str,
    owner: String,
    enabled: bool,
    endpoint: String,
    endpoint_kind: &'static str,
    state: &'static str,
    reason: String,
    since: Option<String>,
    last_polled: Option<String>,
    last_read: Option<String>,
    articles: u64,
}

/// Writes an endpoint.
pub(crate) fn source_json(record: SourceRecord) -> SourceJson {
    let time = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string());
    SourceJson {
        source: record.source.id.as_str().to_owned(),
        name: record.source.name,
        country: record.source.country,
        kind: record.source.kind.as_str(),
        owner: record.source.owner,
        enabled: record.source.enabled,
        endpoint: record.endpoint_url,
        endpoint_kind: record.endpoint_kind.as_str(),
        state: record.state.as_str(),
        reason: record.reason,
        since: time(record.since),
        last_polled: time(record.last_polled),
        last_read: time(record.last_read),
        articles: record.articles,
    }
}
