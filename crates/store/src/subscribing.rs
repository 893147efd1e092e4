//! Subscribers: added, listed, paused, removed; each with subscriptions to watches.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{EmailAddress, Frequency, Mode, Subscriber, SubscriberId, Subscription, SubscriptionId, WatchId};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::database::open_job;
use crate::mailing::deliver_job;
use crate::rows::{millis, time, word};
use crate::watching::move_revision;
use crate::{Database, StoreError};

/// A subscriber to be added.
#[derive(Debug, Clone)]
pub struct NewSubscriber {
    /// Where digests go.
    pub address: EmailAddress,
    /// The language of what surrounds the articles.
    pub language: String,
    /// The IANA time zone in which "08:00" is meant.
    pub timezone: String,
}

/// What the subscriber commands need.
#[async_trait]
pub trait Subscribing: Send + Sync {
    /// Adds a subscriber, who then has no subscriptions. An address may be used once.
    async fn add_subscriber(&self, new: &NewSubscriber, now: Timestamp) -> Result<SubscriberId, StoreError>;

    /// Subscribes to a watch, or changes how; opens the timetable's next Deliver job.
    async fn subscribe(
        &self,
        subscriber: SubscriberId,
        watch: WatchId,
        (frequency, mode): (Frequency, Mode),
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Lists all subscribers, oldest first.
    async fn subscribers(&self) -> Result<Vec<Subscriber>, StoreError>;

    /// Finds a subscriber by address.
    async fn subscriber_at(&self, address: &EmailAddress) -> Result<Option<Subscriber>, StoreError>;

    /// Lists the subscriptions of a subscriber.
    async fn subscriptions(&self, subscriber: SubscriberId) -> Result<Vec<Subscription>, StoreError>;

    /// Gives a subscriber another language or time zone; what is due next is due by the new one.
    async fn change_subscriber(&self, changed: &Subscriber, now: Timestamp) -> Result<(), StoreError>;

    /// Holds a subscriber's mails back, or lets them go again.
    async fn pause_subscriber(
        &self,
        subscriber: SubscriberId,
        paused: bool,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Removes a subscriber with subscriptions, digests and deliveries.
    async fn remove_subscriber(&self, subscriber: SubscriberId) -> Result<(), StoreError>;
}

#[async_trait]
impl Subscribing for Database {
    async fn add_subscriber(&self, new: &NewSubscriber, now: Timestamp) -> Result<SubscriberId, StoreError> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "insert into subscribers (address_hash, address_sealed, language, timezone, created)
             values ($1, $2, $3, $4, $5) on conflict (address_hash) do nothing returning id",
        )
        .bind(self.address_hash(&new.address)?)
        .bind(self.seal("subscribers.address", &new.address.expose().to_owned())?)
        .bind(new.language.as_str())
        .bind(new.timezone.as_str())
        .bind(millis(now))
        .fetch_optional(&mut *transaction)
        .await?;
        let row = row.ok_or(StoreError::Exists("there is a subscriber with that address already"))?;
        transaction.commit().await?;
        Ok(SubscriberId(row.try_get("id")?))
    }

