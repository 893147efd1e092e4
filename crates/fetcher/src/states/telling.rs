//! When a person is told of an endpoint: once of each trouble, and once when all is over. Pure.
//!
//! A failure or two are no news. What fails has to fail for hours and several times before it is told; what a server
//! says plainly (gone, forbidden) is told when it says so twice; what was judged over days is told at once.

use jiff::{SignedDuration, Timestamp};
use model::{EndpointState, Health, Notice, Trouble};
use url::Url;

/// How many polls in a row have to find a failure, and over how long.
const FAILURES: u32 = 3;
const FAILS_FOR: SignedDuration = SignedDuration::from_hours(6);
/// How often a server has to say that a place is gone or forbidden.
const SAYINGS: u32 = 2;

/// Takes in the state after a poll, and the address to which the endpoint has moved, if it has; returns what is known then,
/// and what a person is to be told.
pub(crate) fn told(
    health: Health,
    (state, moved): (EndpointState, Option<&Url>),
    reason: &str,
    at: Timestamp,
) -> (Health, Option<Notice>) {
    if is_fine(state) {
        let over = health.trouble.as_ref().and_then(recovered);
        let health = Health { trouble: None, ..health };
        return if over.is_some() { (health, over) } else { told_of_move(health, moved, reason, at) };
    }
    let mut trouble = match health.trouble {
        Some(known) if is_same(known.state, state) => {
            Trouble { state, polls: known.polls.saturating_add(1), ..known }
        }
        Some(known) => Trouble { state, state_since: at, polls: 1, ..known },
        None => Trouble { state, since: at, state_since: at, polls: 1, told: Vec::new() },
    };
    let told_before = trouble.told.len();
    trouble.told.retain(|told| told.answers() || !state.answers());
    if trouble.told.len() < told_before {
        // It answers again: the failure is over, and what is still wrong is told once more.
        trouble.told.retain(|told| *told != state);
    }
    let is_news = !trouble.told.contains(&state) && is_sure(&trouble, at);
    let reason = reason.to_owned();
    let notice = is_news.then_some(Notice { state, recovered: false, since: trouble.state_since, reason });
    trouble.told.extend(is_news.then_some(state));
    (Health { trouble: Some(trouble), ..health }, notice)
}

/// A move is no trouble that could be over: each address is told once.
fn told_of_move(
    health: Health,
    moved: Option<&Url>,
    reason: &str,
    at: Timestamp,
) -> (Health, Option<Notice>) {
    let Some(to) = moved.filter(|to| health.told_move.as_ref() != Some(to)) else { return (health, None) };
    let notice =
        Notice { state: EndpointState::Moved, recovered: false, since: at, reason: reason.to_owned() };
    (Health { told_move: Some(to.clone()), ..health }, Some(notice))
}

fn is_fine(state: EndpointState) -> bool {
    use EndpointState::{Moved, New, Ok, Unchanged};
    matches!(state, New | Ok | Unchanged | Moved)
}

/// A server that now blocks and now breaks fails all the time.
fn is_same(known: EndpointState, state: EndpointState) -> bool {
    let fails = |state| matches!(state, EndpointState::Broken | EndpointState::Blocked);
    known == state || (fails(known) && fails(state))
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
    use EndpointState::{Blocked, Broken, Frozen, Gone, Moved, Ok, Unchanged};

    use super::*;

    /// Goes through polls, each with its hour and state; returns what was told: hour, state, and whether it was over.
    fn tellings(polls: &[(i64, EndpointState)]) -> Vec<(i64, EndpointState, bool)> {
        let (mut health, mut said) = (Health::default(), Vec::new());
        for (hour, state) in polls {
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(*hour);
            let notice;
            (health, notice) = told(health, (*state, None), "why", at);
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
        let polls = [(0, Broken), (3, Broken), (6, Broken), (7, Broken), (21, Gone), (22, Gone), (23, Ok)];
        assert_eq!(tellings(&polls), [(6, Broken, false), (22, Gone, false), (23, Gone, true)]);
        // Walls and failures in turn are one failure.
        let polls = [(0, Broken), (2, Blocked), (4, Broken), (6, Blocked), (8, Ok)];
        assert_eq!(tellings(&polls), [(6, Blocked, false), (8, Blocked, true)]);
    }

    #[test]
    fn what_still_ails_an_endpoint_after_a_failure_is_told_again_and_so_is_the_next_failure() {
        let fails = |hour: i64| [(hour, Broken), (hour + 3, Broken), (hour + 6, Broken)];
        let polls =
            [&[(0, Frozen)][..], &fails(10), &[(20, Frozen), (21, Frozen)], &fails(30), &[(40, Ok)]].concat();
        let expected = [
            (0, Frozen, false),
            (16, Broken, false),
            (20, Frozen, false),
            (36, Broken, false),
            (40, Broken, true),
        ];
        assert_eq!(tellings(&polls), expected);
    }

    #[test]
    fn a_move_is_told_once_for_each_address() {
        let (one, two): (Url, Url) =
            ("https://news.example/1".parse().unwrap(), "https://news.example/2".parse().unwrap());
        let (mut health, mut said) = (Health::default(), Vec::new());
        for (state, moved) in
            [(Moved, Some(&one)), (Broken, None), (Ok, None), (Moved, Some(&one)), (Moved, Some(&two))]
        {
            let notice;
            (health, notice) = told(health, (state, moved), "why", Timestamp::UNIX_EPOCH);
            said.push(notice.is_some());
        }
        assert_eq!(said, [true, false, false, false, true]);
    }
}
