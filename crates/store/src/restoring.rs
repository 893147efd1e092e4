//! After a restore: what the old house may have told since the backup is told again only when a person asks for it, and
//! nothing of it is lost.

use async_trait::async_trait;
use jiff::Timestamp;
use model::{Frequency, Restored, Subscriber};
use sqlx::{Any, Row, Transaction};

use crate::database::open_job;
use crate::mailing::deliver_job;
use crate::rows::{millis, time, word};
use crate::subscribing::zone_of;
use crate::{Database, Job, StoreError};

/// What was set aside after a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetAside {
    /// Parked Deliver jobs: one for each subscriber and frequency.
    pub jobs: u64,
    /// Alerts and digests that wait in them.
    pub waiting: u64,
    /// Leases of the old house that were freed.
    pub leases: u64,
}

/// What a restore needs.
#[async_trait]
pub trait Restoring: Send + Sync {
    /// Makes a store that came out of a backup the store of a new house. What was due or frozen waits from now on in
    /// parked jobs, each digest of the timetable comes at its next time, and leases are freed.
    async fn begin_restored(&self, restored: Restored) -> Result<SetAside, StoreError>;

    /// Returns the restores of this store, oldest first.
    async fn restores(&self) -> Result<Vec<Restored>, StoreError>;
}

#[async_trait]
impl Restoring for Database {
    async fn begin_restored(&self, restored: Restored) -> Result<SetAside, StoreError> {
        let mut transaction = self.begin().await?;
        let at = millis(restored.at);
        sqlx::query("insert into restores (at, backup) values ($1, $2)")
            .bind(at)
            .bind(millis(restored.backup))
            .execute(&mut *transaction)
            .await?;
        let leases = free_leases(&mut transaction).await?;
        park_what_was_let_go(&mut transaction, restored).await?;
        let jobs = park_what_waits(&mut transaction, restored).await?;
        let mut waiting = 0;
        for sql in [
            "update tellings set held = $1 where digest = 0 and held = 0",
            "update digests set held = $1 where sent = 0 and held = 0",
        ] {
            waiting += sqlx::query(sql).bind(at).execute(&mut *transaction).await?.rows_affected();
        }
        begin_timetable(&mut transaction, restored.at).await?;
        transaction.commit().await?;
        Ok(SetAside { jobs, waiting, leases })
    }

    async fn restores(&self) -> Result<Vec<Restored>, StoreError> {
        let rows =
            sqlx::query("select at, backup from restores order by at").fetch_all(self.readers()).await?;
        rows.iter()
            .map(|row| Ok(Restored { at: time(row.try_get("at")?), backup: time(row.try_get("backup")?) }))
            .collect()
    }
}

/// The old house is gone with its processes, whatever their leases say.
async fn free_leases(transaction: &mut Transaction<'static, Any>) -> Result<u64, StoreError> {
    let freed = sqlx::query(
        "update jobs set leased_until = 0, lease = 0, holder = '',
         attempt = case when attempt > 0 then attempt - 1 else 0 end where leased_until > 0",
    )
    .execute(&mut **transaction)
    .await?;
    Ok(freed.rows_affected())
}

