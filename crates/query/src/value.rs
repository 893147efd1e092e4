//! The values of fields: languages, countries, days, stretches of time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use text::{Lang, Script};

use crate::signs::{number, usual, usually};
use crate::{Filter, Problem, Query, Seen, midnight};

/// The fields that ask for a fact.
pub(crate) const FACTS: [&str; 15] = [
    "lang", "script", "source", "country", "kind", "author", "tag", "url", "story", "entity", "after",
    "before", "last", "seen", "is",
];

/// The fields that make no sense in a watch, which sees each article as it comes.
pub(crate) const MOVING: [&str; 2] = ["last", "seen"];

const KINDS: [&str; 7] = ["independent", "state", "exile", "ngo", "trade", "academic", "social"];

/// Reads the value of a field. What is said in relation to the present needs `now`.
pub(crate) fn fact(name: &str, value: &str, now: Option<Timestamp>) -> Result<Query, Problem> {
    let filter = match name {
        "entity" => return entity(value).ok_or(Problem::Entity),
        "last" => Filter::Since(ago(value).ok_or(Problem::Value)?.before(now.ok_or(Problem::Moving)?)?),
        "seen" => match ago(value) {
            Some(ago) => {
                Filter::Seen(Seen { from: Some(ago.before(now.ok_or(Problem::Moving)?)?), before: None })
            }
            None => Filter::Seen(stretch(value).ok_or(Problem::Value)?),
        },
        _ => fixed(name, value).ok_or(Problem::Value)?,
    };
    Ok(Query::Filter(filter))
}

fn fixed(name: &str, value: &str) -> Option<Filter> {
    if value.is_empty() {
        return None;
    }
    Some(match name {
        "lang" => Filter::Lang(lang_of(value)?),
        "script" => Filter::Script(Script::parse(value)?),
        "source" => Filter::Source(value.to_lowercase()),
        "country" => Filter::Country(country(value)?),
        "kind" => Filter::Kind(Some(value.to_lowercase()).filter(|kind| KINDS.contains(&kind.as_str()))?),
        "author" => Filter::Author(value.to_owned()),
        "tag" => Filter::Tag(value.to_owned()),
        "url" => Filter::Url(value.to_owned()),
        "story" => Filter::Story(value.parse().ok()?),
        "after" => match day(value) {
            Some(day) => Filter::After(day),
            // Whole milliseconds: finer than that no reader keeps a time.
            None => Filter::Since(millisecond(usually(value).parse().ok()?)?),
        },
        "before" => Filter::Before(day(value)?),
        "is" => match usually(value).to_lowercase().as_str() {
            "edited" => Filter::Edited,
            "removed" => Filter::Removed,
            _ => return None,
        },
        _ => return None,
    })
}

/// Ids of entities are in small letters, whatever was typed.
fn entity(value: &str) -> Option<Query> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    (!value.is_empty() && value.chars().all(fits)).then(|| Query::Entity(entity_id(value)))
}

/// A bare language stays bare, so that `lang:kk` means Kazakh in any script.
fn lang_of(value: &str) -> Option<String> {
    let lang = Lang::parse(value)?;
    Some(if value.contains('-') { lang.as_str().to_owned() } else { lang.code().to_owned() })
}

fn country(value: &str) -> Option<String> {
    let fits = value.len() == 2 && value.chars().all(|c| c.is_ascii_alphabetic());
    fits.then(|| value.to_ascii_uppercase())
}

fn day(value: &str) -> Option<Date> {
    // A date, never the date of a moment.
    if value.chars().count() == 10 { usually(value).parse().ok() } else { None }
}

/// How long ago: `12h`, `7d`, `2w`, `3m`.
struct Ago(Span);

fn ago(value: &str) -> Option<Ago> {
    let unit = value.chars().next_back()?;
    let count = number(value.strip_suffix(unit)?).filter(|count| (1..10_000).contains(count))?;
    let span = Span::new();
    Some(Ago(match usual(unit).to_ascii_lowercase() {
        'h' => span.hours(count),
        'd' => span.days(count),
        'w' => span.weeks(count),
        'm' => span.months(count),
        _ => return None,
    }))
}

