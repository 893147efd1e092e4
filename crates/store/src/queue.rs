//! The queue: who works on what, and for how long.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::JobId;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::database::{Engine, is_dead};
use crate::rows::{millis, time};
use crate::{Database, Job, JobCount, JobKind, ParkedJob, StoreError};

/// What a [`Worker`](crate::Worker) needs.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Leases up to `limit` due jobs of `kind`, for `length`. No two jobs of a lane are leased at a time.
    async fn lease(
        &self,
        kind: JobKind,
        limit: u32,
        now: Timestamp,
        length: SignedDuration,
    ) -> Result<Vec<Job>, StoreError>;

    /// Prolongs leases until `until`. Those lost meanwhile are passed over: their worker learns it when it ends.
    async fn renew(&self, jobs: &[Job], until: Timestamp) -> Result<(), StoreError>;

    /// Gives a failed job back: due again at `due`, or parked when there is no such time.
    async fn give_back(&self, job: &Job, due: Option<Timestamp>, error: &str) -> Result<(), StoreError>;

    /// Returns whether any job of `kinds` is due by `now` or leased.
    async fn is_busy(&self, kinds: &[JobKind], now: Timestamp) -> Result<bool, StoreError>;

    /// Counts the jobs of each kind.
    async fn job_counts(&self, now: Timestamp) -> Result<Vec<JobCount>, StoreError>;

    /// Lists the jobs that wait for a person, oldest first.
    async fn parked(&self) -> Result<Vec<ParkedJob>, StoreError>;

    /// Makes a parked job due at `now` with its attempts forgotten, all of them for `None`; returns how many.
    async fn retry_parked(&self, job: Option<JobId>, now: Timestamp) -> Result<u64, StoreError>;

    /// Frees the leases of processes of this machine that are gone; returns how many.
    async fn free_dead_leases(&self) -> Result<u64, StoreError>;
}

