//! The shell of the schedule: loads what is known of an endpoint, lets the pure part learn and decide, and looks up which
//! minutes are full.
//!
//! What all endpoints share is computed anew every hour by whichever process comes first. Two that do it at once write
//! the same.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::{Endpoint, Source};
use store::{Scheduling, StoreError};
use tokio::sync::Mutex;

use super::cron::Schedule;
use super::due::{Asked, Due, due};
use super::habit::{Habit, Look, Place};
use super::pool::{Member, Pool};
use super::spread;
use super::time::{length, minutes, timestamp};

/// How old what all endpoints share may grow, in minutes.
const REFRESH: f64 = 60.0;

/// Chooses the time of each next poll.
pub struct Scheduler {
    store: Arc<dyn Scheduling>,
    /// Polls an endpoint and day, on the mean.
    budget: f64,
    pool: Mutex<Option<Arc<Pool>>>,
}

/// What a poll came to, as far as the schedule minds.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// What was read; `None` when it failed.
    pub(crate) look: Option<Look>,
    /// Whether the server said that the place is gone for good.
    pub(crate) is_gone: bool,
    /// The least wait that answer and feed asked for, when it was read.
    pub(crate) least_wait: Option<SignedDuration>,
    /// The time that the server named, when it refused.
    pub(crate) not_before: Option<Timestamp>,
}

/// The next poll, and what is known by now.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) due: Timestamp,
    pub(crate) habit: Vec<u8>,
}

impl std::fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scheduler").field("budget", &self.budget).finish_non_exhaustive()
    }
}

impl Scheduler {
    /// Makes the scheduler of a process. `budget` is in polls an endpoint and day.
    pub fn new(store: Arc<dyn Scheduling>, budget: u32) -> Self {
        Self { store, budget: f64::from(budget), pool: Mutex::new(None) }
    }

    /// Learns from a poll that ended at `now`, and chooses the next one.
    pub(crate) async fn next(
        &self,
        (source, endpoint): (&Source, &Endpoint),
        shown: Shown,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let pool = self.pool(now).await?;
        let place = Place { offset: offset(&source.timezone, now), pool: &pool };
        let known = self.store.habit(endpoint.id).await?;
        let mut habit = known.and_then(|bytes| Habit::from_bytes(&bytes)).unwrap_or_default();
        match &shown.look {
            Some(look) => habit.look(look, place),
            None => habit.failed(minutes(now)),
        }
        if let Some(wait) = shown.least_wait {
            habit.least_wait = length(wait);
        }
        habit.pace = pool.pace;
        // What the configuration says was read at the start; an expression that is wrong now waits for a person.
        let Ok(schedule) = Schedule::parse(&source.schedule, &source.timezone) else {
            let day = now.saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
            return Ok(Next { due: day, habit: habit.to_bytes() });
        };
        let Shown { not_before, is_gone, .. } = shown;
        let asked = Asked { schedule: &schedule, seed: seed(endpoint), not_before, is_gone };
        let due = due(&habit, place, asked, now);
        // A cron expression has its phase already, and a promise to be near its time.
        let at = if schedule.is_auto() { self.spread(due, &pool, now).await? } else { due.at };
        Ok(Next { due: at, habit: habit.to_bytes() })
    }

    /// Moves a time off a full minute, and never before what was asked for.
    async fn spread(&self, due: Due, pool: &Pool, now: Timestamp) -> Result<Timestamp, StoreError> {
        let at = minutes(due.at);
        let booked = self.store.booked(spread::range(at)).await?;
        let earliest = if due.why.may_be_earlier() { minutes(now) + 1.0 } else { at };
        let most = spread::most_a_minute(pool.polls_a_day);
        Ok(timestamp(at + spread::shift(at, earliest, &booked, most)))
    }

    /// Returns what all endpoints share, computed anew when it is old.
    async fn pool(&self, now: Timestamp) -> Result<Arc<Pool>, StoreError> {
        let mut kept = self.pool.lock().await;
        let now = minutes(now);
        let fresh = |pool: &Pool| (now - pool.at).abs() < REFRESH;
        if let Some(pool) = kept.as_ref().filter(|pool| fresh(pool)) {
            return Ok(Arc::clone(pool));
        }
        let stored = self.store.shared_habit().await?.and_then(|bytes| Pool::from_bytes(&bytes));
        let pool = match stored {
            Some(pool) if fresh(&pool) => pool,
            old => {
                let scheduled = self.store.scheduled().await?;
                let pool = refreshed(&scheduled, old, (self.budget, now));
                self.store.put_shared_habit(&pool.to_bytes()).await?;
                pool
            }
        };
        Ok(Arc::clone(kept.insert(Arc::new(pool))))
    }
}

fn refreshed(scheduled: &[store::Scheduled], old: Option<Pool>, (budget, now): (f64, f64)) -> Pool {
    let habit = |one: &store::Scheduled| one.habit.as_deref().and_then(Habit::from_bytes).unwrap_or_default();
    let habits: Vec<(Habit, bool)> =
        scheduled.iter().map(|one| (habit(one), one.source.schedule.trim() == "auto")).collect();
    let members = habits.iter().map(|(habit, is_auto)| Member { habit, is_auto: *is_auto });
    old.unwrap_or_else(|| Pool::first(budget, now)).refreshed(members, budget, now)
}

/// Where the source's clock is ahead of UTC at a time, in minutes.
pub(crate) fn offset(zone: &str, now: Timestamp) -> f64 {
    TimeZone::get(zone).map_or(0.0, |zone| f64::from(zone.to_offset(now).seconds()) / 60.0)
}

/// The phase of an endpoint: the same after every start.
pub(crate) fn seed(endpoint: &Endpoint) -> u64 {
    u64::from_ne_bytes(endpoint.id.0.to_ne_bytes()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
