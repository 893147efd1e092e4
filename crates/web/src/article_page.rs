//! An article: the reading copy, its versions, and the evidence that was kept.

use askama::Template;
use axum::extract::{Path, Query as Form, State};
use axum::response::Response;
use model::{ArticleId, BlockKind, Origin, Version};
use query::{Document, Facts, Part, evaluate, parse_lenient, plan};
use serde::Deserialize;
use store::{ArticleRecord, Reading};

use crate::App;
use crate::error::{PageError, page};
use crate::marks::{Piece, pieces};

#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "article.html")]
struct ArticlePage {
    title: Vec<Piece>,
    plain_title: String,
    byline: String,
    lang: &'static str,
    dir: &'static str,
    source: String,
    about_source: String,
    published: String,
    seen: String,
    from_feed: bool,
    blocks: Vec<BlockView>,
    url: String,
    versions: Vec<(String, &'static str, String)>,
    captures: Vec<CaptureView>,
    copies: Vec<(ArticleId, String, String)>,
}

struct BlockView {
    kind: &'static str,
    text: Vec<Piece>,
    lang: &'static str,
    dir: &'static str,
}

struct CaptureView {
    fetched: String,
    status: u16,
    sha256: String,
    place: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<i64>,
    Form(asked): Form<Asked>,
) -> Result<Response, PageError> {
    let record = app.store.article(ArticleId(id)).await.map_err(|error| PageError::failed(&error))?;
    let none = PageError::NotFound("There is no article of that number in the archive.");
    let record = record.ok_or(none)?;
    let text = PageError::NotFound("Nothing was read of this article yet. Its page is still to be fetched.");
    let version = record.versions.first().cloned().ok_or(text)?;
    Ok(page(&view(&app, record, &version, &asked.q)))
}

fn view(app: &App, record: ArticleRecord, version: &Version, q: &str) -> ArticlePage {
    let marks = marks(app, &record, version, q);
    let of = |part: Part, number: usize| -> Vec<std::ops::Range<usize>> {
        let here = |hit: &&query::Hit| hit.part == part && usize::try_from(hit.block) == Ok(number);
        let mut ranges: Vec<_> = marks.iter().filter(here).map(|hit| hit.range.clone()).collect();
        ranges.sort_by_key(|range| (range.start, range.end));
        ranges
    };
    let block = |(number, block): (usize, &model::Block)| {
        let lang = text::detect(&block.text);
        let kind = if block.kind == BlockKind::Heading { "h2" } else { "p" };
        BlockView {
            kind,
            text: pieces(&block.text, &of(Part::Body, number)),
            lang: lang.as_str(),
            dir: lang.direction().as_str(),
        }
    };
    let source = &record.source;
    ArticlePage {
        title: pieces(&version.title, &of(Part::Title, 0)),
        plain_title: version.title.clone(),
        byline: version.byline.join(", "),
        lang: version.lang.as_str(),
        dir: version.lang.direction().as_str(),
        source: source.name.clone(),
        about_source: [source.country.as_str(), source.kind.as_str(), source.owner.as_str()]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(", "),
        published: version.published.map_or_else(|| "not said".to_owned(), shown),
        seen: shown(record.article.first_seen),
        from_feed: version.origin == Origin::Feed,
        blocks: version.blocks.iter().enumerate().map(block).collect(),
        url: record.article.url.as_str().to_owned(),
        versions: record
            .versions
            .iter()
            .map(|one| (shown(one.created), one.origin.as_str(), one.fingerprint.clone()))
            .collect(),
        captures: record
            .captures
            .iter()
            .map(|one| CaptureView {
                fetched: shown(one.fetched),
                status: one.status,
                sha256: one.payload_sha256.clone(),
                place: format!("{}, byte {}", one.location.file, one.location.offset),
            })
            .collect(),
        copies: record.copies,
    }
}

fn marks(app: &App, record: &ArticleRecord, version: &Version, q: &str) -> Vec<query::Hit> {
    let (Some(query), _) = parse_lenient(q) else { return Vec::new() };
    let Ok(plan) = plan(&query, &app.lexicon) else { return Vec::new() };
    let blocks: Vec<&str> = version.blocks.iter().map(|block| block.text.as_str()).collect();
    let facts = Facts {
        lang: version.lang,
        source: record.source.id.as_str().to_owned(),
        country: record.source.country.clone(),
        kind: record.source.kind.as_str().to_owned(),
        authors: version.byline.clone(),
        tags: Vec::new(),
        url: record.article.url.as_str().to_owned(),
        story: record.article.story.map(|story| story.0),
        published: version.published.unwrap_or(record.article.first_seen),
    };
    evaluate(&plan, &Document::read(&version.title, &blocks, &app.lexicon, facts)).unwrap_or_default()
}

fn shown(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
