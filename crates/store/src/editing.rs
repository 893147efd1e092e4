//! How a watch is changed by hand: its name, its query, whether it runs. What it matched before stays in the ledger.

use jiff::Timestamp;
use model::{WatchId, WatchState};

use crate::history::WatchChange;
use crate::watching::{move_revision, state_word, tell_at_once};
use crate::{Database, StoreError};

/// What a watch is to have from now on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WatchEdit {
    /// Another name.
    pub name: Option<String>,
    /// Another query, which has been read and printed by the query language.
    pub query: Option<String>,
}

impl std::fmt::Debug for WatchEdit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WatchEdit(…)")
    }
}

impl Database {
    pub(crate) async fn edit(
        &self,
        watch: WatchId,
        edit: &WatchEdit,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        // First of all: from here on nobody else changes a watch.
        let revision = move_revision(&mut transaction).await?;
        let Some(known) = self.watch_in(&mut transaction, watch).await? else {
            return Err(StoreError::Exists("the watch was removed meanwhile"));
        };
        let name = edit.name.as_ref().unwrap_or(&known.name);
        let query = edit.query.as_ref().unwrap_or(&known.query);
        let hash = self.sealer()?.hash("watches.name", name);
        let taken = sqlx::query("select id from watches where name_hash = $1 and id <> $2")
            .bind(hash.as_str())
            .bind(watch.0)
            .fetch_optional(&mut *transaction)
            .await?;
        if taken.is_some() {
            return Err(StoreError::Exists("there is another watch of that name: choose another"));
        }
        sqlx::query(
            "update watches set name_hash = $1, name_sealed = $2, query_sealed = $3, revision = $4 where id = $5",
        )
        .bind(hash)
        .bind(self.seal("watches.name", name)?)
        .bind(self.seal("watches.query", query)?)
        .bind(revision)
        .bind(watch.0)
        .execute(&mut *transaction)
        .await?;
        if *name != known.name {
            let change = WatchChange::Renamed { from: known.name.clone(), to: name.clone() };
            self.note_change(&mut transaction, (watch, name), &change, now).await?;
        }
        if *query != known.query {
            let change = WatchChange::Reworded { from: known.query.clone(), to: query.clone() };
            self.note_change(&mut transaction, (watch, name), &change, now).await?;
        }
        if edit.query.is_some() && matches!(known.state, WatchState::Quarantined { .. }) {
            sqlx::query(
                "update watches set state = 'active', unreadable_since = 0, unreadable_reason = '' where id = $1",
            )
            .bind(watch.0)
            .execute(&mut *transaction)
            .await?;
            self.note_change(&mut transaction, (watch, name), &WatchChange::Readable, now).await?;
            tell_at_once(&mut transaction, watch, now).await?;
        }
        Ok(transaction.commit().await?)
    }

    pub(crate) async fn pause(
        &self,
        watch: WatchId,
        paused: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let revision = move_revision(&mut transaction).await?;
        let known = self.watch_in(&mut transaction, watch).await?;
        let Some(known) = known.filter(|known| (known.state == WatchState::Paused) != paused) else {
            return Ok(false);
        };
        let (state, change) = if paused {
            (WatchState::Paused, WatchChange::Paused)
        } else {
            (WatchState::Active, WatchChange::Resumed)
        };
        sqlx::query(
            "update watches set state = $1, revision = $2, unreadable_since = 0, unreadable_reason = '' where id = $3",
        )
        .bind(state_word(&state))
        .bind(revision)
        .bind(watch.0)
        .execute(&mut *transaction)
        .await?;
        // Nobody is told that it can be read again, for nobody knows.
        sqlx::query("update subscriptions set told_unreadable = 0 where watch = $1")
            .bind(watch.0)
            .execute(&mut *transaction)
            .await?;
        self.note_change(&mut transaction, (watch, &known.name), &change, now).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
