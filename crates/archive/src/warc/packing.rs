//! Turns an exchange into WARC 1.1 records.
//!
//! Pure: bytes in, bytes out. Two things differ from the wire, and the `warcinfo` record says so: header names
//! are in small letters, and `Transfer-Encoding` is left out because the body is kept without its chunks.
//! An answer that came over HTTP/2 gets a status line of HTTP/1.1, as all WARC tools expect, and a
//! `WARC-Protocol` field that tells the truth.
//!
//! Each answer becomes three records: `response` or `revisit`, `request`, and `metadata` with what the connection
//! told. The answers of a chain of redirects follow one another; `via` in `metadata` says which led where.

use std::io;

use data_encoding::HEXLOWER;
use http::Version;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use url::Url;

use crate::config::Class;
use crate::exchange::{Answer, Exchange, ProxyKind, Response, TlsVersion};
use crate::index::line::{Captured, REVISIT, mime};
use crate::warc::ids::RecordIds;
use crate::warc::record::{Record, date};

const IDENTICAL: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
const NOT_MODIFIED: &str = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";

/// Each answer becomes so many records.
pub(crate) const RECORDS: u64 = 3;

/// The records of one answer: gzip members, one after the other.
pub(crate) struct Packed {
    /// Where the first of them begins, counted from the first of the exchange.
    pub(crate) offset: u64,
    /// The length of the first of them.
    pub(crate) length: u64,
    /// What the index says of it.
    pub(crate) captured: Captured,
}

/// The earlier capture that a `revisit` record stands for.
#[derive(Debug, Clone)]
pub(crate) struct Earlier {
    /// The name of its record.
    pub(crate) record_id: String,
    /// Its address.
    pub(crate) url: String,
    /// When it was fetched.
    pub(crate) fetched: Timestamp,
    /// SHA-256 of its payload, in small hexadecimal letters.
    pub(crate) payload_sha256: String,
}

/// Where and by whom records are made.
pub(crate) struct Packer {
    pub(crate) ids: RecordIds,
    /// Where requests leave from, in the team's words; empty: untold.
    pub(crate) vantage: String,
    /// SHA-256 of the configuration in force; empty: untold.
    pub(crate) configuration_sha256: String,
}

impl Packer {
    /// Packs all answers of an exchange into `file`, the page last. The page becomes a `revisit` when it repeats
    /// `earlier`.
    pub(crate) fn pack(
        &self,
        exchange: &Exchange,
        earlier: Option<&Earlier>,
        file: &mut Vec<u8>,
    ) -> io::Result<Vec<Packed>> {
        let mut via: Option<&Url> = None;
        let mut packed = Vec::with_capacity(exchange.redirects.len() + 1);
        for answer in &exchange.redirects {
            packed.push(self.answer(answer, (via, None), file)?);
            via = Some(&answer.url);
        }
        packed.push(self.answer(&exchange.answer, (via, earlier), file)?);
        Ok(packed)
    }

    fn answer(
        &self,
        answer: &Answer,
        (via, earlier): (Option<&Url>, Option<&Earlier>),
        file: &mut Vec<u8>,
    ) -> io::Result<Packed> {
        let payload_sha256 = HEXLOWER.encode(&Sha256::digest(&answer.response.body));
        let (main_id, request_id) = (self.ids.next(), self.ids.next());
        let revisit = earlier.and_then(|earlier| profile(answer, &payload_sha256, earlier));
        let mut main = match revisit {
            Some((profile, earlier)) => revisit_record(answer, &main_id, (profile, earlier)),
            None => response_record(answer, &main_id, &payload_sha256),
        };
        main.field("WARC-Concurrent-To", &request_id);
        let mut request = Record::new("request", answer.began, &request_id);
        describe(&mut request, answer);
        request.field("WARC-Concurrent-To", &main_id);
        request.field("Content-Type", "application/http; msgtype=request");
        request.head.clone_from(&answer.request);
        let metadata = self.metadata(answer, via, &main_id);
        let begin = file.len();
        main.pack(file)?;
        let end = file.len();
        request.pack(file)?;
        metadata.pack(file)?;
        let captured = Captured {
            url: target(answer),
            fetched: answer.began,
            mime: match revisit {
                Some(_) => Some(REVISIT.to_owned()),
                None => mime(answer.response.content_type()),
            },
            status: answer.response.status.as_u16(),
            payload_sha256: revisit.map_or(payload_sha256, |(_, earlier)| earlier.payload_sha256.clone()),
        };
        Ok(Packed { offset: bytes(begin), length: bytes(end - begin), captured })
    }

