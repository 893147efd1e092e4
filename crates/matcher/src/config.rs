//! The `[matcher]` section of the configuration.

use jiff::SignedDuration;
use serde::Deserialize;

/// The `[matcher]` section.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How long after a story began its copies still join it.
    pub story_window: SignedDuration,
}
