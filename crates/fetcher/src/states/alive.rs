//! The state of an endpoint that answers: as it should, or with something that a person should look at. Pure.

use jiff::{SignedDuration, Timestamp};
use model::{Conduct, EndpointState, Entry, Health, Trouble};

use super::days::{Pace, pace, stale};
use crate::manners::conduct;

/// For so long an endpoint is said to have a gap after the last one.
const GAP_IS_TOLD: SignedDuration = SignedDuration::from_hours(3 * 24);

/// What came in so many days is recent.
const RECENT_DAYS: usize = 8;

/// An endpoint after a poll that read it.
pub(crate) struct Alive<'a> {
    pub(crate) conduct: &'a Conduct,
    pub(crate) health: &'a Health,
    /// Whether it was never read before.
    pub(crate) is_first: bool,
    /// What it announced; nothing when it said that nothing has changed.
    pub(crate) entries: &'a [Entry],
    /// How many of them it had not announced before.
    pub(crate) new: usize,
}

/// Returns the state of an endpoint that was read at `at`, with cause and suggestion in plain words.
pub(crate) fn alive(endpoint: &Alive<'_>, at: Timestamp) -> (EndpointState, String) {
    let (state, cause) = judged(endpoint, at);
    let conduct = conduct::words(endpoint.conduct);
    let words: Vec<String> = [cause, conduct].into_iter().filter(|words| !words.is_empty()).collect();
    (state, words.join("; "))
}

fn judged(endpoint: &Alive<'_>, at: Timestamp) -> (EndpointState, String) {
    let Alive { conduct, health, is_first, entries, new } = endpoint;
    if let Some(gap) = health.gap.filter(|gap| at.duration_since(*gap) < GAP_IS_TOLD) {
        return (EndpointState::Gap, gap_words(&gap));
    }
    let is_quiet = health.days.counts.iter().take(RECENT_DAYS).flatten().sum::<u32>() == 0;
    let silent = stale(entries, at).map(Pace::Silent).filter(|_| is_quiet && (*new == 0 || *is_first));
    let still_frozen = is_quiet && *new == 0 && health.trouble.as_ref().is_some_and(was_frozen);
    match silent.unwrap_or_else(|| pace(&health.days)) {
        Pace::Silent(days) => (EndpointState::Frozen, silent_words(days)),
        Pace::Slow(week, before) => (EndpointState::Frozen, slow_words(week, before)),
        Pace::Fast(week, before) => (EndpointState::Flooding, flood_words(week, before)),
        Pace::Usual if still_frozen => (EndpointState::Frozen, silent_words(health.days.counts.len())),
        Pace::Usual if conduct.address.is_some() => (EndpointState::Moved, String::new()),
        Pace::Usual if *new == 0 => (EndpointState::Unchanged, String::new()),
        Pace::Usual => (EndpointState::Ok, String::new()),
    }
}

/// What was frozen before it failed for a while is so after it.
fn was_frozen(trouble: &Trouble) -> bool {
    trouble.state == EndpointState::Frozen || trouble.told.contains(&EndpointState::Frozen)
}

fn gap_words(gap: &Timestamp) -> String {
    let time = gap.strftime("%Y-%m-%d %H:%M UTC");
    format!(
        "at {time} it shared no entry with the poll before, so that some may be missing: it is asked more often now; a \
         sitemap or a page that lists its articles, as a second endpoint of its source, would fill such gaps"
    )
}

fn silent_words(days: usize) -> String {
    format!(
        "it answers, but nothing new came for {days} days: see whether the outlet publishes at another address now"
    )
}

fn slow_words(week: f64, before: f64) -> String {
    format!(
        "it answers, but with {week:.1} entries a day in the last week after {before:.1} in the weeks before: see \
         whether the outlet publishes at another address now"
    )
}

fn flood_words(week: f64, before: f64) -> String {
    format!(
        "it brought {week:.1} entries a day in the last week after {before:.1} in the weeks before: see whether it \
         announces old pages anew, or those of other sections"
    )
}

