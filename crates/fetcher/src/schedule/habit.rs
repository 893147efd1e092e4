//! What is known of one endpoint: how often it publishes, when in the day, in what bursts, how much its feed holds.
//!
//! Learned from the publication times that its polls showed and from nothing else. The rate is a gamma posterior with
//! forgetting; entries minutes apart are taken as one burst, by probability. Half of what was learned is forgotten
//! in [`HALF_LIFE_DAYS`].

use super::pool::Pool;
use super::profile::{Profile, Seen};
use super::surge::Surge;
use super::time::{DAY, WEEK, count};

/// After so many days what was seen counts half.
const HALF_LIFE_DAYS: f64 = 60.0;
/// The gamma prior of the rate: so many bursts …
const PRIOR_BURSTS: f64 = 0.5;
/// … in so many days.
const PRIOR_DAYS: f64 = 0.1;
/// The prior of a burst's size: so many entries …
const PRIOR_ENTRIES: f64 = 3.0;
/// … in so many bursts.
const PRIOR_SIZED: f64 = 2.0;
/// Entries further apart than this many minutes are no burst.
const BURST_MINUTES: f64 = 6.0;
/// How many bursts' entries follow within a minute, for each share of entries that follow another at all.
const FOLLOWING: f64 = 1.2;
/// How much of a surge's factor is taken out of the habit. Below one, so that a rate that stays becomes the habit.
const SURGE_SHARE: f64 = 0.7;
/// After so many days of watching half of that share is taken out: before, there is no habit to compare with.
const SURGE_SHARE_DAYS: f64 = 5.0;
/// The backlog of a first poll tells of no more than this many days.
const BACKLOG_DAYS: f64 = 28.0;
/// The plain rate of late is that of so many minutes, older ones counting less.
const LATE: f64 = 360.0;
/// So many minutes at the habitual rate are added to them: less is too little to count in.
const LATE_LEAST: f64 = 60.0;
/// The step in which silence is weighed, in minutes.
const STEP: f64 = 60.0;
/// The feed window that is supposed until more was seen: the shortest that common programs are set to.
const LEAST_WINDOW: f64 = 10.0;

/// What is known of one endpoint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Habit {
    /// When it was last read, in minutes since 1970.
    pub(crate) looked: Option<f64>,
    /// The publication time of the newest entry.
    pub(crate) newest: Option<f64>,
    /// Since when every poll has failed.
    pub(crate) failing_since: Option<f64>,
    /// How many bursts came.
    pub(crate) bursts: f64,
    /// In how many days, those of a surge and the busy hours counted longer.
    pub(crate) days: f64,
    /// How many entries came in them.
    pub(crate) entries: f64,
    /// When the bursts came.
    pub(crate) seen: Seen,
    /// How far it is off its habit now.
    pub(crate) surge: Surge,
    /// How many entries came in the last hours, whatever the habit.
    pub(crate) late_entries: f64,
    /// In how many minutes.
    pub(crate) late_minutes: f64,
    /// How many entries the feed holds.
    pub(crate) window: f64,
    /// How many polls were made, those of a week ago counting a third.
    pub(crate) polls: f64,
    /// How many were expected by the square-root law, counted likewise.
    pub(crate) expected_polls: f64,
    /// The pace by which the last time was chosen; zero before the first.
    pub(crate) pace: f64,
    /// The least wait that the server or the feed asked for, in minutes.
    pub(crate) least_wait: f64,
}

/// What a successful poll showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Look {
    /// When, in minutes since 1970.
    pub(crate) at: f64,
    /// The publication times of entries that were not known before; when undated, `None`.
    pub(crate) new: Vec<Option<f64>>,
    /// How many entries were shown, known ones included; `None` when the server said that nothing has changed.
    pub(crate) shown: Option<usize>,
}

/// Where local time is ahead of UTC by so many minutes, and what all endpoints share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) offset: f64,
    pub(crate) pool: &'a Pool,
}

impl Default for Habit {
    fn default() -> Self {
        Self {
            looked: None,
            newest: None,
            failing_since: None,
            bursts: 0.0,
            days: 0.0,
            entries: 0.0,
            seen: Seen::default(),
            surge: Surge::default(),
            late_entries: 0.0,
            late_minutes: 0.0,
            window: LEAST_WINDOW,
            polls: 0.0,
            expected_polls: 0.0,
            pace: 0.0,
            least_wait: 0.0,
        }
    }
}

impl Habit {
    /// Returns the habitual rate, in bursts a minute.
    pub(crate) fn burst_rate(&self) -> f64 {
        (PRIOR_BURSTS + self.bursts) / (PRIOR_DAYS + self.days) / DAY
    }

    /// Returns the mean number of entries in a burst.
    pub(crate) fn burst_size(&self) -> f64 {
        (PRIOR_ENTRIES + self.entries) / (PRIOR_SIZED + self.bursts)
    }

    /// Returns the habitual rate, in entries a minute.
    pub(crate) fn rate(&self) -> f64 {
        self.burst_rate() * self.burst_size()
    }

    /// Returns the rate of the last hours, in entries a minute, plainly counted.
    pub(crate) fn late_rate(&self) -> f64 {
        (self.late_entries + LATE_LEAST * self.rate()) / (self.late_minutes + LATE_LEAST)
    }

    /// Returns how many entries a minute may still belong to the newest burst.
    pub(crate) fn burst_goes_on(&self, time: f64) -> f64 {
        let age = self.newest.map_or(f64::MAX, |newest| (time - newest).max(0.0));
        (self.burst_size() - 1.0).max(0.0) / BURST_MINUTES * (1.0 - age / BURST_MINUTES).max(0.0)
    }

