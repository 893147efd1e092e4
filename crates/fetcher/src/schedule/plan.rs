//! Tells people when each endpoint is due, and why: what is known of it, and what decided.

use jiff::Timestamp;
use store::Scheduled;

use super::cron::Schedule;
use super::due::{Asked, due};
use super::habit::{Habit, Place};
use super::pool::Pool;
use super::scheduler::{offset, seed};
use super::time::{DAY, minutes, timestamp};

/// One endpoint's plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// When it is due; `None` while it is being polled.
    pub due: Option<Timestamp>,
    /// When it was read last.
    pub looked: Option<Timestamp>,
    /// What decided the time, in plain words.
    pub why: &'static str,
    /// How far the time was moved off a full minute or rounded, in minutes; `None` where nothing was decided yet.
    pub moved_minutes: Option<f64>,
    /// How many entries a day it publishes by habit.
    pub entries_a_day: f64,
    /// How many it publishes in a burst, on the mean.
    pub burst_size: f64,
    /// The rate just now, against its habit at this hour.
    pub surge: f64,
    /// The rate in each local hour against the mean of its day.
    pub hours: Vec<f64>,
    /// The rate of a day of the weekend, against a working day.
    pub weekend: f64,
    /// How many entries its feed holds.
    pub window: f64,
    /// The least wait that server or feed ask for, in minutes.
    pub least_wait_minutes: f64,
    /// Since when every poll has failed.
    pub failing_since: Option<Timestamp>,
    /// How many polls a day it had, over about a week.
    pub polls_a_day: f64,
}

/// Returns the plan of an endpoint. `shared` is what the store keeps for all of them, `budget` is in polls an endpoint
/// and day.
pub fn plan(scheduled: &Scheduled, shared: Option<&[u8]>, budget: u32, now: Timestamp) -> Planned {
    let pool =
        shared.and_then(Pool::from_bytes).unwrap_or_else(|| Pool::first(f64::from(budget), minutes(now)));
    let habit = scheduled.habit.as_deref().and_then(Habit::from_bytes).unwrap_or_default();
    let looked = habit.looked.map(timestamp);
    let place = Place { offset: offset(&scheduled.source.timezone, now), pool: &pool };
    let schedule = Schedule::parse(&scheduled.source.schedule, &scheduled.source.timezone).ok();
    let decided =
        schedule.as_ref().zip(looked).filter(|_| habit.failing_since.is_none()).map(|(schedule, looked)| {
            let asked = Asked { schedule, seed: seed(&scheduled.endpoint), not_before: None, is_gone: false };
            due(&habit, place, asked, looked)
        });
    let moved = decided.zip(scheduled.due).map(|(decided, due)| minutes(due) - minutes(decided.at));
    let profile = habit.seen.profile(&pool.shapes);
    let why = match (habit.failing_since, decided) {
        (Some(_), _) => "it fails, and is tried less often",
        (None, Some(decided)) => decided.why.words(),
        (None, None) => "it was not read yet",
    };
    Planned {
        due: scheduled.due,
        looked,
        why,
        moved_minutes: moved,
        entries_a_day: habit.rate() * DAY,
        burst_size: habit.burst_size(),
        surge: habit.surge.factor(),
        hours: profile.hours.to_vec(),
        weekend: profile.weekend,
        window: habit.window,
        least_wait_minutes: habit.least_wait,
        failing_since: habit.failing_since.map(timestamp),
        polls_a_day: habit.polls / 7.0,
    }
}
