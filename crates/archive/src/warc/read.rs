//! Reads a kept response back, and proves on the way that it is what was kept.

use std::io::{self, Read};

use data_encoding::HEXLOWER;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::exchange::Response;
use crate::warc::packing::Earlier;

/// A response as it lies in the archive.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The address that was asked.
    pub url: String,
    /// When the request was begun.
    pub fetched: Timestamp,
    /// Head and body as received.
    pub response: Response,
}

/// A kept response that cannot be read back.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file is not there, or cannot be read.
    #[error("archive file `{file}` cannot be read at byte {offset}: restore it from a backup")]
    Unreadable {
        /// The file's name.
        file: String,
        /// Where the record begins.
        offset: u64,
        /// What the system said.
        source: io::Error,
    },
    /// Retention has dropped the file, and the manifest says so.
    #[error(
        "archive file `{file}` was dropped on {at:.0}, as [archive] keep_captures_days or keep_relooks_days asks"
    )]
    Dropped {
        /// The file's name.
        file: String,
        /// When.
        at: Timestamp,
    },
    /// The record is not what was kept.
    #[error(
        "record at byte {offset} of archive file `{file}` is damaged ({what}): restore the file from a backup"
    )]
    Damaged {
        /// The file's name.
        file: String,
        /// Where the record begins.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A `revisit` record: a later look that found an earlier capture unchanged.
pub(crate) struct Revisit {
    /// What the later look saw: its address, its time, the head of its answer, and no body.
    pub(crate) seen: Stored,
    /// Where the earlier capture was fetched from, and when.
    pub(crate) earlier_url: String,
    pub(crate) earlier_fetched: Timestamp,
    /// The digest of the earlier capture's body, in small hexadecimal letters.
    pub(crate) payload_sha256: String,
}

impl Revisit {
    /// Returns what the later look stands for: the body of `earlier`, with the later head where there was one.
    pub(crate) fn resolved(self, earlier: Stored) -> Stored {
        let Stored { url, fetched, response } = self.seen;
        // A `304` says that the earlier head holds, too.
        let head = if response.status == 304 { earlier.response.clone() } else { response };
        Stored { url, fetched, response: Response { body: earlier.response.body, ..head } }
    }
}

/// A WARC record after unpacking: its fields and its block.
pub(crate) struct Unpacked {
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) block: Vec<u8>,
}

impl Unpacked {
    /// Reads one packed record; the error says what is wrong.
    pub(crate) fn from_member(member: &[u8], max_bytes: u64) -> Result<Self, &'static str> {
        let mut bytes = Vec::new();
        let mut unpacker = GzDecoder::new(member).take(max_bytes.saturating_add(1));
        unpacker.read_to_end(&mut bytes).map_err(|_| "its packing is broken")?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > max_bytes {
            return Err("it unpacks to more than max_record_bytes");
        }
        Self::parse(&bytes)
    }

    /// Reads a record and compares its block with the digest that it carries.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let (head, rest) = split_head(bytes).ok_or("its head does not end")?;
        let head = std::str::from_utf8(head).map_err(|_| "its head is no text")?;
        let mut lines = head.split("\r\n");
        if !lines.next().is_some_and(|version| version.starts_with("WARC/1.")) {
            return Err("it does not begin with a WARC version");
        }
        let fields: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        let mut record = Self { fields, block: Vec::new() };
        let length: usize =
            record.field("Content-Length").and_then(|text| text.parse().ok()).ok_or("it states no length")?;
        record.block = rest.get(..length).ok_or("it is shorter than it states")?.to_vec();
        let digest = format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(&record.block)));
        match record.field("WARC-Block-Digest") {
            Some(stated) if stated == digest => Ok(record),
            Some(_) => Err("its block does not have the stated digest"),
            None => Err("it states no block digest"),
        }
    }

    /// Returns a field of the record's head.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the digest of the payload, in small hexadecimal letters.
    pub(crate) fn payload_sha256(&self) -> Option<&str> {
        self.field("WARC-Payload-Digest")?.strip_prefix("sha256:")
    }

    /// Reads the record as a response; the error says what is wrong.
    pub(crate) fn into_stored(self) -> Result<Stored, &'static str> {
        if self.field("WARC-Type") != Some("response") {
            return Err("it is no response");
        }
        self.answer()
    }

    /// Reads the record as a revisit; the error says what is wrong.
    pub(crate) fn into_revisit(self) -> Result<Revisit, &'static str> {
        let refers = "it does not say which capture it refers to";
        let date = self.field("WARC-Refers-To-Date").and_then(|date| date.parse().ok());
        Ok(Revisit {
            earlier_url: self.field("WARC-Refers-To-Target-URI").ok_or(refers)?.to_owned(),
            earlier_fetched: date.ok_or(refers)?,
            payload_sha256: self.payload_sha256().ok_or(refers)?.to_owned(),
            seen: self.answer()?,
        })
    }

    /// Returns what a later record says of the capture that this one keeps, or refers to.
    pub(crate) fn earlier(&self) -> Option<Earlier> {
        let (id, url, date) = match self.field("WARC-Type")? {
            "response" => ("WARC-Record-ID", "WARC-Target-URI", "WARC-Date"),
            "revisit" => ("WARC-Refers-To", "WARC-Refers-To-Target-URI", "WARC-Refers-To-Date"),
            _ => return None,
        };
        Some(Earlier {
            record_id: self.field(id)?.to_owned(),
            url: self.field(url)?.to_owned(),
            fetched: self.field(date)?.parse().ok()?,
            payload_sha256: self.payload_sha256()?.to_owned(),
        })
    }

    fn answer(&self) -> Result<Stored, &'static str> {
        let (head, body) = split_head(&self.block).ok_or("the head of its answer does not end")?;
        let (version, status, headers) = parse_http_head(head)?;
        let version = if self.field("WARC-Protocol") == Some("h2") { Version::HTTP_2 } else { version };
        let truncated = self.field("WARC-Truncated").is_some();
        let fetched = self.field("WARC-Date").and_then(|date| date.parse().ok()).ok_or("it has no date")?;
        Ok(Stored {
            url: self.field("WARC-Target-URI").ok_or("it states no address")?.to_owned(),
            fetched,
            response: Response { version, status, headers, body: body.to_vec(), truncated },
        })
    }
}

/// Splits at the first empty line; the second part begins after it.
fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 4..)?))
}

fn parse_http_head(head: &[u8]) -> Result<(Version, StatusCode, HeaderMap), &'static str> {
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let status_line = lines.next().unwrap_or_default();
    let mut words = status_line.split(|byte| *byte == b' ');
    let version = match words.next() {
        Some(b"HTTP/1.0") => Version::HTTP_10,
        Some(b"HTTP/1.1") => Version::HTTP_11,
        _ => return Err("its answer begins with no status line"),
    };
    let status = words.next().and_then(|code| StatusCode::from_bytes(code).ok());
    let mut headers = HeaderMap::new();
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let name = parts.next().and_then(|name| HeaderName::from_bytes(name).ok());
        let value =
            parts.next().map(<[u8]>::trim_ascii).and_then(|value| HeaderValue::from_bytes(value).ok());
        if let (Some(name), Some(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    Ok((version, status.ok_or("its answer has no status")?, headers))
}