    /// Takes in what a poll showed.
    pub(crate) fn look(&mut self, look: &Look, place: Place<'_>) {
        self.failing_since = None;
        let profile = self.seen.profile(&place.pool.shapes);
        let overflowed = self.hold_window(look);
        let mut published = self.dated(look);
        published.sort_by(f64::total_cmp);
        let first = published.first().copied();
        let known_from = match (self.looked, first) {
            // What came before the oldest entry that is left is not known: neither silence nor news.
            (Some(looked), Some(first)) if overflowed => looked.max(first).min(look.at),
            // A clock that was set back is not waited for.
            (Some(looked), _) => looked.min(look.at),
            (None, first) => first.unwrap_or(look.at).min(look.at),
        };
        self.forget(look.at);
        self.count_poll(look.at, place, &profile);
        let mut from = known_from;
        for time in published {
            let until = time.min(look.at).max(from);
            self.wait(from, until, place.offset, &profile);
            self.entry(time, place.offset, &profile);
            from = until;
        }
        self.wait(from, look.at, place.offset, &profile);
        self.looked = Some(look.at);
    }

    /// Takes in that a poll failed: it says nothing of what was published.
    pub(crate) fn failed(&mut self, at: f64) {
        self.failing_since.get_or_insert(at);
    }

    /// Learns how much the feed holds; answers whether it ran over since the last look.
    fn hold_window(&mut self, look: &Look) -> bool {
        let Some(shown) = look.shown else { return false };
        let overflowed = self.looked.is_some() && shown > 1 && look.new.len() >= shown;
        // A short feed may just be young, unless it ran over.
        self.window = if overflowed { count(shown) } else { count(shown).max(LEAST_WINDOW) };
        overflowed
    }

    /// Returns when the new entries were published. Undated ones are spread evenly over the time since the last look.
    fn dated(&self, look: &Look) -> Vec<f64> {
        let Some(looked) = self.looked else {
            let oldest = look.at - BACKLOG_DAYS * DAY;
            let dated = look.new.iter().flatten().map(|time| time.min(look.at));
            return dated.filter(|time| *time >= oldest).collect();
        };
        let (all, mut number) = (count(look.new.len()), 0.0);
        let mut spread = || {
            number += 1.0;
            looked + (look.at - looked) * number / (all + 1.0)
        };
        look.new.iter().map(|time| time.map_or_else(&mut spread, |time| time.min(look.at))).collect()
    }

    fn forget(&mut self, now: f64) {
        let Some(looked) = self.looked else { return };
        let share = 0.5_f64.powf((now - looked).max(0.0) / DAY / HALF_LIFE_DAYS);
        self.bursts *= share;
        self.days *= share;
        self.entries *= share;
        self.seen.fade(share);
    }

    /// Counts this poll, and how many the law lets expect since the last look.
    fn count_poll(&mut self, now: f64, place: Place<'_>, profile: &Profile) {
        let Some(looked) = self.looked else { return };
        let share = (-(now - looked).max(0.0) / WEEK).exp();
        self.polls *= share;
        self.expected_polls *= share;
        self.polls += 1.0;
        if self.pace > 0.0 {
            let (rate, pace) = (self.rate(), self.pace);
            steps(looked, now, |middle, length| {
                let rate = rate * profile.at(middle + place.offset);
                self.expected_polls += (rate / (2.0 * pace)).sqrt() * length;
            });
        } else {
            // While no pace is known, what was polled is what was to be expected.
            self.expected_polls += 1.0;
        }
    }

    /// Weighs a silence.
    fn wait(&mut self, from: f64, until: f64, offset: f64, profile: &Profile) {
        steps(from, until, |middle, length| {
            let weight = profile.at(middle + offset) * length;
            let expected = self.burst_rate() * weight;
            self.surge.pass(length);
            let surging = self.surge.factor().max(1.0).sqrt();
            self.seen.watch(middle + offset, length * surging, profile);
            let late = (-length / LATE).exp();
            self.late_entries *= late;
            self.late_minutes = self.late_minutes * late + length;
            let known = self.days / (self.days + SURGE_SHARE_DAYS);
            self.days += weight / DAY * self.surge.factor().powf(SURGE_SHARE * known);
            self.surge.nothing_came(expected);
        });
    }

    /// Weighs an entry: a burst of its own, or by some probability a part of the one before.
    fn entry(&mut self, time: f64, offset: f64, profile: &Profile) {
        let local = time + offset;
        let gap = self.newest.map_or(f64::MAX, |newest| time - newest);
        let follows = (1.0 - 1.0 / self.burst_size()).max(0.0);
        let following = if gap < BURST_MINUTES { follows * FOLLOWING } else { 0.0 };
        let alone = self.burst_rate() * self.surge.factor() * profile.at(local);
        let weight = alone / (alone + following).max(f64::MIN_POSITIVE);
        self.surge.burst_came(weight);
        self.bursts += weight;
        self.entries += 1.0;
        self.late_entries += 1.0;
        self.seen.add(local, weight / self.surge.factor().max(1.0).sqrt());
        self.newest = Some(self.newest.map_or(time, |newest| newest.max(time)));
    }
}

/// Goes from one time to another in steps of an hour at most; gives the middle and the length of each.
fn steps(from: f64, until: f64, mut step: impl FnMut(f64, f64)) {
    let mut time = from;
    while until - time > 1e-6 {
        let length = (until - time).min(STEP);
        step(time + length / 2.0, length);
        time += length;
    }
}
