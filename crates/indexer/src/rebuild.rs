//! Builds the index anew beside the living one, and switches when it is whole.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use query::Lexicon;
use store::VersionInContext;

use crate::index::{living, point_at, version};
use crate::{Config, IndexError, TantivyIndex};

/// An index that is being built.
#[derive(Debug)]
pub struct Rebuild {
    directory: PathBuf,
    name: String,
    old: Option<String>,
    index: TantivyIndex,
}

impl Rebuild {
    /// Begins an empty index beside the living one.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn begin(config: &Config, lexicon: Arc<Lexicon>) -> Result<Self, IndexError> {
        let old = living(&config.directory)?;
        let number = old.as_ref().and_then(|name| name.rsplit('-').next()?.parse::<u64>().ok()).unwrap_or(0);
        let name = format!("{}-{}", version(), number + 1);
        let folder = config.directory.join(&name);
        if folder.exists() {
            // What a rebuild that was cut short left behind.
            fs::remove_dir_all(&folder)
                .map_err(|source| IndexError::File { path: folder.clone(), source })?;
        }
        let index = TantivyIndex::open_folder(&folder, config, lexicon, false)?;
        Ok(Self { directory: config.directory.clone(), name, old, index })
    }

    /// Adds versions.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn add(&self, versions: &[VersionInContext]) -> Result<(), IndexError> {
        self.index.put(versions)
    }

    /// Makes this index the living one and removes the one before. A process that runs meanwhile goes on with the
    /// old files until it is started again.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn switch(self) -> Result<(), IndexError> {
        drop(self.index);
        point_at(&self.directory, &self.name)?;
        if let Some(old) = self.old.filter(|old| *old != self.name) {
            // Left-over files cost space and nothing else.
            drop(fs::remove_dir_all(self.directory.join(old)));
        }
        Ok(())
    }
}
