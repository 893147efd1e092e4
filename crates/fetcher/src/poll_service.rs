//! The service that polls: asks an endpoint, keeps the exchange, and opens a page for each new entry.

use std::sync::Arc;

use archive::{Archive, Exchange};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Conduct, Endpoint, EndpointId, EndpointState, Entry, Source, Validators};
use store::{Failed, Failure, Fetching, Handler, Job, JobKind};

use crate::keeping::keep;
use crate::manners::conduct::{self, Told};
use crate::schedule::scheduler::{Scheduler, Shown};
use crate::{PoliteClient, Poll, PollError, Polled, poll};

/// Polls endpoints.
#[derive(Debug)]
pub struct PollService {
    /// The tools that both services of this crate use.
    pub tools: Tools,
    /// Who chooses the next time.
    pub scheduler: Scheduler,
}

/// What the services of this crate work with.
#[derive(Clone)]
pub struct Tools {
    /// Where results are kept.
    pub store: Arc<dyn Fetching>,
    /// Where exchanges are kept.
    pub archive: Arc<Archive>,
    /// Who speaks to publishers.
    pub client: Arc<PoliteClient>,
    /// The time.
    pub clock: Clock,
    /// How many requests run side by side, over all domains.
    pub width: usize,
}

impl std::fmt::Debug for Tools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tools").field("width", &self.width).finish_non_exhaustive()
    }
}

/// What a poll came to.
struct Outcome {
    entries: Vec<Entry>,
    validators: Validators,
    conduct: Conduct,
    state: EndpointState,
    reason: String,
    not_before: Option<Timestamp>,
    /// The least wait that answer and feed ask for; `None` keeps what is known.
    least_wait: Option<SignedDuration>,
}

#[async_trait]
impl Handler for PollService {
    const KIND: JobKind = JobKind::Poll;

    fn width(&self) -> usize {
        self.tools.width
    }

    fn is_ready(&self) -> bool {
        self.tools.archive.room().is_ok()
    }

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            self.poll(job).await?;
        }
        Ok(())
    }
}

impl PollService {
    async fn poll(&self, job: &Job) -> Result<(), Failed> {
        let Some((source, endpoint)) = self.tools.store.endpoint(EndpointId(job.subject)).await? else {
            return Ok(self.tools.store.drop_job(job).await?);
        };
        let at = self.tools.clock.now();
        let outcome = self.ask(&source, &endpoint, at).await?;
        let entries: Vec<Entry> =
            outcome.entries.into_iter().map(|entry| not_in_the_future(entry, at)).collect();
        let shown = Shown {
            state: outcome.state,
            entries: &entries,
            least_wait: outcome.least_wait,
            not_before: outcome.not_before,
        };
        let next = self.scheduler.next((&source, &endpoint), shown, at).await?;
        let polled = store::Polled {
            entries,
            validators: outcome.validators,
            conduct: outcome.conduct,
            state: outcome.state,
            reason: outcome.reason,
            at,
            next_due: next.due,
            habit: Some(next.habit),
            endpoint,
            source,
        };
        let new = self.tools.store.finish_poll(job, &polled).await?;
        let (id, state) = (polled.endpoint.id.0, polled.state.as_str());
        tracing::info!(source.id = %polled.source.id, endpoint.id = id, state, new, "polled");
        Ok(())
    }

    async fn ask(&self, source: &Source, endpoint: &Endpoint, at: Timestamp) -> Result<Outcome, Failed> {
        let (outcome, exchanges) = match poll(&self.tools.client, source, endpoint).await {
            Ok(Polled::NotModified(exchange)) => {
                (Outcome::unchanged(endpoint, &exchange, at), vec![*exchange])
            }
            Ok(Polled::Read(read)) => (Outcome::read(endpoint, &read, at), read.exchanges),
            Err(error) => {
                let exchange: Vec<Exchange> = error.exchange().cloned().into_iter().collect();
                (Outcome::failed(endpoint, &error), exchange)
            }
        };
        for exchange in exchanges {
            keep(&self.tools.archive, exchange).await?;
        }
        Ok(outcome)
    }
}

impl Outcome {
    fn read(endpoint: &Endpoint, poll: &Poll, at: Timestamp) -> Self {
        let (validators, entries, conditional) = (&poll.validators, &poll.parsed.entries, poll.conditional);
        let told = |exchange| Told { exchange, validators, entries, conditional };
        let learnt = poll.exchanges.first().map(|first| conduct::after_reading(endpoint, &told(first), at));
        let conduct = learnt.unwrap_or_else(|| endpoint.conduct.clone());
        Self {
            entries: entries.clone(),
            validators: validators.clone(),
            reason: conduct::words(&conduct),
            conduct,
            state: EndpointState::Ok,
            not_before: None,
            least_wait: Some(poll.least_wait),
        }
    }

    fn unchanged(endpoint: &Endpoint, exchange: &Exchange, at: Timestamp) -> Self {
        let conduct = conduct::after_no_change(endpoint, exchange, at);
        Self {
            entries: Vec::new(),
            validators: endpoint.validators.clone(),
            reason: conduct::words(&conduct),
            conduct,
            state: EndpointState::Unchanged,
            not_before: None,
            least_wait: None,
        }
    }

    /// A poll that failed is a result too: it is told as the endpoint's state, and the schedule goes on.
    fn failed(endpoint: &Endpoint, error: &PollError) -> Self {
        let not_before = match error.failure() {
            Failure::NotBefore(time) => Some(time),
            Failure::Passing | Failure::Final => None,
        };
        Self {
            entries: Vec::new(),
            validators: endpoint.validators.clone(),
            conduct: conduct::after_failure(endpoint),
            state: error.state(),
            reason: error.to_string(),
            not_before,
            least_wait: None,
        }
    }
}

/// No article was published after it was announced: a wrong clock or zone at the outlet is not believed.
fn not_in_the_future(entry: Entry, now: Timestamp) -> Entry {
    let published = entry.published.map(|published| published.min(now));
    Entry { published, ..entry }
}
