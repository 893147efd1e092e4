//! Watches: added, listed, edited, paused, removed. Every change moves the revision of the watch list, and is noted in the
//! watch's history.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{Frequency, SubscriberId, Watch, WatchId, WatchNews, WatchState};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::database::open_job;
use crate::editing::WatchEdit;
use crate::history::{WatchChange, WatchHistory};
use crate::mailing::deliver_job;
use crate::rows::{millis, time};
use crate::{Database, StoreError};

/// What the watch commands and pages need.
#[async_trait]
pub trait Watching: Send + Sync {
    /// Adds a watch; its query has been read and printed by the query language. A name may be used once.
    async fn add_watch(&self, name: &str, query: &str, now: Timestamp) -> Result<WatchId, StoreError>;

    /// Lists all watches, oldest first.
    async fn watches(&self) -> Result<Vec<Watch>, StoreError>;

    /// Finds a watch by its name.
    async fn watch_named(&self, name: &str) -> Result<Option<Watch>, StoreError>;

    /// Gives a watch another name or query; number, subscriptions and ledger stay. One that could not be read and has
    /// another query now is active again.
    async fn edit_watch(&self, watch: WatchId, edit: &WatchEdit, now: Timestamp) -> Result<(), StoreError>;

    /// Pauses a watch, or lets it run again; answers whether that changed anything. A paused one is asked nothing, so that
    /// it is not unreadable either.
    async fn pause_watch(&self, watch: WatchId, paused: bool, now: Timestamp) -> Result<bool, StoreError>;

    /// Notes which watches cannot be read by this version, each with what is wrong and no text of its query. An active one
    /// is quarantined, and one that can be read again becomes active; a paused one stays paused. Returns how many
    /// states changed.
    async fn note_unreadable(
        &self,
        unreadable: &[(WatchId, String)],
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Removes a watch and its subscriptions. The ledger keeps what it matched, and its history stays.
    async fn remove_watch(&self, watch: WatchId, now: Timestamp) -> Result<(), StoreError>;

    /// Returns what was done to a watch, by its name or by any that it had, also when it is gone.
    async fn watch_history(&self, name: &str) -> Result<Option<WatchHistory>, StoreError>;
}

#[async_trait]
impl Watching for Database {
    async fn add_watch(&self, name: &str, query: &str, now: Timestamp) -> Result<WatchId, StoreError> {
        let mut transaction = self.begin().await?;
        let id = self.put_watch(&mut transaction, (name, query), now).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn watches(&self) -> Result<Vec<Watch>, StoreError> {
        self.watches_since(-1).await
    }

    async fn watch_named(&self, name: &str) -> Result<Option<Watch>, StoreError> {
        let row = sqlx::query(
            "select id, name_sealed, query_sealed, state, unreadable_since, unreadable_reason, created from watches
             where name_hash = $1",
        )
        .bind(self.sealer()?.hash("watches.name", name))
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| self.watch_of(&row)).transpose()
    }

    async fn edit_watch(&self, watch: WatchId, edit: &WatchEdit, now: Timestamp) -> Result<(), StoreError> {
        self.edit(watch, edit, now).await
    }

    async fn pause_watch(&self, watch: WatchId, paused: bool, now: Timestamp) -> Result<bool, StoreError> {
        self.pause(watch, paused, now).await
    }

    async fn note_unreadable(
        &self,
        unreadable: &[(WatchId, String)],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let known = self.watches_since(-1).await?;
        let changes: Vec<_> = known.iter().filter_map(|watch| judged(watch, unreadable, now)).collect();
        if changes.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.begin().await?;
        let revision = move_revision(&mut transaction).await?;
        for (watch, state) in &changes {
            let (since, reason) = match state {
                WatchState::Quarantined { since, reason } => (millis(*since), reason.as_str()),
                _ => (0, ""),
            };
            sqlx::query(
                "update watches set state = $1, unreadable_since = $2, unreadable_reason = $3, revision = $4
                 where id = $5 and state <> 'paused'",
            )
            .bind(state_word(state))
            .bind(since)
            .bind(reason)
            .bind(revision)
            .bind(watch.0)
            .execute(&mut *transaction)
            .await?;
            let name = known.iter().find(|one| one.id == *watch).map_or("", |one| one.name.as_str());
            let change = match state {
                WatchState::Quarantined { reason, .. } => WatchChange::Quarantined { reason: reason.clone() },
                _ => WatchChange::Readable,
            };
            self.note_change(&mut transaction, (*watch, name), &change, now).await?;
            tell_at_once(&mut transaction, *watch, now).await?;
        }
        transaction.commit().await?;
        Ok(u64::try_from(changes.len()).unwrap_or(u64::MAX))
    }

