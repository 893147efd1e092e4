//! When an article was published and changed: structured data, meta elements, microdata, `<time>`, address, visible text.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use regex::Regex;
use url::Url;

use crate::evidence::{Evidence, Said};
use crate::structured::Structured;
use crate::written::{for_readers, machine, parse};

const PUBLISHED: &[&str] = &[
    "article:published_time",
    "datepublished",
    "og:published_time",
    "og:article:published_time",
    "article:published",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "published-date",
    "published_date",
    "article:create_at",
    "cxenseparse:recs:publishtime",
    "bt:pubdate",
    "originalpublicationdate",
    "pub_date",
    "citation_publication_date",
    "citation_date",
    "citation_online_date",
    "shareaholic:article_published_time",
    "article_date_original",
    "rnews:datepublished",
    "pubtime",
    "publishtime",
    "date_published",
    "og:release_date",
    "weibo: article:create_at",
];

/// Names that some sites give to the day of the last change: what stands beside the headline is believed before them.
const DATED: &[&str] = &["dc.date", "dcterms.date", "date"];

const MODIFIED: &[&str] = &[
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "dcterms.modified",
    "last-modified",
    "article:updated_time",
    "og:article:modified_time",
    "lastmod",
    "revised",
    "dc.date.modified",
    "shareaholic:article_modified_time",
    "date_modified",
];

static IN_URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/(20\d\d)[-/_]?(0?[1-9]|1[0-2])[-/_]?(0[1-9]|[12]\d|3[01])(?:\D|$)").ok());

static IN_URL_DAY_FIRST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[/-](0[1-9]|[12]\d|3[01])[-_.](0[1-9]|1[0-2])[-_.](20\d\d)(?:\D|$)").ok());

/// Longest text of an element that is read as a date, in bytes.
const LONGEST: usize = 200;
/// How much of a paragraph may be the date with which it opens, in characters.
const OPENING: usize = 20;
/// Seconds of a quarter of an hour: zones differ by such.
const QUARTER: i64 = 900;
/// How many dates of lines are held against the one in the address.
const LINES: usize = 8;
/// How many blocks before the headline, and behind it, a date may stand that is the article's.
const BEFORE_HEADLINE: usize = 8;
const BEHIND_HEADLINE: usize = 16;

/// When an article was published and changed.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    pub(crate) published: Option<ZonedDateTime>,
    pub(crate) modified: Option<ZonedDateTime>,
}

/// Where dates are read from.
pub(crate) struct Sources<'a> {
    pub(crate) evidence: &'a Evidence<'a>,
    pub(crate) structured: &'a Structured,
    /// The headline, which tells the page's own description from others.
    pub(crate) title: &'a str,
    pub(crate) url: Option<&'a Url>,
    /// The number of the headline's block.
    pub(crate) headline: usize,
    /// How the text opens, if a paragraph does so with a digit.
    pub(crate) opening: &'a str,
    /// Lines that may carry a date, the likeliest first.
    pub(crate) lines: Vec<&'a str>,
    pub(crate) zone: &'a TimeZone,
    pub(crate) fetched: Timestamp,
}

/// Reads both dates. Nothing later than `fetched` is believed: a day of grace goes to dates without a clock.
pub(crate) fn find(sources: &Sources<'_>) -> Dates {
    let evidence = sources.evidence;
    let read = |text: &str| sources.believed(parse(text, sources.zone));
    let main = sources.structured.main(sources.title);
    let of_prop = |wanted: &str| {
        let said = evidence.props.iter().filter(|(name, _)| *name == wanted);
        said.map(|(_, said)| *said).find_map(|said| of_said(said).and_then(|text| read(&text)))
    };
    let published = main
        .and_then(|one| one.published.as_deref())
        .and_then(read)
        .or_else(|| PUBLISHED.iter().find_map(|name| evidence.all_meta(name).find_map(read)))
        .or_else(|| of_prop("datePublished"))
        .or_else(|| sources.structured.page_published.as_deref().and_then(read))
        .or_else(|| sources.beside_headline())
        .or_else(|| DATED.iter().find_map(|name| evidence.all_meta(name).find_map(read)))
        .or_else(|| sources.of_url_and_line())
        .or_else(|| sources.anywhere())
        .or_else(|| of_prop("dateCreated"))
        .or_else(|| sources.opening())
        .map(|date| sources.local(date));
    let modified = main
        .and_then(|one| one.modified.as_deref())
        .and_then(read)
        .or_else(|| MODIFIED.iter().find_map(|name| evidence.all_meta(name).find_map(read)))
        .or_else(|| of_prop("dateModified"))
        .or_else(|| sources.structured.page_modified.as_deref().and_then(read));
    match published {
        Some(published) => {
            Dates { modified: modified.filter(|modified| published <= *modified), published: Some(published) }
        }
        None => Dates { published: modified.clone(), modified },
    }
}

