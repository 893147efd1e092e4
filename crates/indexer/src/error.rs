//! Why the index could not do what was asked.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why the index could not do what was asked.
#[derive(Debug, Error)]
pub enum IndexError {
    /// The engine failed.
    #[error("the index failed; if it fails again, `qarauyl index rebuild` makes it anew")]
    Engine(#[from] tantivy::TantivyError),
    /// A file of the index's folder could not be used.
    #[error("cannot use `{path}`")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The files of the index cannot be read.
    #[error("the index in `{path}` is broken: `qarauyl index rebuild` makes it anew")]
    Broken {
        /// Its folder.
        path: PathBuf,
        /// What the engine said.
        source: tantivy::TantivyError,
    },
    /// What was kept of a document cannot be read.
    #[error("a document of the index cannot be read: `qarauyl index rebuild` makes it anew")]
    Stored(#[source] serde_json::Error),
    /// Only one process may write.
    #[error("another process writes to the index: stop it first, or wait until its rebuild has ended")]
    Busy,
}

impl IndexError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::File { path: path.to_owned(), source }
    }
}
