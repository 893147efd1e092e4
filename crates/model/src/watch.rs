//! Watches: the most sensitive thing in the house.

use std::fmt;

use jiff::Timestamp;

use crate::WatchId;

/// A standing query with a name. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Watch {
    /// Its number in the store.
    pub id: WatchId,
    /// What the team calls it.
    pub name: String,
    /// The query, in its canonical print.
    pub query: String,
    /// Whether it runs.
    pub state: WatchState,
    /// When it was added.
    pub created: Timestamp,
}

/// Whether a watch runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchState {
    /// It is matched against every new version.
    Active,
    /// A person paused it.
    Paused,
    /// Its query cannot be read any more. It is shown to a person, and runs again by itself once it can.
    Quarantined {
        /// Since when.
        since: Timestamp,
        /// What is wrong and what to write instead; no text of the query.
        reason: String,
    },
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_name_nor_query() {
        let watch = Watch {
            id: WatchId(7),
            name: "Border".into(),
            query: "khorgos".into(),
            state: WatchState::Active,
            created: Timestamp::UNIX_EPOCH,
        };
        let shown = format!("{watch:?}");
        assert!(shown.contains('7') && !shown.contains("Border") && !shown.contains("khorgos"), "{shown}");
    }
}