    fn metadata(&self, answer: &Answer, via: Option<&Url>, main_id: &str) -> Record<'static> {
        let mut record = Record::new("metadata", answer.began, &self.ids.next());
        record.field("WARC-Target-URI", target(answer));
        record.field("WARC-Concurrent-To", main_id);
        record.field("Content-Type", "application/warc-fields");
        record.say("fetchTimeMs", answer.began.duration_until(answer.ended).as_millis());
        record.say("protocol", protocol(answer.response.version));
        if let Some(via) = via {
            record.say("via", via);
        }
        let tls = answer.tls.as_ref();
        if let Some(version) = tls.and_then(|tls| tls.version) {
            record.say("tlsVersion", tls_version(version));
        }
        if let Some(leaf) = tls.and_then(|tls| tls.leaf_sha256) {
            record.say("tlsLeafCertificateSha256", HEXLOWER.encode(&leaf));
        }
        match answer.proxy {
            Some(ProxyKind::Http) => record.say("proxy", "http"),
            Some(ProxyKind::Socks5) => record.say("proxy", "socks5"),
            None => {}
        }
        if !self.vantage.is_empty() {
            record.say("vantage", &self.vantage);
        }
        record
    }

    /// Packs the record that each file begins with.
    pub(crate) fn warcinfo(&self, file: &str, class: Class, at: Timestamp) -> io::Result<Vec<u8>> {
        let mut record = Record::new("warcinfo", at, &self.ids.next());
        record.field("WARC-Filename", file);
        record.field("Content-Type", "application/warc-fields");
        record.say("software", format_args!("qarauyl/{}", env!("CARGO_PKG_VERSION")));
        record.say("format", "WARC File Format 1.1");
        record.say(
            "conformsTo",
            "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        );
        record.say("isPartOf", class.as_str());
        if !self.configuration_sha256.is_empty() {
            record.say("configurationSha256", &self.configuration_sha256);
        }
        record.say(
            "description",
            "header names are in small letters; Transfer-Encoding is left out, bodies are kept without their \
             chunks and with their content coding; times are by the clock of the machine",
        );
        let mut packed = Vec::new();
        record.pack(&mut packed)?;
        Ok(packed)
    }
}

fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Says whether an answer repeats `earlier`, and by which profile of WARC 1.1 §6.7.
fn profile<'a>(
    answer: &Answer,
    payload_sha256: &str,
    earlier: &'a Earlier,
) -> Option<(&'static str, &'a Earlier)> {
    if answer.response.status == 304 {
        return Some((NOT_MODIFIED, earlier));
    }
    // A body that was cut proves nothing about what was cut off.
    let same = earlier.payload_sha256 == payload_sha256 && !answer.response.truncated;
    same.then_some((IDENTICAL, earlier))
}

fn response_record<'a>(answer: &'a Answer, id: &str, payload_sha256: &str) -> Record<'a> {
    let mut record = Record::new("response", answer.began, id);
    describe(&mut record, answer);
    record.field("WARC-Payload-Digest", format_args!("sha256:{payload_sha256}"));
    if answer.response.truncated {
        record.field("WARC-Truncated", "length");
    }
    record.field("Content-Type", "application/http; msgtype=response");
    record.head = response_head(&answer.response);
    record.body = &answer.response.body;
    record.is_body_packed = !answer.response.content_encoding().is_empty();
    record
}

fn revisit_record<'a>(answer: &'a Answer, id: &str, (profile, earlier): (&str, &Earlier)) -> Record<'a> {
    let mut record = Record::new("revisit", answer.began, id);
    describe(&mut record, answer);
    record.field("WARC-Profile", profile);
    record.field("WARC-Refers-To", &earlier.record_id);
    record.field("WARC-Refers-To-Target-URI", &earlier.url);
    record.field("WARC-Refers-To-Date", date(earlier.fetched));
    record.field("WARC-Payload-Digest", format_args!("sha256:{}", earlier.payload_sha256));
    record.field("Content-Type", "application/http; msgtype=response");
    record.head = response_head(&answer.response);
    record
}

fn describe(record: &mut Record<'_>, answer: &Answer) {
    record.field("WARC-Target-URI", target(answer));
    if let Some(remote) = answer.remote {
        record.field("WARC-IP-Address", remote.to_canonical());
    }
    record.field("WARC-Protocol", protocol(answer.response.version));
    if let Some(version) = answer.tls.as_ref().and_then(|tls| tls.version) {
        record.field("WARC-Protocol", tls_version(version));
    }
}

fn target(answer: &Answer) -> String {
    let mut url = answer.url.clone();
    url.set_fragment(None);
    url.into()
}

/// The words of the field `WARC-Protocol`: those of ALPN, small.
fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_2 => "h2",
        Version::HTTP_10 => "http/1.0",
        _ => "http/1.1",
    }
}

fn tls_version(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::Tls12 => "tls/1.2",
        TlsVersion::Tls13 => "tls/1.3",
    }
}

fn response_head(response: &Response) -> Vec<u8> {
    let version = if response.version == Version::HTTP_10 { "1.0" } else { "1.1" };
    let reason = response.status.canonical_reason().unwrap_or("Unknown");
    let mut head = format!("HTTP/{version} {} {reason}\r\n", response.status.as_u16()).into_bytes();
    for (name, value) in &response.headers {
        if name == http::header::TRANSFER_ENCODING {
            continue;
        }
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
