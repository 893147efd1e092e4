//! The sources and how their endpoints do, in plain words.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use model::EndpointState;
use store::{Reading, SourceRecord};

use crate::App;
use crate::error::{PageError, page};

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    on: Vec<Row>,
    off: Vec<Row>,
}

struct Row {
    name: String,
    id: String,
    country: String,
    kind: &'static str,
    endpoint: String,
    state: &'static str,
    words: &'static str,
    reason: String,
    since: String,
    last_read: String,
    articles: u64,
}

pub(crate) async fn show(State(app): State<App>) -> Result<Response, PageError> {
    let records = app.store.source_records().await.map_err(|error| PageError::failed(&error))?;
    let (on, off): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| record.source.enabled);
    Ok(page(&SourcesPage { on: on.into_iter().map(row).collect(), off: off.into_iter().map(row).collect() }))
}

fn row(record: SourceRecord) -> Row {
    let shown = |time: Option<jiff::Timestamp>| {
        time.map_or_else(|| "never".to_owned(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
    };
    Row {
        name: record.source.name,
        id: record.source.id.to_string(),
        country: record.source.country,
        kind: record.source.kind.as_str(),
        endpoint: record.endpoint_url,
        state: record.state.as_str(),
        words: words(record.state),
        reason: record.reason,
        since: shown(record.since),
        last_read: shown(record.last_read),
        articles: record.articles,
    }
}

fn words(state: EndpointState) -> &'static str {
    match state {
        EndpointState::New => "not asked yet",
        EndpointState::Ok => "answers",
        EndpointState::Unchanged => "answers, nothing new",
        EndpointState::Blocked => "shows a wall instead of its feed",
        EndpointState::Gone => "says it is gone for good",
        EndpointState::Broken => "cannot be reached or read",
        EndpointState::Excluded => "its robots.txt keeps us out",
    }
}
