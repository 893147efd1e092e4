//! Walks through a WARC file member by member: for repair after a crash, for checks, for tests.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::bufread::GzDecoder;
use thiserror::Error;

use crate::index::line::{Captured, REVISIT, mime};
use crate::warc::read::{Stored, Unpacked};

/// No record that was written here unpacks to more than this; a torn file may claim anything.
const MAX_RECORD_BYTES: u64 = 1 << 30;

/// One whole record of a WARC file.
#[derive(Debug)]
pub struct ScannedRecord {
    /// The first byte of its gzip member.
    pub offset: u64,
    /// The length of the member in bytes.
    pub length: u64,
    /// `warcinfo`, `request`, `response` ….
    pub kind: String,
    /// The answer, when the record is a response.
    pub stored: Option<Stored>,
    /// What the index says of it, when it is a response or a revisit.
    pub(crate) captured: Option<Captured>,
}

/// A file that could not be walked through to its end.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The file cannot be read.
    #[error("archive file cannot be read: check its owner and the disk")]
    Unreadable(#[from] io::Error),
    /// A record is not what was written.
    #[error("record at byte {offset} is damaged ({what})")]
    Damaged {
        /// Where the record begins, and the last whole one ended.
        offset: u64,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// Calls `each` with every record of the file at `path`, and proves each against its digest.
pub fn scan(path: &Path, mut each: impl FnMut(ScannedRecord)) -> Result<(), ScanError> {
    let mut file = BufReader::new(File::open(path)?);
    let mut offset = 0;
    while !file.fill_buf()?.is_empty() {
        let record = next_record(&mut file, offset)?;
        offset += record.length;
        each(record);
    }
    Ok(())
}

/// Returns how many bytes at the start of the file are whole records.
pub(crate) fn whole_length(path: &Path) -> Result<u64, ScanError> {
    let mut end = 0;
    match scan(path, |record| end = record.offset + record.length) {
        Ok(()) | Err(ScanError::Damaged { .. }) => Ok(end),
        Err(error) => Err(error),
    }
}

fn next_record(file: &mut BufReader<File>, offset: u64) -> Result<ScannedRecord, ScanError> {
    let damaged = |what| ScanError::Damaged { offset, what };
    file.seek(SeekFrom::Start(offset))?;
    let mut unpacker = GzDecoder::new(&mut *file);
    let mut bytes = Vec::new();
    let outcome = unpacker.by_ref().take(MAX_RECORD_BYTES).read_to_end(&mut bytes);
    outcome.map_err(|_| damaged("its packing is broken or it ends early"))?;
    let length = file.stream_position()? - offset;
    let record = Unpacked::parse(&bytes).map_err(damaged)?;
    let kind = record.field("WARC-Type").unwrap_or_default().to_owned();
    let payload = record.payload_sha256().map(str::to_owned);
    let (mut stored, mut captured) = (None, None);
    if kind == "response" {
        let answer = record.into_stored().map_err(damaged)?;
        let kind = mime(answer.response.content_type());
        captured = payload.map(|payload| described(&answer, kind, payload));
        stored = Some(answer);
    } else if kind == "revisit" {
        let revisit = record.into_revisit().map_err(damaged)?;
        captured = Some(described(&revisit.seen, Some(REVISIT.to_owned()), revisit.payload_sha256));
    }
    Ok(ScannedRecord { offset, length, kind, stored, captured })
}

fn described(answer: &Stored, mime: Option<String>, payload_sha256: String) -> Captured {
    let status = answer.response.status.as_u16();
    Captured { url: answer.url.clone(), fetched: answer.fetched, mime, status, payload_sha256 }
}
