//! The `[backup]` section of the settings.

use serde::Deserialize;

use crate::backup::identity;

/// For whom backups are made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The public key, `age1…`; empty: none yet.
    pub(crate) recipient: String,
}

impl Config {
    /// Checks that the key is one, where there is any.
    pub(crate) fn validate(&self) -> anyhow::Result<()> {
        if self.recipient.is_empty() { Ok(()) } else { identity::recipient(&self.recipient).map(drop) }
    }
}
