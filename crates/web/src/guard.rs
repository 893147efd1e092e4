//! What every request passes and every answer carries.
//!
//! A page of another site that a reader has open can send requests to loopback: only our own host names are answered,
//! so that a name which is made to point here (DNS rebinding) reads nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
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

const HEADERS: [(HeaderName, &str); 8] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "interest-cohort=()"),
];

/// Refuses foreign host names, and puts the headers on.
pub(crate) async fn guard(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if hosts.has(host) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "This name is not served here. See [web] hosts in the settings.\n")
            .into_response()
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
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
            ("evil.test", false),
            ("", false),
        ] {
            assert_eq!(hosts.has(value), fine, "{value}");
        }
    }
}