    async fn remove_watch(&self, watch: WatchId, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let revision = move_revision(&mut transaction).await?;
        if let Some(known) = self.watch_in(&mut transaction, watch).await? {
            self.note_change(&mut transaction, (watch, &known.name), &WatchChange::Removed, now).await?;
        }
        for sql in ["delete from subscriptions where watch = $1", "delete from watches where id = $1"] {
            sqlx::query(sql).bind(watch.0).execute(&mut *transaction).await?;
        }
        sqlx::query("insert into removed_watches (watch, revision) values ($1, $2) on conflict do nothing")
            .bind(watch.0)
            .bind(revision)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn watch_history(&self, name: &str) -> Result<Option<WatchHistory>, StoreError> {
        self.history_of(name).await
    }
}

impl Database {
    /// Adds a watch as a part of a transaction.
    pub(crate) async fn put_watch(
        &self,
        transaction: &mut Transaction<'static, Any>,
        (name, query): (&str, &str),
        now: Timestamp,
    ) -> Result<WatchId, StoreError> {
        // First of all: from here on nobody else adds a watch, so that the next number is ours.
        let revision = move_revision(transaction).await?;
        let row = sqlx::query(
            "insert into watches (id, name_hash, name_sealed, query_sealed, state, created, revision)
             values ((select coalesce(max(id), 0) + 1 from
                 (select id from watches union all select watch as id from removed_watches) as known),
                 $1, $2, $3, 'active', $4, $5)
             on conflict (name_hash) do nothing returning id",
        )
        .bind(self.sealer()?.hash("watches.name", name))
        .bind(self.seal("watches.name", &name.to_owned())?)
        .bind(self.seal("watches.query", &query.to_owned())?)
        .bind(millis(now))
        .bind(revision)
        .fetch_optional(&mut **transaction)
        .await?;
        let Some(row) = row else {
            return Err(StoreError::Exists(
                "there is a watch of that name: choose another, or remove it first",
            ));
        };
        let id = WatchId(row.try_get("id")?);
        let added = WatchChange::Added { query: query.to_owned() };
        self.note_change(transaction, (id, name), &added, now).await?;
        Ok(id)
    }

    /// Reads the watches that changed after a revision; all of them after -1.
    pub(crate) async fn watches_since(&self, revision: i64) -> Result<Vec<Watch>, StoreError> {
        self.sealer()?;
        let rows = sqlx::query(
            "select id, name_sealed, query_sealed, state, unreadable_since, unreadable_reason, created from watches
             where revision > $1 order by id",
        )
        .bind(revision)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(|row| self.watch_of(row)).collect()
    }

    /// Reads the numbers of the watches that were removed after a revision.
    pub(crate) async fn removed_since(&self, revision: i64) -> Result<Vec<WatchId>, StoreError> {
        let rows = sqlx::query("select watch from removed_watches where revision > $1 order by watch")
            .bind(revision)
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(|row| Ok(WatchId(row.try_get("watch")?))).collect()
    }

    /// Reads a watch as a transaction sees it.
    pub(crate) async fn watch_in(
        &self,
        transaction: &mut Transaction<'static, Any>,
        watch: WatchId,
    ) -> Result<Option<Watch>, StoreError> {
        let row = sqlx::query(
            "select id, name_sealed, query_sealed, state, unreadable_since, unreadable_reason, created from watches
             where id = $1",
        )
        .bind(watch.0)
        .fetch_optional(&mut **transaction)
        .await?;
        row.map(|row| self.watch_of(&row)).transpose()
    }

