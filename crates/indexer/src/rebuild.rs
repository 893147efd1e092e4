//! Builds the index anew beside the living one, and switches when it is whole.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use query::Lexicon;
use store::VersionInContext;

use crate::build::{Build, Numbered};
use crate::fields::ReadVersion;
use crate::folder::Folder;
use crate::index::{documents, not_taken};
use crate::writing::Writing;
use crate::{Config, IndexError, Refused};

/// So many documents go into one commit: they are kept in memory until then, for one of them may spoil the others.
const TOGETHER: usize = 2_000;

/// An index that is being built. As long as it is, no process writes to the living one: what became searchable there
/// after its article was read from the store would be lost by the switch.
pub struct Rebuild {
    folder: Folder,
    lexicon: Arc<Lexicon>,
    filling: Mutex<Filling>,
}

struct Filling {
    writing: Writing,
    /// What was added since the last commit.
    open: Vec<Numbered>,
}

impl fmt::Debug for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rebuild").field(&self.filling().writing).finish()
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
        let writing = Writing::start(Arc::new(build), config.memory_bytes, lock)?;
        Ok(Self { folder, lexicon, filling: Mutex::new(Filling { writing, open: Vec::new() }) })
    }

    /// Adds versions, and returns those that cannot be indexed, be it of these or of those added before.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn add(&self, versions: &[VersionInContext]) -> Result<Vec<Refused>, IndexError> {
        let read: Vec<ReadVersion> =
            versions.iter().map(|version| ReadVersion::read(version.clone(), &self.lexicon)).collect();
        let mut filling = self.filling();
        let (documents, mut refused) = documents(&filling.writing.build.fields, &read)?;
        refused.extend(filling.add(documents)?);
        Ok(refused)
    }

    /// Makes this index the living one and removes those before it; processes that run follow at their next search.
    /// Returns the versions that turned out to be such as cannot be indexed.
    ///
    /// # Errors
    /// When the engine fails or the folder cannot be written; then the old one goes on living.
    pub fn switch(self) -> Result<Vec<Refused>, IndexError> {
        let mut filling = self.filling.into_inner().unwrap_or_else(PoisonError::into_inner);
        let refused = filling.commit()?;
        filling.writing.tidy_up()?;
        let name = filling.writing.build.name.clone();
        // Until the switch nobody else may write.
        let _lock = filling.writing.finish()?;
        self.folder.mark_built(&name)?;
        self.folder.point_at(&name)?;
        self.folder.remove_others(&name);
        Ok(refused)
    }

    fn filling(&self) -> MutexGuard<'_, Filling> {
        self.filling.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Filling {
    fn add(&mut self, documents: Vec<Numbered>) -> Result<Vec<Refused>, IndexError> {
        self.open.extend(documents.iter().cloned());
        if let Err(failed) = self.writing.hold(documents) {
            return self.commit_apart(failed);
        }
        if self.open.len() < TOGETHER { Ok(Vec::new()) } else { self.commit() }
    }

    fn commit(&mut self) -> Result<Vec<Refused>, IndexError> {
        match self.writing.commit(Vec::new()) {
            Ok(()) => {
                self.open.clear();
                Ok(Vec::new())
            }
            Err(failed) => self.commit_apart(failed),
        }
    }

    /// A document that ended the engine's writer took all those with it that were not committed.
    fn commit_apart(&mut self, failed: IndexError) -> Result<Vec<Refused>, IndexError> {
        let open = std::mem::take(&mut self.open);
        let all: Vec<u64> = open.iter().map(|(number, _)| *number).collect();
        match self.writing.put_apart(failed, open) {
            Ok(refused) => Ok(not_taken(refused)),
            // Not one of them goes in, but the engine goes on: it is for what they say after all.
            Err(_) if self.writing.commit(Vec::new()).is_ok() => Ok(not_taken(all)),
            Err(failed) => Err(failed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writing::tests::document;

    #[test]
    fn a_document_that_ends_the_writer_does_not_end_the_rebuild() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { directory: folder.path().join("index"), memory_bytes: 15_000_000 };
        let lexicon = Lexicon::from_toml(std::iter::empty()).unwrap();
        let rebuild = Rebuild::begin(&config, Arc::new(lexicon)).unwrap();
        let mut refused = Vec::new();
        for number in 1..=40 {
            let mut filling = rebuild.filling();
            let document = document(&filling.writing, number, number != 7);
            refused.extend(filling.add(vec![document]).unwrap());
        }
        refused.extend(rebuild.switch().unwrap());
        let refused: Vec<i64> = refused.iter().map(|one| one.article.0).collect();
        assert_eq!(refused, [7]);
        let living = Folder::open(&config.directory).unwrap();
        let build = Build::open(&living, &living.living().unwrap().unwrap()).unwrap();
        assert_eq!(build.newest().unwrap().num_docs(), 39);
    }
}
