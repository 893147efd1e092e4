//! The `[store]`, `[seal]` and `[queue]` sections of the configuration.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;

use crate::RetryPolicy;

/// Where the state lies.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
}

impl StoreConfig {
    /// Returns the file of a SQLite store; none for another store.
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.trim_start_matches("//")))
    }
}

/// Where the key of the sealed columns comes from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealConfig {
    /// A file of 32 random bytes in hexadecimal; made by `qarauyl init`. Empty: none.
    pub key_file: String,
    /// The name of a systemd credential that holds the same. Empty: none.
    pub credential: String,
    /// A file or pipe that gives a passphrase, from which the key is derived. Empty: none.
    pub passphrase_file: String,
}

/// How work is handed out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueConfig {
    /// How long a worker may be silent before its job is given to another.
    pub lease: SignedDuration,
    /// How long an idle worker waits before it looks again.
    pub idle: SignedDuration,
    /// When a failed job is tried again.
    pub retry: RetryPolicy,
}
