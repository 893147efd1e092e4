//! Dates as pages write them: for machines, and for readers in eight languages.

use std::sync::LazyLock;

use jiff::ZonedDateTime;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use regex::Regex;

/// Month names, each with the number of its month. Kazakh in three scripts, Uyghur, Russian, Turkish, English, and the
/// languages of the neighbours' press.
static MONTHS: LazyLock<rustc_hash::FxHashMap<&'static str, i8>> = LazyLock::new(|| {
    let lines = include_str!("../data/months.tsv").lines().filter(|line| !line.starts_with('#'));
    let rows = lines.filter_map(|line| line.split_once('\t'));
    rows.flat_map(|(number, names)| {
        let number = number.parse().unwrap_or(0);
        names.split(' ').filter(move |name| !name.is_empty() && number > 0).map(move |name| (name, number))
    })
    .collect()
});

static YEAR_FIRST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|\D)(20\d\d|19\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?:\D|$)").ok()
});

static DAY_FIRST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|\D)(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(20\d\d|19\d\d|\d\d)(?:\D|$)").ok()
});

static COMPACT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(20\d\d|19\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:\D|\d{4,6}$|$)").ok()
});

static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|\D)([01]?\d|2[0-3])[:：]([0-5]\d)(?:[:：][0-5]\d)?\s*([ap]\.?m)?").ok()
});

/// Longest text that is searched for a date, in characters.
const LONGEST: usize = 200;

/// Reads a date in any of the forms; one without a zone is meant in `zone`.
pub(crate) fn parse(text: &str, zone: &TimeZone) -> Option<ZonedDateTime> {
    let text = text.trim();
    machine(text, zone).or_else(|| for_readers(text, zone))
}

/// Reads a date in a form for machines: RFC 3339 and its careless cousins, RFC 2822, seconds since 1970.
pub(crate) fn machine(text: &str, zone: &TimeZone) -> Option<ZonedDateTime> {
    let text = text.trim();
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || text.len() > 64 {
        return None;
    }
    let spaced = text.replacen(' ', "T", 1).replace(' ', "");
    for candidate in [text, spaced.as_str()] {
        // `+0600` without its colon is read too.
        for form in
            ["%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M%z"]
        {
            if let Ok(time) = ZonedDateTime::strptime(form, candidate) {
                return Some(time);
            }
        }
        if candidate.ends_with(['Z', 'z'])
            && let Ok(time) = candidate.parse::<jiff::Timestamp>()
        {
            return Some(time.to_zoned_datetime(TimeZone::UTC));
        }
        if let Ok(time) = candidate.parse::<DateTime>() {
            return time.to_zoned_datetime(zone.clone()).ok();
        }
    }
    if let Ok(time) = jiff::fmt::rfc2822::parse(text) {
        return Some(time);
    }
    if let Some(date) = compact(text) {
        return date.to_zoned_datetime(zone.clone()).ok();
    }
    if let Ok(seconds) = text.parse::<i64>() {
        let seconds = if text.len() == 13 { seconds / 1000 } else { seconds };
        let time = jiff::Timestamp::from_second(seconds).ok().filter(|_| matches!(text.len(), 10 | 13));
        return time.map(|time| time.to_zoned_datetime(zone.clone()));
    }
    text.parse::<Date>().ok()?.to_zoned_datetime(zone.clone()).ok()
}

fn compact(text: &str) -> Option<Date> {
    let found = COMPACT.as_ref()?.captures(text)?;
    date(number(found.get(1))?, number(found.get(2))?, number(found.get(3))?)
}

/// Reads a date as readers see it, anywhere in a short text.
pub(crate) fn for_readers(text: &str, zone: &TimeZone) -> Option<ZonedDateTime> {
    let lower: String = text.chars().take(LONGEST).flat_map(char::to_lowercase).map(western_digit).collect();
    if !lower.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let date = year_first(&lower).or_else(|| named(&lower)).or_else(|| day_first(&lower))?;
    let (hour, minute) = clock(&lower).unwrap_or((0, 0));
    date.at(hour, minute, 0, 0).to_zoned_datetime(zone.clone()).ok()
}

