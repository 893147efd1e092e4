//! Subscribers and their subscriptions: who is told, of what, and how often.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use thiserror::Error;

use crate::source::{UnknownWord, words};
use crate::{EmailAddress, SubscriberId, SubscriptionId, WatchId};

/// A person who receives digests. `Debug` masks the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscriber {
    /// Its number in the store.
    pub id: SubscriberId,
    /// Where digests go.
    pub address: EmailAddress,
    /// The language of what surrounds the articles: `en`, `ru`, `kk`, `zh`, `tr`, `ug`.
    pub language: String,
    /// The IANA time zone in which "08:00" is meant.
    pub timezone: String,
    /// Whether mails are held back.
    pub paused: bool,
    /// When it was added.
    pub created: Timestamp,
}

/// A subscriber's wish to hear of a watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its number in the store.
    pub id: SubscriptionId,
    /// Who.
    pub subscriber: SubscriberId,
    /// Of what.
    pub watch: WatchId,
    /// How often.
    pub frequency: Frequency,
    /// How much a mail says.
    pub mode: Mode,
}

words!(
    /// How much a mail says.
    Mode, "mode of a subscription", {
        /// Titles, passages and links.
        Full = "full",
        /// Numbers only.
        Counts = "counts",
    }
);

/// How often a subscriber is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// As soon as something matched.
    Instant,
    /// At every full hour, when something matched.
    Hourly,
    /// At this local hour, even when nothing matched.
    Daily(i8),
    /// At this weekday and local hour, even when nothing matched.
    Weekly(Weekday, i8),
}

/// A frequency that cannot be read.
#[derive(Debug, Error)]
#[error("`{0}` is no frequency: use instant, hourly, daily, daily@08:00, weekly or weekly@mon:08:00")]
pub struct FrequencyError(String);

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Frequency {
    /// Daily at 08:00 local time, unless asked otherwise.
    pub const DEFAULT: Self = Self::Daily(8);

    /// Returns whether a digest comes even when nothing matched, so that its absence means something.
    pub fn is_sent_empty(self) -> bool {
        matches!(self, Self::Daily(_) | Self::Weekly(..))
    }

    /// Returns the first time after `now` at which a digest is due in `zone`; `now` itself for `Instant`.
    pub fn next_due(self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let local = now.to_zoned_datetime(zone.clone());
        match self {
            Self::Instant => now,
            Self::Hourly => {
                let second = now.as_second();
                let due = second - second.rem_euclid(3600) + 3600;
                Timestamp::from_second(due).unwrap_or(Timestamp::MAX)
            }
            Self::Daily(hour) => next_day(&local, hour, |_| true),
            Self::Weekly(day, hour) => next_day(&local, hour, |weekday| weekday == day),
        }
    }
}

/// Returns the first `hour` o'clock after `local` on a day that is `wanted`.
fn next_day(local: &ZonedDateTime, hour: i8, wanted: impl Fn(Weekday) -> bool) -> Timestamp {
    for days in 0..=8 {
        let Ok(date) = local.date().checked_add(SignedDuration::from_hours(24 * days)) else { break };
        if !wanted(date.weekday()) {
            continue;
        }
        // An hour that a clock change skips is taken at the end of the gap, as jiff does by default.
        let Ok(due) = date.at(hour, 0, 0, 0).to_zoned_datetime(local.time_zone().clone()) else { continue };
        if due.timestamp() > local.timestamp() {
            return due.timestamp();
        }
    }
    Timestamp::MAX
}

impl FromStr for Frequency {
    type Err = FrequencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || FrequencyError(text.to_owned());
        match text.split_once('@') {
            None => match text {
                "instant" => Ok(Self::Instant),
                "hourly" => Ok(Self::Hourly),
                "daily" => Ok(Self::DEFAULT),
                "weekly" => Ok(Self::Weekly(Weekday::Monday, 8)),
                _ => Err(wrong()),
            },
            Some(("daily", hour)) => Ok(Self::Daily(parse_hour(hour).ok_or_else(wrong)?)),
            Some(("weekly", rest)) => {
                let (day, hour) = rest.split_once(':').ok_or_else(wrong)?;
                let (_, day) = DAYS.iter().find(|(name, _)| *name == day).ok_or_else(wrong)?;
                Ok(Self::Weekly(*day, parse_hour(hour).ok_or_else(wrong)?))
            }
            Some(_) => Err(wrong()),
        }
    }
}

fn parse_hour(text: &str) -> Option<i8> {
    let hour = text.strip_suffix(":00").unwrap_or(text).parse().ok()?;
    (0..24).contains(&hour).then_some(hour)
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant => f.write_str("instant"),
            Self::Hourly => f.write_str("hourly"),
            Self::Daily(hour) => write!(f, "daily@{hour:02}:00"),
            Self::Weekly(day, hour) => {
                let name = DAYS.iter().find(|(_, one)| one == day).map_or("mon", |(name, _)| *name);
                write!(f, "weekly@{name}:{hour:02}:00")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_read_back() {
        for text in ["instant", "hourly", "daily@08:00", "weekly@sun:23:00"] {
            assert_eq!(text.parse::<Frequency>().unwrap().to_string(), text);
        }
        assert_eq!("daily".parse::<Frequency>().unwrap(), Frequency::DEFAULT);
        for text in ["", "daily@24:00", "weekly@xxx:08:00", "monthly"] {
            assert!(text.parse::<Frequency>().is_err(), "{text}");
        }
    }

    #[test]
    fn daily_is_meant_in_the_subscribers_own_zone() {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let now: Timestamp = "2026-11-23T22:00:00Z".parse().unwrap();
        // 03:00 in Almaty: today at 08:00 is still to come.
        assert_eq!(Frequency::DEFAULT.next_due(now, &zone).to_string(), "2026-11-24T03:00:00Z");
        let later: Timestamp = "2026-11-24T03:00:00Z".parse().unwrap();
        assert_eq!(Frequency::DEFAULT.next_due(later, &zone).to_string(), "2026-11-25T03:00:00Z");
    }

    #[test]
    fn weekly_waits_for_its_day() {
        let now: Timestamp = "2026-11-23T22:00:00Z".parse().unwrap();
        let due = Frequency::Weekly(Weekday::Monday, 8).next_due(now, &TimeZone::UTC);
        assert_eq!(due.to_string(), "2026-11-30T08:00:00Z");
    }
}
