//! Decides when an endpoint is due, and says why: the schedule's time, within what others ask for.

use jiff::Timestamp;

use super::bounds::while_failing;
use super::cron::Schedule;
use super::habit::{Habit, Place};
use super::index_rule::{Cause, index};
use super::time::{DAY, minutes, timestamp};

/// An endpoint is not asked again within this many minutes.
const LEAST: f64 = 1.0;
/// A wish for a wait is met by a poll that comes this much earlier: answers take time.
const NEARLY: f64 = 0.95;

/// When an endpoint is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Due {
    /// The time.
    pub(crate) at: Timestamp,
    /// Why not earlier or later.
    pub(crate) why: Why,
}

/// What decided a due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The cron expression.
    Cron,
    /// The index rule.
    Index(Cause),
    /// The wait that server or feed ask for.
    Wish,
    /// `Retry-After`, or the wait after a refusal.
    RetryAfter,
    /// It fails, and is tried less and less often.
    Failing,
}

/// What is known when the next time is to be chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    /// The source's schedule.
    pub(crate) schedule: &'a Schedule,
    /// The phase of the endpoint.
    pub(crate) seed: u64,
    /// The server named a time.
    pub(crate) not_before: Option<Timestamp>,
    /// The endpoint is said to be gone for good.
    pub(crate) is_gone: bool,
}

impl Why {
    /// Returns whether a poll may come earlier than this, when its minute is full.
    pub(crate) fn may_be_earlier(self) -> bool {
        matches!(self, Self::Index(_))
    }

    /// Says it to people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Cron => "its cron expression",
            Self::Index(Cause::Waiting) => "enough is expected to wait by then",
            Self::Index(Cause::Window) => "the feed may run over",
            Self::Index(Cause::Longest) => "little is expected: once a day",
            Self::Wish => "the server or the feed asks for this wait",
            Self::RetryAfter => "the server named a time",
            Self::Failing => "it fails, and is tried less often",
        }
    }
}

/// Returns when an endpoint that was asked at `now` is due again.
pub(crate) fn due(habit: &Habit, place: Place<'_>, asked: Asked<'_>, now: Timestamp) -> Due {
    let from = minutes(now);
    let failing = habit.failing_since.map_or(0.0, |since| while_failing(since, from));
    let failing = if asked.is_gone { failing.max(DAY) } else { failing };
    let wish = habit.least_wait * NEARLY;
    let bounds = [
        (timestamp(from + wish), Why::Wish),
        (timestamp(from + failing), Why::Failing),
        (asked.not_before.unwrap_or(now), Why::RetryAfter),
    ];
    let (least, why) = bounds.into_iter().fold((now, Why::Wish), |a, b| if b.0 > a.0 { b } else { a });
    if !asked.schedule.is_auto() {
        let at = asked.schedule.next_after(now, asked.seed);
        // A bound moves a cron schedule on to its next time.
        let moved = if at < least { asked.schedule.next_after(least, asked.seed) } else { at };
        return Due { at: moved, why: if at < least { why } else { Why::Cron } };
    }
    let index = index(habit, place, from);
    let at = timestamp(index.at.max(from + LEAST));
    if at < least { Due { at: least, why } } else { Due { at, why: Why::Index(index.cause) } }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::pool::Pool;
    use super::*;

    fn asked(schedule: &Schedule) -> Asked<'_> {
        Asked { schedule, seed: 7, not_before: None, is_gone: false }
    }

    #[test]
    fn bounds_are_honoured_by_both_kinds_of_schedule() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let pool = Pool::first(24.0, minutes(now));
        let place = Place { offset: 0.0, pool: &pool };
        for written in ["auto", "*/15 * * * *"] {
            let schedule = Schedule::parse(written, "UTC").unwrap();
            let free = due(&Habit::default(), place, asked(&schedule), now);
            assert!(now.duration_until(free.at) < SignedDuration::from_hours(2), "{written} {free:?}");
            let wishing = Habit { least_wait: 240.0, ..Habit::default() };
            let late = due(&wishing, place, asked(&schedule), now);
            assert!(now.duration_until(late.at) >= SignedDuration::from_mins(228), "{written} {late:?}");
            assert_eq!(late.why, Why::Wish);
            let failing = Habit { failing_since: Some(minutes(now) - 16.0 * DAY), ..Habit::default() };
            let late = due(&failing, place, asked(&schedule), now);
            assert!(now.duration_until(late.at) >= SignedDuration::from_hours(24), "{written} {late:?}");
            let not_before = Some(now + SignedDuration::from_hours(5));
            let named = due(&Habit::default(), place, Asked { not_before, ..asked(&schedule) }, now);
            assert!(Some(named.at) >= not_before && named.why == Why::RetryAfter, "{named:?}");
        }
    }
}
