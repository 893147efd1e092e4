//! The day of an endpoint: how its rate varies over the hours, and what weekends do to it.
//!
//! What one endpoint showed is little, so its profile is shrunk towards a day that all endpoints share, moved to
//! the hours at which this one works, or towards a flat day, each by its posterior probability. Each hour is a gamma
//! posterior, `(prior + bursts) / (prior's weight + watched time)`: an hour or a weekend that was not watched yet stays
//! at the prior, however many bursts the others had.

use super::time::{hour, is_weekend, place};

/// Hours of a day.
pub(crate) const HOURS: usize = 24;
/// One number an hour.
pub(crate) type Hours = [f64; HOURS];

/// How many bursts a day of its own an endpoint needs before its own hours count as much as the shared day.
const PRIOR_BURSTS: f64 = 150.0;
/// The same for its weekends …
const PRIOR_WEEKEND_BURSTS: f64 = 40.0 * 2.0 / 7.0;
/// … and its working days.
const PRIOR_WORKING_BURSTS: f64 = 40.0 * 5.0 / 7.0;
/// The shared day is tried at these shifts, in half hours, and no other.
const FURTHEST_SHIFT: i32 = 8;
/// The spread of shifts that is expected, in hours.
const SHIFT_SPREAD: f64 = 2.0;
/// A day of the weekend is supposed to have no less, and no more, than this part of a working day's bursts.
const WEEKENDS: (f64, f64) = (0.02, 5.0);

/// How an endpoint's rate goes over the week; the mean of a week is one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// The rate in each local hour, relative to the mean of its day.
    pub(crate) hours: Hours,
    /// The rate of a day of the weekend, relative to a working day.
    pub(crate) weekend: f64,
}

/// The bursts that an endpoint showed, and for how long it was watched; what is old counts less.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Seen {
    /// The bursts of each local hour.
    pub(crate) hours: Hours,
    /// Those of working days, and those of Saturdays and Sundays.
    pub(crate) days: Days,
    /// For how many minutes each local hour was watched, those of a quiet weekend counting less.
    pub(crate) hours_watched: Hours,
    /// For how many minutes each kind of day was watched, quiet hours counting less.
    pub(crate) days_watched: Days,
}

/// A number for working days, and one for the weekend.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Days {
    pub(crate) working: f64,
    pub(crate) weekend: f64,
}

/// A day that an endpoint may keep.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// By how many hours later the shared day is read; `None` for the flat day.
    pub(crate) shift: Option<f64>,
    hours: Hours,
    logarithms: Hours,
    prior: f64,
    weekend: f64,
}

impl Days {
    /// Returns the number of the day on which a local time falls.
    fn at(&mut self, local: f64) -> &mut f64 {
        if is_weekend(local) { &mut self.weekend } else { &mut self.working }
    }

    fn sum(self) -> f64 {
        self.working + self.weekend
    }

    /// Adds a share of other days.
    pub(crate) fn add(&mut self, days: Self, share: f64) {
        self.working += share * days.working;
        self.weekend += share * days.weekend;
    }

    /// Returns how many bursts each kind of day lets expect that was watched for so long, when there were so many in
    /// all and a day of the weekend is to a working day as `weekend` to one.
    pub(crate) fn expected(self, bursts: f64, weekend: f64) -> Self {
        let rate = rate(bursts, self.working + weekend * self.weekend);
        Self { working: rate * self.working, weekend: rate * self.weekend }
    }

    /// Returns the rate of a day of the weekend, relative to a working day. `self` is how many bursts came; so many
    /// were `expected`; the `prior` weighs as many as `weight` says.
    pub(crate) fn weekend_ratio(self, expected: Self, prior: f64, weight: Self) -> f64 {
        let working = shrunk((self.working, expected.working), (1.0, weight.working));
        let weekend = shrunk((self.weekend, expected.weekend), (prior, weight.weekend));
        (weekend / working).clamp(WEEKENDS.0, WEEKENDS.1)
    }
}

