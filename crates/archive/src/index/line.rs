//! One line of the index: key, time, and a JSON object, as CDXJ has it and pywb reads it.
//!
//! Lines sort by their bytes: first by key, then by time. Times are to the second.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use model::CaptureLocation;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::index::surt::surt;

/// The type that a `revisit` record has in the index.
pub(crate) const REVISIT: &str = "warc/revisit";

/// A capture before its place is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) url: String,
    pub(crate) fetched: Timestamp,
    pub(crate) mime: Option<String>,
    pub(crate) status: u16,
    pub(crate) payload_sha256: String,
}

/// A capture as the index knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexLine {
    /// The address as it was asked.
    pub url: String,
    /// When it was asked, to the second.
    pub fetched: Timestamp,
    /// The type of its content; `warc/revisit` where an earlier capture holds it.
    pub mime: Option<String>,
    /// The HTTP status, as far as the record tells.
    pub status: Option<u16>,
    /// SHA-256 of the body as received, in small hexadecimal letters.
    pub payload_sha256: String,
    /// Where its record lies.
    pub location: CaptureLocation,
}

/// The JSON of a line. Numbers are strings, as all tools write them.
#[derive(Serialize, Deserialize)]
struct Json {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    digest: String,
    length: String,
    offset: String,
    filename: String,
}

impl Captured {
    /// Returns whether an earlier capture holds its content.
    pub(crate) fn is_revisit(&self) -> bool {
        self.mime.as_deref() == Some(REVISIT)
    }

    /// Returns the line of this capture, without an end of line; `None` for an address that is none.
    pub(crate) fn line(&self, location: &CaptureLocation) -> Option<String> {
        let key = key(&self.url)?;
        let json = Json {
            url: self.url.clone(),
            mime: self.mime.clone(),
            status: Some(self.status.to_string()),
            digest: format!("sha256:{}", self.payload_sha256),
            length: location.length.to_string(),
            offset: location.offset.to_string(),
            filename: location.file.clone(),
        };
        Some(format!("{key} {} {}", stamp(self.fetched), serde_json::to_string(&json).ok()?))
    }
}

impl IndexLine {
    /// Reads a line; `None` when it is torn.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut parts = line.splitn(3, ' ');
        let (_key, time, json) = (parts.next()?, parts.next()?, parts.next()?);
        let json: Json = serde_json::from_str(json).ok()?;
        let time = DateTime::strptime("%Y%m%d%H%M%S", time).ok()?;
        Some(Self {
            url: json.url,
            fetched: Offset::UTC.to_timestamp(time).ok()?,
            mime: json.mime,
            status: json.status.and_then(|status| status.parse().ok()),
            payload_sha256: json.digest.strip_prefix("sha256:")?.to_owned(),
            location: CaptureLocation {
                file: json.filename,
                offset: json.offset.parse().ok()?,
                length: json.length.parse().ok()?,
            },
        })
    }

    /// Returns whether an earlier capture holds its content.
    pub fn is_revisit(&self) -> bool {
        self.mime.as_deref() == Some(REVISIT)
    }

    /// Returns whether it is a page that later looks may refer to.
    pub(crate) fn is_page(&self) -> bool {
        !self.is_revisit() && self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Returns a time as it stands in lines.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y%m%d%H%M%S").to_string()
}

/// Returns the key of an address.
pub(crate) fn key(url: &str) -> Option<String> {
    Url::parse(url).ok().map(|url| surt(&url))
}

/// Returns a content type without its parameters, as the index has it; `None` when it is empty.
pub(crate) fn mime(content_type: &str) -> Option<String> {
    let bare = content_type.split([';', ' ', '\t']).next().unwrap_or_default();
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let captured = Captured {
            url: "http://www.example.org/a b\"?x=1".to_owned(),
            fetched: "2026-11-23T10:00:00Z".parse().unwrap(),
            mime: mime("text/html; charset=utf-8"),
            status: 200,
            payload_sha256: "ab".repeat(32),
        };
        let location = CaptureLocation { file: "qarauyl-1.warc.gz".to_owned(), offset: 312, length: 99 };
        let line = captured.line(&location).unwrap();
        assert!(line.starts_with("org,example)/a%20b\"?x=1 20261123100000 {\"url\":"), "{line}");
        let read = IndexLine::parse(&line).unwrap();
        assert_eq!((&read.url, read.fetched, &read.location), (&captured.url, captured.fetched, &location));
        assert_eq!((read.mime.as_deref(), read.status), (Some("text/html"), Some(200)));
        assert!(line.get(..line.len() - 2).and_then(IndexLine::parse).is_none());
    }
}
