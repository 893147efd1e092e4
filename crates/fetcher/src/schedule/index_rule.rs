//! The index rule: an endpoint is due when the waiting that its unseen entries are expected to have done reaches the
//! pace.
//!
//! With λ(u) entries a minute expected, the waiting at t is ∫ λ(u)(t − u) du since the last look. Polling where it
//! reaches one constant μ minimises the mean delay for the polls that are spent, and polls an endpoint in proportion to
//! √λ (for known Poisson rates: Azar, Horvitz, Lubetzky, Peres, Shahaf, PNAS 2018). Entries that may fall out of the feed
//! before they are seen count as [`LOSS`] minutes each; for them no rate is supposed that is below the last hours' plain
//! count, because a habit may be mistaken and what is lost stays lost.

use super::habit::{Habit, Place};
use super::surge::FACTORS;
use super::time::DAY;

/// No endpoint that answers waits longer than this many minutes.
pub(crate) const LONGEST: f64 = DAY;
/// What an entry that is never seen counts, in minutes of waiting: two days.
const LOSS: f64 = 3000.0;
/// Standard deviations by which more entries may come than are expected.
const CAUTION: f64 = 2.0;
/// The variance of a count of bursty entries, for each entry in a mean burst.
const VARIANCE: f64 = 2.0;

/// When an endpoint is due, and why then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Index {
    /// The time, in minutes since 1970.
    pub(crate) at: f64,
    /// What made it so.
    pub(crate) cause: Cause,
}

/// What decides a time that the index rule gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The expected waiting reaches the pace.
    Waiting,
    /// The feed may run over.
    Window,
    /// Nothing is expected for long.
    Longest,
}

/// Returns when an endpoint that was read at `now` is due again.
pub(crate) fn index(habit: &Habit, place: Place<'_>, now: f64) -> Index {
    let profile = habit.seen.profile(&place.pool.shapes);
    let (rate, pace) = (habit.rate(), place.pool.pace);
    let variance = VARIANCE * habit.burst_size();
    let late_rate = habit.late_rate();
    let mut surge = habit.surge;
    let (mut time, mut waiting, mut unseen) = (now, 0.0, 0.0);
    while time < now + LONGEST {
        let step = step(time - now);
        surge.pass(step);
        let factor = surge.factor();
        let middle = time + step / 2.0;
        let came = rate * factor * profile.at(middle + place.offset) + habit.burst_goes_on(middle);
        let after = waiting + unseen * step + came * step * step / 2.0;
        if after >= pace {
            return Index {
                at: time + reaching(pace - waiting, unseen, came).clamp(0.0, step),
                cause: Cause::Waiting,
            };
        }
        unseen += came * step;
        let over = |(probability, level): (&f64, f64)| {
            let may = (unseen * level / factor).max(late_rate * (time + step - now));
            probability * (may + CAUTION * (may * variance).sqrt() - habit.window).max(0.0)
        };
        let lost: f64 = surge.0.iter().zip(FACTORS).map(over).sum();
        if after + LOSS * lost >= pace {
            return Index { at: time + step / 2.0, cause: Cause::Window };
        }
        waiting = after;
        time += step;
    }
    Index { at: now + LONGEST, cause: Cause::Longest }
}

/// The step of the walk: fine where times are short.
fn step(since: f64) -> f64 {
    match since {
        ..15.0 => 1.0,
        ..120.0 => 5.0,
        _ => 15.0,
    }
}

/// Solves `unseen·t + came·t²/2 = missing`, in the form that is exact for a tiny rate as well.
fn reaching(missing: f64, unseen: f64, came: f64) -> f64 {
    2.0 * missing / (unseen + (unseen * unseen + 2.0 * came * missing).sqrt()).max(f64::MIN_POSITIVE)
}
