//! Captures: exchanges with publishers that are kept as evidence.

use jiff::Timestamp;

use crate::{ArticleId, CaptureId};

/// One HTTP exchange of an article's page, kept in the archive and never changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    /// Its number in the store.
    pub id: CaptureId,
    /// The article it belongs to.
    pub article: ArticleId,
    /// When the exchange began.
    pub fetched: Timestamp,
    /// The HTTP status of the last answer.
    pub status: u16,
    /// SHA-256 of the payload as received, in small hexadecimal letters.
    pub payload_sha256: String,
    /// Where the response record lies.
    pub location: CaptureLocation,
}

/// Where a record lies in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CaptureLocation {
    /// The WARC file's name, without its folder.
    pub file: String,
    /// The first byte of the response record's gzip member.
    pub offset: u64,
    /// The length of that member in bytes.
    pub length: u64,
}
