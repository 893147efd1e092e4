//! Builds the index anew beside the living one, and switches when it is whole.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use query::Lexicon;
use store::VersionInContext;
use tantivy::IndexWriter;

use crate::build::Build;
use crate::fields::ReadVersion;
use crate::folder::{Folder, WriteLock};
use crate::index::documents;
use crate::{Config, IndexError, Refused};

/// An index that is being built. As long as it is, no process writes to the living one: what became searchable there
/// after its article was read from the store would be lost by the switch.
pub struct Rebuild {
    folder: Folder,
    lexicon: Arc<Lexicon>,
    build: Build,
    writer: Mutex<IndexWriter>,
    lock: WriteLock,
}

impl fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rebuild").field(&self.build).finish()
    }
}

impl Rebuild {
    /// Begins an empty index beside the living one, which may be broken or of another version.
    ///
    /// # Errors
    /// When another process writes, or the folder cannot be used.
    pub fn begin(config: &Config, lexicon: Arc<Lexicon>) -> Result<Self, IndexError> {
        let folder = Folder::open(&config.directory)?;
        let lock = folder.lock_writing()?;
        let build = folder.alone(|| Build::create(&folder, &folder.begin()?))?;
        let writer = Mutex::new(build.writer(config.memory_bytes)?);
        Ok(Self { folder, lexicon, build, writer, lock })
    }

    /// Adds versions, and returns those that cannot be indexed.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn add(&self, versions: &[VersionInContext]) -> Result<Vec<Refused>, IndexError> {
        let read: Vec<ReadVersion> =
            versions.iter().map(|version| ReadVersion::read(version.clone(), &self.lexicon)).collect();
        let (documents, refused) = documents(&self.build.fields, &read)?;
        self.build.add(&self.writer.lock().unwrap_or_else(PoisonError::into_inner), documents)?;
        Ok(refused)
    }

    /// Makes this index the living one and removes those before it; processes that run follow at their next search.
    ///
    /// # Errors
    /// When the engine fails or the folder cannot be written; then the old one goes on living.
    pub fn switch(self) -> Result<(), IndexError> {
        let mut writer = self.writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        writer.commit()?;
        writer.wait_merging_threads()?;
        self.folder.mark_built(&self.build.name)?;
        self.folder.point_at(&self.build.name)?;
        self.folder.remove_others(&self.build.name);
        drop(self.lock);
        Ok(())
    }
}
