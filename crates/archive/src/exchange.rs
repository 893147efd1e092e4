//! What the fetcher hands over: one request for a page and all answers on the way to it.

use http::{HeaderMap, StatusCode, Version};
use jiff::Timestamp;
use std::net::IpAddr;
use url::Url;

use crate::content::{DecodeError, Decoded, decode};

/// One request for a page: the redirects that were followed, and the last answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The answers that sent us elsewhere, in order; empty when the first answer was the last.
    pub redirects: Vec<Answer>,
    /// The answer that is the page.
    pub answer: Answer,
}

/// One HTTP request and its answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The address that was asked.
    pub url: Url,
    /// The head of the request as it was meant: request line, headers, empty line.
    pub request: Vec<u8>,
    /// What came back.
    pub response: Response,
    /// The address of the machine that answered, as far as the connection told.
    pub remote: Option<IpAddr>,
    /// When the request was begun.
    pub began: Timestamp,
    /// When the last byte of the body had arrived.
    pub ended: Timestamp,
    /// What is known of the encrypted connection; `None` over plain HTTP, and where the library did not tell.
    pub tls: Option<Tls>,
    /// What kind of proxy the request went through; `None` when it went straight.
    pub proxy: Option<ProxyKind>,
}

/// What is known of an encrypted connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// SHA-256 of the server's own certificate in DER, which is what browsers show as its fingerprint.
    pub leaf_sha256: Option<[u8; 32]>,
    /// The version that was agreed on.
    pub version: Option<TlsVersion>,
}

/// A version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2, RFC 5246.
    Tls12,
    /// TLS 1.3, RFC 8446.
    Tls13,
}

/// A kind of proxy. Which one it was stays untold: its address may betray where the team sits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProxyKind {
    /// An HTTP proxy, RFC 9110 §9.3.6 (`CONNECT`) for https.
    Http,
    /// A SOCKS5 proxy, RFC 1928; Tor is one.
    Socks5,
}

/// The answer of a server: head and body as received.
///
/// The body is still encoded as `Content-Encoding` says. The transfer coding is gone already: the HTTP
/// library takes chunks apart, so `Transfer-Encoding` must not be stored beside bytes that have none.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP version that was spoken.
    pub version: Version,
    /// The status code.
    pub status: StatusCode,
    /// The header fields; the library hands over their names in small letters.
    pub headers: HeaderMap,
    /// The body as received.
    pub body: Vec<u8>,
    /// Whether the body was longer and only its start was kept.
    pub truncated: bool,
}

impl Exchange {
    /// Returns the address that was asked for first.
    pub fn requested(&self) -> &Url {
        self.redirects.first().map_or(&self.answer.url, |first| &first.url)
    }

    /// Returns the address whose answer is the page.
    pub fn final_url(&self) -> &Url {
        &self.answer.url
    }

    /// Returns all answers in the order in which they came.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.redirects.iter().chain([&self.answer])
    }
}

impl Response {
    /// Returns a header field as text; `None` when it is missing or not readable as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the `Content-Type` field, empty when there is none.
    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    /// Returns the content codings, in the order in which they were applied; empty when there is none.
    pub fn content_encoding(&self) -> String {
        let values = self.headers.get_all("content-encoding");
        let readable: Vec<&str> = values.iter().filter_map(|value| value.to_str().ok()).collect();
        readable.join(",")
    }

    /// Returns the body without its content coding, refusing more than `max_bytes` of it.
    pub fn decoded(&self, max_bytes: usize) -> Result<Decoded<'_>, DecodeError> {
        decode(&self.content_encoding(), &self.body, max_bytes)
    }
}
