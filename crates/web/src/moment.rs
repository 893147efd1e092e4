//! Times as pages show them: to the minute, in UTC, with the exact time for machines.

use jiff::Timestamp;

/// A time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The exact time (RFC 3339).
    pub(crate) exact: String,
    /// What a person reads.
    pub(crate) shown: String,
}

impl Moment {
    /// Returns a time to the minute.
    pub(crate) fn minute(time: Timestamp) -> Self {
        Self { exact: time.to_string(), shown: time.strftime("%Y-%m-%d %H:%M UTC").to_string() }
    }

    /// Returns a time of which the day matters.
    pub(crate) fn day(time: Timestamp) -> Self {
        Self { exact: time.to_string(), shown: time.strftime("%Y-%m-%d").to_string() }
    }
}