impl Profile {
    /// Returns the rate at a local time, relative to the mean of the week.
    pub(crate) fn at(&self, local: f64) -> f64 {
        self.at_hour(local) * self.on_day(local) * 7.0 / (5.0 + 2.0 * self.weekend)
    }

    /// Returns the rate of a local time's hour, relative to the mean of its day.
    fn at_hour(&self, local: f64) -> f64 {
        between(&self.hours, hour(local))
    }

    /// Returns the rate of a local time's day, relative to a working day.
    fn on_day(&self, local: f64) -> f64 {
        if is_weekend(local) { self.weekend } else { 1.0 }
    }

    /// Returns the mean of the square root over a week: what polls by the square-root law are spent on.
    pub(crate) fn mean_root(&self) -> f64 {
        let hours: f64 = self.hours.iter().map(|rate| rate.sqrt()).sum::<f64>() / 24.0;
        let days = (5.0 + 2.0 * self.weekend.sqrt()) / 7.0;
        hours * days * (7.0 / (5.0 + 2.0 * self.weekend)).sqrt()
    }
}

impl Seen {
    /// Counts a burst at a local time.
    pub(crate) fn add(&mut self, local: f64, weight: f64) {
        if let Some(bursts) = self.hours.get_mut(place(hour(local))) {
            *bursts += weight;
        }
        *self.days.at(local) += weight;
    }

    /// Counts `minutes` of watching at a local time. What the `profile` says of the day weighs its hours, and what it
    /// says of the hour weighs its day, so that a quiet night tells nothing of the weekend that it lies in.
    pub(crate) fn watch(&mut self, local: f64, minutes: f64, profile: &Profile) {
        if let Some(watched) = self.hours_watched.get_mut(place(hour(local))) {
            *watched += minutes * profile.on_day(local);
        }
        *self.days_watched.at(local) += minutes * profile.at_hour(local);
    }

    /// Makes all that was seen count for a `share` of what it did.
    pub(crate) fn fade(&mut self, share: f64) {
        self.hours = self.hours.map(|bursts| bursts * share);
        self.hours_watched = self.hours_watched.map(|minutes| minutes * share);
        for days in [&mut self.days, &mut self.days_watched] {
            *days = Days { working: days.working * share, weekend: days.weekend * share };
        }
    }

    /// Returns how many bursts count.
    pub(crate) fn bursts(&self) -> f64 {
        self.days.sum()
    }

    /// Returns how many bursts each hour lets expect that was watched for so long, by a flat day, when the true one
    /// has the relative rates `hours`.
    fn expected_hours(&self, hours: &Hours) -> Hours {
        let rate = rate(self.hours.iter().sum(), product(&self.hours_watched, hours));
        self.hours_watched.map(|minutes| minutes * rate)
    }

    /// Returns the probability of each shape.
    pub(crate) fn posterior(&self, shapes: &[Shape]) -> Vec<f64> {
        let scores: Vec<f64> = shapes.iter().map(|shape| shape.score(self)).collect();
        let best = scores.iter().copied().fold(f64::MIN, f64::max);
        let likely: Vec<f64> = scores.iter().map(|score| (score - best).exp()).collect();
        let sum: f64 = likely.iter().sum();
        likely.into_iter().map(|likely| likely / sum).collect()
    }

    /// Returns the profile of an endpoint that showed this.
    pub(crate) fn profile(&self, shapes: &[Shape]) -> Profile {
        let mut supposed = [0.0; HOURS];
        let mut weekend = 0.0;
        for (probability, shape) in self.posterior(shapes).into_iter().zip(shapes) {
            for (hour, rate) in supposed.iter_mut().zip(shape.hours) {
                *hour += probability * rate;
            }
            weekend += probability * shape.weekend;
        }
        let hours = shrunk_day((&self.hours, &self.expected_hours(&supposed)), &supposed, PRIOR_BURSTS);
        let expected = self.days_watched.expected(self.bursts(), weekend);
        let weight = Days { working: PRIOR_WORKING_BURSTS, weekend: PRIOR_WEEKEND_BURSTS };
        Profile { hours, weekend: self.days.weekend_ratio(expected, weekend, weight) }
    }
}

