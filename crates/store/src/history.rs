//! The history of a watch: who did what to it and when, sealed; and in numbers what came of it.

use jiff::Timestamp;
use model::WatchId;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::rows::{millis, time};
use crate::{Database, StoreError};

/// What was done to a watch, or happened to it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WatchChange {
    /// It was added.
    Added {
        /// With this query.
        query: String,
    },
    /// It was given another query.
    Reworded {
        /// The one before.
        from: String,
        /// The one from then on.
        to: String,
    },
    /// It was given another name.
    Renamed {
        /// The one before.
        from: String,
        /// The one from then on.
        to: String,
    },
    /// It was paused.
    Paused,
    /// It runs again.
    Resumed,
    /// It could not be read.
    Quarantined {
        /// What was wrong.
        reason: String,
    },
    /// It could be read again.
    Readable,
    /// It was removed.
    Removed,
}

impl std::fmt::Debug for WatchChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WatchChange(…)")
    }
}

/// A change of a watch, when it was made, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchEvent {
    /// When.
    pub at: Timestamp,
    /// Who; empty for the house itself.
    pub person: String,
    /// What.
    pub change: WatchChange,
}

/// What is known of a watch over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchHistory {
    /// The watch.
    pub watch: WatchId,
    /// Its changes, oldest first. What was done before they were noted is not among them.
    pub events: Vec<WatchEvent>,
    /// Versions that it matched.
    pub matches: u64,
    /// What there was to be told.
    pub alerts: u64,
    /// How often one of these stood in somebody's mail.
    pub told: u64,
    /// How often one of these waits for somebody's next mail.
    pub waiting: u64,
}

/// An event as it lies, sealed, in `watch_events.event_sealed`.
#[derive(Serialize, Deserialize)]
pub(crate) struct EventRow {
    person: String,
    change: WatchChange,
    /// The name that the watch had from then on. Events of before it was noted have none.
    #[serde(default)]
    name: String,
}

impl EventRow {
    /// The names of the watch that stand in it.
    pub(crate) fn into_names(self) -> Vec<String> {
        let mut names = match self.change {
            WatchChange::Renamed { from, to } => vec![from, to],
            _ => Vec::new(),
        };
        names.push(self.name);
        names
    }
}

impl Database {
    /// Notes a change in the history of a watch, which from then on has this name.
    pub(crate) async fn note_change(
        &self,
        transaction: &mut Transaction<'static, Any>,
        (watch, name): (WatchId, &str),
        change: &WatchChange,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let person = match change {
            WatchChange::Quarantined { .. } | WatchChange::Readable => String::new(),
            _ => self.person.clone(),
        };
        let row = EventRow { person, change: change.clone(), name: name.to_owned() };
        sqlx::query("insert into watch_events (watch, name_hash, at, event_sealed) values ($1, $2, $3, $4)")
            .bind(watch.0)
            .bind(self.sealer()?.hash("watches.name", name))
            .bind(millis(now))
            .bind(self.seal("watch_events.event", &row)?)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    pub(crate) async fn history_of(&self, name: &str) -> Result<Option<WatchHistory>, StoreError> {
        // Whoever has the name now comes before whoever had it last.
        let row = sqlx::query(
            "select watch from (select id as watch, 1 as living, 0 as at from watches where name_hash = $1
             union all select watch, 0 as living, id as at from watch_events where name_hash = $1) as known
             order by living desc, at desc limit 1",
        )
        .bind(self.sealer()?.hash("watches.name", name))
        .fetch_optional(self.readers())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let watch = WatchId(row.try_get("watch")?);
        let rows = sqlx::query("select at, event_sealed from watch_events where watch = $1 order by id")
            .bind(watch.0)
            .fetch_all(self.readers())
            .await?;
        let event = |row: &AnyRow| -> Result<WatchEvent, StoreError> {
            let EventRow { person, change, .. } =
                self.open_sealed("watch_events.event", row.try_get("event_sealed")?)?;
            Ok(WatchEvent { at: time(row.try_get("at")?), person, change })
        };
        let events = rows.iter().map(event).collect::<Result<_, _>>()?;
        let row = sqlx::query(
            "select (select count(*) from matches where watch = $1) as matches,
             (select count(*) from alerts where watch = $1) as alerts,
             (select count(*) from tellings t join alerts a on a.id = t.alert where a.watch = $1 and t.digest > 0) as told,
             (select count(*) from tellings t join alerts a on a.id = t.alert where a.watch = $1 and t.digest = 0) as waiting",
        )
        .bind(watch.0)
        .fetch_one(self.readers())
        .await?;
        let count = |name| row.try_get::<i64, _>(name).map(|value| u64::try_from(value).unwrap_or(0));
        Ok(Some(WatchHistory {
            watch,
            events,
            matches: count("matches")?,
            alerts: count("alerts")?,
            told: count("told")?,
            waiting: count("waiting")?,
        }))
    }
}