#[cfg(test)]
mod tests {
    use model::{CanonicalUrl, DayCounts};

    use super::*;

    fn at(hours: i64) -> Timestamp {
        let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        start + SignedDuration::from_hours(hours)
    }

    fn check(health: &Health, new: usize, expected: EndpointState, words: &str) {
        let conduct = Conduct::default();
        let endpoint = Alive { conduct: &conduct, health, is_first: false, entries: &[], new };
        let (state, reason) = alive(&endpoint, at(0));
        assert_eq!(state, expected, "{reason}");
        assert!(reason.contains(words) && reason.is_empty() == words.is_empty(), "{reason}");
    }

    fn entry(published: Timestamp) -> Entry {
        let url = CanonicalUrl::parse("https://news.example/a").unwrap();
        Entry { published: Some(published), ..Entry::new(url) }
    }

    fn counts(counts: Vec<Option<u32>>) -> Health {
        Health { days: DayCounts { newest: None, counts }, ..Health::default() }
    }

    #[test]
    fn an_endpoint_that_does_as_it_should_has_news_or_none() {
        check(&Health::default(), 1, EndpointState::Ok, "");
        check(&Health::default(), 0, EndpointState::Unchanged, "");
    }

    #[test]
    fn a_gap_is_told_for_some_days_and_before_all_else() {
        let mut health = counts([vec![Some(0); 9], vec![Some(9); 30]].concat());
        check(&health, 0, EndpointState::Frozen, "nothing new came for 8 days");
        health.gap = Some(at(-71));
        check(&health, 9, EndpointState::Gap, "2026-11-20 11:00 UTC");
        health.gap = Some(at(-72));
        check(&health, 0, EndpointState::Frozen, "nothing new");
    }

    #[test]
    fn slow_and_fast_weeks_are_told_with_their_figures() {
        let week = |late, before| counts([vec![Some(late); 8], vec![Some(before); 30]].concat());
        check(&week(1, 10), 1, EndpointState::Frozen, "1.0 entries a day in the last week after 10.0");
        check(&week(50, 10), 1, EndpointState::Flooding, "50.0 entries a day");
    }

    #[test]
    fn what_is_frozen_stays_so_through_failures_until_something_comes() {
        let trouble = Trouble {
            state: EndpointState::Broken,
            since: at(-9),
            state_since: at(-1),
            polls: 1,
            told: vec![EndpointState::Frozen],
        };
        let forgotten = || counts(vec![Some(0); 120]);
        let frozen = |health: Health| Health { trouble: Some(trouble.clone()), ..health };
        check(&frozen(forgotten()), 0, EndpointState::Frozen, "nothing new came for 120 days");
        check(&forgotten(), 0, EndpointState::Unchanged, "");
        check(&frozen(forgotten()), 1, EndpointState::Ok, "");
    }

    #[test]
    fn a_feed_whose_entries_are_long_past_is_frozen_from_its_first_poll() {
        let entries: Vec<Entry> = (0..9).map(|number| entry(at(-24 * (900 + number)))).collect();
        let (conduct, health) = (Conduct::default(), Health::default());
        let state = |is_first, new| {
            let endpoint = Alive { conduct: &conduct, health: &health, is_first, entries: &entries, new };
            alive(&endpoint, at(0)).0
        };
        assert_eq!(state(true, 9), EndpointState::Frozen);
        assert_eq!(state(false, 0), EndpointState::Frozen);
        assert_eq!(state(false, 1), EndpointState::Ok);
    }

    #[test]
    fn a_move_that_is_believed_is_told_with_its_place() {
        let conduct =
            Conduct { address: Some("https://news.example/feed".parse().unwrap()), ..Conduct::default() };
        let (health, entries) = (Health::default(), [entry(at(-1))]);
        let endpoint =
            Alive { conduct: &conduct, health: &health, is_first: false, entries: &entries, new: 0 };
        let (state, reason) = alive(&endpoint, at(0));
        assert_eq!(state, EndpointState::Moved);
        assert!(reason.contains("change its url in its source file"), "{reason}");
    }
}
