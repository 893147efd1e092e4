//! When an article was published and changed: structured data, meta elements, `<time>`, address, visible text.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use regex::Regex;
use scraper::Html;
use url::Url;

use crate::structured::{Structured, select};

const PUBLISHED: &[&str] = &[
    "article:published_time",
    "datepublished",
    "og:published_time",
    "og:article:published_time",
    "pubdate",
    "publishdate",
    "publish_date",
    "publication_date",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.issued",
    "dcterms.date",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "publish-date",
    "article:create_at",
    "cxenseparse:recs:publishtime",
    "bt:pubdate",
    "originalpublicationdate",
    "pub_date",
];

const MODIFIED: &[&str] =
    &["article:modified_time", "datemodified", "og:updated_time", "dcterms.modified", "last-modified"];

/// Month names, each with the number of its month; the longest are tried first. Kazakh in three scripts, Uyghur, Russian,
/// Turkish, English.
static MONTHS: LazyLock<Vec<(&'static str, i8)>> = LazyLock::new(|| {
    let mut months: Vec<(&'static str, i8)> = include_str!("../data/months.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .flat_map(|(number, names)| {
            let number = number.parse().unwrap_or(0);
            names.split(' ').map(move |name| (name, number))
        })
        .filter(|(name, number)| !name.is_empty() && *number > 0)
        .collect();
    months.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    months
});

static NUMBERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?x) (?P<y>20\d\d|19\d\d) \s* [-./年] \s* (?P<m>\d{1,2}) \s* [-./月] \s* (?P<d>\d{1,2}) | (?P<d2>\d{1,2}) [./-] (?P<m2>\d{1,2}) [./-] (?P<y2>20\d\d|19\d\d)").ok()
});

static CLOCK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?P<h>[01]?\d|2[0-3])[:：](?P<m>[0-5]\d)").ok());

static IN_URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/(20\d\d)[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?:\D|$)").ok());

/// When an article was published and changed.
pub(crate) struct Dates {
    pub(crate) published: Option<Timestamp>,
    pub(crate) modified: Option<Timestamp>,
}

/// Reads both dates. Nothing later than a day after `fetched` is believed.
pub(crate) fn find(
    html: &Html,
    structured: &Structured,
    url: Option<&Url>,
    (zone, fetched): (&TimeZone, Timestamp),
) -> Dates {
    let latest = fetched + SignedDuration::from_hours(24);
    let earliest = Timestamp::from_second(631_152_000).unwrap_or(Timestamp::MIN);
    let read = |text: &str| parse(text, zone).filter(|time| *time <= latest && *time >= earliest);
    let published = structured
        .published
        .as_deref()
        .and_then(read)
        .or_else(|| PUBLISHED.iter().find_map(|name| structured.meta(&[name]).and_then(read)))
        .or_else(|| {
            select(html, "[itemprop=datePublished]")
                .find_map(|element| of_element(element).and_then(|text| read(&text)))
        })
        .or_else(|| {
            select(html, "time[datetime]").find_map(|element| element.attr("datetime").and_then(read))
        })
        .or_else(|| {
            url.and_then(of_url).and_then(|date| at_midnight(date, zone)).filter(|time| *time <= latest)
        })
        .or_else(|| visible(html).find_map(|text| read(&text)));
    let modified = structured
        .modified
        .as_deref()
        .and_then(read)
        .or_else(|| MODIFIED.iter().find_map(|name| structured.meta(&[name]).and_then(read)));
    Dates {
        published,
        modified: modified.filter(|modified| published.is_none_or(|published| published <= *modified)),
    }
}

fn of_element(element: scraper::ElementRef<'_>) -> Option<String> {
    let attribute = element.attr("content").or_else(|| element.attr("datetime"));
    attribute.map(str::to_owned).or_else(|| Some(element.text().collect()))
}

fn of_url(url: &Url) -> Option<Date> {
    let found = IN_URL.as_ref()?.captures(url.path())?;
    let number = |at: usize| found.get(at)?.as_str().parse::<i16>().ok();
    Date::new(number(1)?, i8::try_from(number(2)?).ok()?, i8::try_from(number(3)?).ok()?).ok()
}

