//! The loop around every service: lease, work, record what failed.
//!
//! Production calls [`Worker::run`]; tests call [`Worker::step`], so that nothing races.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use jiff::{SignedDuration, Timestamp};
use model::{Clock, JobId};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::{Failure, Job, JobKind, Queue, QueueConfig, StoreError};

/// Does the jobs of one kind. It ends each with one `finish_…` call of the store.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// What it does.
    const KIND: JobKind;
    /// How many jobs it takes at once.
    const BATCH: u32 = 1;

    /// Does `jobs`, of which there is at least one and at most [`Handler::BATCH`].
    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed>;

    /// Returns whether it can work at all. While it cannot, its jobs wait, and none counts as tried.
    fn is_ready(&self) -> bool {
        true
    }

    /// Returns how many steps run side by side.
    fn width(&self) -> usize {
        1
    }
}

/// How a job failed, and why, for the person who looks at it.
#[derive(Debug)]
pub struct Failed {
    /// Whether another try makes sense.
    pub failure: Failure,
    /// The reason. It is stored and shown: no address, query or text in it.
    pub reason: String,
    /// Which jobs of a batch failed, when the others are finished; empty when it is all of them.
    pub only: Vec<JobId>,
}

impl Failed {
    /// A failure.
    pub fn new(failure: Failure, reason: &dyn ToString) -> Self {
        Self { failure, reason: reason.to_string(), only: Vec::new() }
    }

    /// A failure that may pass.
    pub fn passing(reason: &dyn ToString) -> Self {
        Self::new(Failure::Passing, reason)
    }

    /// A failure that no further try will mend.
    pub fn last(reason: &dyn ToString) -> Self {
        Self::new(Failure::Final, reason)
    }

    /// Says that these jobs alone failed, and that the others of their batch are finished.
    #[must_use]
    pub fn only(self, jobs: &[Job]) -> Self {
        Self { only: jobs.iter().map(|job| job.id).collect(), ..self }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::passing(&error)
    }
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It worked on jobs.
    Worked,
    /// There was nothing to do.
    Idle,
}

/// Runs a [`Handler`] over the queue.
#[derive(Debug)]
pub struct Worker<H> {
    handler: H,
    queue: Arc<dyn QueueDebug>,
    clock: Clock,
    config: QueueConfig,
}

/// `Queue` that can stand in a type that derives `Debug`.
trait QueueDebug: Queue + std::fmt::Debug {}
impl<T: Queue + std::fmt::Debug> QueueDebug for T {}

impl<H: Handler> Worker<H> {
    /// Puts `handler` to work on `queue`.
    pub fn new(
        handler: H,
        queue: Arc<impl Queue + std::fmt::Debug + 'static>,
        clock: Clock,
        config: QueueConfig,
    ) -> Self {
        Self { handler, queue, clock, config }
    }

    /// Leases a batch and works it off; a batch that failed as a whole is tried one by one, and of one that failed in part
    /// only those jobs failed that the handler names.
    ///
    /// # Errors
    /// When the queue itself cannot be reached.
    pub async fn step(&self) -> Result<Step, StoreError> {
        if !self.handler.is_ready() {
            return Ok(Step::Idle);
        }
        let jobs = self.queue.lease(H::KIND, H::BATCH, self.clock.now(), self.config.lease).await?;
        if jobs.is_empty() {
            return Ok(Step::Idle);
        }
        if let Err(failed) = self.work(&jobs).await {
            match jobs.as_slice() {
                [job] => self.record(job, &failed).await?,
                _ if failed.only.is_empty() => self.work_singly(&jobs).await?,
                _ => self.record_some(&jobs, &failed).await?,
            }
        }
        Ok(Step::Worked)
    }

    async fn work_singly(&self, jobs: &[Job]) -> Result<(), StoreError> {
        for job in jobs {
            if let Err(failed) = self.work(std::slice::from_ref(job)).await {
                self.record(job, &failed).await?;
            }
        }
        Ok(())
    }

    async fn record_some(&self, jobs: &[Job], failed: &Failed) -> Result<(), StoreError> {
        for job in jobs.iter().filter(|job| failed.only.contains(&job.id)) {
            self.record(job, failed).await?;
        }
        Ok(())
    }

    /// Runs the handler with its leases kept alive. A panic counts as a failure that may pass.
    async fn work(&self, jobs: &[Job]) -> Result<(), Failed> {
        let work = AssertUnwindSafe(self.handler.handle(jobs)).catch_unwind();
        tokio::pin!(work);
        let renewal = Duration::try_from(self.config.lease).unwrap_or(Duration::from_secs(30)) / 3;
        loop {
            tokio::select! {
                done = &mut work => {
                    return done.unwrap_or_else(|_| Err(Failed::passing(&"the handler panicked")));
                }
                () = tokio::time::sleep(renewal) => {
                    let until = self.clock.now() + self.config.lease;
                    if let Err(error) = self.queue.renew(jobs, until).await {
                        tracing::warn!(%error, "leases could not be renewed");
                    }
                }
            }
        }
    }

    async fn record(&self, job: &Job, failed: &Failed) -> Result<(), StoreError> {
        let now = self.clock.now();
        let due = self.config.retry.due_again(job.attempt, failed.failure, now);
        let (id, attempt, kind) = (job.id.0, job.attempt, job.kind.as_str());
        if due.is_some() {
            tracing::warn!(job.id = id, job.kind = kind, attempt, reason = %failed.reason, "job failed, will be tried again");
        } else {
            tracing::error!(job.id = id, job.kind = kind, attempt, reason = %failed.reason, "job parked, see `qarauyl jobs`");
        }
        match self.queue.give_back(job, due, &failed.reason).await {
            // Whoever holds it now answers for it.
            Err(StoreError::LeaseLost(_)) => Ok(()),
            other => other,
        }
    }

    /// Works until `shutdown`, [`Handler::width`] steps side by side. Ends when all have ended.
    pub async fn run(self: Arc<Self>, shutdown: CancellationToken) {
        let tracker = TaskTracker::new();
        for _ in 0..self.handler.width().max(1) {
            tracker.spawn(Arc::clone(&self).run_one(shutdown.clone()));
        }
        tracker.close();
        tracker.wait().await;
    }

    async fn run_one(self: Arc<Self>, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let pause = match self.step().await {
                Ok(Step::Worked) => continue,
                Ok(Step::Idle) => self.config.idle,
                Err(error) => {
                    tracing::error!(%error, job.kind = H::KIND.as_str(), "the queue cannot be reached, will be tried again");
                    self.config.idle.max(SignedDuration::from_secs(5))
                }
            };
            let pause = Duration::try_from(pause).unwrap_or(Duration::from_secs(1));
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Returns the handler.
    pub fn handler(&self) -> &H {
        &self.handler
    }

    /// Returns the time that this worker goes by.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_error_is_a_failure_that_may_pass() {
        assert_eq!(Failed::from(StoreError::Locked).failure, Failure::Passing);
        assert_eq!(Failed::last(&"gone").failure, Failure::Final);
    }
}
