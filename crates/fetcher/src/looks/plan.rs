//! When a page is looked at again.

use jiff::{SignedDuration, Timestamp};
use model::{BETWEEN_LOOKS, LOOK_MARGIN, Presence, Sight};

/// The longest wait while a page is missing or its outlet cannot be reached.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// How many looks in a row that met an outage are made up for; after them the plan goes on.
const MOST_OUTAGES: u32 = 5;

/// Returns the next look of the plan after `now`: the first of `plan`, counted from the first capture, that lies ahead.
/// Looks that were missed while the house was down are not made up for one by one.
pub fn next_look(plan: &[SignedDuration], first_captured: Timestamp, now: Timestamp) -> Option<Timestamp> {
    plan.iter().filter_map(|after| first_captured.checked_add(*after).ok()).filter(|due| *due > now).min()
}

/// What is known when a look has been made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Made<'a> {
    pub(crate) plan: &'a [SignedDuration],
    pub(crate) first_captured: Timestamp,
    pub(crate) now: Timestamp,
    /// What the look found, and how the article stands after it.
    pub(crate) sight: Sight,
    pub(crate) presence: Presence,
    /// How long the page has been missing.
    pub(crate) missing: SignedDuration,
    /// How many looks in a row had met an outage before this one.
    pub(crate) outages: u32,
}

/// Returns when the next look is due. A page that is missing is looked for after an hour and then ever more seldom; a
/// look that met an outage is made up for.
pub(crate) fn due_after(made: Made<'_>) -> Option<Timestamp> {
    let planned = next_look(made.plan, made.first_captured, made.now);
    let soon = match made.sight {
        Sight::Gone if made.presence == Presence::Missing => {
            Some(made.missing.clamp(BETWEEN_LOOKS, LONGEST_WAIT) + LOOK_MARGIN)
        }
        Sight::Outage if made.outages < MOST_OUTAGES => {
            Some(BETWEEN_LOOKS.saturating_mul(1 << made.outages.min(8)).min(LONGEST_WAIT))
        }
        _ => None,
    };
    let soon = soon.and_then(|wait| made.now.checked_add(wait).ok());
    [planned, soon].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: [SignedDuration; 3] =
        [SignedDuration::from_hours(1), SignedDuration::from_hours(24), SignedDuration::from_hours(168)];

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn made(sight: Sight, presence: Presence) -> Made<'static> {
        let missing = SignedDuration::ZERO;
        Made { plan: &PLAN, first_captured: at(0), now: at(1), sight, presence, missing, outages: 0 }
    }

    #[test]
    fn the_plan_is_counted_from_the_first_capture_and_ends() {
        assert_eq!(next_look(&PLAN, at(0), at(0)), Some(at(1)));
        assert_eq!(next_look(&PLAN, at(0), at(30)), Some(at(168)), "a missed look is not made up for");
        assert_eq!(next_look(&PLAN, at(0), at(200)), None);
        assert_eq!(next_look(&[], at(0), at(0)), None);
    }

    #[test]
    fn a_missing_page_is_looked_for_after_an_hour_and_then_ever_more_seldom() {
        let gone = made(Sight::Gone, Presence::Missing);
        assert_eq!(due_after(gone), Some(at(2) + LOOK_MARGIN));
        let long = Made { missing: SignedDuration::from_hours(5), now: at(30), ..gone };
        assert_eq!(due_after(long), Some(at(35) + LOOK_MARGIN));
        let last = Made { now: at(300), missing: SignedDuration::from_hours(100), ..gone };
        assert_eq!(due_after(last), Some(at(324) + LOOK_MARGIN), "the plan may end, the question does not");
    }

    #[test]
    fn an_outage_is_made_up_for_some_times_and_the_plan_goes_on() {
        let outage = Made { now: at(2), ..made(Sight::Outage, Presence::Present) };
        assert_eq!(due_after(outage), Some(at(3)));
        assert_eq!(due_after(Made { outages: 2, ..outage }), Some(at(6)));
        assert_eq!(due_after(Made { outages: MOST_OUTAGES, ..outage }), Some(at(24)));
    }

    #[test]
    fn what_was_found_or_is_removed_waits_for_the_plan() {
        for (sight, presence) in [(Sight::Same, Presence::Present), (Sight::Gone, Presence::Removed)] {
            assert_eq!(due_after(made(sight, presence)), Some(at(24)));
        }
    }
}