fn clock(text: &str) -> Option<(i8, i8)> {
    let found = CLOCK.as_ref()?.captures(text)?;
    let (hour, minute) = (number(found.get(1))?, number(found.get(2))?);
    let half = found.get(3).map(|half| half.as_str().starts_with('p'));
    let hour = match half {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    Some((i8::try_from(hour).ok()?, i8::try_from(minute).ok()?))
}

fn number(found: Option<regex::Match<'_>>) -> Option<i16> {
    found?.as_str().parse().ok()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn year_first(text: &str) -> Option<Date> {
    let found = YEAR_FIRST.as_ref()?.captures(text)?;
    date(number(found.get(1))?, number(found.get(2))?, number(found.get(3))?)
}

/// `23.11.2026`; with slashes and a second number above twelve it is American.
fn day_first(text: &str) -> Option<Date> {
    let found = DAY_FIRST.as_ref()?.captures(text)?;
    let (first, second, year) = (number(found.get(1))?, number(found.get(2))?, number(found.get(3))?);
    let year = if year < 100 { 2000 + year } else { year };
    if second > 12 { date(year, first, second) } else { date(year, second, first) }
}

/// A month's name with a day and a year near it, in either order.
fn named(text: &str) -> Option<Date> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let at = words.iter().position(|word| MONTHS.contains_key(word))?;
    let month = words.get(at).and_then(|word| MONTHS.get(word)).copied()?;
    let start = at.saturating_sub(3);
    let numbers: Vec<(usize, i16)> = words
        .iter()
        .enumerate()
        .skip(start)
        .take(at - start + 4)
        .filter_map(|(place, word)| {
            let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
            Some((place, digits.parse().ok()?))
        })
        .collect();
    let year = numbers.iter().find(|(_, number)| (1990..2100).contains(number))?.1;
    // The nearest number is the day: a clock may stand further off.
    let day = numbers
        .iter()
        .filter(|(_, number)| (1..=31).contains(number))
        .min_by_key(|(place, _)| place.abs_diff(at))?;
    date(year, i16::from(month), day.1)
}

/// Arabic-Indic and extended digits are digits.
fn western_digit(c: char) -> char {
    let of = |base: u32| char::from_digit(u32::from(c) - base, 10).unwrap_or(c);
    match c {
        '\u{660}'..='\u{669}' => of(0x660),
        '\u{6f0}'..='\u{6f9}' => of(0x6f0),
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_pages_write_them() {
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        let check = |text: &str, expected: &str| {
            let read = parse(text, &zone).map(|time| time.timestamp().to_string());
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        };
        check("2026-11-23T10:00:00+06:00", "2026-11-23T04:00:00Z");
        check("2026-11-23T10:00:00+0600", "2026-11-23T04:00:00Z");
        check("2026-11-23T10:00:00.123Z", "2026-11-23T10:00:00.123Z");
        check("2026-11-23 10:00:00", "2026-11-23T05:00:00Z");
        check("2026-11-23 10:00:00 +0600", "2026-11-23T04:00:00Z");
        check("2026-11-23", "2026-11-22T19:00:00Z");
        check("20261123", "2026-11-22T19:00:00Z");
        check("1795428000", "2026-11-23T10:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z");
        check("23.11.2026, 10:30", "2026-11-23T05:30:00Z");
        check("11/23/2026 10:30 PM", "2026-11-23T17:30:00Z");
        check("2026年11月23日 10:30", "2026-11-23T05:30:00Z");
        check("23 қараша 2026, 10:30", "2026-11-23T05:30:00Z");
        check("2026 жылғы 23 қараша", "2026-11-22T19:00:00Z");
        check("2026-جىلى 23-نويابىر", "2026-11-22T19:00:00Z");
        check("23 قاراشا 2026", "2026-11-22T19:00:00Z");
        check("23 qaraşa 2026", "2026-11-22T19:00:00Z");
        check("23 ноября 2026 года", "2026-11-22T19:00:00Z");
        check("November 23, 2026", "2026-11-22T19:00:00Z");
        check("Published 10:30, 23 Nov. 2026", "2026-11-23T05:30:00Z");
        check("23 Kasım 2026", "2026-11-22T19:00:00Z");
        assert_eq!(parse("no date at all", &zone), None);
    }
}