impl Sources<'_> {
    fn believed(&self, date: Option<ZonedDateTime>) -> Option<ZonedDateTime> {
        let date = date?;
        // A date without a clock is midnight in some zone: it may lie up to a day ahead of the fetch elsewhere.
        let whole_day = date.time() == jiff::civil::Time::midnight();
        let grace = SignedDuration::from_hours(if whole_day { 14 } else { 1 });
        let earliest = Timestamp::from_second(631_152_000).unwrap_or(Timestamp::MIN);
        let time = date.timestamp();
        if time < earliest || time > self.fetched.saturating_add(grace).unwrap_or(Timestamp::MAX) {
            return None;
        }
        Some(if time > self.fetched {
            self.fetched.to_zoned_datetime(date.time_zone().clone())
        } else {
            date
        })
    }

    /// The first date that an element near the headline says.
    fn beside_headline(&self) -> Option<ZonedDateTime> {
        let near = |said: &&Said<'_>| {
            said.at + BEFORE_HEADLINE >= self.headline && said.at <= self.headline + BEHIND_HEADLINE
        };
        let evidence = self.evidence;
        let mut said: Vec<&Said<'_>> = evidence.times.iter().chain(&evidence.dated).filter(near).collect();
        said.sort_by_key(|said| said.at);
        let for_machines =
            |said: &&Said<'_>| said.value.and_then(|value| self.believed(machine(value, self.zone)));
        said.iter().find_map(for_machines).or_else(|| said.iter().find_map(|said| self.of(**said)))
    }

    /// The date in an address, with the clock of a line that says the same day.
    fn of_url_and_line(&self) -> Option<ZonedDateTime> {
        let day = self.of_urls();
        let mut lines = self.lines.iter().filter_map(|line| self.believed(for_readers(line, self.zone)));
        match day {
            Some(day) => lines.take(LINES).find(|line| line.date() == day.date()).or(Some(day)),
            None => lines.next(),
        }
    }

    fn anywhere(&self) -> Option<ZonedDateTime> {
        self.evidence.times.iter().chain(&self.evidence.dated).find_map(|said| self.of(*said))
    }

    /// The day with which the text opens: "01.02.2022 The border …".
    fn opening(&self) -> Option<ZonedDateTime> {
        let start: String = self.opening.chars().take(OPENING).collect();
        self.believed(for_readers(&start, self.zone))
    }

    /// A time in UTC names an instant and says nothing of the outlet's clock: the same instant elsewhere on the page, the
    /// source's zone, or the day in the address tell which day it was there.
    fn local(&self, date: ZonedDateTime) -> ZonedDateTime {
        if date.offset() != Offset::UTC || date.time() == jiff::civil::Time::midnight() {
            return date;
        }
        if let Some(offset) = self.evidence.times.iter().filter_map(|said| said.value).find_map(|value| {
            let other = machine(value, &TimeZone::UTC)?;
            offset_beside(&date, &other)
        }) {
            return date.with_time_zone(offset.to_time_zone());
        }
        let there = date.with_time_zone(self.zone.clone());
        match self.of_urls() {
            Some(day) if day.date() != there.date() => offset_of_day(&date, day.date())
                .map_or(there, |offset| date.with_time_zone(offset.to_time_zone())),
            _ => there,
        }
    }

    fn of(&self, said: Said<'_>) -> Option<ZonedDateTime> {
        let for_machines = said.value.and_then(|value| self.believed(parse(value, self.zone)));
        for_machines.or_else(|| {
            let text = said.text(LONGEST);
            if text.len() > LONGEST { None } else { self.believed(for_readers(&text, self.zone)) }
        })
    }

    fn of_urls(&self) -> Option<ZonedDateTime> {
        let said = [self.url.map(Url::as_str), self.evidence.canonical, self.evidence.meta(&["og:url"])];
        said.into_iter()
            .flatten()
            .find_map(|url| self.believed(of_url(url)?.to_zoned_datetime(self.zone.clone()).ok()))
    }
}

