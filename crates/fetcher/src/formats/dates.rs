//! Reads dates as feeds and pages write them: RFC 822 with zones that are none, ISO 8601 in part, numbers, and words in
//! the languages of the outlets.
//!
//! A date without a zone is in the source's own; a day alone begins there at midnight. Which day `03.04.2026` is follows
//! the custom of the outlets' countries: day first.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};
use regex::{Captures, Regex};

/// No date is longer; what is, is a text that holds one somewhere.
const LONGEST: usize = 200;

static MONTHS: LazyLock<HashMap<&str, i8>> = LazyLock::new(|| {
    let lines = include_str!("../../data/months.tsv").lines().filter(|line| !line.starts_with('#'));
    let months = lines.filter_map(|line| line.split_once('\t'));
    months
        .flat_map(|(number, names)| names.split(' ').filter_map(|name| Some((name, number.parse().ok()?))))
        .collect()
});

/// Zones that RFC 822 and the outlets' countries use by name, in minutes east of Greenwich.
const ZONES: &[(&str, i32)] = &[
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("z", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("msk", 180),
    ("msd", 240),
    ("мск", 180),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("eest", 180),
    ("bst", 60),
    ("trt", 180),
    ("almt", 300),
    ("kgt", 360),
    ("uzt", 300),
    ("hkt", 480),
    ("jst", 540),
];

/// A pattern that is part of the program; one that does not compile finds nothing, and the tests say so.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static YEAR_FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})"));
static DAY_FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})\b"));
static DAY_AND_NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(\d{1,2})(?:-?\p{L}{1,3})?[\s.,-]*\b(\p{L}{3,12})[\s.,-]+(\d{4}|\d{2})\b"));
static NAME_AND_DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(\p{L}{3,12})\.?\s+(\d{1,2})(?:[a-z]{2})?\b,?(?:\s+[\d:.]{4,8})?(?:\s+[A-Za-z]{1,4})?\s+(\d{4})",
    )
});
/// `2026-жылдын 23-ноябры`, `2026 жылғы 23 қараша`.
static YEAR_AND_NAME: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(\d{4})(?:-?\s?\p{L}{1,10})?[\s.,-]+(\d{1,2})[\s.,-]+(\p{L}{3,12})"));
static COMPACT: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?)?(Z)?$"));
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:^|[^\d:.])(\d{1,2})[:：时](\d{2})(?:[:：分](\d{2}))?(?:[.,]\d+)?\s*(am\b|pm\b)?")
});
static OFFSET: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^\s*(?i:gmt|utc)?\s*([+\-−])\s?(\d{1,2}):?(\d{2})?\b"));
static ZONE_NAME: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s*\(?(\p{L}{1,5})\b"));

/// Reads a date; `zone` is where one without a zone was written. `None` when there is none, or it cannot be.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text: String = text.trim().chars().take(LONGEST).map(western).collect();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    if let Some(time) = compact(&text, zone).or_else(|| counted(&text)) {
        return Some(time);
    }
    let (date, rest) = date(&text)?;
    let Some((time, tail)) = time(&rest) else {
        return zone.to_timestamp(date.at(0, 0, 0, 0)).ok();
    };
    let moment = date.to_datetime(time);
    match offset(tail) {
        Some(offset) => offset.to_timestamp(moment).ok(),
        None => Some(zone.to_timestamp(moment).ok()?),
    }
}

/// Digits and signs of other scripts in their western form.
fn western(c: char) -> char {
    let digit = match c {
        '٠'..='٩' => Some(u32::from(c) - u32::from('٠')),
        '۰'..='۹' => Some(u32::from(c) - u32::from('۰')),
        '０'..='９' => Some(u32::from(c) - u32::from('０')),
        _ => None,
    };
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

/// Seconds or milliseconds since 1970.
fn counted(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        9 | 10 => Timestamp::from_second(number).ok(),
        12 | 13 => Timestamp::from_millisecond(number).ok(),
        _ => None,
    }
}

