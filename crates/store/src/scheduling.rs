//! What the schedule remembers: habits of endpoints, what they share, and how many polls are due in which minute.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use model::{Endpoint, EndpointId, Source};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use crate::fetching::{ENDPOINT_COLUMNS, endpoint_of};
use crate::rows::{SOURCE_COLUMNS, maybe_time, source_of};
use crate::{Database, StoreError};

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// An endpoint that is polled, with what the schedule knows of it.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// Its source.
    pub source: Source,
    /// The endpoint.
    pub endpoint: Endpoint,
    /// What its polls have shown, in the fetcher's own form; `None` before the first.
    pub habit: Option<Vec<u8>>,
    /// When it is due; `None` while it is being polled for the last time, or parked.
    pub due: Option<Timestamp>,
}

/// What the schedule needs.
#[async_trait]
pub trait Scheduling: Send + Sync {
    /// Returns what is known of an endpoint's habits. `finish_poll` keeps it.
    async fn habit(&self, endpoint: EndpointId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Lists all endpoints that are polled, by source and number.
    async fn scheduled(&self) -> Result<Vec<Scheduled>, StoreError>;

    /// Returns what all endpoints share.
    async fn shared_habit(&self) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keeps what all endpoints share.
    async fn put_shared_habit(&self, bytes: &[u8]) -> Result<(), StoreError>;

    /// Counts the polls that are due in each minute since 1970, from the first to the last of `minutes`.
    async fn booked(&self, minutes: (i64, i64)) -> Result<BTreeMap<i64, u32>, StoreError>;
}

#[async_trait]
impl Scheduling for Database {
    async fn habit(&self, endpoint: EndpointId) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("select habit from endpoints where id = $1")
            .bind(endpoint.0)
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(|row| row.try_get("habit")).transpose()?.flatten())
    }

    async fn scheduled(&self) -> Result<Vec<Scheduled>, StoreError> {
        let sql = format!(
            "select {SOURCE_COLUMNS}, {ENDPOINT_COLUMNS}, '' as e_newest, e.habit as e_habit,
             coalesce((select j.due from jobs j where j.kind = 'poll' and j.subject = e.id and j.parked = 0), 0) as e_due
             from endpoints e join sources s on s.id = e.source where e.configured = 1 and s.enabled = 1
             order by s.id, e.id"
        );
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(self.readers()).await?;
        rows.iter().map(scheduled_of).collect()
    }

    async fn shared_habit(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let row = sqlx::query("select value from house where name = 'schedule'")
            .fetch_optional(self.readers())
            .await?;
        Ok(row.map(|row| row.try_get("value")).transpose()?)
    }

    async fn put_shared_habit(&self, bytes: &[u8]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into house (name, value) values ('schedule', $1)
             on conflict (name) do update set value = excluded.value",
        )
        .bind(bytes.to_vec())
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    async fn booked(&self, (first, last): (i64, i64)) -> Result<BTreeMap<i64, u32>, StoreError> {
        let rows = sqlx::query(
            "select due / 60000 as minute, count(*) as polls from jobs
             where kind = 'poll' and due >= $1 and due < $2 group by due / 60000",
        )
        .bind(first.saturating_mul(MINUTE))
        .bind(last.saturating_add(1).saturating_mul(MINUTE))
        .fetch_all(self.readers())
        .await?;
        let booked = |row: &AnyRow| -> Result<(i64, u32), StoreError> {
            let polls: i64 = row.try_get("polls")?;
            Ok((row.try_get("minute")?, u32::try_from(polls).unwrap_or(u32::MAX)))
        };
        rows.iter().map(booked).collect()
    }
}

fn scheduled_of(row: &AnyRow) -> Result<Scheduled, StoreError> {
    Ok(Scheduled {
        source: source_of(row)?,
        endpoint: endpoint_of(row)?,
        habit: row.try_get("e_habit")?,
        due: maybe_time(row.try_get("e_due")?),
    })
}
