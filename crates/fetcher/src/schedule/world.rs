//! Runs the estimator over a world of sources on a virtual clock, to measure it.
//!
//! The simulation sees what a real poll shows, the newest entries of the feed, and nothing else of the world; the
//! code that learns and decides is the one that runs in the house.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::habit::{Habit, Look, Place};
use super::index_rule::index;
use super::pool::{Member, Pool};
use super::spread;
use super::time::{count, minute_of};

/// The virtual clock begins on a Monday, 5 January 1970, in minutes since 1970.
const MONDAY: f64 = 4.0 * 1440.0;
/// A shared state is computed anew after so many minutes.
const REFRESH: f64 = 60.0;
/// No endpoint is asked again within a minute.
const LEAST: f64 = 1.0;

/// A source of a world.
#[derive(Debug, Clone)]
pub struct WorldSource {
    /// How many minutes its clock is ahead of UTC.
    pub offset: f64,
    /// When it publishes, in minutes from the start of the world, in order.
    pub published: Vec<f64>,
}

/// How a world is run.
#[derive(Debug, Clone, Copy)]
pub struct Simulation {
    /// Polls an endpoint and day, on the mean.
    pub budget: f64,
    /// How many entries a feed holds.
    pub window: usize,
    /// How long the world lasts, in minutes.
    pub length: f64,
}

/// A poll of the virtual clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorldPoll {
    /// The place of the source in the world.
    pub source: usize,
    /// The time, in minutes from the start of the world.
    pub at: f64,
}

struct Run<'a> {
    world: &'a [WorldSource],
    options: Simulation,
    pool: Pool,
    habits: Vec<Habit>,
    booked: BTreeMap<i64, u32>,
    /// When each source is due, in microminutes, earliest first.
    due: BinaryHeap<Reverse<(i64, usize)>>,
}

/// Runs a world; gives every poll to `polled`, in the order of time.
pub fn simulate(world: &[WorldSource], options: Simulation, mut polled: impl FnMut(WorldPoll)) {
    let mut run = Run::new(world, options);
    while let Some(Reverse((due, source))) = run.due.pop() {
        let at = from_key(due);
        if at >= options.length {
            break;
        }
        polled(WorldPoll { source, at });
        run.poll(source, at);
    }
}

impl<'a> Run<'a> {
    fn new(world: &'a [WorldSource], options: Simulation) -> Self {
        let mut first = 0.0;
        let spread = 720.0 / count(world.len()).max(1.0);
        let due = (0..world.len()).map(|source| {
            first += spread;
            Reverse((key(first), source))
        });
        Self {
            world,
            options,
            pool: Pool::first(options.budget, MONDAY),
            habits: vec![Habit::default(); world.len()],
            booked: BTreeMap::new(),
            due: due.collect(),
        }
    }

    fn poll(&mut self, number: usize, at: f64) {
        let now = MONDAY + at;
        self.refresh(now);
        let (Some(source), Some(habit)) = (self.world.get(number), self.habits.get_mut(number)) else {
            return;
        };
        let place = Place { offset: source.offset, pool: &self.pool };
        habit.look(&look(source, habit, self.options.window, at), place);
        habit.pace = self.pool.pace;
        let due = index(habit, place, now).at.max(now + LEAST);
        let most = spread::most_a_minute(self.options.budget * count(self.world.len()));
        let due = (due + spread::shift(due, now + LEAST, &self.booked, most)).max(now + LEAST);
        *self.booked.entry(minute_of(due)).or_default() += 1;
        self.due.push(Reverse((key(due - MONDAY), number)));
    }

    fn refresh(&mut self, now: f64) {
        if now - self.pool.at >= REFRESH {
            let members = self.habits.iter().map(|habit| Member { habit, is_auto: true });
            self.pool = self.pool.refreshed(members, self.options.budget, now);
            self.booked = self.booked.split_off(&minute_of(now));
        }
    }
}

/// What a feed shows at a time: its newest entries.
fn look(source: &WorldSource, habit: &Habit, window: usize, at: f64) -> Look {
    let until = source.published.partition_point(|time| *time <= at);
    let shown = source.published.get(until.saturating_sub(window)..until).unwrap_or_default();
    let times = shown.iter().map(|time| MONDAY + time);
    let new = times.filter(|time| habit.newest.is_none_or(|newest| *time > newest)).map(Some).collect();
    Look { at: MONDAY + at, new, shown: Some(shown.len()) }
}

fn key(at: f64) -> i64 {
    minute_of(at * 1e6)
}

fn from_key(key: i64) -> f64 {
    let (minutes, rest) = (key.div_euclid(1_000_000), key.rem_euclid(1_000_000));
    let float = |part| i32::try_from(part).map_or(f64::MAX, f64::from);
    float(minutes) + float(rest) / 1e6
}
