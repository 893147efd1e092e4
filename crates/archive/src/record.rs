//! Turns an exchange into WARC 1.1 records, each a gzip member of its own.
//!
//! Pure: bytes in, bytes out. Two things differ from the wire, and the `warcinfo` record says so: header names
//! are in small letters, and `Transfer-Encoding` is left out because the body is kept without its chunks.
//! An answer that came over HTTP/2 gets a status line of HTTP/1.1, as all WARC tools expect, and a
//! `WARC-Protocol` field that tells the truth.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use data_encoding::HEXLOWER;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Version;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::exchange::{Answer, Response};

/// Pages that the server compressed gain nothing from a higher level; plain ones gain little.
const LEVEL: u32 = 4;

/// A record before it is packed. Its block is `head` followed by `body`.
pub(crate) struct Record<'a> {
    fields: Vec<(&'static str, String)>,
    head: Vec<u8>,
    body: &'a [u8],
}

/// The packed records of one answer.
pub(crate) struct Packed {
    /// The gzip member of the response record.
    pub(crate) response: Vec<u8>,
    /// The gzip member of the request record, which follows it.
    pub(crate) request: Vec<u8>,
    /// SHA-256 of the body as received, in small hexadecimal letters.
    pub(crate) payload_sha256: String,
}

/// Gives every record a name that no other record has.
pub(crate) struct RecordIds {
    seed: [u8; 32],
    given: AtomicU64,
}

impl RecordIds {
    /// Starts a series of names; `seed` must differ between any two processes.
    pub(crate) fn new(seed: &str) -> Self {
        Self { seed: Sha256::digest(seed).into(), given: AtomicU64::new(0) }
    }

    /// Returns the next name, a version 8 UUID: its bits are ours to choose.
    pub(crate) fn next(&self) -> String {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(self.seed).chain_update(number.to_be_bytes()).finalize();
        let mut bits = hash.iter().take(16).fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        // Version 8, variant of RFC 9562.
        bits = bits & !(0xf << 76) | (0x8 << 76);
        bits = bits & !(0x3 << 62) | (0x2 << 62);
        let digits = format!("{bits:032x}");
        let parts: Vec<&str> =
            [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().filter_map(|part| digits.get(part)).collect();
        format!("<urn:uuid:{}>", parts.join("-"))
    }
}

/// Packs the records of one answer.
pub(crate) fn pack(answer: &Answer, ids: &RecordIds) -> io::Result<Packed> {
    let (response_id, request_id) = (ids.next(), ids.next());
    let payload_sha256 = HEXLOWER.encode(&Sha256::digest(&answer.response.body));
    let mut response = Record::new("response", answer.began, &response_id);
    response.describe(answer);
    response.field("WARC-Concurrent-To", request_id.clone());
    response.field("WARC-Payload-Digest", format!("sha256:{payload_sha256}"));
    if answer.response.truncated {
        response.field("WARC-Truncated", "length".to_owned());
    }
    response.field("Content-Type", "application/http; msgtype=response".to_owned());
    response.head = response_head(&answer.response);
    response.body = &answer.response.body;

    let mut request = Record::new("request", answer.began, &request_id);
    request.describe(answer);
    request.field("WARC-Concurrent-To", response_id);
    request.field("Content-Type", "application/http; msgtype=request".to_owned());
    request.head.clone_from(&answer.request);
    Ok(Packed { response: response.pack()?, request: request.pack()?, payload_sha256 })
}

/// Packs the record that each file begins with.
pub(crate) fn pack_warcinfo(file: &str, at: Timestamp, ids: &RecordIds) -> io::Result<Vec<u8>> {
    let mut record = Record::new("warcinfo", at, &ids.next());
    record.field("WARC-Filename", file.to_owned());
    record.field("Content-Type", "application/warc-fields".to_owned());
    record.head = format!(
        "software: qarauyl/{}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
         description: header names are in small letters; Transfer-Encoding is left out, bodies are kept \
         without their chunks and with their content coding\r\n",
        env!("CARGO_PKG_VERSION")
    )
    .into_bytes();
    record.pack()
}

impl Record<'_> {
    fn new(kind: &str, at: Timestamp, id: &str) -> Self {
        let mut record = Self { fields: Vec::new(), head: Vec::new(), body: &[] };
        record.field("WARC-Type", kind.to_owned());
        record.field("WARC-Record-ID", id.to_owned());
        record.field("WARC-Date", format!("{at:.3}"));
        record
    }

    fn describe(&mut self, answer: &Answer) {
        let mut url = answer.url.clone();
        url.set_fragment(None);
        self.field("WARC-Target-URI", url.into());
        if let Some(remote) = answer.remote {
            self.field("WARC-IP-Address", remote.to_canonical().to_string());
        }
        let protocol = match answer.response.version {
            Version::HTTP_2 => "h2",
            Version::HTTP_10 => "http/1.0",
            _ => "http/1.1",
        };
        self.field("WARC-Protocol", protocol.to_owned());
    }

    fn field(&mut self, name: &'static str, value: String) {
        self.fields.push((name, value));
    }

    fn pack(self) -> io::Result<Vec<u8>> {
        let digest = Sha256::new().chain_update(&self.head).chain_update(self.body).finalize();
        let length = self.head.len() + self.body.len();
        let mut member = GzEncoder::new(Vec::with_capacity(length / 2 + 512), Compression::new(LEVEL));
        member.write_all(b"WARC/1.1\r\n")?;
        for (name, value) in &self.fields {
            write!(member, "{name}: {value}\r\n")?;
        }
        write!(member, "WARC-Block-Digest: sha256:{}\r\n", HEXLOWER.encode(&digest))?;
        write!(member, "Content-Length: {length}\r\n\r\n")?;
        member.write_all(&self.head)?;
        member.write_all(self.body)?;
        member.write_all(b"\r\n\r\n")?;
        member.finish()
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_records_share_a_name() {
        let (one, other) = (RecordIds::new("1"), RecordIds::new("2"));
        let names: HashSet<String> = (0..500).flat_map(|_| [one.next(), other.next()]).collect();
        assert_eq!(names.len(), 1000);
        let name = names.iter().next().unwrap();
        assert!(name.starts_with("<urn:uuid:") && name.len() == 47, "{name}");
    }
}
