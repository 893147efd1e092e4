//! What is kept of a person, for the person: everybody may know it.

use async_trait::async_trait;
use jiff::Timestamp;
use model::SubscriberId;
use sqlx::Row;

use crate::rows::sealed::ContentsRow;
use crate::rows::{maybe_time, time};
use crate::{Database, StoreError};

/// A mail as it is kept: fixed, and perhaps sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestRecord {
    /// Its running number.
    pub number: u32,
    /// In which of the subscriber's mails it stood: `instant`, `daily@08:00`.
    pub frequency: String,
    /// The name under which mail servers know it.
    pub message_id: String,
    /// When its contents were fixed.
    pub frozen: Timestamp,
    /// When a server or the outbox took it.
    pub sent: Option<Timestamp>,
    /// The addresses of the articles that it told of.
    pub articles: Vec<String>,
    /// When it was handed over, and what was answered.
    pub deliveries: Vec<(Timestamp, String)>,
}

/// What a person is told of what is kept of them.
#[async_trait]
pub trait Disclosing: Send + Sync {
    /// Lists all mails to a subscriber, oldest first.
    async fn digests_of(&self, subscriber: SubscriberId) -> Result<Vec<DigestRecord>, StoreError>;

    /// Counts what waits for a subscriber's next mails.
    async fn waiting_for(&self, subscriber: SubscriberId) -> Result<u64, StoreError>;
}

#[async_trait]
impl Disclosing for Database {
    async fn digests_of(&self, subscriber: SubscriberId) -> Result<Vec<DigestRecord>, StoreError> {
        let rows = sqlx::query(
            "select id, number, frequency, message_id, frozen, sent, contents_sealed from digests
             where subscriber = $1 order by number",
        )
        .bind(subscriber.0)
        .fetch_all(self.readers())
        .await?;
        let mut digests = Vec::new();
        for row in rows {
            let contents: ContentsRow =
                self.open_sealed("digests.contents", row.try_get("contents_sealed")?)?;
            let articles =
                contents.into_contents().items.into_iter().map(|(_, _, excerpt)| excerpt.url).collect();
            let handed = sqlx::query("select at, answer from deliveries where digest = $1 order by id")
                .bind(row.try_get::<i64, _>("id")?)
                .fetch_all(self.readers())
                .await?;
            let delivery = |row: &sqlx::any::AnyRow| -> Result<(Timestamp, String), StoreError> {
                Ok((time(row.try_get("at")?), row.try_get("answer")?))
            };
            digests.push(DigestRecord {
                number: u32::try_from(row.try_get::<i64, _>("number")?).unwrap_or(u32::MAX),
                frequency: row.try_get("frequency")?,
                message_id: row.try_get("message_id")?,
                frozen: time(row.try_get("frozen")?),
                sent: maybe_time(row.try_get("sent")?),
                articles,
                deliveries: handed.iter().map(delivery).collect::<Result<_, _>>()?,
            });
        }
        Ok(digests)
    }

    async fn waiting_for(&self, subscriber: SubscriberId) -> Result<u64, StoreError> {
        let row =
            sqlx::query("select count(*) as waiting from tellings where subscriber = $1 and digest = 0")
                .bind(subscriber.0)
                .fetch_one(self.readers())
                .await?;
        Ok(u64::try_from(row.try_get::<i64, _>("waiting")?).unwrap_or(0))
    }
}
