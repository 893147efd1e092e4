//! Says when an endpoint is due: a cron expression in a time zone, or `auto`.
//!
//! Endpoints that share an expression are spread by a phase of their own, so that no minute holds them all.
//! The crate `cron` only walks the calendar: it sees civil time as if it were UTC, and this file maps each
//! hit back to the zone. An hour that a clock change skips is not lost, one that it repeats is not skipped.

use chrono::{DateTime, Utc};
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::cron_fields::{self, FieldError, Fields};
use super::spread::phase;

/// Within this time `auto` looks first.
const AUTO: SignedDuration = SignedDuration::from_mins(15);
/// Polls that are no further apart than this are spread over the whole time between them.
const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// Rarer ones come no later than this after the time that was written: who writes 08:00 means about 08:00.
const RARE_SPREAD: SignedDuration = SignedDuration::from_mins(15);

/// When something is due again and again.
#[derive(Debug, Clone)]
pub struct Schedule(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Auto,
    Cron(Box<Calendar>),
}

#[derive(Debug, Clone)]
struct Calendar {
    /// One, or two when day of month and day of week are both named: either may hit.
    days: Vec<cron::Schedule>,
    every_hour: bool,
    zone: TimeZone,
}

/// A schedule that cannot be read.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// The expression is no cron expression of five fields.
    #[error(
        "schedule `{expression}` is not understood: {problem}; write five fields such as `*/15 * * * *`, or `auto`"
    )]
    Expression {
        /// The expression as it was written.
        expression: String,
        /// What is wrong with it.
        problem: FieldError,
    },
    /// The expression names a day that no year has.
    #[error("schedule `{expression}` never comes: no year has such a day")]
    Never {
        /// The expression as it was written.
        expression: String,
    },
    /// The time zone is unknown.
    #[error("time zone `{name}` is unknown: use an IANA name such as `Asia/Almaty`")]
    Zone {
        /// The name as it was written.
        name: String,
        /// What the time zone database says.
        source: jiff::Error,
    },
}

impl Schedule {
    /// Reads a cron expression of five fields, or `auto`, with the IANA name of its time zone.
    ///
    /// The days of the week are numbered 1 for Monday to 7 for Sunday, which may be 0 as well.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let written = || expression.to_owned();
        let zone =
            TimeZone::get(zone).map_err(|source| ScheduleError::Zone { name: zone.to_owned(), source })?;
        if expression.trim() == "auto" {
            return Ok(Self(Kind::Auto));
        }
        let wrong = |problem| ScheduleError::Expression { expression: written(), problem };
        let fields = cron_fields::parse(expression).map_err(wrong)?;
        let calendar = Calendar::new(&fields, zone).map_err(wrong)?;
        if calendar.civil_after(civil::date(2000, 1, 1).at(0, 0, 0, 0)).is_none() {
            return Err(ScheduleError::Never { expression: written() });
        }
        Ok(Self(Kind::Cron(Box::new(calendar))))
    }

    /// Returns whether the endpoint's own habits decide.
    pub(crate) fn is_auto(&self) -> bool {
        matches!(self.0, Kind::Auto)
    }

    /// Returns the next time after `now` at which the endpoint with this `seed` is due.
    ///
    /// For `auto` this is a time for the first look alone, within a quarter of an hour: what follows depends on what it
    /// shows. A cron expression's time is moved on by a part that the seed gives: of the whole gap where polls are at most
    /// an hour apart, else of a quarter of an hour.
    pub fn next_after(&self, now: Timestamp, seed: u64) -> Timestamp {
        match &self.0 {
            Kind::Auto => next_even(now, seed),
            Kind::Cron(calendar) => calendar.next_after(now, seed),
        }
    }
}

/// Returns the next time of an even beat whose phase the seed gives.
fn next_even(now: Timestamp, seed: u64) -> Timestamp {
    let beat = AUTO.as_secs();
    let phase = phase(seed, AUTO).as_secs();
    let beats = (now.as_second() - phase).div_euclid(beat) + 1;
    Timestamp::from_second(beats * beat + phase).unwrap_or(Timestamp::MAX)
}

impl Calendar {
    fn new(fields: &Fields, zone: TimeZone) -> Result<Self, FieldError> {
        let days: Result<_, _> = fields.for_crate().iter().map(|text| text.parse()).collect();
        let days = days.map_err(|_| FieldError::Unusable)?;
        Ok(Self { days, every_hour: fields.every_hour, zone })
    }

    fn next_after(&self, now: Timestamp, seed: u64) -> Timestamp {
        // A time before `now` may still lie ahead once its phase is added; no phase exceeds the longest spread.
        let mut time = self.hit_after(now.saturating_sub(HOUR).unwrap_or(Timestamp::MIN));
        loop {
            let following = self.hit_after(time);
            let gap = time.duration_until(following);
            let spread = if gap <= HOUR { gap } else { RARE_SPREAD };
            let due = time.saturating_add(phase(seed, spread)).unwrap_or(Timestamp::MAX);
            if due > now || following == Timestamp::MAX {
                return due;
            }
            time = following;
        }
    }

    /// Returns the next time after `after`, without any phase.
    fn hit_after(&self, after: Timestamp) -> Timestamp {
        if self.every_hour { self.hit_by_offset(after) } else { self.hit_by_clock(after) }
    }

    /// For named hours: each day has them once. A skipped one comes late, a repeated one comes first time only.
    fn hit_by_clock(&self, after: Timestamp) -> Timestamp {
        let mut civil = self.zone.to_datetime(after);
        // In a repeated hour the first hits lie behind; a day holds at most 1440 of them.
        for _ in 0..1500 {
            let Some(next) = self.civil_after(civil) else { break };
            let Ok(hit) = self.zone.to_ambiguous_zoned_datetime(next).compatible() else { break };
            if hit.timestamp() > after {
                return hit.timestamp();
            }
            civil = next;
        }
        Timestamp::MAX
    }

    /// For every hour: goes on beating through a clock change, whatever the clock on the wall repeats.
    fn hit_by_offset(&self, after: Timestamp) -> Timestamp {
        let mut offset = self.zone.to_offset(after);
        let mut from = after;
        // No zone changes its clock this often between two beats.
        for _ in 0..64 {
            let Some(hit) = self.hit_at_offset(from, offset) else { break };
            let change = self.zone.following(after.max(from)).next().map(|change| change.timestamp());
            let Some(change) = change.filter(|change| *change <= hit) else { return hit };
            offset = self.zone.to_offset(change);
            from = change.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MIN);
            if self.hit_at_offset(from, offset) == Some(change) {
                return change;
            }
            from = change;
        }
        Timestamp::MAX
    }

    fn hit_at_offset(&self, from: Timestamp, offset: Offset) -> Option<Timestamp> {
        let civil = self.civil_after(offset.to_datetime(from))?;
        offset.to_timestamp(civil).ok()
    }

    fn civil_after(&self, civil: civil::DateTime) -> Option<civil::DateTime> {
        let from = Offset::UTC.to_timestamp(civil).ok()?;
        let from: DateTime<Utc> = DateTime::from_timestamp(from.as_second(), 0)?;
        let next = self.days.iter().filter_map(|days| days.after(&from).next()).min()?;
        Some(Offset::UTC.to_datetime(Timestamp::from_second(next.timestamp()).ok()?))
    }
}

#[cfg(test)]
#[path = "cron_tests.rs"]
mod tests;
