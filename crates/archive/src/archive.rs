//! The archive as other crates see it: keep an exchange, read a response back.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process;
use std::sync::{Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use model::CaptureLocation;
use thiserror::Error;

use crate::config::Config;
use crate::exchange::Exchange;
use crate::files::{self, RepairError};
use crate::read::{ReadError, Stored, Unpacked};
use crate::record::pack;
use crate::writer::WarcWriter;

/// The kept exchanges. Any number of threads may keep and read at once.
///
/// Opening touches nothing: a process that only reads never disturbs one that writes.
pub struct Archive {
    config: Config,
    writer: OnceLock<WarcWriter>,
    starting: Mutex<()>,
}

/// What is known of an exchange once it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where the response record of the last answer lies.
    pub location: CaptureLocation,
    /// SHA-256 of that answer's body as received, in small hexadecimal letters.
    pub payload_sha256: String,
}

/// An exchange that could not be kept; it must not be acknowledged.
#[derive(Debug, Error)]
pub enum KeepError {
    /// The disk does not take it.
    #[error("archive folder `{dir}` does not take a capture: free some space or check its owner")]
    NotWritten {
        /// The folder.
        dir: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file of an earlier run cannot be made whole.
    #[error(transparent)]
    NotRepaired(#[from] RepairError),
}

impl Archive {
    /// Opens the archive in `config.dir`; the folder need not be there before something is kept.
    pub fn open(config: &Config) -> Self {
        Self { config: config.clone(), writer: OnceLock::new(), starting: Mutex::new(()) }
    }

    /// Keeps an exchange and returns once it is on the disk: what this answers survives a power cut.
    ///
    /// Blocks for a flush, which all callers of the moment share: call it through `spawn_blocking`.
    pub fn keep(&self, exchange: &Exchange) -> Result<Kept, KeepError> {
        let writer = self.writer(exchange.answer.began)?;
        let packed: io::Result<Vec<_>> =
            exchange.answers().map(|answer| pack(answer, writer.ids())).collect();
        let packed = packed.map_err(|error| self.not_written(error))?;
        let location =
            writer.append(&packed, exchange.answer.ended).map_err(|error| self.not_written(error))?;
        let nothing = || self.not_written(io::Error::other("there was no answer to keep"));
        let (location, last) = location.zip(packed.into_iter().last()).ok_or_else(nothing)?;
        Ok(Kept { location, payload_sha256: last.payload_sha256 })
    }

    /// Reads a kept response back and proves it against the digest that was written with it.
    pub fn read(&self, location: &CaptureLocation) -> Result<Stored, ReadError> {
        let CaptureLocation { file, offset, length } = location;
        let unreadable = |source| ReadError::Unreadable { file: file.clone(), offset: *offset, source };
        let damaged = |what| ReadError::Damaged { file: file.clone(), offset: *offset, what };
        // The name comes from the store; one that leaves the folder is a damaged row.
        if Path::new(file).file_name().and_then(|name| name.to_str()) != Some(file.as_str()) {
            return Err(damaged("its file name is a path"));
        }
        if *length > self.config.max_record_bytes {
            return Err(damaged("it is longer than max_record_bytes"));
        }
        let member = self.member(file, *offset, *length).map_err(unreadable)?;
        Unpacked::from_member(&member, self.config.max_record_bytes)
            .and_then(Unpacked::into_stored)
            .map_err(damaged)
    }

    /// Closes the file that is being written, so that other tools may read it under its own name.
    /// The next capture begins a new one.
    pub fn close(&self) -> Result<(), KeepError> {
        let Some(writer) = self.writer.get() else { return Ok(()) };
        writer.close().map_err(|error| self.not_written(error))
    }

    fn member(&self, file: &str, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        // Between the look for the name and the opening the writer may close the file: then it has its last name.
        let opened = File::open(files::locate(&self.config.dir, file));
        let mut opened = opened.or_else(|_| File::open(self.config.dir.join(file)))?;
        opened.seek(SeekFrom::Start(offset))?;
        let mut member = Vec::new();
        opened.take(length).read_to_end(&mut member)?;
        Ok(member)
    }

    /// Returns the writer; the first call repairs what an earlier run has left open.
    fn writer(&self, at: Timestamp) -> Result<&WarcWriter, KeepError> {
        if let Some(writer) = self.writer.get() {
            return Ok(writer);
        }
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writer) = self.writer.get() {
            return Ok(writer);
        }
        let dir = &self.config.dir;
        fs::create_dir_all(dir).map_err(|error| self.not_written(error))?;
        files::repair(dir)?;
        // Process, folder and moment: no two writers share all three.
        let seed = format!("{} {} {}", process::id(), dir.display(), at.as_nanosecond());
        Ok(self.writer.get_or_init(|| WarcWriter::new(dir.clone(), self.config.max_file_bytes, &seed)))
    }

    fn not_written(&self, source: io::Error) -> KeepError {
        KeepError::NotWritten { dir: self.config.dir.display().to_string(), source }
    }
}
