//! One WARC 1.1 record, and its packing as a gzip member of its own. Pure: bytes in, bytes out.

use std::fmt::Display;
use std::io::{self, Write};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::warc::member;

/// The fields of a record and the head of its block fit in this, mostly.
const USUAL_BYTES: usize = 1024;
/// A shorter record is stored as it is: to begin packing takes longer than all else that is done to it.
const WORTH_PACKING: usize = 2048;

/// A record before it is packed. Its block is `head` followed by `body`.
pub(crate) struct Record<'a> {
    fields: Vec<u8>,
    pub(crate) head: Vec<u8>,
    pub(crate) body: &'a [u8],
    /// Whether the body is packed already. It is then stored as it is: a second packing costs time and gains nothing.
    pub(crate) is_body_packed: bool,
}

impl Record<'_> {
    /// Begins a record of `kind`, named `id`.
    pub(crate) fn new(kind: &str, at: Timestamp, id: &str) -> Self {
        let mut fields = Vec::with_capacity(USUAL_BYTES);
        fields.extend_from_slice(b"WARC/1.1\r\n");
        let mut record = Self { fields, head: Vec::new(), body: &[], is_body_packed: false };
        record.field("WARC-Type", kind);
        record.field("WARC-Record-ID", id);
        record.field("WARC-Date", date(at));
        record
    }

    /// Adds a field to the record's own head.
    pub(crate) fn field(&mut self, name: &str, value: impl Display) {
        line(&mut self.fields, name, value);
    }

    /// Adds a line to a block of the kind `application/warc-fields`.
    pub(crate) fn say(&mut self, name: &str, value: impl Display) {
        line(&mut self.head, name, value);
    }

    /// Adds the record to `file` as a gzip member, with the digest of its block.
    pub(crate) fn pack(mut self, file: &mut Vec<u8>) -> io::Result<()> {
        let digest = Sha256::new().chain_update(&self.head).chain_update(self.body).finalize();
        let length = self.head.len() + self.body.len();
        self.field("WARC-Block-Digest", format_args!("sha256:{}", HEXLOWER.encode(&digest)));
        self.field("Content-Length", length);
        let record = [&self.fields, &b"\r\n"[..], &self.head, self.body, b"\r\n\r\n"].concat();
        if self.is_body_packed || record.len() < WORTH_PACKING {
            member::stored(&record, file);
            return Ok(());
        }
        member::packed(&record, file)
    }
}

/// Writes a time as WARC has it: UTC, to the millisecond.
pub(crate) fn date(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A line break in a value would begin a field of its own choice: it becomes a space.
fn line(to: &mut Vec<u8>, name: &str, value: impl Display) {
    to.extend_from_slice(name.as_bytes());
    to.extend_from_slice(b": ");
    let begin = to.len();
    // A vector takes all that is written to it.
    let _never_fails = write!(to, "{value}");
    let written = to.iter_mut().skip(begin);
    written.filter(|byte| byte.is_ascii_control()).for_each(|byte| *byte = b' ');
    to.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_begin_a_field() {
        let mut record = Record::new("metadata", Timestamp::UNIX_EPOCH, "<urn:uuid:0>");
        record.say("vantage", "a\r\nWARC-Type: response");
        assert_eq!(record.head, b"vantage: a  WARC-Type: response\r\n");
    }
}
