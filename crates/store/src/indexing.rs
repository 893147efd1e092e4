//! What the indexer needs: versions to make searchable, and all of them for a rebuild.

use async_trait::async_trait;
use model::{ArticleId, VersionId};

use crate::context::{STATE_COLUMNS, context_of};
use crate::database::close_job;
use crate::rows::{ARTICLE_COLUMNS, SOURCE_COLUMNS, VERSION_COLUMNS};
use crate::{Database, Job, StoreError, VersionInContext};

/// What the indexer needs.
#[async_trait]
pub trait Indexing: Send + Sync {
    /// Returns the newest version of each article that `versions` belong to: an older one is not made searchable
    /// over a newer.
    async fn newest_of(&self, versions: &[VersionId]) -> Result<Vec<VersionInContext>, StoreError>;

    /// Closes Index jobs after the index has committed them.
    async fn finish_index(&self, jobs: &[Job]) -> Result<(), StoreError>;

    /// Returns up to `limit` articles after `after`, each with its newest matched version, for a rebuild.
    async fn articles_after(&self, after: ArticleId, limit: u32)
    -> Result<Vec<VersionInContext>, StoreError>;
}

#[async_trait]
impl Indexing for Database {
    async fn newest_of(&self, versions: &[VersionId]) -> Result<Vec<VersionInContext>, StoreError> {
        let sql = format!(
            "select {VERSION_COLUMNS}, {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {STATE_COLUMNS} from versions w
             join articles a on a.id = w.article join versions v on v.id = a.latest_version
             join sources s on s.id = a.source where w.id = $1"
        );
        let mut found: Vec<VersionInContext> = Vec::new();
        for version in versions {
            let query = sqlx::query(sqlx::AssertSqlSafe(sql.clone())).bind(version.0);
            let Some(row) = query.fetch_optional(self.readers()).await? else { continue };
            let context = context_of(&row)?;
            if found.iter().all(|known| known.article.id != context.article.id) {
                found.push(context);
            }
        }
        Ok(found)
    }

    async fn finish_index(&self, jobs: &[Job]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for job in jobs {
            match close_job(&mut transaction, job).await {
                // Indexing twice changes nothing, so a lost lease needs no undoing.
                Ok(()) | Err(StoreError::LeaseLost(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(transaction.commit().await?)
    }

    async fn articles_after(
        &self,
        after: ArticleId,
        limit: u32,
    ) -> Result<Vec<VersionInContext>, StoreError> {
        let sql = format!(
            "select {VERSION_COLUMNS}, {ARTICLE_COLUMNS}, {SOURCE_COLUMNS}, {STATE_COLUMNS} from articles a
             join versions v on v.id = a.latest_version join sources s on s.id = a.source
             where a.id > $1 and a.story is not null order by a.id limit $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(after.0)
            .bind(i64::from(limit))
            .fetch_all(self.readers())
            .await?;
        rows.iter().map(context_of).collect()
    }
}
