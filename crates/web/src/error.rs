//! What a reader sees when a page cannot be shown: what happened, and what to do.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use askama::Template;

/// A page that says why there is no page.
#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    title: &'a str,
    text: &'a str,
}

/// Why a page cannot be shown.
#[derive(Debug)]
pub(crate) enum PageError {
    /// There is no such thing.
    NotFound(&'static str),
    /// Something of ours failed. What it was is logged, not shown.
    Failed,
}

impl PageError {
    /// Logs what failed.
    pub(crate) fn failed(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a page could not be shown");
        Self::Failed
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let (status, title, text) = match self {
            Self::NotFound(text) => (StatusCode::NOT_FOUND, "Not here", text),
            Self::Failed => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "This page could not be made",
                "The log says why. `qarauyl doctor` checks everything and says what to do.",
            ),
        };
        (status, page(&MessagePage { title, text })).into_response()
    }
}

/// Renders a template.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
