//! Digests: what is due for a subscriber is frozen once, so that a mail sent twice is the same mail.

use async_trait::async_trait;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{
    AlertId, DeliveryOutcome, Digest, DigestContents, DigestId, Excerpt, Frequency, Mode, Readings,
    StoryFacts, StoryId, Subscriber,
};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::database::{close_job, open_job};
use crate::job::NewJob;
use crate::matching::facts_of;
use crate::noticing::take_notices;
use crate::restoring::{frequency_of, held_of, open_rest, take_restored};
use crate::rows::sealed::{ContentsRow, ExcerptRow};
use crate::rows::{millis, time, word};
use crate::subscribing::zone_of;
use crate::watching::take_watch_news;
use crate::{Database, Job, JobKind, StoreError};

/// What came of a Deliver job.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The digest; `None` when nothing was due.
    pub digest: Option<DigestId>,
    /// What the server answered.
    pub outcome: DeliveryOutcome,
}

/// What the mailer needs.
#[async_trait]
pub trait Mailing: Send + Sync {
    /// Fixes number, Message-ID and contents of what a Deliver job is to send. A digest that was frozen before and
    /// not sent is returned as it was. `None`: nothing is due, or the subscriber is paused or gone.
    async fn freeze_digest(
        &self,
        job: &Job,
        domain: &str,
        now: Timestamp,
    ) -> Result<Option<Digest>, StoreError>;

    /// Returns what was told in all digests that were sent, oldest first.
    async fn told_excerpts(&self) -> Result<Vec<Excerpt>, StoreError>;

    /// Records what came of it, closes the job, and opens the next one of the timetable.
    async fn finish_delivery(&self, job: &Job, sent: &Sent, now: Timestamp) -> Result<(), StoreError>;
}

/// The Deliver job of a subscriber's timetable: one is open for each frequency.
pub(crate) fn deliver_job(subscriber: i64, frequency: Frequency, due: Timestamp) -> NewJob {
    NewJob {
        kind: JobKind::Deliver,
        key: format!("{subscriber}/{frequency}"),
        lane: format!("subscriber {subscriber}"),
        subject: subscriber,
        due,
    }
}