#[async_trait]
impl Queue for Database {
    async fn lease(
        &self,
        kind: JobKind,
        limit: u32,
        now: Timestamp,
        length: SignedDuration,
    ) -> Result<Vec<Job>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql = match self.engine {
            Engine::Sqlite => LEASE_SQLITE,
            Engine::Postgres => {
                lock_lanes(&mut transaction, kind).await?;
                LEASE_POSTGRES
            }
        };
        let lease = i64::from(rand::random::<u32>()) + 1;
        let rows = sqlx::query(sql)
            .bind(millis(now + length))
            .bind(lease)
            .bind(self.holder.as_str())
            .bind(kind.as_str())
            .bind(millis(now))
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        rows.iter().map(|row| job_of(row, kind)).collect()
    }

    async fn renew(&self, jobs: &[Job], until: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for job in jobs {
            sqlx::query("update jobs set leased_until = $1 where id = $2 and lease = $3")
                .bind(millis(until))
                .bind(job.id.0)
                .bind(job.lease)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn give_back(&self, job: &Job, due: Option<Timestamp>, error: &str) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        give_back(&mut transaction, job, due, error).await?;
        Ok(transaction.commit().await?)
    }

    async fn is_busy(&self, kinds: &[JobKind], now: Timestamp) -> Result<bool, StoreError> {
        for kind in kinds {
            let row = sqlx::query(
                "select count(*) as open from jobs where kind = $1 and parked = 0 and (due <= $2 or leased_until > $2)",
            )
            .bind(kind.as_str())
            .bind(millis(now))
            .fetch_one(self.readers())
            .await?;
            if row.try_get::<i64, _>("open")? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn job_counts(&self, now: Timestamp) -> Result<Vec<JobCount>, StoreError> {
        let mut counts = Vec::new();
        for kind in JobKind::ALL {
            let row = sqlx::query(
                "select count(*) as total, cast(coalesce(sum(parked), 0) as bigint) as parked,
                 cast(coalesce(sum(case when parked = 0 and (due <= $1 or leased_until > $1) then 1 else 0 end), 0)
                 as bigint) as ready
                 from jobs where kind = $2",
            )
            .bind(millis(now))
            .bind(kind.as_str())
            .fetch_one(self.readers())
            .await?;
            let number = |name| row.try_get::<i64, _>(name).map(|value| u64::try_from(value).unwrap_or(0));
            let (total, parked, ready) = (number("total")?, number("parked")?, number("ready")?);
            counts.push(JobCount { kind, ready, parked, later: total.saturating_sub(parked + ready) });
        }
        Ok(counts)
    }

    async fn parked(&self) -> Result<Vec<ParkedJob>, StoreError> {
        let rows = sqlx::query(
            "select id, kind, subject, attempt, last_error from jobs where parked = 1 order by id",
        )
        .fetch_all(self.readers())
        .await?;
        rows.iter().map(parked_of).collect()
    }

    async fn retry_parked(&self, job: Option<JobId>, now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "update jobs set parked = 0, attempt = 0, due = $1 where parked = 1 and ($2 = 0 or id = $2)",
        )
        .bind(millis(now))
        .bind(job.map_or(0, |id| id.0))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    async fn free_dead_leases(&self) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let rows = sqlx::query("select distinct holder from jobs where leased_until > 0")
            .fetch_all(&mut *transaction)
            .await?;
        let mut freed = 0;
        for row in rows {
            let other: String = row.try_get("holder")?;
            if is_dead(&self.holder, &other) {
                // The attempt was cut short by a crash, not by the job: it is not counted.
                let done = sqlx::query(
                    "update jobs set leased_until = 0, lease = 0, holder = '', attempt = attempt - 1 where holder = $1",
                )
                .bind(other)
                .execute(&mut *transaction)
                .await?;
                freed += done.rows_affected();
            }
        }
        transaction.commit().await?;
        Ok(freed)
    }
}

/// $1 until, $2 lease, $3 holder, $4 kind, $5 now, $6 limit. A lane with a living lease is passed over, and of a
/// lane's waiting jobs only the first is taken.
const LEASE_SQLITE: &str = "update jobs set leased_until = $1, lease = $2, holder = $3, attempt = attempt + 1
 where id in (select j.id from jobs j where j.kind = $4 and j.parked = 0 and j.due <= $5 and j.leased_until <= $5
   and (j.lane = '' or not exists (select 1 from jobs b where b.kind = $4 and b.lane = j.lane and b.leased_until > $5))
   and (j.lane = '' or $6 = 1 or not exists (select 1 from jobs e where e.kind = $4 and e.lane = j.lane and e.parked = 0
     and e.due <= $5 and (e.due < j.due or (e.due = j.due and e.id < j.id))))
   order by j.due, j.id limit $6)
 returning id, key, subject, attempt, created, lease";
const LEASE_POSTGRES: &str = "update jobs set leased_until = $1, lease = $2, holder = $3, attempt = attempt + 1
 where id in (select j.id from jobs j where j.kind = $4 and j.parked = 0 and j.due <= $5 and j.leased_until <= $5
   and (j.lane = '' or not exists (select 1 from jobs b where b.kind = $4 and b.lane = j.lane and b.leased_until > $5))
   and (j.lane = '' or $6 = 1 or not exists (select 1 from jobs e where e.kind = $4 and e.lane = j.lane and e.parked = 0
     and e.due <= $5 and (e.due < j.due or (e.due = j.due and e.id < j.id))))
   order by j.due, j.id limit $6 for update skip locked)
 returning id, key, subject, attempt, created, lease";

/// Two processes that lease at the same moment would not see each other's lanes: leases of a kind with lanes
/// take turns, until the transaction ends.
async fn lock_lanes(transaction: &mut Transaction<'static, Any>, kind: JobKind) -> Result<(), StoreError> {
    let number =
        JobKind::ALL.iter().position(|one| *one == kind).and_then(|at| i64::try_from(at).ok()).unwrap_or(0);
    sqlx::query("select cast(pg_advisory_xact_lock($1) as text)")
        .bind(7_236_000 + number)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(())
}

/// Gives a job back inside a transaction that keeps more.
pub(crate) async fn give_back(
    transaction: &mut Transaction<'static, Any>,
    job: &Job,
    due: Option<Timestamp>,
    error: &str,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "update jobs set leased_until = 0, lease = 0, holder = '', due = $1, parked = $2, last_error = $3
         where id = $4 and lease = $5",
    )
    .bind(due.map_or(0, millis))
    .bind(i64::from(due.is_none()))
    .bind(error.chars().take(500).collect::<String>())
    .bind(job.id.0)
    .bind(job.lease)
    .execute(&mut **transaction)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LeaseLost(job.id.0)) }
}

fn job_of(row: &AnyRow, kind: JobKind) -> Result<Job, StoreError> {
    Ok(Job {
        id: JobId(row.try_get("id")?),
        kind,
        key: row.try_get("key")?,
        subject: row.try_get("subject")?,
        attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(0),
        created: time(row.try_get("created")?),
        lease: row.try_get("lease")?,
    })
}

fn parked_of(row: &AnyRow) -> Result<ParkedJob, StoreError> {
    let word: String = row.try_get("kind")?;
    Ok(ParkedJob {
        id: JobId(row.try_get("id")?),
        kind: word.parse().map_err(|_| StoreError::Row { what: "kind of job", value: word })?,
        subject: row.try_get("subject")?,
        attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(0),
        last_error: row.try_get("last_error")?,
    })
}
