//! The bytes as which habits and the pool lie in the store: a version, then numbers in little-endian order.
//!
//! About 330 bytes an endpoint. Bytes of another version, or damaged ones, are not read: what they held is learned
//! anew within days, while a wrong guess at their meaning would stay.

use super::habit::Habit;
use super::pool::Pool;
use super::profile::{Days, HOURS, Seen};
use super::surge::Surge;

/// The version that is written, and the only one that is read.
const VERSION: u8 = 1;

impl Habit {
    /// Writes what is known of an endpoint.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        for time in [self.looked, self.newest, self.failing_since] {
            out.extend(time.unwrap_or(f64::NAN).to_le_bytes());
        }
        let numbers = [self.bursts, self.days, self.entries, self.late_entries, self.late_minutes];
        let polls = [self.window, self.polls, self.expected_polls, self.pace, self.least_wait];
        put(&mut out, numbers.iter().chain(&polls).chain(&self.surge.0));
        let Seen { days, days_watched, .. } = &self.seen;
        let days = [days.working, days.weekend, days_watched.working, days_watched.weekend];
        put(&mut out, days.iter().chain(&self.seen.hours).chain(&self.seen.hours_watched));
        out
    }

    /// Reads what was written; `None` when these are no bytes of this version.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut numbers = Numbers::new(bytes)?;
        let habit = Self {
            looked: known(numbers.time()?),
            newest: known(numbers.time()?),
            failing_since: known(numbers.time()?),
            bursts: numbers.number()?,
            days: numbers.number()?,
            entries: numbers.number()?,
            late_entries: numbers.number()?,
            late_minutes: numbers.number()?,
            window: numbers.number()?,
            polls: numbers.number()?,
            expected_polls: numbers.number()?,
            pace: numbers.number()?,
            least_wait: numbers.number()?,
            surge: Surge(numbers.array()?),
            seen: Seen {
                days: numbers.days()?,
                days_watched: numbers.days()?,
                hours: numbers.array()?,
                hours_watched: numbers.array()?,
            },
        };
        let sound = (habit.surge.0.iter().sum::<f64>() - 1.0).abs() < 0.01;
        (numbers.0.is_empty() && sound).then_some(habit)
    }
}

impl Pool {
    /// Writes what all endpoints share.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend(self.at.to_le_bytes());
        put(&mut out, [self.pace, self.polls_a_day, self.weekend, self.flat].iter().chain(&self.day));
        out
    }

    /// Reads what was written; `None` when these are no bytes of this version.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut numbers = Numbers::new(bytes)?;
        let at = known(numbers.time()?)?;
        let (pace, polls_a_day) = (numbers.number()?, numbers.number()?);
        let (weekend, flat) = (numbers.number()?, numbers.number()?);
        let day: [f64; HOURS] = numbers.array()?;
        let sound = numbers.0.is_empty() && day.iter().sum::<f64>() > 0.0;
        sound.then(|| Self { pace, polls_a_day, ..Self::of(at, day, (weekend, flat)) })
    }
}

fn put<'a>(out: &mut Vec<u8>, numbers: impl Iterator<Item = &'a f64>) {
    for number in numbers {
        out.extend(single(*number).to_le_bytes());
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "seven digits of an estimate are enough, and halve its size"
)]
fn single(number: f64) -> f32 {
    number as f32
}

/// A time that was not known is written as no number.
fn known(time: f64) -> Option<f64> {
    time.is_finite().then_some(time)
}

/// What is left to read.
struct Numbers<'a>(&'a [u8]);

impl<'a> Numbers<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        (*version == VERSION).then_some(Self(rest))
    }

    fn time(&mut self) -> Option<f64> {
        let (time, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(f64::from_le_bytes(*time))
    }

    fn number(&mut self) -> Option<f64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        let number = f64::from(f32::from_le_bytes(*number));
        (number.is_finite() && number >= 0.0).then_some(number)
    }

    fn days(&mut self) -> Option<Days> {
        Some(Days { working: self.number()?, weekend: self.number()? })
    }

    fn array<const LENGTH: usize>(&mut self) -> Option<[f64; LENGTH]> {
        let mut array = [0.0; LENGTH];
        for number in &mut array {
            *number = self.number()?;
        }
        Some(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let habit = Habit {
            looked: Some(29_000_000.25),
            bursts: 12.5,
            window: 30.0,
            failing_since: None,
            ..Habit::default()
        };
        let bytes = habit.to_bytes();
        assert!(bytes.len() < 340, "{}", bytes.len());
        let read = Habit::from_bytes(&bytes).unwrap();
        assert_eq!((read.looked, read.bursts, read.window, read.newest), (habit.looked, 12.5, 30.0, None));
        assert_eq!(Habit::from_bytes(&read.to_bytes()), Some(read));
        for cut in 0..bytes.len() {
            assert_eq!(Habit::from_bytes(&bytes[..cut]), None);
        }
        let other = [&[VERSION + 1][..], &bytes[1..]].concat();
        assert_eq!(Habit::from_bytes(&other), None);
    }

    #[test]
    fn the_pool_comes_back() {
        let pool = Pool::first(24.0, 1000.0);
        let read = Pool::from_bytes(&pool.to_bytes()).unwrap();
        assert!((read.pace / pool.pace - 1.0).abs() < 1e-6);
        assert_eq!((read.at, read.shapes.len()), (1000.0, pool.shapes.len()));
        assert!(Pool::from_bytes(&[]).is_none());
    }
}
