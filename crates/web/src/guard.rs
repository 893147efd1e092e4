//! What every request passes and every answer carries.
//!
//! A page of another site that a reader has open can send requests to loopback: only our own host names are answered,
//! so that a name which is made to point here (DNS rebinding) reads nothing, and nothing but a click from elsewhere is
//! answered, so that no page can measure what is found here.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Config;

/// The host names that are answered.
#[derive(Debug)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    pub(crate) fn new(config: &Config) -> Self {
        Self(config.hosts.iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    fn has(&self, value: &str) -> bool {
        let value = value.to_ascii_lowercase();
        let host = match value.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => value.split(':').next().unwrap_or_default(),
        };
        self.0.iter().any(|known| known == host)
    }
}

const HEADERS: [(HeaderName, &str); 9] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    ),
];

/// Refuses what is not asked by a reader of ours, and puts the headers on.
pub(crate) async fn guard(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&hosts, &request) {
        Some((status, text)) => (status, text).into_response(),
        None => next.run(request).await,
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(hosts: &Hosts, request: &Request) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    let mut named = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (named.next().and_then(|value| value.to_str().ok()), named.next()) else {
        return Some((StatusCode::BAD_REQUEST, "Exactly one Host header is needed.\n"));
    };
    // A request may name its host in its first line as well (RFC 9112): then both must be ours.
    if !hosts.has(host) || request.uri().host().is_some_and(|host| !hosts.has(host)) {
        let text = "This name is not served here. See [web] hosts in the settings.\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, text));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some((
            StatusCode::METHOD_NOT_ALLOWED,
            "Nothing can be changed here: only GET is answered.\n",
        ));
    }
    if is_foreign_embedding(headers) {
        return Some((StatusCode::FORBIDDEN, "Pages of other sites may link here, not load anything.\n"));
    }
    None
}

/// Whether the browser says that a page of another site asks, and not because its reader followed a link.
fn is_foreign_embedding(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let foreign = matches!(says("sec-fetch-site"), "cross-site" | "same-site");
    foreign && !(says("sec-fetch-mode") == "navigate" && says("sec-fetch-dest") == "document")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_are_answered() {
        let hosts = Hosts::new(&Config {
            listen: String::new(),
            hosts: vec!["localhost".into(), "127.0.0.1".into(), "::1".into()],
        });
        for (value, fine) in [
            ("localhost:8391", true),
            ("LOCALHOST", true),
            ("127.0.0.1:80", true),
            ("[::1]:80", true),
            ("evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:8391", false),
            ("evil.example#localhost", false),
            ("evil@localhost", false),
            ("", false),
        ] {
            assert_eq!(hosts.has(value), fine, "{value}");
        }
    }
}