impl Shape {
    /// Returns the shared day at each shift, and the flat day. `weekend` is the rate of a day of the weekend, relative to
    /// a working day, where there is a rhythm at all; `flat` is the share of endpoints that have none.
    pub(crate) fn all(shared: &Hours, weekend: f64, flat: f64) -> Vec<Self> {
        let shifts: Vec<f64> =
            (-FURTHEST_SHIFT..=FURTHEST_SHIFT).map(|halves| f64::from(halves) / 2.0).collect();
        let bell = |shift: &f64| (-0.5 * (shift / SHIFT_SPREAD).powi(2)).exp();
        let sum: f64 = shifts.iter().map(bell).sum();
        let shifted = |shift: &f64| {
            let mut later = 0.5 + shift;
            let hours = shared.map(|_| {
                let rate = between(shared, later);
                later += 1.0;
                rate
            });
            Self::new(Some(*shift), hours, ((1.0 - flat) * bell(shift) / sum, weekend))
        };
        let even = Self::new(None, [1.0; HOURS], (flat, 1.0));
        shifts.iter().map(shifted).chain([even]).collect()
    }

    fn new(shift: Option<f64>, hours: Hours, (prior, weekend): (f64, f64)) -> Self {
        let hours = of_mean_one(hours);
        let logarithms = hours.map(|rate| rate.max(1e-3).ln());
        Self {
            shift,
            hours,
            logarithms,
            prior: prior.max(1e-9),
            weekend: weekend.clamp(WEEKENDS.0, WEEKENDS.1),
        }
    }

    /// Returns how many bursts each hour lets expect by a flat day, when this shape is the true one.
    pub(crate) fn expected(&self, seen: &Seen) -> Hours {
        seen.expected_hours(&self.hours)
    }

    /// Returns the logarithm of the probability that bursts fell as they did within the time that was watched.
    fn score(&self, seen: &Seen) -> f64 {
        let watched: f64 = seen.hours_watched.iter().sum();
        let hours = product(&seen.hours, &self.logarithms)
            - seen.bursts() * logarithm(product(&seen.hours_watched, &self.hours), watched);
        let Days { working, weekend } = seen.days_watched;
        let days = seen.days.weekend * self.weekend.ln()
            - seen.bursts() * logarithm(working + self.weekend * weekend, working + weekend);
        self.prior.ln() + hours + days
    }
}

/// Returns a gamma posterior's mean: so many bursts `came` where so many were `expected`, and a prior rate of a weight.
fn shrunk((came, expected): (f64, f64), (prior, weight): (f64, f64)) -> f64 {
    (weight * prior + came) / (weight + expected)
}

/// Returns the day, of mean one, in which so many bursts `came` in each hour where so many were `expected` by a flat
/// day, when the `prior` day weighs `weight` bursts.
pub(crate) fn shrunk_day((came, expected): (&Hours, &Hours), prior: &Hours, weight: f64) -> Hours {
    let mut day = *prior;
    for ((hour, came), expected) in day.iter_mut().zip(came).zip(expected) {
        *hour = shrunk((*came, *expected), (*hour, weight / 24.0));
    }
    of_mean_one(day)
}

fn of_mean_one(hours: Hours) -> Hours {
    let mean = hours.iter().sum::<f64>() / 24.0;
    hours.map(|rate| rate / mean)
}

fn rate(bursts: f64, watched: f64) -> f64 {
    if watched > 0.0 { bursts / watched } else { 0.0 }
}

/// Returns the logarithm of a part of what was watched; zero, which tells nothing, where nothing was.
fn logarithm(part: f64, watched: f64) -> f64 {
    if part > 0.0 && watched > 0.0 { (part / watched).ln() } else { 0.0 }
}

