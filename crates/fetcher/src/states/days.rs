//! Counts an endpoint's entries by day, and holds the last week against the weeks before. Pure.
//!
//! The rule is that of Media Cloud's source alerts: a week whose mean lies 1.5 standard deviations below the mean of four
//! weeks is too little, one 2 above is too much. The four weeks are those *before* the week: of 28 days that include
//! it, no week can lie further than √3 = 1.73 deviations from the mean, and a flood would never be seen. The deviation is
//! that of single days, and at least that of a Poisson process, so that steady counts are not taken for exact ones.
//! Outlets too slow for that are held to the share of days on which they publish.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use model::{DayCounts, Entry};

use crate::schedule::time::count;

/// So many days are remembered.
const DAYS: usize = 120;
/// The days of the week that is judged, after today, which is not over.
const WEEK: Range<usize> = 1..8;
/// The days that it is held against.
const BEFORE: Range<usize> = 8..36;
/// Of these, so many have to be known.
const LEAST_WEEK: usize = 5;
const LEAST_BEFORE: usize = 14;
/// How far below and above is out of the ordinary, in standard deviations.
const BELOW: f64 = 1.5;
const ABOVE: f64 = 2.0;
/// A flood is at least so many entries a day more: one article a week that becomes three is none.
const LEAST_FLOOD: f64 = 2.0;
/// No silence shorter than so many days is one: feasts last a week.
const LEAST_SILENCE: usize = 7;
/// A silence counts when it is as improbable as this by the outlet's own habit.
const IMPROBABLE: f64 = 0.001;
/// A few days between two polls are seen by the later one.
const SEEN_LATER: usize = 3;

/// How an endpoint that answers keeps to its own pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// As ever, or not known long enough.
    Usual,
    /// Nothing came for so many days.
    Silent(usize),
    /// Entries a day in the last week, and in the weeks before: too few.
    Slow(f64, f64),
    /// Entries a day in the last week, and in the weeks before: too many.
    Fast(f64, f64),
}

/// Counts what a successful poll brought. Entries of a first poll tell of the days that its feed reaches back; later ones
/// count on the days since the poll before, whatever their dates: old pages that are announced anew come now.
pub(crate) fn counted(days: &DayCounts, new: &[&Entry], at: Timestamp, is_first: bool) -> DayCounts {
    let today = date_of(at);
    let passed = age(days.newest.unwrap_or(today), today);
    let mut days = up_to(days, today);
    let ages: Vec<Option<usize>> =
        new.iter().map(|entry| entry.published.map(|time| age(date_of(time), today))).collect();
    if is_first {
        let whole = reach(ages.iter().flatten().copied().collect()).min(DAYS);
        days.counts.resize(days.counts.len().max(whole), None);
        days.counts.iter_mut().take(whole).for_each(|day| *day = day.or(Some(0)));
    }
    for age in ages {
        // Undated entries of a first poll may be of any day.
        let age = if is_first { age } else { Some(age.unwrap_or(0).min(passed)) };
        if let Some(Some(known)) = age.and_then(|age| days.counts.get_mut(age)) {
            *known = known.saturating_add(1);
        }
    }
    days
}

/// Returns how many days a feed reaches back whole. Its oldest day may have begun before it, and what lies behind a long
/// silence may be pinned there.
fn reach(mut ages: Vec<usize>) -> usize {
    ages.sort_unstable();
    ages.into_iter().fold(0, |reach, age| if age <= reach + LEAST_SILENCE { age } else { reach })
}

/// Judges the pace of the last days.
pub(crate) fn pace(days: &DayCounts) -> Pace {
    if let Some(silent) = silence(&days.counts) {
        return Pace::Silent(silent);
    }
    let (week, before) = (known(days, WEEK), known(days, BEFORE));
    if week.len() < LEAST_WEEK || before.len() < LEAST_BEFORE {
        return Pace::Usual;
    }
    let (late, usual) = (mean(&week), mean(&before));
    let deviation = deviation(&before, usual).max(usual.sqrt());
    if late < usual - BELOW * deviation {
        Pace::Slow(late, usual)
    } else if late > usual + ABOVE * deviation && late - usual >= LEAST_FLOOD {
        Pace::Fast(late, usual)
    } else {
        Pace::Usual
    }
}

/// Returns the counts of those days in a range of which anything is known.
fn known(days: &DayCounts, range: Range<usize>) -> Vec<u32> {
    days.counts.iter().skip(range.start).take(range.len()).flatten().copied().collect()
}

