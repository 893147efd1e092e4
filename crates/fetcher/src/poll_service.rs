//! The service that polls: asks an endpoint, keeps the exchange, and opens a page for each new entry.

use std::sync::Arc;

use archive::{Archive, Exchange};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::{Clock, Conduct, Endpoint, EndpointId, EndpointState, Entry, Health, Source, Validators};
use store::{Failed, Failure, Fetching, Handler, Job, JobKind};

use crate::keeping::keep_poll;
use crate::manners::conduct::{self, Told};
use crate::schedule::habit::Look;
use crate::schedule::scheduler::{Scheduler, Shown};
use crate::schedule::time::minutes;
use crate::states::{Alive, Filling, alive, counted, may_be_filled, ran_over, told};
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

/// What a poll came to, before it is held against what is known.
struct Outcome {
    /// What was announced; `None` when the server says that nothing has changed.
    entries: Option<Vec<Entry>>,
    validators: Validators,
    conduct: Conduct,
    /// Why it failed: the state, and in plain words.
    failure: Option<(EndpointState, String)>,
    not_before: Option<Timestamp>,
    /// The least wait that answer and feed ask for; `None` keeps what is known.
    least_wait: Option<SignedDuration>,
}

/// How an endpoint does after a poll, and what is kept of it.
struct Judged {
    entries: Vec<Entry>,
    health: Health,
    state: EndpointState,
    reason: String,
    look: Option<Look>,
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
        let mut outcome = self.ask(&source, &endpoint, at).await?;
        let judged = self.judge((&source, &endpoint), &mut outcome, at).await?;
        let shown = Shown {
            look: judged.look,
            is_gone: judged.state == EndpointState::Gone,
            least_wait: outcome.least_wait,
            not_before: outcome.not_before,
        };
        let next = self.scheduler.next((&source, &endpoint), shown, at).await?;
        let moved = outcome.conduct.address.as_ref();
        let (health, notice) = told(judged.health, (judged.state, moved), &judged.reason, at);
        let polled = store::Polled {
            is_read: outcome.failure.is_none(),
            entries: judged.entries,
            validators: outcome.validators,
            conduct: outcome.conduct,
            health,
            state: judged.state,
            reason: judged.reason,
            notice,
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
        self.keep(exchanges).await?;
        Ok(outcome)
    }

    async fn keep(&self, exchanges: Vec<Exchange>) -> Result<(), Failed> {
        for exchange in exchanges {
            keep_poll(&self.tools.archive, exchange).await?;
        }
        Ok(())
    }

    /// Holds what came against what is known of the endpoint; a gap that shows is filled as far as it can be.
    async fn judge(
        &self,
        (source, endpoint): (&Source, &Endpoint),
        outcome: &mut Outcome,
        at: Timestamp,
    ) -> Result<Judged, Failed> {
        let mut health = endpoint.health.clone();
        if let Some((state, reason)) = outcome.failure.clone() {
            return Ok(Judged { entries: Vec::new(), health, state, reason, look: None });
        }
        let (is_told, mut entries) = (outcome.entries.is_some(), outcome.entries.take().unwrap_or_default());
        let before = self.tools.store.shown_before(endpoint.id, &entries).await?;
        let new: Vec<&Entry> =
            entries.iter().filter(|entry| !before.contains(&entry.url.identity())).collect();
        let look = Look {
            at: minutes(at),
            new: new.iter().map(|entry| entry.published.map(minutes)).collect(),
            shown: is_told.then_some(entries.len()),
        };
        let mut filled = Vec::new();
        if ran_over(endpoint, &entries, &new) {
            let mut filling = Filling::default();
            if may_be_filled(endpoint, at) {
                health.filled = Some(at);
                let beside = self.tools.store.lists_beside(endpoint).await?;
                filling = Filling::of(&self.tools.client, (source, endpoint), beside, at).await;
            }
            self.keep(filling.exchanges).await?;
            filled = filling.entries;
            health.gap = if filling.is_whole { health.gap } else { Some(at) };
        }
        health.shown = if is_told { entries.len() } else { health.shown };
        health.days = counted(&health.days, &new, at, !endpoint.looked);
        let alive_now = Alive {
            conduct: &outcome.conduct,
            health: &health,
            is_first: !endpoint.looked,
            entries: &entries,
            new: new.len(),
        };
        let (state, reason) = alive(&alive_now, at);
        // The endpoint's own entries come last: the newest of them is where the next poll begins.
        filled.append(&mut entries);
        Ok(Judged { entries: filled, health, state, reason, look: Some(look) })
    }
}

impl Outcome {
    fn read(endpoint: &Endpoint, poll: &Poll, at: Timestamp) -> Self {
        let (validators, entries, conditional) = (&poll.validators, &poll.parsed.entries, poll.conditional);
        let told = |exchange| Told { exchange, validators, entries, conditional };
        let learnt = poll.exchanges.first().map(|first| conduct::after_reading(endpoint, &told(first), at));
        Self {
            entries: Some(entries.iter().map(|entry| not_in_the_future(entry.clone(), at)).collect()),
            validators: validators.clone(),
            conduct: learnt.unwrap_or_else(|| endpoint.conduct.clone()),
            failure: None,
            not_before: None,
            least_wait: Some(poll.least_wait),
        }
    }

    fn unchanged(endpoint: &Endpoint, exchange: &Exchange, at: Timestamp) -> Self {
        Self {
            entries: None,
            validators: endpoint.validators.clone(),
            conduct: conduct::after_no_change(endpoint, exchange, at),
            failure: None,
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
            entries: None,
            validators: endpoint.validators.clone(),
            conduct: conduct::after_failure(endpoint),
            failure: Some((error.state(), error.to_string())),
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
