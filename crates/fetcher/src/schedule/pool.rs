//! What all endpoints share: the pace that spends the budget, and the day that is supposed where little is known.
//!
//! Recomputed every hour from all habits; nothing is lost when it is. The pace is a closed loop: the square-root law
//! says how many polls a pace will cost, and how many the last weeks' paces really cost, against what the law said of
//! them, corrects it.

use super::habit::Habit;
use super::profile::{Days, HOURS, Hours, Shape, shrunk_day};
use super::time::{DAY, WEEK, place};

/// The rate of a day of the weekend that is supposed at first, relative to a working day.
const FIRST_WEEKEND: f64 = 0.625;
/// The share of endpoints without a rhythm that is supposed at first.
const FIRST_FLAT: f64 = 0.15;
/// How many bursts the first supposition of the shared day counts …
const FIRST_BURSTS: f64 = 200.0;
/// … and that of the weekend.
const FIRST_DAYS_BURSTS: Days = Days { working: 143.0, weekend: 57.0 };
/// How many endpoints the first share of flat ones counts.
const FIRST_ENDPOINTS: f64 = 20.0;
/// No endpoint counts for more bursts than this in the shared day.
const MOST_BURSTS: f64 = 200.0;
/// Below this many bursts an endpoint says nothing of the shared day.
const LEAST_BURSTS: f64 = 5.0;
/// So many days' polls are supposed to have cost [`FIRST_COST`] times what the law says.
const FIRST_DAYS: f64 = 0.5;
/// What polls cost at first, against the law.
const FIRST_COST: f64 = 0.9;

/// An endpoint, as the pool counts it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) habit: &'a Habit,
    /// Whether its polls come out of the budget.
    pub(crate) is_auto: bool,
}

/// What all endpoints share.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    /// When it was computed, in minutes since 1970.
    pub(crate) at: f64,
    /// The expected waiting, in entry-minutes, at which an endpoint is due: μ.
    pub(crate) pace: f64,
    /// How many polls all endpoints together make a day.
    pub(crate) polls_a_day: f64,
    /// The shared day.
    pub(crate) day: Hours,
    /// The rate of a day of the weekend, relative to a working day, where there is a rhythm.
    pub(crate) weekend: f64,
    /// The share of endpoints without a rhythm.
    pub(crate) flat: f64,
    /// The days that an endpoint may keep, made of the three above.
    pub(crate) shapes: Vec<Shape>,
}

impl Pool {
    /// Returns what is supposed before anything was seen: a working day from morning to evening.
    pub(crate) fn first(budget: f64, now: f64) -> Self {
        let habit = Habit::default();
        let mut pool = Self::of(now, first_day(), (FIRST_WEEKEND, FIRST_FLAT));
        pool.spend(budget, std::iter::once(Member { habit: &habit, is_auto: true }));
        pool
    }

    pub(crate) fn of(at: f64, day: Hours, (weekend, flat): (f64, f64)) -> Self {
        Self { at, pace: 0.0, polls_a_day: 0.0, shapes: Shape::all(&day, weekend, flat), day, weekend, flat }
    }

    /// Returns the pool that the habits of all endpoints make, when `budget` polls an endpoint and day may be spent.
    pub(crate) fn refreshed<'a>(
        &self,
        members: impl Iterator<Item = Member<'a>> + Clone,
        budget: f64,
        now: f64,
    ) -> Self {
        let learned = self.learned(members.clone().map(|member| member.habit));
        let mut pool = Self::of(now, learned.0, learned.1);
        pool.spend(budget, members);
        pool
    }

    /// One step of expectation maximisation: each endpoint's hours, moved back by its probable shifts, make the day.
    fn learned<'a>(&self, habits: impl Iterator<Item = &'a Habit>) -> (Hours, (f64, f64)) {
        let (mut hours, mut hours_expected) = ([0.0; HOURS], [0.0; HOURS]);
        let (mut days, mut days_expected) = (Days::default(), Days::default());
        let (mut flat, mut endpoints) = (FIRST_FLAT * FIRST_ENDPOINTS, FIRST_ENDPOINTS);
        for habit in habits {
            let seen = habit.seen.bursts();
            if seen < LEAST_BURSTS {
                continue;
            }
            let weight = (MOST_BURSTS / seen).min(1.0);
            endpoints += 1.0;
            let expected = habit.seen.days_watched.expected(seen, self.weekend);
            for (probability, shape) in habit.seen.posterior(&self.shapes).into_iter().zip(&self.shapes) {
                let Some(shift) = shape.shift else {
                    flat += probability;
                    continue;
                };
                let share = probability * weight;
                if share > 1e-3 {
                    add_shifted(&mut hours, &habit.seen.hours, (shift, share));
                    add_shifted(&mut hours_expected, &shape.expected(&habit.seen), (shift, share));
                    days.add(habit.seen.days, share);
                    days_expected.add(expected, share);
                }
            }
        }
        let day = shrunk_day((&hours, &hours_expected), &first_day(), FIRST_BURSTS);
        let weekend = days.weekend_ratio(days_expected, FIRST_WEEKEND, FIRST_DAYS_BURSTS);
        (day, (weekend, flat / endpoints))
    }

    /// Sets the pace. By the law an endpoint of rate λ is polled √(λ/2μ) times a minute.
    fn spend<'a>(&mut self, budget: f64, members: impl Iterator<Item = Member<'a>>) {
        let (mut endpoints, mut demand, mut polls, mut expected, mut by_cron) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for Member { habit, is_auto } in members {
            let share = habit.looked.map_or(0.0, |looked| (-(self.at - looked).max(0.0) / WEEK).exp());
            if !is_auto {
                by_cron += habit.polls * share / 7.0;
                continue;
            }
            endpoints += 1.0;
            demand += habit.rate().sqrt() * habit.seen.profile(&self.shapes).mean_root() * DAY;
            polls += habit.polls * share;
            expected += habit.expected_polls * share;
        }
        let allowed = budget * endpoints;
        self.polls_a_day = allowed + by_cron;
        if allowed > 0.0 {
            let first = FIRST_DAYS * allowed;
            let cost = (polls + FIRST_COST * first) / (expected + first);
            self.pace = (demand * cost / allowed).powi(2) / 2.0;
        }
    }
}

/// A broad working day around two in the afternoon, of mean one.
fn first_day() -> Hours {
    let mut hour = -0.5;
    let day = [0.0; HOURS].map(|_: f64| {
        hour += 1.0;
        0.35 + (-((hour - 14.0) / 5.0_f64).powi(2)).exp()
    });
    let mean = day.iter().sum::<f64>() / 24.0;
    day.map(|rate| rate / mean)
}

/// Adds hours to a day, read so many hours later, on straight lines between the hours.
fn add_shifted(day: &mut Hours, hours: &Hours, (shift, weight): (f64, f64)) {
    let mut to = shift;
    for bursts in hours {
        let first = to.rem_euclid(24.0);
        let share = first - first.floor();
        for (at, part) in [(place(first), 1.0 - share), (place(first) + 1, share)] {
            if let Some(hour) = day.get_mut(at % HOURS) {
                *hour += weight * bursts * part;
            }
        }
        to += 1.0;
    }
}