/// What a person had let go after an earlier restore may have been sent as well by the house that is gone.
async fn park_what_was_let_go(
    transaction: &mut Transaction<'static, Any>,
    restored: Restored,
) -> Result<(), StoreError> {
    sqlx::query(
        "update jobs set parked = 1, attempt = 0, last_error = $1
         where kind = 'deliver' and key like '%/held %' and parked = 0",
    )
    .bind(reason(restored))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn reason(restored: Restored) -> String {
    format!(
        "may have been sent by the old server after the backup of {}: `qarauyl jobs --retry NUMBER` sends it",
        restored.backup.strftime("%Y-%m-%d %H:%M UTC")
    )
}

/// Opens a parked job for each subscriber and frequency for which something was due or frozen.
async fn park_what_waits(
    transaction: &mut Transaction<'static, Any>,
    restored: Restored,
) -> Result<u64, StoreError> {
    let rows = sqlx::query(
        "select subscriber, frequency from tellings where digest = 0 and held = 0
         union select subscriber, frequency from digests where sent = 0 and held = 0 order by subscriber, frequency",
    )
    .fetch_all(&mut **transaction)
    .await?;
    let reason = reason(restored);
    for row in &rows {
        let frequency: String = row.try_get("frequency")?;
        let job = (row.try_get("subscriber")?, frequency.as_str(), millis(restored.at));
        open_held(transaction, job, Some(&reason), restored.at).await?;
    }
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// A digest that was due at the old house comes at its next time: the old house may have sent it, and what has come in
/// since is told then. What stopped the old house from sending may be over.
async fn begin_timetable(
    transaction: &mut Transaction<'static, Any>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let rows = sqlx::query(
        "select j.id as id, j.key as key, r.timezone as timezone from jobs j join subscribers r on r.id = j.subject
         where j.kind = 'deliver' and j.key not like '%/held %' and (j.due <= $1 or j.parked = 1)",
    )
    .bind(millis(at))
    .fetch_all(&mut **transaction)
    .await?;
    for row in rows {
        let frequency = frequency_of(&row.try_get::<String, _>("key")?)?;
        let due = frequency.next_due(at, &zone_of(row.try_get("timezone")?));
        sqlx::query("update jobs set due = $1, parked = 0, attempt = 0, last_error = '' where id = $2")
            .bind(millis(due))
            .bind(row.try_get::<i64, _>("id")?)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// The frequency is the part of a Deliver job's key after the subscriber's number.
pub(crate) fn frequency_of(key: &str) -> Result<Frequency, StoreError> {
    word("frequency", key.split('/').nth(1).unwrap_or_default().to_owned())
}

/// Returns the restore at which the mails of a Deliver job were set aside, 0 for a job of the timetable.
pub(crate) fn held_of(job: &Job) -> i64 {
    let held = job.key.split('/').nth(2).and_then(|part| part.strip_prefix("held "));
    held.and_then(|at| at.parse().ok()).unwrap_or(0)
}

/// Opens the next job of what was set aside at the same restore for the same mails, while there is more. One that sent
/// nothing, because its subscriber is paused, waits for a person again.
pub(crate) async fn open_rest(
    transaction: &mut Transaction<'static, Any>,
    job: &Job,
    sent: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (frequency, held) = (frequency_of(&job.key)?.to_string(), held_of(job));
    let row = sqlx::query(
        "select (select count(*) from tellings where subscriber = $1 and frequency = $2 and held = $3 and digest = 0)
         + (select count(*) from digests where subscriber = $1 and frequency = $2 and held = $3 and sent = 0) as rest",
    )
    .bind(job.subject)
    .bind(frequency.as_str())
    .bind(held)
    .fetch_one(&mut **transaction)
    .await?;
    if row.try_get::<i64, _>("rest")? == 0 {
        return Ok(());
    }
    let paused =
        "its subscriber is paused: `qarauyl subscriber pause --resume`, then `qarauyl jobs --retry NUMBER`";
    open_held(transaction, (job.subject, &frequency, held), (!sent).then_some(paused), now).await
}

/// Opens a job for mails that were set aside; with a reason it is parked.
async fn open_held(
    transaction: &mut Transaction<'static, Any>,
    (subscriber, frequency, held): (i64, &str, i64),
    parked: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut job = deliver_job(subscriber, word("frequency", frequency.to_owned())?, now);
    job.key = format!("{}/held {held}", job.key);
    let key = job.key.clone();
    open_job(transaction, job, now).await?;
    if let Some(reason) = parked {
        sqlx::query("update jobs set parked = 1, last_error = $1 where kind = 'deliver' and key = $2")
            .bind(reason)
            .bind(key)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Returns the last restore if the subscriber was there before it and was not told of it, and notes that it is told now.
pub(crate) async fn take_restored(
    transaction: &mut Transaction<'static, Any>,
    subscriber: &Subscriber,
) -> Result<Option<Restored>, StoreError> {
    let row = sqlx::query(
        "select t.at as at, t.backup as backup from restores t join subscribers r on r.id = $1
         where t.at > r.told_restored and t.at > r.created order by t.at desc limit 1",
    )
    .bind(subscriber.id.0)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let at: i64 = row.try_get("at")?;
    sqlx::query("update subscribers set told_restored = $1 where id = $2")
        .bind(at)
        .bind(subscriber.id.0)
        .execute(&mut **transaction)
        .await?;
    Ok(Some(Restored { at: time(at), backup: time(row.try_get("backup")?) }))
}
