//! What is kept of a decision, for whoever asks why: the ledger's row, the alerts of a story, the versions of a story.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{AlertId, ArticleId, CanonicalUrl, Novelty, StoryId, VersionId, WatchId};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::context::{STATE_COLUMNS, VersionInContext, context_of};
use crate::rows::{ARTICLE_COLUMNS, SOURCE_COLUMNS, VERSION_COLUMNS, millis, time, unlist};
use crate::{Database, StoreError};

/// A row of the ledger: that a watch matched a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The numbers of the clauses that were found.
    pub clauses: Vec<u32>,
    /// Whether it was part of a backlog that is not told.
    pub backlog: bool,
    /// When the version was read.
    pub found: Timestamp,
}

/// An alert, and to how many it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// The alert.
    pub id: AlertId,
    /// The article that it names.
    pub article: ArticleId,
    /// The version that matched.
    pub version: VersionId,
    /// What was new.
    pub novelty: Novelty,
    /// When it was found.
    pub created: Timestamp,
    /// How many subscribers have it in a digest.
    pub told: u64,
    /// How many will have it in their next one.
    pub waiting: u64,
}

/// What an explanation needs.
#[async_trait]
pub trait Explaining: Send + Sync {
    /// Finds an article by any of its addresses.
    async fn article_at(&self, url: &CanonicalUrl) -> Result<Option<ArticleId>, StoreError>;

    /// Returns the revision of the watch list that a version was matched against last; 0 before it was.
    async fn matched_revision(&self, version: VersionId) -> Result<i64, StoreError>;

    /// Returns what the ledger says of a watch and a version.
    async fn ledger_row(&self, watch: WatchId, version: VersionId) -> Result<Option<LedgerRow>, StoreError>;

    /// Returns the alerts of a watch in a story, oldest first.
    async fn alerts_of(&self, watch: WatchId, story: StoryId) -> Result<Vec<AlertRow>, StoreError>;

    /// Returns all versions of all articles of a story, oldest first.
    async fn story_versions(&self, story: StoryId) -> Result<Vec<VersionInContext>, StoreError>;

    /// Returns versions that a later one of their article has replaced, in which the index finds nothing any more, of
    /// articles first seen since then; after a number and so many of them, by number.
    async fn superseded_versions(
        &self,
        after: VersionId,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<VersionInContext>, StoreError>;
}

#[async_trait]
impl Explaining for Database {
    async fn article_at(&self, url: &CanonicalUrl) -> Result<Option<ArticleId>, StoreError> {
        let row = sqlx::query(
            "select id from articles where identity = $1 or id = (select article from aliases where identity = $1)",
        )
        .bind(url.identity())
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| Ok(ArticleId(row.try_get("id")?))).transpose()
    }

    async fn matched_revision(&self, version: VersionId) -> Result<i64, StoreError> {
        let row = sqlx::query("select watch_revision from versions where id = $1")
            .bind(version.0)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(|row| row.try_get("watch_revision")).transpose()?.unwrap_or(0))
    }

    async fn ledger_row(&self, watch: WatchId, version: VersionId) -> Result<Option<LedgerRow>, StoreError> {
        let row =
            sqlx::query("select clauses, backlog, found from matches where watch = $1 and version = $2")
                .bind(watch.0)
                .bind(version.0)
                .fetch_optional(self.readers())
                .await?;
        let read = |row: AnyRow| {
            let clauses = unlist(row.try_get("clauses")?)?;
            Ok(LedgerRow {
                clauses: clauses.iter().filter_map(|clause| clause.parse().ok()).collect(),
                backlog: row.try_get::<i64, _>("backlog")? != 0,
                found: time(row.try_get("found")?),
            })
        };
        row.map(read).transpose()
    }

    async fn alerts_of(&self, watch: WatchId, story: StoryId) -> Result<Vec<AlertRow>, StoreError> {
        let rows = sqlx::query(
            "select a.id as id, a.article as article, a.version as version, a.novelty as novelty, a.created as created,
             (select count(*) from tellings t where t.alert = a.id and t.digest > 0) as told,
             (select count(*) from tellings t where t.alert = a.id and t.digest = 0) as waiting
             from alerts a where a.watch = $1 and a.story = $2 order by a.id",
        )
        .bind(watch.0)
        .bind(story.0)
        .fetch_all(self.readers())
        .await?;
        let count =
            |row: &AnyRow, name| row.try_get::<i64, _>(name).map(|value| u64::try_from(value).unwrap_or(0));
        let read = |row: &AnyRow| -> Result<AlertRow, StoreError> {
            Ok(AlertRow {
                id: AlertId(row.try_get("id")?),
                article: ArticleId(row.try_get("article")?),
                version: VersionId(row.try_get("version")?),
                novelty: Novelty(row.try_get("novelty")?),
                created: time(row.try_get("created")?),
                told: count(row, "told")?,
                waiting: count(row, "waiting")?,
            })
        };
        rows.iter().map(read).collect()
    }

    async fn story_versions(&self, story: StoryId) -> Result<Vec<VersionInContext>, StoreError> {
        let sql = format!(
            "select {VERSION_COLUMNS}, {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {STATE_COLUMNS} from versions v
             join articles a on a.id = v.article join sources s on s.id = a.source where a.story = $1 order by v.id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(story.0).fetch_all(self.readers()).await?;
        rows.iter().map(context_of).collect()
    }

    async fn superseded_versions(
        &self,
        after: VersionId,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<VersionInContext>, StoreError> {
        let sql = format!(
            "select {VERSION_COLUMNS}, {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {STATE_COLUMNS} from versions v
             join articles a on a.id = v.article join sources s on s.id = a.source
             where v.id > $1 and v.id <> a.latest_version and a.story is not null and a.first_seen >= $2
             order by v.id limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.0)
            .bind(millis(since))
            .bind(i64::from(most))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(context_of).collect()
    }
}
