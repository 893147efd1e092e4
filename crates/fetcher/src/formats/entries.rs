//! What an entry may be: the limits and notes that hold for every format.

use std::collections::HashSet;
use std::fmt;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use model::{CanonicalUrl, Entry};
use url::Url;

use super::dates;
use super::plain::plain;

/// A feed that lists more is a flood: the first ones are taken.
pub const MAX_ENTRIES: usize = 2000;
const MAX_TITLE_CHARS: usize = 500;
const MAX_SUMMARY_CHARS: usize = 5_000;
const MAX_CONTENT_CHARS: usize = 100_000;
/// Nothing on the web is older; such dates are an empty field of the outlet's software.
const EARLIEST_YEAR: i16 = 1990;
/// A clock or zone of the outlet may be wrong by this much. What is later was never a date of publication.
const LATEST: jiff::SignedDuration = jiff::SignedDuration::from_hours(36);
/// Addresses beyond this are attacks or mistakes.
const MAX_URL_BYTES: usize = 2048;

/// What is known of an answer beside its bytes.
#[derive(Debug, Clone)]
pub struct Arrived<'a> {
    /// Where it was found: relative addresses in it start there.
    pub url: &'a Url,
    /// Its `Content-Type`; empty when there was none.
    pub content_type: &'a str,
    /// The source's time zone, which dates without a zone are in.
    pub zone: TimeZone,
    /// When it came: no entry was published later.
    pub at: Timestamp,
}

/// What was read from an endpoint, and what was passed over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The entries in the endpoint's order, each article once.
    pub entries: Vec<Entry>,
    /// What could not be read, or was read with a mend.
    pub notes: Vec<Note>,
}

/// Something about an endpoint that a person may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Note {
    /// It is not well-formed, or in another charset than it says, and was read all the same.
    Mended,
    /// Entries without an address were passed over: how many.
    NoAddress(usize),
    /// Entries whose address is not on the web were passed over: how many.
    BadAddress(usize),
    /// It has more entries than are taken: how many it has.
    TooMany(usize),
    /// Dates that no page can have were left out: how many.
    BadDate(usize),
    /// Entries that point to another site than the endpoint's: how many.
    Elsewhere(usize),
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mended => f.write_str("it is not well-formed and was mended"),
            Self::NoAddress(count) => write!(f, "{count} entries without an address"),
            Self::BadAddress(count) => write!(f, "{count} entries with an address that is not on the web"),
            Self::TooMany(count) => write!(f, "{count} entries, of which {MAX_ENTRIES} were taken"),
            Self::BadDate(count) => write!(f, "{count} dates that cannot be true"),
            Self::Elsewhere(count) => {
                write!(f, "{count} entries on other sites: they are read there, and are not this source's")
            }
        }
    }
}

/// An item as a format's reader found it: nothing checked, markup in its texts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct RawItem {
    pub(super) address: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) content: String,
    pub(super) date: String,
}

/// Gathers entries.
pub(super) struct Reading<'a> {
    arrived: &'a Arrived<'a>,
    entries: Vec<Entry>,
    seen: HashSet<String>,
    no_address: usize,
    bad_address: usize,
    bad_date: usize,
    elsewhere: usize,
}

impl<'a> Reading<'a> {
    pub(super) fn new(arrived: &'a Arrived<'a>) -> Self {
        let (entries, seen) = (Vec::new(), HashSet::new());
        Self { arrived, entries, seen, no_address: 0, bad_address: 0, bad_date: 0, elsewhere: 0 }
    }

    /// Adds an item unless it leads nowhere or is there already.
    pub(super) fn add(&mut self, item: &RawItem) {
        let published = self.date(dates::read(&item.date, &self.arrived.zone));
        let Some(url) = self.address(&item.address) else { return };
        let text = |text: &str, most| clip(&plain(text), most);
        self.entries.push(Entry {
            url,
            title: text(&item.title, MAX_TITLE_CHARS),
            summary: text(&item.summary, MAX_SUMMARY_CHARS),
            content: text(&item.content, MAX_CONTENT_CHARS),
            published,
        });
    }

    /// Resolves an address and counts it when it leads nowhere or is known already.
    fn address(&mut self, text: &str) -> Option<CanonicalUrl> {
        let text = text.trim();
        if text.is_empty() {
            self.no_address += 1;
            return None;
        }
        let url = self.arrived.url.join(text).ok().filter(|url| url.as_str().len() <= MAX_URL_BYTES);
        let Some(url) = url.and_then(|url| CanonicalUrl::from_url(url).ok()) else {
            self.bad_address += 1;
            return None;
        };
        if !self.seen.insert(url.identity()) {
            return None;
        }
        let home = model::registered_domain(self.arrived.url.host_str().unwrap_or_default());
        self.elsewhere += usize::from(url.domain() != home);
        Some(url)
    }

    /// Returns the date unless no page can have it. No article was published after it was announced: a wrong clock or
    /// zone at the outlet is not believed.
    fn date(&mut self, time: Option<Timestamp>) -> Option<Timestamp> {
        let time = time?;
        let is_true =
            Offset::UTC.to_datetime(time).year() >= EARLIEST_YEAR && time <= self.arrived.at + LATEST;
        self.bad_date += usize::from(!is_true);
        is_true.then(|| time.min(self.arrived.at))
    }

    pub(super) fn is_full(&self) -> bool {
        self.entries.len() >= MAX_ENTRIES
    }

    /// Ends the reading; `found` is how many items there were.
    pub(super) fn finish(self, found: usize) -> Parsed {
        let counts = [
            (Note::NoAddress(self.no_address), self.no_address),
            (Note::BadAddress(self.bad_address), self.bad_address),
            (Note::BadDate(self.bad_date), self.bad_date),
            (Note::Elsewhere(self.elsewhere), self.elsewhere),
            (Note::TooMany(found), found.saturating_sub(MAX_ENTRIES)),
        ];
        let notes = counts.into_iter().filter(|(_, count)| *count > 0).map(|(note, _)| note).collect();
        Parsed { entries: self.entries, notes }
    }
}

fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