/// Returns for how many days the dates of a feed's entries say that nothing came, when that is far out of the spacing
/// that they have among each other.
pub(crate) fn stale(entries: &[Entry], at: Timestamp) -> Option<usize> {
    let mut dates: Vec<Timestamp> = entries.iter().filter_map(|entry| entry.published).collect();
    dates.sort();
    let (oldest, newest) = (dates.first()?, dates.last()?);
    let spacing = newest.duration_since(*oldest).as_secs_f64() / count(dates.len().checked_sub(1)?);
    let silent = age(date_of(*newest), date_of(at));
    let far = at.duration_since(*newest).as_secs_f64() > LONG_SPACINGS * spacing;
    (dates.len() >= LEAST_DATES && silent >= LONG_SILENCE && far).then_some(silent)
}

/// By dates alone a silence counts after so many days, …
const LONG_SILENCE: usize = 30;
/// … so many times the mean distance of entries, …
const LONG_SPACINGS: f64 = 7.0;
/// … of which there are this many.
const LEAST_DATES: usize = 5;

/// Returns how many days were silent up to now, when that is out of the ordinary.
fn silence(counts: &[Option<u32>]) -> Option<usize> {
    let length = counts.iter().take_while(|day| day.unwrap_or(0) == 0).count();
    let (silent, before) = counts.split_at_checked(length)?;
    // Today is not over.
    let silent = silent.iter().skip(1).flatten().count();
    let (known, busy) =
        (before.iter().flatten().count(), before.iter().flatten().filter(|day| **day > 0).count());
    let share = count(busy) / count(known + 1);
    let chance = (1.0 - share).powf(count(silent));
    (silent >= LEAST_SILENCE && known >= LEAST_BEFORE && chance <= IMPROBABLE).then_some(silent)
}

/// Returns the counts with today as the first day.
fn up_to(days: &DayCounts, today: Date) -> DayCounts {
    let newest = days.newest.unwrap_or(today).max(today);
    let passed = age(days.newest.unwrap_or(today), newest);
    // Days long before this poll were seen by nobody.
    let between = if passed <= SEEN_LATER { Some(0) } else { None };
    let mut counts = vec![between; passed.min(DAYS)];
    counts.extend(&days.counts);
    counts.resize(counts.len().clamp(1, DAYS), Some(0));
    if let Some(first) = counts.first_mut() {
        *first = first.or(Some(0));
    }
    DayCounts { newest: Some(newest), counts }
}

