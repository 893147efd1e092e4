//! A small made-up world, run on the virtual clock: the law, the loss, the peak, and a restart.

use super::habit::{Habit, Look, Place};
use super::index_rule::index;
use super::pool::Pool;
use super::world::{Simulation, WorldPoll, WorldSource, simulate};

const DAY: f64 = 1440.0;
const LENGTH: f64 = 28.0 * DAY;

/// Publishes `a_day` entries every day, all day, at times that a fixed generator scatters.
fn steady(a_day: f64, seed: u64) -> WorldSource {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut time = 0.0;
    let mut published = Vec::new();
    while time < LENGTH {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(1_u32 << 31);
        time -= (1.0 - share).max(1e-9).ln() * DAY / a_day;
        published.push(time);
    }
    WorldSource { offset: 300.0, published }
}

fn run(world: &[WorldSource], budget: f64) -> Vec<WorldPoll> {
    let mut polls = Vec::new();
    simulate(world, Simulation { budget, window: 30, length: LENGTH }, |poll| polls.push(poll));
    polls
}

/// Polls a day of each source in the last two weeks.
fn a_day(polls: &[WorldPoll], source: usize) -> f64 {
    let late = polls.iter().filter(|poll| poll.source == source && poll.at >= LENGTH / 2.0).count();
    f64::from(u32::try_from(late).unwrap()) / 14.0
}

#[test]
fn polls_are_spent_by_the_square_root_of_the_rate_and_within_the_budget() {
    let world: Vec<WorldSource> =
        (0..60).map(|seed| steady(if seed % 2 == 0 { 64.0 } else { 4.0 }, seed)).collect();
    let polls = run(&world, 24.0);
    let mean = |parity: usize| (parity..60).step_by(2).map(|one| a_day(&polls, one)).sum::<f64>() / 30.0;
    let (busy, quiet) = (mean(0), mean(1));
    // Sixteen times the rate, four times the polls.
    assert!((3.2..4.8).contains(&(busy / quiet)), "{busy} {quiet}");
    assert!((0.95..1.05).contains(&((busy + quiet) / 48.0)), "{busy} {quiet}");
}

#[test]
fn no_feed_runs_over_and_no_minute_is_crowded() {
    let mut world: Vec<WorldSource> = (0..200).map(|seed| steady(3.0, seed)).collect();
    world.push(steady(900.0, 7));
    let polls = run(&world, 6.0);
    let fast = polls.iter().filter(|poll| poll.source == 200 && poll.at > DAY).map(|poll| poll.at);
    let mut before = None;
    for at in fast {
        let seen = world[200].published.partition_point(|time| *time <= at);
        assert!(before.is_none_or(|before| seen - before <= 30), "{at}");
        before = Some(seen);
    }
    let mut minutes = std::collections::HashMap::new();
    let late = polls.iter().filter(|poll| poll.at >= LENGTH / 2.0);
    late.clone().for_each(|poll| *minutes.entry(super::time::minute_of(poll.at)).or_insert(0.0) += 1.0);
    let mean = super::time::count(late.count()) / (LENGTH / 2.0);
    let most = minutes.values().copied().fold(0.0, f64::max);
    assert!(most / mean <= 4.2, "{most} {mean}");
}

#[test]
fn a_surge_is_met_with_more_polls_within_the_hour() {
    let pool = Pool { pace: 5.0, ..Pool::first(24.0, 0.0) };
    let place = Place { offset: 0.0, pool: &pool };
    let mut habit = Habit::default();
    let mut now = 4.0 * DAY;
    let mut look = |habit: &mut Habit, every: f64, hours: f64| {
        let until = now + hours * 60.0;
        while now < until {
            let new = (1..=3).map(|part| Some(now + every * f64::from(part) / 3.0)).collect();
            now += every;
            habit.look(&Look { at: now, new, shown: Some(30) }, place);
        }
        now
    };
    let calm = look(&mut habit, 180.0, 24.0 * 20.0);
    let calm = index(&habit, place, calm).at - calm;
    let busy = look(&mut habit, 21.0, 1.0);
    let busy = index(&habit, place, busy).at - busy;
    assert!(busy < calm / 2.0, "{busy} {calm}");
}

#[test]
fn a_restart_keeps_what_was_learned() {
    let pool = Pool::first(24.0, 0.0);
    let place = Place { offset: 0.0, pool: &pool };
    let mut habit = Habit::default();
    let source = steady(20.0, 3);
    let start = 4.0 * DAY;
    for hour in 1..400 {
        let at = f64::from(hour) * 60.0;
        let new = source.published.iter().filter(|time| **time > at - 60.0 && **time <= at);
        let new: Vec<Option<f64>> = new.map(|time| Some(start + time)).collect();
        habit.look(&Look { at: start + at, new, shown: Some(30) }, place);
    }
    let now = start + 400.0 * 60.0;
    assert!((15.0..25.0).contains(&(habit.rate() * DAY)), "{}", habit.rate() * DAY);
    let woken = Habit::from_bytes(&habit.to_bytes()).unwrap();
    let (before, after) = (index(&habit, place, now), index(&woken, place, now));
    assert!((before.at - after.at).abs() < 0.1 && before.cause == after.cause, "{before:?} {after:?}");
}

#[test]
fn what_cannot_be_true_of_a_feed_breaks_nothing() {
    let pool = Pool::first(24.0, 0.0);
    let place = Place { offset: -720.0, pool: &pool };
    let mut habit = Habit::default();
    let looks = [
        Look { at: 1000.0, new: vec![Some(-1e9), Some(1e12), None, Some(f64::MAX)], shown: Some(4) },
        Look { at: 1000.0, new: vec![Some(999.0); 2000], shown: Some(2000) },
        Look { at: 10.0, new: vec![None; 50], shown: Some(50) },
        Look { at: 1e7, new: Vec::new(), shown: Some(0) },
        Look { at: 1e7 + 1.0, new: Vec::new(), shown: None },
    ];
    for look in looks {
        habit.look(&look, place);
        let due = index(&habit, place, look.at);
        assert!(due.at > look.at - 1e-6 && due.at <= look.at + 1440.0, "{due:?} {habit:?}");
        assert!(Habit::from_bytes(&habit.to_bytes()).is_some(), "{habit:?}");
    }
}
