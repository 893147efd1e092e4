//! When a person is told of an endpoint: once of each trouble, and once when all is over. Pure.
//!
//! A failure or two are no news. What fails has to fail for hours and several times before it is told; what a server
//! says plainly (gone, forbidden) is told when it says so twice; what was judged over days is told at once.

use jiff::{SignedDuration, Timestamp};
use model::{EndpointState, Health, Notice, Trouble};

/// How many polls in a row have to find a failure, and over how long.
const FAILURES: u32 = 3;
const FAILS_FOR: SignedDuration = SignedDuration::from_hours(6);
/// How often a server has to say that a place is gone or forbidden.
const SAYINGS: u32 = 2;

/// Takes in the state after a poll; returns what is known then, and what a person is to be told.
pub(crate) fn told(
    health: Health,
    state: EndpointState,
    reason: &str,
    at: Timestamp,
) -> (Health, Option<Notice>) {
    if is_fine(state) {
        let over = health.trouble.as_ref().and_then(recovered);
        return (Health { trouble: None, ..health }, over);
    }
    let mut trouble = match health.trouble {
        Some(known) if known.state == state => Trouble { polls: known.polls.saturating_add(1), ..known },
        Some(known) => Trouble { state, state_since: at, polls: 1, ..known },
        None => Trouble { state, since: at, state_since: at, polls: 1, told: Vec::new() },
    };
    let is_news = !trouble.told.contains(&state) && is_sure(&trouble, at);
    let notice = is_news.then(|| Notice {
        state,
        recovered: false,
        since: trouble.state_since,
        reason: reason.to_owned(),
    });
    trouble.told.extend(is_news.then_some(state));
    (Health { trouble: Some(trouble), ..health }, notice)
}

fn is_fine(state: EndpointState) -> bool {
    matches!(state, EndpointState::New | EndpointState::Ok | EndpointState::Unchanged)
}

/// Trouble that nobody was told of ends unsaid.
fn recovered(trouble: &Trouble) -> Option<Notice> {
    let state = *trouble.told.last()?;
    Some(Notice { state, recovered: true, since: trouble.since, reason: String::new() })
}

fn is_sure(trouble: &Trouble, at: Timestamp) -> bool {
    match trouble.state {
        EndpointState::Broken | EndpointState::Blocked => {
            trouble.polls >= FAILURES && at.duration_since(trouble.state_since) >= FAILS_FOR
        }
        EndpointState::Gone | EndpointState::Excluded => trouble.polls >= SAYINGS,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use EndpointState::{Blocked, Broken, Frozen, Gone, Ok, Unchanged};

    use super::*;

    /// Goes through polls, each with its hour and state; returns what was told: hour, state, and whether it was over.
    fn tellings(polls: &[(i64, EndpointState)]) -> Vec<(i64, EndpointState, bool)> {
        let (mut health, mut said) = (Health::default(), Vec::new());
        for (hour, state) in polls {
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(*hour);
            let notice;
            (health, notice) = told(health, *state, "why", at);
            said.extend(notice.map(|notice| (*hour, notice.state, notice.recovered)));
        }
        said
    }

    #[test]
    fn a_failure_is_told_once_when_it_lasts_and_once_when_it_is_over() {
        let polls = [
            (0, Ok),
            (1, Broken),
            (2, Broken),
            (3, Broken),
            (7, Broken),
            (8, Broken),
            (9, Ok),
            (10, Unchanged),
        ];
        assert_eq!(tellings(&polls), [(7, Broken, false), (9, Broken, true)]);
        assert_eq!(tellings(&[(0, Broken), (1, Broken), (2, Ok), (3, Broken), (8, Broken), (9, Ok)]), []);
        // A poll a day: three of them, not two.
        assert_eq!(tellings(&[(0, Broken), (24, Broken), (48, Broken)]), [(48, Broken, false)]);
    }

    #[test]
    fn what_a_server_says_twice_and_what_days_have_shown_is_told_at_once() {
        assert_eq!(tellings(&[(0, Gone), (1, Gone), (2, Gone)]), [(1, Gone, false)]);
        assert_eq!(tellings(&[(0, Frozen), (1, Frozen), (2, Ok)]), [(0, Frozen, false), (2, Frozen, true)]);
    }

    #[test]
    fn trouble_that_changes_its_face_is_told_once_for_each_and_over_once() {
        let polls = [
            (0, Broken),
            (3, Broken),
            (6, Broken),
            (7, Blocked),
            (8, Broken),
            (15, Broken),
            (20, Broken),
            (21, Gone),
            (22, Gone),
            (23, Ok),
        ];
        assert_eq!(tellings(&polls), [(6, Broken, false), (22, Gone, false), (23, Gone, true)]);
    }
}