/// The offset of `other` when it is the same instant: given with an offset, or as a clock without one that differs from
/// UTC by quarters of an hour to the very second.
fn offset_beside(date: &ZonedDateTime, other: &ZonedDateTime) -> Option<Offset> {
    if other.offset() != Offset::UTC {
        let apart = date.timestamp().duration_since(other.timestamp()).abs();
        return (apart < SignedDuration::from_mins(1)).then(|| other.offset());
    }
    let apart = other.timestamp().duration_since(date.timestamp());
    let quarters = apart.as_secs() % QUARTER == 0 && date.second() != 0;
    let known = (-12 * 3600..=14 * 3600).contains(&apart.as_secs()) && !apart.is_zero();
    (quarters && known).then(|| Offset::from_seconds(i32::try_from(apart.as_secs()).ok()?).ok()).flatten()
}

/// The offset nearest to UTC, in whole hours, at which `date` falls on `day`.
fn offset_of_day(date: &ZonedDateTime, day: Date) -> Option<Offset> {
    let hours = (1..=14_i8).flat_map(|hour| [hour, -hour]).filter(|hour| *hour >= -12);
    let mut offsets = hours.filter_map(|hour| Offset::from_hours(hour).ok());
    offsets.find(|offset| date.with_time_zone(offset.to_time_zone()).date() == day)
}

fn of_said(said: Said<'_>) -> Option<String> {
    let text = said.value.map_or_else(|| said.text(200), str::to_owned);
    (text.chars().count() < 200).then_some(text)
}

fn of_url(url: &str) -> Option<Date> {
    let path = url.split(['?', '#']).next()?;
    let read = |form: &LazyLock<Option<Regex>>, [year, month, day]: [usize; 3]| {
        let found = form.as_ref()?.captures(path)?;
        let number = |at: usize| found.get(at)?.as_str().parse::<i16>().ok();
        Date::new(number(year)?, i8::try_from(number(month)?).ok()?, i8::try_from(number(day)?).ok()?).ok()
    };
    read(&IN_URL, [1, 2, 3]).or_else(|| read(&IN_URL_DAY_FIRST, [3, 2, 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_the_address_serves_when_the_page_is_silent() {
        let of = |url| of_url(url).map(|date| date.to_string());
        assert_eq!(of("https://herald.test/2026/11/23/border").as_deref(), Some("2026-11-23"));
        assert_eq!(of("https://herald.test/2026/1123/c123.html").as_deref(), Some("2026-11-23"));
        assert_eq!(of("https://herald.test/id/20261399"), None);
    }

    #[test]
    fn no_date_lies_in_the_future() {
        let fetched: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let (evidence, structured) = (Evidence::default(), Structured::default());
        let check = |line: &str| {
            find(&Sources {
                evidence: &evidence,
                structured: &structured,
                title: "",
                url: None,
                headline: 0,
                opening: "",
                lines: vec![line],
                zone: &TimeZone::UTC,
                fetched,
            })
            .published
            .map(|time| time.timestamp().to_string())
        };
        assert_eq!(check("25.11.2026"), None);
        assert_eq!(check("23.11.2026 09:00").as_deref(), Some("2026-11-23T09:00:00Z"));
        // In Almaty it is the 24th already; the clock of the fetch is the latest that is said.
        assert_eq!(check("24.11.2026").as_deref(), Some("2026-11-23T10:00:00Z"));
    }

    #[test]
    fn a_time_in_utc_falls_on_the_outlets_own_day() {
        let utc: ZonedDateTime = "2026-11-24T05:30:59[UTC]".parse().unwrap();
        let day = |text: &str| offset_beside(&utc, &machine(text, &TimeZone::UTC).unwrap());
        assert_eq!(day("2026-11-23T23:30:59-06:00"), Offset::from_hours(-6).ok());
        assert_eq!(day("2026-11-23T23:30:59"), Offset::from_hours(-6).ok());
        // An hour later to the minute may be a correction.
        assert_eq!(day("2026-11-24T07:10:00+00:00"), None);
        let before = offset_of_day(&utc, "2026-11-23".parse().unwrap());
        assert_eq!(before, Offset::from_hours(-6).ok());
        assert_eq!(offset_of_day(&utc, "2026-11-20".parse().unwrap()), None);
    }
}