impl Ago {
    fn before(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        let then = now.to_zoned_datetime(TimeZone::UTC).checked_sub(self.0).map_err(|_| Problem::Value)?;
        // Milliseconds are what the house keeps of a time.
        Timestamp::from_millisecond(then.timestamp().as_millisecond()).map_err(|_| Problem::Value)
    }
}

/// `2026-11-01`, `2026-11-01..2026-11-20`, `2026-11-01..`, `..2026-11-20`: days in UTC, the last one counted.
fn stretch(value: &str) -> Option<Seen> {
    let (first, last) = value.split_once("..").unwrap_or((value, value));
    let from = |text: &str| day(text).map(midnight).or_else(|| text.parse().ok());
    let before = |text: &str| match day(text) {
        Some(day) => day.tomorrow().ok().map(midnight),
        None => text.parse().ok(),
    };
    let end = |text: &str, read: &dyn Fn(&str) -> Option<Timestamp>| match text {
        "" => Some(None),
        text => read(text).map(Some),
    };
    let seen = Seen { from: end(first, &from)?, before: end(last, &before)? };
    let runs = match (seen.from, seen.before) {
        (None, None) => false,
        (Some(from), Some(before)) => from < before,
        _ => true,
    };
    runs.then_some(seen)
}

/// The id of an entity in small letters; a Turkish İ is an i, not an i with a dot of its own.
pub(crate) fn entity_id(written: &str) -> String {
    written.replace('İ', "i").to_lowercase()
}

fn millisecond(moment: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millisecond(moment.as_millisecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-31T08:00:00.123Z".parse().unwrap()
    }

    fn read(name: &str, value: &str) -> Result<String, Problem> {
        fact(name, value, Some(now())).map(|query| query.to_string())
    }

    #[test]
    fn what_moves_with_the_clock_is_counted_back_from_now() {
        assert_eq!(read("last", "36h").unwrap(), "after:\"2026-03-29T20:00:00.123Z\"");
        assert_eq!(read("last", "7d").unwrap(), "after:\"2026-03-24T08:00:00.123Z\"");
        assert_eq!(read("last", "２w").unwrap(), "after:\"2026-03-17T08:00:00.123Z\"");
        assert_eq!(read("last", "1m").unwrap(), "after:\"2026-02-28T08:00:00.123Z\"");
        assert_eq!(read("seen", "7d").unwrap(), "seen:\"2026-03-24T08:00:00.123Z..\"");
        for wrong in ["", "7", "d", "0d", "7y", "-7d", "7dd", "99999d"] {
            assert_eq!(read("last", wrong), Err(Problem::Value), "{wrong}");
        }
        assert_eq!(fact("last", "7d", None), Err(Problem::Moving));
        assert_eq!(fact("seen", "7d", None), Err(Problem::Moving));
    }

    #[test]
    fn a_stretch_counts_its_last_day() {
        let stretch = |text: &str| super::stretch(text).map(|seen| seen.to_string());
        for same in ["2026-11-01..2026-11-20", "2026-11-01..", "..2026-11-20", "2026-11-01"] {
            assert_eq!(stretch(same).as_deref(), Some(same));
        }
        assert_eq!(stretch("2026-11-01..2026-11-01").as_deref(), Some("2026-11-01"));
        for wrong in ["", "..", "2026-11-20..2026-11-01", "2026-13-01", "2026-11-01..x"] {
            assert_eq!(stretch(wrong), None, "{wrong}");
        }
        let day = super::stretch("2026-11-01").unwrap();
        let at = |text: &str| day.holds(text.parse().unwrap());
        assert!(at("2026-11-01T00:00:00Z") && at("2026-11-01T23:59:59Z"));
        assert!(!at("2026-10-31T23:59:59Z") && !at("2026-11-02T00:00:00Z"));
    }

    #[test]
    fn a_value_that_a_field_cannot_have_is_refused() {
        for (name, value) in [
            ("country", "é"),
            ("country", "KAZ"),
            ("kind", "blog"),
            ("story", "x"),
            ("is", "new"),
            ("tag", ""),
        ] {
            assert_eq!(read(name, value), Err(Problem::Value), "{name}:{value}");
        }
        assert_eq!(read("entity", "dry port"), Err(Problem::Entity));
        assert_eq!(read("is", "Edited").unwrap(), "is:edited");
    }
}
