//! When an article was published and changed: structured data, meta elements, microdata, `<time>`, address, visible text.

use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::TimeZone;
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
    "dc.date",
    "dcterms.date",
    "date",
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
        .or_else(|| sources.of_url_and_line())
        .or_else(|| sources.anywhere())
        .or_else(|| of_prop("dateCreated"));
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
}
