//! What the fetcher's client remembers over restarts: robots.txt files.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::Row;

use crate::rows::{millis, time};
use crate::{Database, StoreError};

/// A robots.txt as it came, and until when it is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRobots {
    /// The file; empty when the site has none.
    pub body: Vec<u8>,
    /// When it has to be asked for again.
    pub until: Timestamp,
}

/// What the client needs.
#[async_trait]
pub trait Remembering: Send + Sync {
    /// Returns the robots.txt that was kept for an origin, such as `https://example.org`, whether it is still
    /// believed or not.
    async fn robots(&self, origin: &str) -> Result<Option<KeptRobots>, StoreError>;

    /// Keeps the robots.txt of an origin in the place of the one before.
    async fn keep_robots(&self, origin: &str, robots: &KeptRobots) -> Result<(), StoreError>;
}

#[async_trait]
impl Remembering for Database {
    async fn robots(&self, origin: &str) -> Result<Option<KeptRobots>, StoreError> {
        let row = sqlx::query("select body, believed_until from robots where origin = $1")
            .bind(origin)
            .fetch_optional(self.readers())
            .await?;
        let kept = |row: sqlx::any::AnyRow| -> Result<KeptRobots, StoreError> {
            Ok(KeptRobots { body: row.try_get("body")?, until: time(row.try_get("believed_until")?) })
        };
        row.map(kept).transpose()
    }

    async fn keep_robots(&self, origin: &str, robots: &KeptRobots) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into robots (origin, body, believed_until) values ($1, $2, $3)
             on conflict (origin) do update set body = excluded.body, believed_until = excluded.believed_until",
        )
        .bind(origin)
        .bind(robots.body.as_slice())
        .bind(millis(robots.until))
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
