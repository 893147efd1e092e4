//! `/health`: whether the house stands, for a monitor.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use store::{Queue, Reading};

use crate::App;

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own, read by a monitor")]
struct Health {
    store: bool,
    index: bool,
    locked: bool,
    parked_jobs: u64,
    searchable: u64,
}

pub(crate) async fn show(State(app): State<App>) -> Response {
    let counts = app.store.job_counts(app.clock.now()).await;
    let store = app.store.counts().await.is_ok() && counts.is_ok();
    let health = Health {
        store,
        index: !app.index.needs_rebuild(),
        locked: app.locked,
        parked_jobs: counts.unwrap_or_default().iter().map(|one| one.parked).sum(),
        searchable: app.index.documents(),
    };
    let status = if health.store { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let text = serde_json::to_string(&health).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], text).into_response()
}