#[async_trait]
impl Mailing for Database {
    async fn freeze_digest(
        &self,
        job: &Job,
        domain: &str,
        now: Timestamp,
    ) -> Result<Option<Digest>, StoreError> {
        let (frequency, held) = (frequency_of(&job.key)?, held_of(job));
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "select id, address_sealed, language, timezone, paused, created from subscribers where id = $1 and paused = 0",
        )
        .bind(job.subject)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let subscriber = self.subscriber_of(&row)?;
        if let Some(digest) = self.unsent_digest(&mut transaction, &subscriber, (frequency, held)).await? {
            return Ok(Some(digest));
        }
        let due = open_tellings(&mut transaction, &subscriber, (frequency, held)).await?;
        // That a watch finds nothing any more is no nothing.
        let watches = take_watch_news(self, &mut transaction, (subscriber.id, frequency)).await?;
        let is_empty = due.is_empty() && watches.is_empty();
        let is_nothing_left = held > 0 && due.is_empty();
        if is_nothing_left
            || is_empty && !self.is_wanted_empty(&mut transaction, &subscriber, frequency).await?
        {
            return Ok(None);
        }
        let mut contents = self.contents(&mut transaction, (&subscriber, frequency), &due, now).await?;
        contents.watches = watches;
        contents.news = take_notices(&mut transaction, &subscriber).await?;
        contents.restored = take_restored(&mut transaction, &subscriber).await?;
        let digest =
            self.put_digest(&mut transaction, subscriber, (frequency, held, domain), (contents, now)).await?;
        for (alert, ..) in &digest.contents.items {
            sqlx::query("update tellings set digest = $1 where subscriber = $2 and alert = $3")
                .bind(digest.id.0)
                .bind(digest.subscriber.id.0)
                .bind(alert.0)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Some(digest))
    }

    async fn told_excerpts(&self) -> Result<Vec<Excerpt>, StoreError> {
        let rows = sqlx::query("select contents_sealed from digests where sent > 0 order by id")
            .fetch_all(self.readers())
            .await?;
        let mut told = Vec::new();
        for row in rows {
            let contents: ContentsRow =
                self.open_sealed("digests.contents", row.try_get("contents_sealed")?)?;
            told.extend(contents.into_contents().items.into_iter().map(|(_, _, excerpt)| excerpt));
        }
        Ok(told)
    }

    async fn finish_delivery(&self, job: &Job, sent: &Sent, now: Timestamp) -> Result<(), StoreError> {
        let frequency = frequency_of(&job.key)?;
        let mut transaction = self.begin().await?;
        close_job(&mut transaction, job).await?;
        if let (Some(digest), DeliveryOutcome::Accepted(answer)) = (sent.digest, &sent.outcome) {
            sqlx::query("update digests set sent = $1 where id = $2")
                .bind(millis(now))
                .bind(digest.0)
                .execute(&mut *transaction)
                .await?;
            sqlx::query("insert into deliveries (digest, at, answer) values ($1, $2, $3)")
                .bind(digest.0)
                .bind(millis(now))
                .bind(answer.chars().take(500).collect::<String>())
                .execute(&mut *transaction)
                .await?;
        }
        if held_of(job) > 0 {
            open_rest(&mut transaction, job, sent.digest.is_some(), now).await?;
        } else {
            open_next(&mut transaction, job.subject, frequency, now).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Opens the timetable's next job; for instant mails only if something came in while one was being sent, and not while
/// they are held back: whoever lets them go opens one.
async fn open_next(
    transaction: &mut Transaction<'static, Any>,
    subscriber: i64,
    frequency: Frequency,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = sqlx::query(
        "select r.timezone as timezone,
         case when r.paused = 1 then 0 else
         (select count(*) from tellings t where t.subscriber = r.id and t.frequency = $2 and t.digest = 0 and t.held = 0)
         + (select count(*) from subscriptions v join watches w on w.id = v.watch
            where v.subscriber = r.id and v.frequency = $2 and v.told_unreadable <> w.unreadable_since) end as waiting,
         (select count(*) from subscriptions u where u.subscriber = r.id and u.frequency = $2) as wishes
         from subscribers r where r.id = $1",
    )
    .bind(subscriber)
    .bind(frequency.to_string())
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let wanted = if frequency == Frequency::Instant { "waiting" } else { "wishes" };
    if row.try_get::<i64, _>(wanted)? == 0 {
        return Ok(());
    }
    let zone = zone_of(row.try_get("timezone")?);
    open_job(transaction, deliver_job(subscriber, frequency, frequency.next_due(now, &zone)), now).await
}

/// A telling that is due, with the alert's sealed excerpt.
struct DueTelling {
    alert: AlertId,
    story: StoryId,
    excerpt: Vec<u8>,
}

async fn open_tellings(
    transaction: &mut Transaction<'static, Any>,
    subscriber: &Subscriber,
    (frequency, held): (Frequency, i64),
) -> Result<Vec<DueTelling>, StoreError> {
    let rows = sqlx::query(
        "select a.id as id, a.story as story, a.excerpt_sealed as excerpt from tellings t
         join alerts a on a.id = t.alert where t.digest = 0 and t.subscriber = $1 and t.frequency = $2 and t.held = $3
         order by a.id",
    )
    .bind(subscriber.id.0)
    .bind(frequency.to_string())
    .bind(held)
    .fetch_all(&mut **transaction)
    .await?;
    let due = |row: &AnyRow| -> Result<DueTelling, StoreError> {
        Ok(DueTelling {
            alert: AlertId(row.try_get("id")?),
            story: StoryId(row.try_get("story")?),
            excerpt: row.try_get("excerpt")?,
        })
    };
    rows.iter().map(due).collect()
}

impl Database {
    async fn unsent_digest(
        &self,
        transaction: &mut Transaction<'static, Any>,
        subscriber: &Subscriber,
        (frequency, held): (Frequency, i64),
    ) -> Result<Option<Digest>, StoreError> {
        let row = sqlx::query(
            "select id, number, message_id, frozen, contents_sealed from digests
             where subscriber = $1 and frequency = $2 and sent = 0 and held = $3 order by id limit 1",
        )
        .bind(subscriber.id.0)
        .bind(frequency.to_string())
        .bind(held)
        .fetch_optional(&mut **transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let contents: ContentsRow = self.open_sealed("digests.contents", row.try_get("contents_sealed")?)?;
        Ok(Some(Digest {
            id: DigestId(row.try_get("id")?),
            subscriber: subscriber.clone(),
            number: u32::try_from(row.try_get::<i64, _>("number")?).unwrap_or(u32::MAX),
            message_id: row.try_get("message_id")?,
            frozen: time(row.try_get("frozen")?),
            contents: contents.into_contents(),
        }))
    }

    /// A digest comes even when nothing matched, if its frequency says so and there is still a wish for it.
    async fn is_wanted_empty(
        &self,
        transaction: &mut Transaction<'static, Any>,
        subscriber: &Subscriber,
        frequency: Frequency,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select count(*) as wishes from subscriptions where subscriber = $1 and frequency = $2",
        )
        .bind(subscriber.id.0)
        .bind(frequency.to_string())
        .fetch_one(&mut **transaction)
        .await?;
        Ok(frequency.is_sent_empty() && row.try_get::<i64, _>("wishes")? > 0)
    }

    async fn contents(
        &self,
        transaction: &mut Transaction<'static, Any>,
        (subscriber, frequency): (&Subscriber, Frequency),
        due: &[DueTelling],
        now: Timestamp,
    ) -> Result<DigestContents, StoreError> {
        let mut items = Vec::new();
        for telling in due {
            let row: ExcerptRow = self.open_sealed("alerts.excerpt", telling.excerpt.clone())?;
            items.push((telling.alert, telling.story, row.into_excerpt()));
        }
        let mut stories: Vec<(StoryId, StoryFacts)> = Vec::new();
        for (_, story, _) in &items {
            if !stories.iter().any(|(known, _)| known == story) {
                stories.extend(facts_of(&mut **transaction, *story).await?.map(|facts| (*story, facts)));
            }
        }
        let zone = zone_of(&subscriber.timezone);
        let held = if is_weekly(frequency, now, &zone) {
            self.held_this_week(transaction, (subscriber.id, frequency), now).await?
        } else {
            Vec::new()
        };
        Ok(DigestContents {
            held,
            items,
            stories,
            mode: mode_of(transaction, subscriber, frequency).await?,
            news: Vec::new(),
            watches: Vec::new(),
            restored: None,
            older_matches: older_matches(transaction, subscriber, frequency).await?,
            readings: readings(transaction, now).await?,
            next_mail: frequency.is_sent_empty().then(|| frequency.next_due(now, &zone)),
        })
    }

    async fn put_digest(
        &self,
        transaction: &mut Transaction<'static, Any>,
        subscriber: Subscriber,
        (frequency, held, domain): (Frequency, i64, &str),
        (contents, now): (DigestContents, Timestamp),
    ) -> Result<Digest, StoreError> {
        let row = sqlx::query(
            "update subscribers set last_number = last_number + 1 where id = $1 returning last_number",
        )
        .bind(subscriber.id.0)
        .fetch_one(&mut **transaction)
        .await?;
        let number: i64 = row.try_get("last_number")?;
        // Random, so that the header tells a reader on the way neither the subscriber nor how many there are.
        let message_id = format!("<{:016x}{:016x}@{domain}>", rand::random::<u64>(), rand::random::<u64>());
        let row = sqlx::query(
            "insert into digests (subscriber, frequency, number, message_id, frozen, held, contents_sealed)
             values ($1, $2, $3, $4, $5, $6, $7) returning id",
        )
        .bind(subscriber.id.0)
        .bind(frequency.to_string())
        .bind(number)
        .bind(message_id.as_str())
        .bind(millis(now))
        .bind(held)
        .bind(self.seal("digests.contents", &ContentsRow::from(&contents))?)
        .fetch_one(&mut **transaction)
        .await?;
        let id = DigestId(row.try_get("id")?);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        Ok(Digest { id, subscriber, number, message_id, frozen: now, contents })
    }
}

/// Whether a digest says what is said once a week: each weekly one does, and a daily one on Mondays.
fn is_weekly(frequency: Frequency, now: Timestamp, zone: &TimeZone) -> bool {
    match frequency {
        Frequency::Weekly(..) => true,
        Frequency::Daily(_) => now.to_zoned_datetime(zone.clone()).weekday() == Weekday::Monday,
        Frequency::Instant | Frequency::Hourly => false,
    }
}

/// The least that any of the subscriptions in a mail wants said.
async fn mode_of(
    transaction: &mut Transaction<'static, Any>,
    subscriber: &Subscriber,
    frequency: Frequency,
) -> Result<Option<Mode>, StoreError> {
    let row = sqlx::query(
        "select mode from subscriptions where subscriber = $1 and frequency = $2 order by mode limit 1",
    )
    .bind(subscriber.id.0)
    .bind(frequency.to_string())
    .fetch_optional(&mut **transaction)
    .await?;
    row.map(|row| word("mode", row.try_get("mode")?)).transpose()
}

/// Counts the backlog matches since the subscriber's last digest of this frequency.
async fn older_matches(
    transaction: &mut Transaction<'static, Any>,
    subscriber: &Subscriber,
    frequency: Frequency,
) -> Result<u32, StoreError> {
    let row = sqlx::query(
        "select count(*) as older from matches m join subscriptions u on u.watch = m.watch
         where u.subscriber = $1 and u.frequency = $2 and m.backlog = 1 and m.found >
         (select coalesce(max(d.frozen), 0) from digests d where d.subscriber = $1 and d.frequency = $2)",
    )
    .bind(subscriber.id.0)
    .bind(frequency.to_string())
    .fetch_one(&mut **transaction)
    .await?;
    Ok(u32::try_from(row.try_get::<i64, _>("older")?).unwrap_or(u32::MAX))
}

/// Says how many sources answered with something readable in the last day.
async fn readings(
    transaction: &mut Transaction<'static, Any>,
    now: Timestamp,
) -> Result<Readings, StoreError> {
    let rows = sqlx::query(
        "select s.name as name, max(e.last_read) as last_read, min(e.state) as state from sources s
         join endpoints e on e.source = s.id and e.configured = 1 where s.enabled = 1 group by s.id, s.name order by s.name",
    )
    .fetch_all(&mut **transaction)
    .await?;
    let day_ago = millis(now - SignedDuration::from_hours(24));
    let mut readings =
        Readings { enabled: u32::try_from(rows.len()).unwrap_or(u32::MAX), ..Readings::default() };
    for row in rows {
        if row.try_get::<i64, _>("last_read")? > day_ago {
            readings.read += 1;
        } else {
            readings.unread.push((row.try_get("name")?, row.try_get("state")?));
        }
    }
    Ok(readings)
}