fn product(a: &Hours, b: &Hours) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Returns the value at an hour with its fraction, on straight lines between the middles of the hours.
fn between(hours: &Hours, hour: f64) -> f64 {
    let from = (hour - 0.5).rem_euclid(24.0);
    let first = place(from);
    let share = from - from.floor();
    let value = |at: usize| hours.get(at % HOURS).copied().unwrap_or(1.0);
    value(first) * (1.0 - share) + value(first + 1) * share
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Monday, local midnight, in minutes since 1970.
    const MONDAY: f64 = 4.0 * 1440.0;

    fn office() -> Hours {
        let mut hours = [0.2; HOURS];
        hours[9..18].fill(2.0);
        hours
    }

    fn watch_hours(seen: &mut Seen, hours: std::ops::Range<u32>) {
        let profile = Seen::default().profile(&Shape::all(&[1.0; HOURS], 1.0, 0.1));
        hours.for_each(|hour| seen.watch(MONDAY + f64::from(hour) * 60.0 + 30.0, 60.0, &profile));
    }

    #[test]
    fn without_evidence_the_shared_day_holds_and_the_week_averages_one() {
        let profile = Seen::default().profile(&Shape::all(&office(), 0.45, 0.1));
        assert!(profile.at(MONDAY + 13.0 * 60.0) > 2.0 * profile.at(MONDAY + 3.0 * 60.0));
        assert!(profile.weekend < 0.6);
        let week: f64 = (0..10_080).map(|minute| profile.at(MONDAY + f64::from(minute))).sum();
        assert!((week / 10_080.0 - 1.0).abs() < 0.02, "{week}");
    }

    #[test]
    fn an_outlet_that_works_three_hours_later_is_found_out() {
        let mut seen = Seen::default();
        watch_hours(&mut seen, 0..5 * 24);
        watch_hours(&mut seen, 0..5 * 24);
        for day in 0..10 {
            for hour in 12..21 {
                seen.add(MONDAY + f64::from(day % 5) * 1440.0 + f64::from(hour) * 60.0 + 10.0, 1.0);
            }
        }
        let shapes = Shape::all(&office(), 0.45, 0.1);
        let posterior = seen.posterior(&shapes);
        let best = posterior.iter().zip(&shapes).max_by(|a, b| a.0.total_cmp(b.0)).unwrap().1;
        assert_eq!(best.shift, Some(-3.0));
        let profile = seen.profile(&shapes);
        assert!(profile.at(MONDAY + 19.0 * 60.0) > 3.0 * profile.at(MONDAY + 9.5 * 60.0));
    }

    #[test]
    fn an_agency_that_never_sleeps_is_taken_as_flat() {
        let mut seen = Seen::default();
        watch_hours(&mut seen, 0..7 * 24);
        for hour in 0..7 * 24 {
            seen.add(MONDAY + f64::from(hour) * 60.0, 1.0);
        }
        let profile = seen.profile(&Shape::all(&office(), 0.45, 0.1));
        assert!((profile.weekend - 1.0).abs() < 0.1, "{profile:?}");
        assert!(profile.hours.iter().all(|rate| (rate - 1.0).abs() < 0.1), "{profile:?}");
    }

    #[test]
    fn what_was_not_watched_stays_as_supposed() {
        let shapes = Shape::all(&office(), 0.45, 0.1);
        let mut seen = Seen::default();
        // Two working days from eight to noon, and a hundred bursts an hour.
        for day in [0.0, 1440.0] {
            for quarter in 32..48 {
                let local = MONDAY + day + f64::from(quarter) * 15.0 + 5.0;
                seen.watch(local, 15.0, &Seen::default().profile(&shapes));
                seen.add(local, 25.0);
            }
        }
        let (before, profile) = (Seen::default().profile(&shapes), seen.profile(&shapes));
        assert!(profile.weekend >= before.weekend * 0.9, "{profile:?}");
        let afternoon = |profile: &Profile| profile.at(MONDAY + 840.0) / profile.at(MONDAY + 630.0);
        assert!(afternoon(&profile) > 0.5, "{profile:?}");
    }
}
