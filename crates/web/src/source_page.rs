//! The sources and how their endpoints do, in plain words; those that need a person come first.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use model::EndpointState;
use store::{Reading, SourceRecord};

use crate::App;
use crate::error::{PageError, json, page};
use crate::face::Face;
use crate::moment::Moment;
use crate::wire::{SourceJson, source_json};

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    face: Face,
    summary: String,
    groups: Vec<Group>,
    off: Vec<Row>,
}

/// Endpoints that do alike.
struct Group {
    /// The name of its heading in the table of words.
    name: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    id: String,
    country: String,
    kind: String,
    endpoint: String,
    endpoint_kind: String,
    state: &'static str,
    words: String,
    reason: String,
    robots_override: String,
    since: Option<Moment>,
    last_read: Option<Moment>,
    articles: u64,
    link: String,
}

/// The groups, those that need a person first.
const GROUPS: [&str; 4] = ["group_trouble", "group_odd", "group_new", "group_fine"];

pub(crate) async fn show(State(app): State<App>, face: Face) -> Result<Response, PageError> {
    let records = app.store.source_records().await.map_err(|error| face.failed(&error))?;
    if face.json {
        let records: Vec<SourceJson> = records.into_iter().map(source_json).collect();
        return Ok(json(&records));
    }
    let (on, off): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.source.enabled);
    let fine = on.iter().filter(|record| record.state.answers()).count();
    let summary = face.words.fill("sources_sum", &[("n", &on.len().to_string()), ("m", &fine.to_string())]);
    let mut groups: Vec<Group> = GROUPS.map(|name| Group { name, rows: Vec::new() }).into();
    for record in on {
        let name = group_of(record.state);
        if let Some(group) = groups.iter_mut().find(|group| group.name == name) {
            group.rows.push(row(&face, record));
        }
    }
    groups.retain(|group| !group.rows.is_empty());
    let off = off.into_iter().map(|record| row(&face, record)).collect();
    Ok(page(&SourcesPage { face, summary, groups, off }))
}

fn group_of(state: EndpointState) -> &'static str {
    match state {
        EndpointState::New => "group_new",
        EndpointState::Ok | EndpointState::Unchanged => "group_fine",
        EndpointState::Frozen | EndpointState::Flooding | EndpointState::Gap | EndpointState::Moved => {
            "group_odd"
        }
        EndpointState::Blocked
        | EndpointState::Gone
        | EndpointState::Broken
        | EndpointState::Excluded
        | EndpointState::Empty => "group_trouble",
    }
}

fn row(face: &Face, record: SourceRecord) -> Row {
    let id = record.source.id.as_str();
    Row {
        link: face.address("/").with("order", "newest").with("source", id).to_string(),
        id: id.to_owned(),
        name: record.source.name,
        country: record.source.country,
        kind: face.word("kind", record.source.kind.as_str()),
        endpoint: record.endpoint_url,
        endpoint_kind: face.word("endpoint", record.endpoint_kind.as_str()),
        state: record.state.as_str(),
        words: face.word("state", record.state.as_str()),
        robots_override: record.source.robots_override,
        reason: record.reason,
        since: record.since.map(Moment::minute),
        last_read: record.last_read.map(Moment::minute),
        articles: record.articles,
    }
}