    async fn subscribe(
        &self,
        subscriber: SubscriberId,
        watch: WatchId,
        (frequency, mode): (Frequency, Mode),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "insert into subscriptions (subscriber, watch, frequency, mode) values ($1, $2, $3, $4)
             on conflict (subscriber, watch) do update set frequency = excluded.frequency, mode = excluded.mode",
        )
        .bind(subscriber.0)
        .bind(watch.0)
        .bind(frequency.to_string())
        .bind(mode.as_str())
        .execute(&mut *transaction)
        .await?;
        let row = sqlx::query("select timezone from subscribers where id = $1")
            .bind(subscriber.0)
            .fetch_one(&mut *transaction)
            .await?;
        if frequency != Frequency::Instant {
            let zone = zone_of(row.try_get("timezone")?);
            let job = deliver_job(subscriber.0, frequency, frequency.next_due(now, &zone));
            open_job(&mut transaction, job, now).await?;
        }
        move_revision(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn subscribers(&self) -> Result<Vec<Subscriber>, StoreError> {
        self.sealer()?;
        let rows = sqlx::query(SUBSCRIBERS).fetch_all(self.readers()).await?;
        rows.iter().map(|row| self.subscriber_of(row)).collect()
    }

    async fn subscriber_at(&self, address: &EmailAddress) -> Result<Option<Subscriber>, StoreError> {
        let row = sqlx::query(
            "select id, address_sealed, language, timezone, paused, created from subscribers where address_hash = $1",
        )
        .bind(self.address_hash(address)?)
        .fetch_optional(self.readers())
        .await?;
        row.map(|row| self.subscriber_of(&row)).transpose()
    }

    async fn subscriptions(&self, subscriber: SubscriberId) -> Result<Vec<Subscription>, StoreError> {
        let rows = sqlx::query(
            "select id, watch, frequency, mode from subscriptions where subscriber = $1 order by id",
        )
        .bind(subscriber.0)
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(|row| subscription_of(row, subscriber)).collect()
    }

    async fn change_subscriber(&self, changed: &Subscriber, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("update subscribers set language = $1, timezone = $2 where id = $3")
            .bind(changed.language.as_str())
            .bind(changed.timezone.as_str())
            .bind(changed.id.0)
            .execute(&mut *transaction)
            .await?;
        let rows = sqlx::query("select distinct frequency from subscriptions where subscriber = $1")
            .bind(changed.id.0)
            .fetch_all(&mut *transaction)
            .await?;
        let zone = zone_of(&changed.timezone);
        for row in rows {
            let frequency: Frequency = word("frequency", row.try_get("frequency")?)?;
            let due = deliver_job(changed.id.0, frequency, frequency.next_due(now, &zone));
            // What failed and waits for its next try, and what is being sent, is left alone.
            sqlx::query(
                "update jobs set due = $1 where kind = 'deliver' and key = $2 and attempt = 0 and leased_until = 0",
            )
            .bind(millis(due.due))
            .bind(due.key)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn pause_subscriber(
        &self,
        subscriber: SubscriberId,
        paused: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        sqlx::query("update subscribers set paused = $1 where id = $2")
            .bind(i64::from(paused))
            .bind(subscriber.0)
            .execute(&mut *transaction)
            .await?;
        if !paused {
            // What came in meanwhile is told at once to whoever wants it so.
            open_job(&mut transaction, deliver_job(subscriber.0, Frequency::Instant, now), now).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn remove_subscriber(&self, subscriber: SubscriberId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for sql in [
            "delete from deliveries where digest in (select id from digests where subscriber = $1)",
            "delete from digests where subscriber = $1",
            "delete from tellings where subscriber = $1",
            "delete from told_notices where subscriber = $1",
            "delete from subscriptions where subscriber = $1",
            "delete from jobs where kind = 'deliver' and subject = $1",
            "delete from subscribers where id = $1",
        ] {
            sqlx::query(sql).bind(subscriber.0).execute(&mut *transaction).await?;
        }
        move_revision(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }
}

const SUBSCRIBERS: &str =
    "select id, address_sealed, language, timezone, paused, created from subscribers order by id";

impl Database {
    fn address_hash(&self, address: &EmailAddress) -> Result<String, StoreError> {
        Ok(self.sealer()?.hash("subscribers.address", &address.expose().to_lowercase()))
    }

    /// Reads the columns of a subscriber.
    pub(crate) fn subscriber_of(&self, row: &AnyRow) -> Result<Subscriber, StoreError> {
        let address: String = self.open_sealed("subscribers.address", row.try_get("address_sealed")?)?;
        Ok(Subscriber {
            id: SubscriberId(row.try_get("id")?),
            address: address
                .parse()
                .map_err(|_| StoreError::Row { what: "address", value: "(sealed)".into() })?,
            language: row.try_get("language")?,
            timezone: row.try_get("timezone")?,
            paused: row.try_get::<i64, _>("paused")? != 0,
            created: time(row.try_get("created")?),
        })
    }
}

/// Returns a time zone by name; UTC for one that this machine does not know.
pub(crate) fn zone_of(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

fn subscription_of(row: &AnyRow, subscriber: SubscriberId) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        id: SubscriptionId(row.try_get("id")?),
        subscriber,
        watch: WatchId(row.try_get("watch")?),
        frequency: word("frequency", row.try_get("frequency")?)?,
        mode: word("mode", row.try_get("mode")?)?,
    })
}