/// `20261123T100000Z`, ISO 8601's basic format.
fn compact(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let found = COMPACT.as_ref()?.captures(text)?;
    let date = day(&found, [1, 2, 3])?;
    let part = |at| found.get(at).map_or(Some(0), |part| part.as_str().parse::<i8>().ok());
    let moment = date.to_datetime(Time::new(part(4)?, part(5)?, part(6)?.min(59), 0).ok()?);
    let zone = if found.get(7).is_some() { &TimeZone::UTC } else { zone };
    zone.to_timestamp(moment).ok()
}

/// Finds the day, and returns it with what stands around it.
fn date(text: &str) -> Option<(Date, String)> {
    let small = text.to_lowercase();
    let numbers: [(&LazyLock<Option<Regex>>, [usize; 3]); 5] = [
        (&YEAR_FIRST, [1, 2, 3]),
        (&DAY_AND_NAME, [3, 2, 1]),
        (&YEAR_AND_NAME, [1, 3, 2]),
        (&NAME_AND_DAY, [3, 1, 2]),
        (&DAY_FIRST, [3, 2, 1]),
    ];
    for (pattern, order) in numbers {
        for found in pattern.as_ref()?.captures_iter(&small) {
            let Some(date) = day(&found, order) else { continue };
            return Some((date, around(&small, &found, order)));
        }
    }
    // Unix's own form ends with the year, which the time stands before: `Mon Nov 23 10:00:00 2026`.
    None
}

/// What stands before and after the day; a time that lies within it is kept.
fn around(text: &str, found: &Captures<'_>, order: [usize; 3]) -> String {
    let mut rest = text.to_owned();
    let mut parts: Vec<(usize, usize)> =
        order.iter().filter_map(|at| found.get(*at)).map(|part| (part.start(), part.end())).collect();
    parts.sort_unstable();
    for (start, end) in parts.into_iter().rev() {
        rest.replace_range(start..end, " ");
    }
    rest
}

fn day(found: &Captures<'_>, [year, month, day]: [usize; 3]) -> Option<Date> {
    let text = |at| found.get(at).map(|part| part.as_str());
    let year_text = text(year)?;
    let year: i16 = year_text.parse().ok()?;
    let year = match (year_text.len(), year) {
        // RFC 2822, 4.3: two digits below 50 are this century's.
        (2, 0..50) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    };
    let month = text(month)?;
    let month = month.parse().ok().or_else(|| month_named(month))?;
    Date::new(year, month, text(day)?.parse().ok()?).ok()
}

/// Endings of case are many: a name is known by itself, or by the longest beginning that is one.
fn month_named(word: &str) -> Option<i8> {
    if let Some(number) = MONTHS.get(word) {
        return Some(*number);
    }
    let ends = word
        .char_indices()
        .map(|(at, _)| at)
        .filter(|at| word.get(..*at).is_some_and(|head| head.chars().count() >= 4));
    let mut ends: Vec<usize> = ends.collect();
    ends.reverse();
    ends.into_iter().find_map(|end| MONTHS.get(word.get(..end)?).copied())
}

/// Finds the time of day, and returns it with what follows.
fn time(text: &str) -> Option<(Time, &str)> {
    let found = TIME.as_ref()?.captures(text)?;
    let number = |at: usize| found.get(at).map_or(Some(0), |part| part.as_str().parse::<i8>().ok());
    let hour = match (number(1)?, found.get(4).map(|half| half.as_str())) {
        (12, Some("am")) => 0,
        (hour @ 1..12, Some("pm")) => hour + 12,
        (hour, _) => hour,
    };
    // A leap second, and some clocks' 24:00, are the last moment before.
    let (hour, minute, second) =
        if hour == 24 { (23, 59, 59) } else { (hour, number(2)?, number(3)?.min(59)) };
    let time = Time::new(hour, minute, second, 0).ok()?;
    Some((time, text.get(found.get(0)?.end()..)?))
}