/// Short texts of elements that are named after a date, in the order of the page.
fn visible(html: &Html) -> impl Iterator<Item = String> + '_ {
    let named = select(
        html,
        "time, [class*=date], [class*=time], [id*=date], [class*=publish], [class*=meta], .info, [class*=source]",
    );
    named
        .map(|element| element.text().collect::<String>())
        .filter(|text| (6..200).contains(&text.trim().chars().count()))
}

fn at_midnight(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

/// Reads a date in the forms that pages use; one without a zone is meant in `zone`.
pub(crate) fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    machine(text, zone).or_else(|| written(text, zone))
}

fn machine(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    // `+0600` without its colon, and a space for the T.
    let spaced = text.replacen(' ', "T", 1);
    for candidate in [text, spaced.as_str()] {
        if let Ok(time) = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", candidate) {
            return Some(time);
        }
        if let Ok(time) = candidate.parse::<DateTime>() {
            return time.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp());
        }
    }
    if let Ok(time) = jiff::fmt::rfc2822::parse(text) {
        return Some(time.timestamp());
    }
    text.parse::<Date>().ok().and_then(|date| at_midnight(date, zone))
}

fn written(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let lower: String = text.chars().take(200).collect::<String>().to_lowercase();
    let date = numbers(&lower).or_else(|| named(&lower))?;
    let time = CLOCK.as_ref()?.captures(&lower);
    let part = |name: &str| time.as_ref().and_then(|found| found.name(name)?.as_str().parse::<i8>().ok());
    let at = date.at(part("h").unwrap_or(0), part("m").unwrap_or(0), 0, 0);
    at.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

fn numbers(text: &str) -> Option<Date> {
    let found = NUMBERS.as_ref()?.captures(text)?;
    let number = |name: &str| found.name(name)?.as_str().parse::<i16>().ok();
    let (year, month, day) = match number("y") {
        Some(year) => (year, number("m")?, number("d")?),
        None => (number("y2")?, number("m2")?, number("d2")?),
    };
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// A month's name with a day and a year near it, in either order.
fn named(text: &str) -> Option<Date> {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let month_of = |word: &str| MONTHS.iter().find(|(name, _)| *name == word).map(|(_, number)| *number);
    let at = words.iter().position(|word| month_of(word).is_some())?;
    let month = words.get(at).and_then(|word| month_of(word))?;
    let near: Vec<i16> = words
        .iter()
        .skip(at.saturating_sub(3))
        .take(7)
        .filter_map(|word| word.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok())
        .collect();
    let year = near.iter().copied().find(|number| (1990..2100).contains(number))?;
    let day = near.iter().copied().find(|number| (1..=31).contains(number))?;
    Date::new(year, month, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_pages_write_them() {
        let zone = TimeZone::fixed(jiff::tz::offset(5));
        let check = |text: &str, expected: &str| {
            assert_eq!(parse(text, &zone).map(|time| time.to_string()).as_deref(), Some(expected), "{text}");
        };
        check("2026-11-23T10:00:00+06:00", "2026-11-23T04:00:00Z");
        check("2026-11-23T10:00:00+0600", "2026-11-23T04:00:00Z");
        check("2026-11-23 10:00:00", "2026-11-23T05:00:00Z");
        check("2026-11-23", "2026-11-22T19:00:00Z");
        check("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00:00Z");
        check("23.11.2026, 10:30", "2026-11-23T05:30:00Z");
        check("2026年11月23日 10:30", "2026-11-23T05:30:00Z");
        check("23 қараша 2026, 10:30", "2026-11-23T05:30:00Z");
        check("2026 жылғы 23 қараша", "2026-11-22T19:00:00Z");
        check("23 ноября 2026 года", "2026-11-22T19:00:00Z");
        check("November 23, 2026", "2026-11-22T19:00:00Z");
        check("23 Kasım 2026", "2026-11-22T19:00:00Z");
        assert_eq!(parse("no date at all", &zone), None);
    }

    #[test]
    fn a_date_in_the_address_serves_when_the_page_is_silent() {
        let url = Url::parse("https://herald.test/2026/11/23/border").unwrap();
        assert_eq!(of_url(&url).map(|date| date.to_string()).as_deref(), Some("2026-11-23"));
        assert_eq!(of_url(&Url::parse("https://herald.test/id/20261399").unwrap()), None);
    }
}
