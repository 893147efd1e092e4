//! Which address shows what.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::get;
use indexer::TantivyIndex;
use model::Clock;
use query::Lexicon;
use store::Database;

use crate::error::PageError;
use crate::face::Face;
use crate::{Config, alert_page, article_page, guard, health, metrics, search_page, source_page};

/// What the pages show from.
#[derive(Debug, Clone)]
pub struct App {
    /// Articles, sources, counts.
    pub store: Arc<Database>,
    /// The archive index.
    pub index: Arc<TantivyIndex>,
    /// The names that queries expand through.
    pub lexicon: Arc<Lexicon>,
    /// The time.
    pub clock: Clock,
    /// Whether watches and mails wait for the key.
    pub locked: bool,
}

/// Returns all pages behind their guard.
pub fn router(app: App, config: &Config) -> Router {
    let hosts = Arc::new(guard::Hosts::new(config));
    Router::new()
        .route("/", get(search_page::show))
        .route("/articles/{id}", get(article_page::show))
        .route("/alerts/{id}", get(alert_page::show))
        .route("/sources", get(source_page::show))
        .route("/health", get(health::show))
        .route("/metrics", get(metrics::show))
        .route("/style.css", get(style))
        .route("/icon.svg", get(icon))
        .fallback(missing)
        .layer(middleware::from_fn_with_state(hosts, guard::guard))
        .with_state(app)
}

async fn missing(face: Face) -> PageError {
    face.missing("no_page")
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../static/style.css"))
}

async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("../static/icon.svg"))
}
