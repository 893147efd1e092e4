//! `/health`: whether the house stands, for a monitor.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use indexer::Numbers;
use model::{Watch, WatchState};
use serde::Serialize;
use store::{Queue, Reading, StoreError, Watching};

use crate::App;
use crate::error::json;

/// A monitor must hear of a store that hangs before it gives up itself.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own, read by a monitor")]
struct Health {
    /// Whether the store answers.
    store: bool,
    /// Whether the index can be read and holds all that it should.
    index: bool,
    /// Whether matching and mailing wait for the key.
    locked: bool,
    /// When any endpoint was asked last.
    last_poll: Option<String>,
    /// Jobs that wait for a person.
    parked_jobs: Option<u64>,
    /// Watches whose query cannot be read any more; `None` while the house is locked.
    quarantined_watches: Option<usize>,
    /// Articles that are searchable.
    searchable: Option<u64>,
}

pub(crate) async fn show(State(app): State<App>) -> Response {
    let asked = tokio::time::timeout(LONGEST_WAIT, ask(&app)).await;
    let (last_poll, parked_jobs, quarantined_watches) = match asked {
        Ok(Ok((last_poll, parked, quarantined))) => (last_poll, Some(parked), quarantined),
        Ok(Err(error)) => {
            tracing::error!(%error, "the store does not answer");
            (None, None, None)
        }
        Err(_) => {
            tracing::error!("the store does not answer in time");
            (None, None, None)
        }
    };
    let numbers = numbers(&app).await;
    let health = Health {
        store: parked_jobs.is_some(),
        index: numbers.is_some() && !app.index.needs_rebuild(),
        locked: app.locked,
        last_poll,
        parked_jobs,
        quarantined_watches,
        searchable: numbers.map(|numbers| numbers.documents),
    };
    let stands = parked_jobs.is_some() && numbers.is_some();
    let status = if stands { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, json(&health)).into_response()
}

/// When the last poll was, how many jobs are parked, how many watches are quarantined.
type Asked = (Option<String>, u64, Option<usize>);

async fn ask(app: &App) -> Result<Asked, StoreError> {
    let jobs = app.store.job_counts(app.clock.now()).await?;
    let records = app.store.source_records().await?;
    let last_poll = records.iter().filter_map(|record| record.last_polled).max();
    let quarantined = if app.locked {
        None
    } else {
        let is_apart = |watch: &&Watch| matches!(watch.state, WatchState::Quarantined { .. });
        Some(app.store.watches().await?.iter().filter(is_apart).count())
    };
    Ok((last_poll.map(|time| time.to_string()), jobs.iter().map(|one| one.parked).sum(), quarantined))
}

/// Returns the state of the index; `None`, and a line in the log, when it cannot be read.
pub(crate) async fn numbers(app: &App) -> Option<Numbers> {
    let index = Arc::clone(&app.index);
    let numbers = tokio::task::spawn_blocking(move || index.numbers()).await.ok()?;
    numbers.inspect_err(|error| tracing::error!(%error, "the index cannot be read")).ok()
}
