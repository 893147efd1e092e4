//! An article: the reading copy, its versions, and the evidence that was kept.

use std::ops::Range;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use model::{ArticleId, Origin, Presence, Version};
use query::{Document, Hit, Part, evaluate, parse_lenient, plan};
use store::{ArticleRecord, LookRecord, Reading, Remark, Remarked, Remarking, VersionInContext};

use crate::App;
use crate::aid::{Aid, NameView, aid, names};
use crate::block::{GroupView, groups};
use crate::error::{PageError, json, page};
use crate::face::{Face, Tongue};
use crate::hit::domain;
use crate::marks::Marked;
use crate::moment::Moment;
use crate::wire::article_json;

#[derive(Template)]
#[template(path = "article.html")]
struct ArticlePage {
    back: String,
    plain_title: String,
    url: String,
    domain: String,
    source: SourceView,
    seen: Moment,
    version: Option<VersionView>,
    /// The newest version, when an older one is shown.
    newest: Option<String>,
    versions: Vec<VersionRow>,
    captures: Vec<CaptureView>,
    /// How the article stands at its outlet, when that is worth a word.
    presence: Option<(String, Moment)>,
    looks: Vec<LookView>,
    story: Option<(String, Moment)>,
    origin: Option<String>,
    copies: Vec<CopyView>,
    /// What the team makes of its story.
    mark: Option<String>,
    notes: Vec<NoteView>,
    face: Face,
}

/// What somebody of the team wrote to the story.
struct NoteView {
    at: Moment,
    person: String,
    text: String,
}

struct SourceView {
    name: String,
    country: String,
    kind: String,
    owner: String,
    link: String,
}

/// The version that is shown.
struct VersionView {
    title: Marked,
    tongue: Tongue,
    lang: String,
    byline: String,
    published: Option<Moment>,
    from_feed: bool,
    groups: Vec<GroupView>,
    aid: Option<Aid>,
    names: Vec<NameView>,
}

struct VersionRow {
    read: Moment,
    origin: String,
    fingerprint: String,
    link: String,
    shown: bool,
}

struct CaptureView {
    fetched: Moment,
    status: u16,
    sha256: String,
    file: String,
    offset: u64,
    length: u64,
}

struct LookView {
    at: Moment,
    sight: String,
    status: String,
    reason: String,
}

struct CopyView {
    title: String,
    source: String,
    link: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    face: Face,
) -> Result<Response, PageError> {
    let id = id.parse().map(ArticleId).map_err(|_| face.missing("no_article"))?;
    let record = app.store.article(id).await.map_err(|error| face.failed(&error))?;
    let record = record.ok_or_else(|| face.missing("no_article"))?;
    if face.json {
        return Ok(json(&article_json(record)));
    }
    let remarks = match record.article.story.filter(|_| !app.locked) {
        Some(story) => app.store.remarks_on(story).await.map_err(|error| face.failed(&error))?,
        None => Vec::new(),
    };
    // Finding the hits analyses the whole text.
    let own = face.clone();
    let rendered = tokio::task::spawn_blocking(move || page(&view(&app, own, (record, remarks)))).await;
    rendered.map_err(|error| face.failed(&error))
}

fn view(app: &App, face: Face, (record, remarks): (ArticleRecord, Vec<Remarked>)) -> ArticlePage {
    let wanted = face.here.value("version");
    let shown = record.versions.iter().find(|one| one.id.to_string() == wanted).or(record.versions.first());
    let shown_id = shown.map(|version| version.id);
    let is_newest = shown_id == record.versions.first().map(|version| version.id);
    let url = record.article.url.as_str();
    ArticlePage {
        back: face.address("/").with("q", face.here.value("q")).to_string(),
        plain_title: shown.map_or_else(|| url.to_owned(), |version| version.title.clone()),
        domain: domain(url),
        url: url.to_owned(),
        source: source(&face, &record),
        seen: Moment::minute(record.article.first_seen),
        version: shown.map(|version| version_view(app, &face, &record, version)),
        newest: (!is_newest).then(|| face.here.clone().without("version").to_string()),
        versions: record
            .versions
            .iter()
            .map(|one| version_row(&face, one, Some(one.id) == shown_id))
            .collect(),
        captures: record.captures.into_iter().map(capture).collect(),
        presence: presence(&face, record.presence),
        looks: record.looks.into_iter().map(|one| look(&face, one)).collect(),
        story: first_told(record.story.as_ref()),
        origin: record.story.map(|story| story.origin).filter(|origin| !origin.is_empty()),
        copies: record.copies.into_iter().map(|copy_of| copy(&face, copy_of)).collect(),
        mark: mark(&face, &remarks),
        notes: remarks.into_iter().filter_map(note).collect(),
        face,
    }
}

