//! What the nightly comparison of ledger and archive needs, and what it keeps.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{ArticleId, VersionId, Watch, WatchId, WatchState};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::database::{close_job, open_job};
use crate::job::NewJob;
use crate::rows::{millis, time};
use crate::{Database, HeldVersion, Job, JobKind, StoreError};

/// The newest version of an article, once it is matched and searchable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerVersion {
    /// The version.
    pub version: VersionId,
    /// Its article.
    pub article: ArticleId,
    /// The revision of the watch list that it was matched under.
    pub revision: i64,
    /// When it was published, as searches see it.
    pub published: Timestamp,
}

/// What a comparison of ledger and archive found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciliation {
    /// When it was made.
    pub at: Timestamp,
    /// Over how many days.
    pub days: u32,
    /// Over how many watches.
    pub watches: u64,
    /// Over how many versions.
    pub versions: u64,
    /// How many (watch, version) a search finds and the ledger lacked; these versions are matched again.
    pub missing: u64,
    /// How many (watch, version) the ledger has and no search finds.
    pub superfluous: u64,
}

/// What the comparison of ledger and archive needs.
#[async_trait]
pub trait Reconciling: Send + Sync {
    /// Returns the active watches, each with the first revision of the list that has it as it is now.
    async fn revised_watches(&self) -> Result<Vec<(Watch, i64)>, StoreError>;

    /// Returns the newest versions of articles that were read since then, but for those that wait to be matched or
    /// indexed.
    async fn versions_since(&self, since: Timestamp) -> Result<Vec<LedgerVersion>, StoreError>;

    /// Returns the ledger of the versions that were read since then.
    async fn matches_since(&self, since: Timestamp) -> Result<Vec<(WatchId, VersionId)>, StoreError>;

    /// Opens Match jobs for versions that were matched before: what is missing is added, and nothing is told twice.
    async fn match_again(&self, versions: &[VersionId], now: Timestamp) -> Result<(), StoreError>;

    /// Keeps what a comparison found. With its job, closes that and opens the one of the next night.
    async fn keep_reconciliation(
        &self,
        found: &Reconciliation,
        job: Option<(&Job, Timestamp)>,
    ) -> Result<(), StoreError>;

    /// Opens the job of the next night, unless one is open.
    async fn open_reconciliation(&self, due: Timestamp, now: Timestamp) -> Result<(), StoreError>;

    /// Returns the newest comparison.
    async fn last_reconciliation(&self) -> Result<Option<Reconciliation>, StoreError>;

    /// Lists what traps of the lexicon held back from a watch since then, newest first.
    async fn held_back(&self, watch: WatchId, since: Timestamp) -> Result<Vec<HeldVersion>, StoreError>;
}

#[async_trait]
impl Reconciling for Database {
    async fn revised_watches(&self) -> Result<Vec<(Watch, i64)>, StoreError> {
        let rows = sqlx::query("select id, revision from watches").fetch_all(self.readers()).await?;
        let since = |row: &AnyRow| -> Result<(i64, i64), StoreError> {
            Ok((row.try_get("id")?, row.try_get("revision")?))
        };
        let since: std::collections::HashMap<i64, i64> = rows.iter().map(since).collect::<Result<_, _>>()?;
        let watches = self.watches_since(-1).await?.into_iter();
        let active = watches.filter(|watch| watch.state == WatchState::Active);
        Ok(active.filter_map(|watch| since.get(&watch.id.0).map(|since| (watch, *since))).collect())
    }

    async fn versions_since(&self, since: Timestamp) -> Result<Vec<LedgerVersion>, StoreError> {
        let rows = sqlx::query(
            "select v.id as id, v.article as article, v.watch_revision as revision,
             case when v.published <> 0 then v.published else a.first_seen end as published
             from versions v join articles a on a.latest_version = v.id
             where v.created >= $1 and v.watch_revision > 0 and not exists
             (select 1 from jobs j where j.kind in ('match', 'index') and j.subject = v.id) order by v.id",
        )
        .bind(millis(since))
        .fetch_all(self.readers())
        .await?;
        let version = |row: &AnyRow| -> Result<LedgerVersion, StoreError> {
            Ok(LedgerVersion {
                version: VersionId(row.try_get("id")?),
                article: ArticleId(row.try_get("article")?),
                revision: row.try_get("revision")?,
                published: time(row.try_get("published")?),
            })
        };
        rows.iter().map(version).collect()
    }

    async fn matches_since(&self, since: Timestamp) -> Result<Vec<(WatchId, VersionId)>, StoreError> {
        let rows = sqlx::query(
            "select m.watch as watch, m.version as version from matches m join versions v on v.id = m.version
             where v.created >= $1 order by m.watch, m.version",
        )
        .bind(millis(since))
        .fetch_all(self.readers())
        .await?;
        rows.iter()
            .map(|row| Ok((WatchId(row.try_get("watch")?), VersionId(row.try_get("version")?))))
            .collect()
    }

    async fn match_again(&self, versions: &[VersionId], now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for version in versions {
            open_job(&mut transaction, NewJob::matching(version.0, now), now).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn keep_reconciliation(
        &self,
        found: &Reconciliation,
        job: Option<(&Job, Timestamp)>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        if let Some((job, next)) = job {
            close_job(&mut transaction, job).await?;
            open_job(&mut transaction, NewJob::about(JobKind::Reconcile, 0, next), found.at).await?;
        }
        let mut query = sqlx::query(
            "insert into reconciliations (at, days, watches, versions, missing, superfluous)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(millis(found.at))
        .bind(i64::from(found.days));
        for count in [found.watches, found.versions, found.missing, found.superfluous] {
            query = query.bind(i64::try_from(count).unwrap_or(i64::MAX));
        }
        query.execute(&mut *transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn open_reconciliation(&self, due: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        open_job(&mut transaction, NewJob::about(JobKind::Reconcile, 0, due), now).await?;
        Ok(transaction.commit().await?)
    }

    async fn last_reconciliation(&self) -> Result<Option<Reconciliation>, StoreError> {
        let row = sqlx::query("select * from reconciliations order by id desc limit 1")
            .fetch_optional(self.readers())
            .await?;
        let Some(row) = row else { return Ok(None) };
        let count = |name| row.try_get::<i64, _>(name).map(|value| u64::try_from(value).unwrap_or(0));
        Ok(Some(Reconciliation {
            at: time(row.try_get("at")?),
            days: u32::try_from(count("days")?).unwrap_or(u32::MAX),
            watches: count("watches")?,
            versions: count("versions")?,
            missing: count("missing")?,
            superfluous: count("superfluous")?,
        }))
    }

    async fn held_back(&self, watch: WatchId, since: Timestamp) -> Result<Vec<HeldVersion>, StoreError> {
        self.held_since(watch, since).await
    }
}
