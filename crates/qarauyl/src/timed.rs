//! Counts how long a service works, for the table of the demo.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use store::{Failed, Handler, Job, JobKind};

/// What a stage did so far.
#[derive(Debug, Default)]
pub(crate) struct Stopwatch {
    jobs: AtomicU64,
    micros: AtomicU64,
}

impl Stopwatch {
    /// Returns how many jobs were worked on.
    pub(crate) fn jobs(&self) -> u64 {
        self.jobs.load(Ordering::Relaxed)
    }

    /// Returns the time that was worked, summed over all that worked side by side.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

/// A handler with a stopwatch.
#[derive(Debug)]
pub(crate) struct Timed<H> {
    pub(crate) handler: H,
    pub(crate) watch: Arc<Stopwatch>,
}

#[async_trait]
impl<H: Handler> Handler for Timed<H> {
    const KIND: JobKind = H::KIND;
    const BATCH: u32 = H::BATCH;

    fn width(&self) -> usize {
        self.handler.width()
    }

    fn is_ready(&self) -> bool {
        self.handler.is_ready()
    }

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        let start = Instant::now();
        let result = self.handler.handle(jobs).await;
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.watch.micros.fetch_add(micros, Ordering::Relaxed);
        self.watch.jobs.fetch_add(u64::try_from(jobs.len()).unwrap_or(0), Ordering::Relaxed);
        result
    }
}