fn presence(face: &Face, (presence, since): (Presence, Option<Timestamp>)) -> Option<(String, Moment)> {
    let since = since.filter(|_| presence != Presence::Present)?;
    Some((face.word("presence", presence.as_str()), Moment::minute(since)))
}

fn look(face: &Face, look: LookRecord) -> LookView {
    LookView {
        at: Moment::minute(look.at),
        sight: face.word("sight", look.sight.as_str()),
        status: if look.status == 0 { String::new() } else { look.status.to_string() },
        reason: look.reason,
    }
}

fn source(face: &Face, record: &ArticleRecord) -> SourceView {
    SourceView {
        name: record.source.name.clone(),
        country: record.source.country.clone(),
        kind: face.word("kind", record.source.kind.as_str()),
        owner: record.source.owner.clone(),
        link: face.address("/").with("order", "newest").with("source", record.source.id.as_str()).to_string(),
    }
}

fn version_view(app: &App, face: &Face, record: &ArticleRecord, version: &Version) -> VersionView {
    let document = document(app, record, version);
    let hits = hits(app, face, &document);
    let marks = |part: Part, number: usize| -> Vec<Range<usize>> {
        let here = |hit: &&Hit| hit.part == part && usize::try_from(hit.block) == Ok(number);
        let mut ranges: Vec<_> = hits.iter().filter(here).map(|hit| hit.range.clone()).collect();
        ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
        ranges
    };
    let title = if version.title.trim().is_empty() { face.t("untitled") } else { version.title.as_str() };
    let blocks = || version.blocks.iter().map(|block| block.text.as_str());
    let ids = document.entities(|_| true);
    VersionView {
        aid: aid(face, version.lang, title, blocks()),
        names: names(face, &app.lexicon, version.lang, &ids),
        title: Marked::new(title, &marks(Part::Title, 0)),
        tongue: Tongue::of(version.lang),
        lang: face.word("lang", version.lang.as_str()),
        byline: version.byline.join(", "),
        published: version.published.map(Moment::minute),
        from_feed: version.origin == Origin::Feed,
        groups: groups(&version.blocks, version.lang, |number| marks(Part::Body, number)),
    }
}

fn document(app: &App, record: &ArticleRecord, version: &Version) -> Document {
    let context = VersionInContext {
        version: version.clone(),
        article: record.article.clone(),
        source: record.source.clone(),
        edited: record.versions.iter().filter(|version| version.origin == Origin::Page).count() > 1,
        removed: record.presence.0 == Presence::Removed,
    };
    context.document(&app.lexicon)
}

/// Returns where the query of the search that led here stands in the text.
fn hits(app: &App, face: &Face, document: &Document) -> Vec<Hit> {
    let (Some(query), _) = parse_lenient(face.here.value("q"), app.clock.now(), &app.lexicon) else {
        return Vec::new();
    };
    let Ok(plan) = plan(&query, &app.lexicon) else { return Vec::new() };
    evaluate(&plan, document).unwrap_or_default()
}

fn version_row(face: &Face, version: &Version, shown: bool) -> VersionRow {
    VersionRow {
        read: Moment::minute(version.created),
        origin: face.word("origin", version.origin.as_str()),
        fingerprint: version.fingerprint.clone(),
        link: face.here.clone().with("version", version.id.to_string()).to_string(),
        shown,
    }
}

fn capture(record: store::CaptureRecord) -> CaptureView {
    CaptureView {
        fetched: Moment::minute(record.fetched),
        status: record.status,
        sha256: record.payload_sha256,
        file: record.location.file,
        offset: record.location.offset,
        length: record.location.length,
    }
}

/// Who had a story first, where more than one outlet tells it.
fn first_told(story: Option<&model::StoryFacts>) -> Option<(String, Moment)> {
    let story = story.filter(|story| story.articles > 1)?;
    Some((story.first_source.clone(), Moment::minute(story.first_seen)))
}

/// The mark that was given last.
fn mark(face: &Face, remarks: &[Remarked]) -> Option<String> {
    let last = remarks.iter().rev().find_map(|one| match one.remark {
        Remark::Marked(mark) => Some(mark),
        Remark::Noted(_) => None,
    });
    last.flatten().map(|mark| face.word("mark", mark.as_str()))
}

fn note(remarked: Remarked) -> Option<NoteView> {
    let Remark::Noted(text) = remarked.remark else { return None };
    Some(NoteView { at: Moment::minute(remarked.at), person: remarked.person, text })
}

fn copy(face: &Face, (id, title, source): (ArticleId, String, String)) -> CopyView {
    let link = face.address(&format!("/articles/{id}")).with("q", face.here.value("q")).to_string();
    CopyView {
        title: if title.trim().is_empty() { face.t("untitled").to_owned() } else { title },
        source,
        link,
    }
}
