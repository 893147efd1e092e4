//! A store in one file stands still while it is read as a file. Others go on working: what they write goes beside it, into
//! the log of the engine, and from there into the file afterwards.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sqlx::{Any, Row, Transaction};

use crate::copying::damages;
use crate::database::Engine;
use crate::reading::counts_of;
use crate::{Database, HouseCounts, StoreError};

/// So often it is tried to find the moment at which nothing stands beside the file.
const TRIES: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// The file of a store, which nobody changes for as long as this is held.
#[derive(Debug)]
pub struct Frozen {
    file: Arc<File>,
    size: u64,
    /// Reads from the file alone: as long as it does, the engine writes nothing into it (`WAL_READ_LOCK(0)`).
    reading: Transaction<'static, Any>,
}

/// Reads a frozen file from its start to its end.
#[derive(Debug)]
pub struct FrozenFile {
    file: Arc<File>,
    at: u64,
    size: u64,
}

impl Database {
    /// Lets the file of the store stand still.
    ///
    /// # Errors
    /// When the store is no file, or is written to so much that no such moment is found.
    pub async fn freeze(&self) -> Result<Frozen, StoreError> {
        if self.engine != Engine::Sqlite {
            return Err(StoreError::NoFile);
        }
        // The engine lays its log beside the file itself, not beside a link to it.
        let file = std::fs::canonicalize(&self.file).map_err(|source| self.unreadable(source))?;
        let log = PathBuf::from(format!("{}-wal", file.display()));
        for _ in 0..TRIES {
            // What can be moved into the file without keeping anybody waiting is moved first, so that the rest is short.
            sqlx::query("pragma wal_checkpoint(passive)").fetch_all(self.writers()).await?;
            let moved = sqlx::query("pragma wal_checkpoint(truncate)").fetch_one(self.writers()).await?;
            let busy: i64 = moved.try_get(0)?;
            let mut reading = self.readers().begin().await?;
            sqlx::query("select count(*) from house").fetch_one(&mut *reading).await?;
            // Whoever begins to read while nothing stands beside the file reads from the file alone.
            if busy == 0 && std::fs::metadata(&log).is_ok_and(|log| log.len() == 0) {
                let file = self.raw()?;
                let size = file.metadata().map_err(|source| self.unreadable(source))?.len();
                return Ok(Frozen { file, size, reading });
            }
            reading.rollback().await?;
            tokio::time::sleep(PAUSE).await;
        }
        Err(StoreError::Busy)
    }

    /// Returns the file, opened once: the locks of a process on a file are gone as soon as it closes the file anywhere
    /// (POSIX `fcntl`), and the engine relies on its own.
    fn raw(&self) -> Result<Arc<File>, StoreError> {
        let mut raw = self.raw.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &*raw {
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(&self.file).map_err(|source| self.unreadable(source))?);
        Ok(Arc::clone(raw.insert(file)))
    }

    fn unreadable(&self, source: io::Error) -> StoreError {
        StoreError::File { path: self.file.display().to_string(), source }
    }
}

impl Frozen {
    /// Returns a reader of the file; it reads what stood in it only as long as this is held.
    pub fn reader(&self) -> FrozenFile {
        FrozenFile { file: Arc::clone(&self.file), at: 0, size: self.size }
    }

    /// Counts what is in the file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn counts(&mut self) -> Result<HouseCounts, StoreError> {
        counts_of(&mut *self.reading).await
    }

    /// Returns what the engine finds wrong with the file.
    ///
    /// # Errors
    /// When it cannot be read at all.
    pub async fn damages(&mut self) -> Result<Vec<String>, StoreError> {
        damages(&mut *self.reading).await
    }

    /// Lets the file be written to again.
    ///
    /// # Errors
    /// When the store cannot be reached any more.
    pub async fn thaw(self) -> Result<(), StoreError> {
        Ok(self.reading.rollback().await?)
    }
}

impl Read for FrozenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read_at(buffer.get_mut(..left).unwrap_or_default(), self.at)?;
        self.at += u64::try_from(read).unwrap_or_default();
        Ok(read)
    }
}
