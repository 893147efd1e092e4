//! The file that is being written, and the journal that tells the index what is in it.

use std::fs::File;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use model::CaptureLocation;

use crate::config::{Class, Config};
use crate::folder::files;
use crate::folder::sealer::Closed;
use crate::index::cdxj::Index;
use crate::warc::packing::{Packed, Packer, RECORDS};

/// A file that is being written. It is locked for as long as this lives.
pub(crate) struct Current {
    name: String,
    file: File,
    day: Date,
    /// The length of the file: where its last whole record ends.
    written: u64,
    records: u64,
    /// Where the index learns of each capture; `None` after a write to it that failed.
    journal: Option<File>,
    /// What the journal is to be told with the next flush.
    lines: String,
}

impl Current {
    /// Begins the next file of `class`, with the record that says what it is.
    pub(crate) fn begin(
        (config, class): (&Config, Class),
        packer: &Packer,
        index: &Index,
        at: Timestamp,
    ) -> io::Result<Self> {
        let (name, file) = files::create(&config.dir, class, at)?;
        let info = packer.warcinfo(&name, class, at)?;
        if let Err(error) = (&file).write_all(&info) {
            // A full disk must not be littered with a new file at each try.
            files::discard(&config.dir, &name)?;
            return Err(error);
        }
        let journal = index.begin_journal(&name).ok();
        let (day, written) = (day(at), length(&info));
        Ok(Self { name, file, day, written, records: 1, journal, lines: String::new() })
    }

    /// Returns whether what was fetched at `at` belongs into this file.
    pub(crate) fn takes(&self, at: Timestamp, max_bytes: u64) -> bool {
        self.day == day(at) && self.written < max_bytes
    }

    /// Appends the records of one exchange, and returns where the last response will lie when they are flushed. After
    /// an error the file ends where it did.
    pub(crate) fn append(
        &mut self,
        records: &[u8],
        answers: &[Packed],
    ) -> Result<Option<CaptureLocation>, Torn> {
        if let Err(error) = self.file.write_all(records) {
            // Half a record is cut off, so that the file goes on where it was whole.
            let is_whole = self.file.set_len(self.written).is_ok();
            return Err(Torn { error, is_whole });
        }
        let mut last = None;
        for answer in answers {
            let offset = self.written + answer.offset;
            let at = CaptureLocation { file: self.name.clone(), offset, length: answer.length };
            if let Some(line) = answer.captured.line(&at) {
                self.lines.push_str(&line);
                self.lines.push('\n');
            }
            self.records += RECORDS;
            last = Some(at);
        }
        self.written += length(records);
        Ok(last)
    }

    /// Sees to it that all that was appended is on the disk.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.tell_journal();
        self.file.sync_data()
    }

    /// Closes the file, all of which must be on the disk, so that other tools may read it under its own name.
    pub(crate) fn close(self, config: &Config) -> io::Result<Closed> {
        files::close(&config.dir, &self.name)?;
        // Only now may the lock go: an open file without it is one that a crash has left, and is repaired.
        let Self { name, file, records, journal, .. } = self;
        drop(file);
        Ok(Closed { name, records: journal.is_some().then_some(records) })
    }

    /// Writes lines to the journal. The index is derived: a journal that takes no more is given up, and the lines are
    /// made again from the file when it is closed.
    fn tell_journal(&mut self) {
        let outcome = self.journal.as_mut().map(|journal| journal.write_all(self.lines.as_bytes()));
        if let Some(Err(error)) = outcome {
            tracing::warn!(%error, file = self.name, "the journal of the archive index takes no more");
            self.journal = None;
        }
        self.lines.clear();
    }
}

/// A write that did not succeed.
#[derive(Debug)]
pub(crate) struct Torn {
    pub(crate) error: io::Error,
    /// Whether the file ends with a whole record, and may go on.
    pub(crate) is_whole: bool,
}

fn day(at: Timestamp) -> Date {
    Offset::UTC.to_datetime(at).date()
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
