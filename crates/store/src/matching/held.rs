//! What the traps of the lexicon held back, by watch: kept so that people see what they are not told.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::{ArticleId, Frequency, SubscriberId, Version, WatchId};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::HeldFinding;
use crate::rows::{millis, time};
use crate::{Database, StoreError};

/// How far a digest looks back.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A version that a watch did not find because of a trap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldVersion {
    /// Its article.
    pub article: ArticleId,
    /// Its headline.
    pub title: String,
    /// The article's address.
    pub url: String,
    /// When it was matched.
    pub found: Timestamp,
    /// Entities, each with what kept it out.
    pub traps: Vec<(String, String)>,
}

impl Database {
    /// Notes what was held back from a version, as of when it was read; what is known of it is replaced.
    pub(super) async fn put_held(
        &self,
        transaction: &mut Transaction<'static, Any>,
        version: &Version,
        held: &[HeldFinding],
    ) -> Result<(), StoreError> {
        let mut by_watch: BTreeMap<WatchId, Vec<(String, String)>> = BTreeMap::new();
        for one in held {
            by_watch.entry(one.watch).or_default().push((one.entity.clone(), one.trap.clone()));
        }
        sqlx::query("delete from held_back where version = $1")
            .bind(version.id.0)
            .execute(&mut **transaction)
            .await?;
        for (watch, traps) in by_watch {
            sqlx::query("insert into held_back (watch, version, found, what_sealed) values ($1, $2, $3, $4)")
                .bind(watch.0)
                .bind(version.id.0)
                .bind(millis(version.created))
                .bind(self.seal("held_back.what", &traps)?)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Lists what was held back from a watch since then, newest first.
    pub(crate) async fn held_since(
        &self,
        watch: WatchId,
        since: Timestamp,
    ) -> Result<Vec<HeldVersion>, StoreError> {
        let rows = sqlx::query(
            "select v.article as article, v.title as title, a.url as url, h.found as found, h.what_sealed as what
             from held_back h join versions v on v.id = h.version join articles a on a.id = v.article
             where h.watch = $1 and h.found >= $2 order by h.found desc, h.version desc limit 1000",
        )
        .bind(watch.0)
        .bind(millis(since))
        .fetch_all(self.readers())
        .await?;
        let held = |row: &AnyRow| -> Result<HeldVersion, StoreError> {
            Ok(HeldVersion {
                article: ArticleId(row.try_get("article")?),
                title: row.try_get("title")?,
                url: row.try_get("url")?,
                found: time(row.try_get("found")?),
                traps: self.open_sealed("held_back.what", row.try_get("what")?)?,
            })
        };
        rows.iter().map(held).collect()
    }

    /// Counts by trap what was held back in the last week from the watches that a subscriber follows at a frequency.
    pub(crate) async fn held_this_week(
        &self,
        transaction: &mut Transaction<'static, Any>,
        (subscriber, frequency): (SubscriberId, Frequency),
        now: Timestamp,
    ) -> Result<Vec<(String, u32)>, StoreError> {
        let rows = sqlx::query(
            "select h.what_sealed as what from held_back h join subscriptions u on u.watch = h.watch
             where u.subscriber = $1 and u.frequency = $2 and h.found >= $3",
        )
        .bind(subscriber.0)
        .bind(frequency.to_string())
        .bind(millis(now - WEEK))
        .fetch_all(&mut **transaction)
        .await?;
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for row in rows {
            let traps: Vec<(String, String)> = self.open_sealed("held_back.what", row.try_get("what")?)?;
            // One version counts once, under the first of its traps.
            if let Some((_, trap)) = traps.into_iter().next() {
                *counts.entry(trap).or_default() += 1;
            }
        }
        let mut counts: Vec<(String, u32)> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Ok(counts)
    }
}
