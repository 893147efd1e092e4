//! Gives turns to those who want to ask a domain: so many at once, so long apart.
//!
//! A turn belongs to a registered domain, not to a host: one registrant's machine stands behind many names.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Beyond this many domains the idle ones are forgotten.
const MAX_IDLE: usize = 10_000;

/// How a domain wants to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many requests may run at once; none is taken as one.
    pub connections: u32,
    /// The least time from the start of one request to the start of the next.
    pub delay: Duration,
}

/// The lanes of all domains.
#[derive(Debug, Default)]
pub(crate) struct Manners {
    lanes: Mutex<HashMap<String, Arc<Lane>>>,
}

#[derive(Debug, Default)]
struct Lane {
    state: Mutex<LaneState>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct LaneState {
    running: u32,
    next_start: Option<Instant>,
    resting_until: Option<Timestamp>,
}

/// The right to ask a domain once; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn(Arc<Lane>);

impl Manners {
    /// Waits for a turn. The error is the time before which the domain asked not to be bothered.
    pub(crate) async fn turn(&self, domain: &str, pace: Pace, now: Timestamp) -> Result<Turn, Timestamp> {
        let lane = self.lane(domain, now);
        loop {
            let freed = lane.freed.notified();
            tokio::pin!(freed);
            // Listen first: a turn that ends between the look and the wait must not be missed.
            freed.as_mut().enable();
            if let Some(start) = lane.try_enter(pace, now)? {
                let turn = Turn(Arc::clone(&lane));
                sleep_until(start).await;
                return Ok(turn);
            }
            freed.await;
        }
    }

    /// Lets nobody ask the domain before `until`.
    pub(crate) fn rest(&self, domain: &str, until: Timestamp) {
        let lane = self.lane(domain, until);
        let mut state = lane.lock();
        state.resting_until = state.resting_until.max(Some(until));
    }

    fn lane(&self, domain: &str, now: Timestamp) -> Arc<Lane> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if lanes.len() > MAX_IDLE {
            let past = Instant::now();
            lanes.retain(|_, lane| Arc::strong_count(lane) > 1 || !lane.is_idle(past, now));
        }
        Arc::clone(lanes.entry(domain.to_owned()).or_default())
    }
}

impl Lane {
    /// Returns when the request may start; `None` while too many run.
    fn try_enter(&self, pace: Pace, now: Timestamp) -> Result<Option<Instant>, Timestamp> {
        let mut state = self.lock();
        if let Some(until) = state.resting_until.filter(|until| *until > now) {
            return Err(until);
        }
        if state.running >= pace.connections.max(1) {
            return Ok(None);
        }
        state.running += 1;
        let present = Instant::now();
        let start = state.next_start.map_or(present, |start| start.max(present));
        state.next_start = start.checked_add(pace.delay);
        Ok(Some(start))
    }

    fn is_idle(&self, past: Instant, now: Timestamp) -> bool {
        let state = self.lock();
        state.running == 0
            && state.next_start.is_none_or(|start| start < past)
            && state.resting_until.is_none_or(|until| until < now)
    }

    fn lock(&self) -> MutexGuard<'_, LaneState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.lock().running -= 1;
        // All are woken: the first in line may be one who allows fewer at once than the others.
        self.0.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn pace(connections: u32, seconds: u64) -> Pace {
        Pace { connections, delay: Duration::from_secs(seconds) }
    }

    #[tokio::test(start_paused = true)]
    async fn requests_to_one_domain_keep_their_distance() {
        let (manners, began) = (Manners::default(), Instant::now());
        for number in 0..4 {
            let _turn = manners.turn("a.kz", pace(1, 2), NOW).await.unwrap();
            assert_eq!(began.elapsed().as_secs(), number * 2);
        }
        let _other = manners.turn("b.kz", pace(1, 2), NOW).await.unwrap();
        assert_eq!(began.elapsed().as_secs(), 6);
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_run_at_once_than_allowed_and_all_get_their_turn() {
        let manners = Arc::new(Manners::default());
        let running = Arc::new(Mutex::new((0, 0)));
        let count = |running: &Mutex<(i32, i32)>, step| {
            let mut running = running.lock().unwrap();
            running.0 += step;
            running.1 = running.1.max(running.0);
        };
        let ask = |_| {
            let (manners, running) = (Arc::clone(&manners), Arc::clone(&running));
            async move {
                let _turn = manners.turn("a.kz", pace(3, 0), NOW).await.unwrap();
                count(&running, 1);
                tokio::time::sleep(Duration::from_millis(10)).await;
                count(&running, -1);
            }
        };
        let asks: Vec<_> = (0..20).map(|number| tokio::spawn(ask(number))).collect();
        for ask in asks {
            ask.await.unwrap();
        }
        assert_eq!(*running.lock().unwrap(), (0, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_domain_that_asked_for_rest_gets_it() {
        let manners = Manners::default();
        let until = NOW + SignedDuration::from_mins(5);
        manners.rest("a.kz", until);
        assert_eq!(manners.turn("a.kz", pace(1, 0), NOW).await.unwrap_err(), until);
        assert!(manners.turn("b.kz", pace(1, 0), NOW).await.is_ok());
        assert!(manners.turn("a.kz", pace(1, 0), until).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_gives_up_waiting_holds_nobody_up() {
        let manners = Manners::default();
        let first = manners.turn("a.kz", pace(1, 0), NOW).await.unwrap();
        let second = manners.turn("a.kz", pace(1, 0), NOW);
        assert!(tokio::time::timeout(Duration::from_secs(1), second).await.is_err());
        drop(first);
        assert!(manners.turn("a.kz", pace(1, 0), NOW).await.is_ok());
    }
}
