//! What a reader sees when a page cannot be shown: what happened, and what to do.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use crate::face::Face;

/// A page that says why there is no page.
#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    face: &'a Face,
    title: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    error: &'a str,
}

/// Why a page cannot be shown.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    /// There is no such thing; the words of this name say so.
    Missing(&'static str),
    /// Something of ours failed. What it was is logged, not shown.
    Failed,
}

/// A page that cannot be shown, in the reader's language.
#[derive(Debug)]
pub(crate) struct PageError {
    face: Box<Face>,
    why: Why,
}

impl PageError {
    pub(crate) fn new(face: &Face, why: Why) -> Self {
        Self { face: Box::new(face.clone()), why }
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let face = &*self.face;
        let (status, title, text) = match self.why {
            Why::Missing(name) => (StatusCode::NOT_FOUND, face.t("not_here"), face.t(name)),
            Why::Failed => (StatusCode::INTERNAL_SERVER_ERROR, face.t("failed"), face.t("failed_why")),
        };
        if face.json {
            return (status, json(&Message { error: text })).into_response();
        }
        (status, page(&MessagePage { face, title, text })).into_response()
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

/// Writes a wire form as JSON.
pub(crate) fn json(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