    fn watch_of(&self, row: &AnyRow) -> Result<Watch, StoreError> {
        let state: String = row.try_get("state")?;
        Ok(Watch {
            id: WatchId(row.try_get("id")?),
            name: self.open_sealed("watches.name", row.try_get("name_sealed")?)?,
            query: self.open_sealed("watches.query", row.try_get("query_sealed")?)?,
            state: match state.as_str() {
                "active" => WatchState::Active,
                "paused" => WatchState::Paused,
                _ => WatchState::Quarantined {
                    since: time(row.try_get("unreadable_since")?),
                    reason: row.try_get("unreadable_reason")?,
                },
            },
            created: time(row.try_get("created")?),
        })
    }
}

pub(crate) fn state_word(state: &WatchState) -> &'static str {
    match state {
        WatchState::Active => "active",
        WatchState::Paused => "paused",
        WatchState::Quarantined { .. } => "quarantined",
    }
}

/// Moves the revision of the watch list, so that a match that began before is run again, and returns the new one.
pub(crate) async fn move_revision(transaction: &mut Transaction<'static, Any>) -> Result<i64, StoreError> {
    let row = sqlx::query("update revisions set number = number + 1 where name = 'watches' returning number")
        .fetch_one(&mut **transaction)
        .await?;
    Ok(row.try_get("number")?)
}

/// Returns how a watch stands anew, if it stands otherwise than before.
fn judged(watch: &Watch, unreadable: &[(WatchId, String)], now: Timestamp) -> Option<(WatchId, WatchState)> {
    let found = unreadable.iter().find(|(id, _)| *id == watch.id).map(|(_, reason)| reason.clone());
    let state = match (&watch.state, found) {
        (WatchState::Active, Some(reason)) => WatchState::Quarantined { since: now, reason },
        (WatchState::Quarantined { since, reason: known }, Some(reason)) if *known != reason => {
            WatchState::Quarantined { since: *since, reason }
        }
        (WatchState::Quarantined { .. }, None) => WatchState::Active,
        _ => return None,
    };
    Some((watch.id, state))
}

/// Those who want to hear of a watch at once hear of this at once.
pub(crate) async fn tell_at_once(
    transaction: &mut Transaction<'static, Any>,
    watch: WatchId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = sqlx::query("select subscriber from subscriptions where watch = $1 and frequency = $2")
        .bind(watch.0)
        .bind(Frequency::Instant.to_string())
        .fetch_all(&mut **transaction)
        .await?;
    for row in rows {
        let job = deliver_job(row.try_get("subscriber")?, Frequency::Instant, now);
        open_job(transaction, job, now).await?;
    }
    Ok(())
}

/// Returns what a subscriber was not told yet of the watches in its mails of a frequency, and notes that it is told now.
pub(crate) async fn take_watch_news(
    database: &Database,
    transaction: &mut Transaction<'static, Any>,
    (subscriber, frequency): (SubscriberId, Frequency),
) -> Result<Vec<WatchNews>, StoreError> {
    let rows = sqlx::query(
        "select u.id as id, u.told_unreadable as told, w.name_sealed as name_sealed, w.unreadable_since as since,
         w.unreadable_reason as reason from subscriptions u join watches w on w.id = u.watch
         where u.subscriber = $1 and u.frequency = $2 and u.told_unreadable <> w.unreadable_since order by u.id",
    )
    .bind(subscriber.0)
    .bind(frequency.to_string())
    .fetch_all(&mut **transaction)
    .await?;
    let mut news = Vec::new();
    for row in rows {
        let (id, told, since): (i64, i64, i64) =
            (row.try_get("id")?, row.try_get("told")?, row.try_get("since")?);
        sqlx::query("update subscriptions set told_unreadable = $1 where id = $2")
            .bind(since)
            .bind(id)
            .execute(&mut **transaction)
            .await?;
        news.push(WatchNews {
            watch_name: database.open_sealed("watches.name", row.try_get("name_sealed")?)?,
            since: time(if since == 0 { told } else { since }),
            reason: row.try_get("reason")?,
        });
    }
    Ok(news)
}