/// Reads the zone that follows a time; `None` when there is none, or none that exists.
fn offset(tail: &str) -> Option<Offset> {
    if let Some(found) = OFFSET.as_ref()?.captures(tail) {
        let number = |at: usize| found.get(at).map_or(Some(0), |part| part.as_str().parse::<i32>().ok());
        let (hours, minutes) = (number(2)?, number(3)?);
        let sign = if found.get(1)?.as_str() == "+" { 1 } else { -1 };
        let is_real = hours <= 14 && minutes < 60;
        return is_real.then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()).flatten();
    }
    let found = ZONE_NAME.as_ref()?.captures(tail)?;
    let name = found.get(1)?.as_str();
    let (_, minutes) = ZONES.iter().find(|(zone, _)| *zone == name)?;
    Offset::from_seconds(minutes * 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let read = read(text, &zone).map(|time| time.to_string()).unwrap_or_default();
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn feeds_dates_are_read_in_the_forms_they_have() {
        for text in [
            "Mon, 23 Nov 2026 10:00:00 +0500",
            "Mon, 23 Nov 2026 10:00:00 +05:00",
            "Mon,23 Nov 2026 10:00 +0500",
            "23 Nov 26 10:00:00 +0500",
            "Mon, 23 Nov 2026 05:00:00 GMT",
            "Mon, 23 Nov 2026 05:00:00 Z",
            "Monday, 23-Nov-26 05:00:00 GMT",
            "Mon, 23 November 2026 08:00:00 MSK",
            "Mon, 23 Nov 2026 10:00:00 GMT+5",
            "Mon, 23 Nov 2026 10:00:00 UTC+05:00",
            "2026-11-23T10:00:00+05:00",
            "2026-11-23T10:00:00.123+0500",
            "2026-11-23T05:00Z",
            "2026-11-23 05:00:00 UTC",
            "20261123T050000Z",
            "1795410000",
            "1795410000000",
        ] {
            let read = read(text, &TimeZone::UTC).map(jiff::Timestamp::as_second);
            assert_eq!(read, Some(1_795_410_000), "{text}");
        }
    }

    #[test]
    fn a_date_without_a_zone_or_with_one_that_is_none_is_the_sources() {
        check("2026-11-23T10:00:00", "2026-11-23T05:00:00Z");
        check("2026-11-23 10:00", "2026-11-23T05:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00", "2026-11-23T05:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00 +9900", "2026-11-23T05:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00 ZZZZ", "2026-11-23T05:00:00Z");
        check("Mon, 23 Nov 2026 24:00:00 GMT", "2026-11-23T23:59:59Z");
        check("Mon Nov 23 10:00:00 2026", "2026-11-23T05:00:00Z");
        check("Nov 23, 2026, 1:05 PM", "2026-11-23T08:05:00Z");
    }

    #[test]
    fn dates_in_words_are_read_in_the_outlets_languages() {
        check("23 қараша 2026 ж.", "2026-11-22T19:00:00Z");
        check("23 Қараша, 2026 10:00", "2026-11-23T05:00:00Z");
        check("2026 жылғы 23 қараша, 10:00", "2026-11-23T05:00:00Z");
        check("23 ноября 2026, 10:00", "2026-11-23T05:00:00Z");
        check("23.11.2026 10:00", "2026-11-23T05:00:00Z");
        check("2026年11月23日 10:00", "2026-11-23T05:00:00Z");
        check("2026/11/23", "2026-11-22T19:00:00Z");
        check("۲۳ قاراشا ۲۰۲۶", "2026-11-22T19:00:00Z");
        check("23 Kasım 2026 Pazartesi, 10:00", "2026-11-23T05:00:00Z");
        check("2026-يىلى 23-نويابىر", "2026-11-22T19:00:00Z");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "бүгін",
            "32.13.2026",
            "10:00",
            "1234",
            "99999999999999999999",
            "0000-00-00 00:00:00",
            "Mon, 31 Feb 2026 10:00:00 GMT",
        ] {
            check(text, "");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(text in "[0-9:+TZ年月. /\\-a-zқ]{0,60}") {
            let _time = read(&text, &TimeZone::UTC);
        }
    }
}
