//! The `[indexer]` section of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

/// Where the index lies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder; each version of the index has one of its own inside.
    pub directory: PathBuf,
    /// How many bytes of memory the writer may use before it writes to disk; at least 15 million.
    pub memory_bytes: usize,
}