fn date_of(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

/// Returns how many days a day lies before another; a later one lies none before.
fn age(day: Date, today: Date) -> usize {
    let days = day.until(today).map_or(0, |span| span.get_days());
    usize::try_from(days).unwrap_or(0)
}

fn mean(counts: &[u32]) -> f64 {
    counts.iter().map(|count| f64::from(*count)).sum::<f64>() / count(counts.len())
}

fn deviation(counts: &[u32], mean: f64) -> f64 {
    let squares: f64 = counts.iter().map(|count| (f64::from(*count) - mean).powi(2)).sum();
    (squares / count(counts.len())).sqrt()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use model::CanonicalUrl;

    use super::*;

    fn at(day: i64) -> Timestamp {
        let start: Timestamp = "2026-06-01T09:00:00Z".parse().unwrap();
        start + SignedDuration::from_hours(24 * day)
    }

    fn entry(published: Option<Timestamp>) -> Entry {
        let url = CanonicalUrl::parse("https://news.example/a").unwrap();
        Entry { published, ..Entry::new(url) }
    }

    /// Counts `entries(day)` on each of the days, one poll a day.
    fn polled(days: std::ops::Range<i64>, entries: impl Fn(i64) -> usize) -> DayCounts {
        let first = days.start;
        days.fold(DayCounts::default(), |known, day| {
            let new = vec![entry(Some(at(day))); entries(day)];
            counted(&known, &new.iter().collect::<Vec<_>>(), at(day), day == first)
        })
    }

    #[test]
    fn a_steady_outlet_is_as_usual_whatever_its_pace_and_its_weekends() {
        for pace in [0, 1, 3, 40] {
            assert_eq!(pace_of(60, |_| pace), Pace::Usual, "{pace} a day");
        }
        assert_eq!(pace_of(60, |day| if day % 7 < 5 { 8 } else { 0 }), Pace::Usual);
        assert_eq!(pace_of(60, |day| usize::from(day % 7 == 0)), Pace::Usual);
    }

    fn pace_of(days: i64, entries: impl Fn(i64) -> usize) -> Pace {
        pace(&polled(0..days, entries))
    }

    #[test]
    fn an_outlet_that_stops_is_silent_after_a_week_and_one_that_drops_is_slow() {
        let stopped = |silent: i64| pace_of(40 + silent, |day| if day < 40 { 10 } else { 0 });
        assert_eq!(stopped(5), Pace::Slow(30.0 / 7.0, 10.0));
        assert_eq!(stopped(8), Pace::Silent(7));
        assert!(matches!(stopped(100), Pace::Silent(_)));
        assert_eq!(pace_of(48, |day| if day < 40 { 10 } else { 1 }), Pace::Slow(1.0, 10.0));
        // After four weeks the new pace is the habit.
        assert_eq!(pace_of(80, |day| if day < 40 { 10 } else { 1 }), Pace::Usual);
    }

    #[test]
    fn a_slow_outlet_may_be_silent_longer() {
        let weekly = |silent: i64| pace_of(60 + silent, |day| usize::from(day < 60 && day % 7 == 0));
        assert_eq!(weekly(20), Pace::Usual);
        assert!(matches!(weekly(50), Pace::Silent(_)));
    }

    #[test]
    fn a_week_of_far_more_is_a_flood_and_a_little_more_is_none() {
        assert_eq!(pace_of(48, |day| if day < 40 { 10 } else { 40 }), Pace::Fast(40.0, 10.0));
        assert_eq!(pace_of(48, |day| if day < 40 { 10 } else { 13 }), Pace::Usual);
        assert_eq!(pace_of(48, |day| usize::from(day >= 40)), Pace::Usual);
    }

    #[test]
    fn old_pages_that_are_announced_anew_count_on_the_day_they_come() {
        let known = polled(0..40, |_| 10);
        let old: Vec<Entry> = (8..35).map(|age| entry(Some(at(40 - age)))).collect();
        let days = counted(&known, &old.iter().collect::<Vec<_>>(), at(40), false);
        assert_eq!(days.counts.get(..3), Some(&[Some(0), Some(10 + 27), Some(10)][..]));
    }

    #[test]
    fn days_without_a_poll_are_not_taken_for_silence() {
        let known = polled(0..40, |_| 10);
        let back = counted(&known, &[], at(60), false);
        assert_eq!(pace(&back), Pace::Usual);
        assert_eq!(back.counts.iter().take(22).flatten().count(), 2);
    }

    #[test]
    fn the_first_poll_tells_of_the_days_that_its_feed_reaches_back() {
        let entries: Vec<Entry> = (0..20).map(|number| entry(Some(at(-number)))).collect();
        let days = counted(&DayCounts::default(), &entries.iter().collect::<Vec<_>>(), at(0), true);
        assert_eq!((days.counts.len(), days.counts.iter().flatten().sum::<u32>()), (19, 19));
        let pinned: Vec<Entry> = [0, 0, 1, 1, 2, 60].map(|age| entry(Some(at(-age)))).into();
        let days = counted(&DayCounts::default(), &pinned.iter().collect::<Vec<_>>(), at(0), true);
        assert_eq!(days.counts, [Some(2), Some(2)]);
        let undated = [entry(None)];
        let days = counted(&DayCounts::default(), &[&undated[0]], at(0), true);
        assert_eq!(days.counts, [Some(0)]);
    }

    #[test]
    fn a_feed_that_froze_years_ago_is_known_by_its_dates_at_the_first_poll() {
        let feed = |age: i64, spacing: i64| -> Vec<Entry> {
            (0..20).map(|number| entry(Some(at(-age - number * spacing)))).collect()
        };
        assert_eq!(stale(&feed(3000, 1), at(0)), Some(3000));
        assert_eq!(stale(&feed(29, 1), at(0)), None);
        assert_eq!(stale(&feed(100, 90), at(0)), None);
        assert_eq!(stale(&feed(3000, 1)[..4], at(0)), None);
        assert_eq!(stale(&[], at(0)), None);
    }

    #[test]
    fn a_clock_that_was_set_back_counts_on() {
        let days = counted(&polled(0..3, |_| 1), &[&entry(Some(at(0)))], at(0), false);
        assert_eq!(days.counts, [Some(2), Some(1), Some(1)]);
    }
}
