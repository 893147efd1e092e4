//! Reads RSS, Atom and JSON Feed into entries. Pure: bytes in, entries and notes out.
//!
//! One bad item costs that item, not the feed: what was passed over is said in a note.

use std::fmt;

use feed_rs::model::{Entry as Item, Feed, Link};
use jiff::Timestamp;
use memchr::memmem;
use model::{CanonicalUrl, Entry};
use thiserror::Error;
use url::Url;

use crate::plain::plain;
use crate::recover::{mend, to_text};

/// A feed that lists more is a flood: the first ones are taken.
pub const MAX_ENTRIES: usize = 2000;
const MAX_TITLE_CHARS: usize = 500;
const MAX_SUMMARY_CHARS: usize = 5_000;
const MAX_CONTENT_CHARS: usize = 100_000;
/// Nothing on the web is older; such dates are an empty field of the outlet's software.
const EARLIEST_YEAR: i16 = 1990;
/// Addresses beyond this are attacks or mistakes.
const MAX_URL_BYTES: usize = 2048;

/// What was read from an endpoint, and what was passed over.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The entries in the endpoint's order, each address once.
    pub entries: Vec<Entry>,
    /// What could not be read, or was read with a mend.
    pub notes: Vec<Note>,
}

/// Something about a feed or sitemap that a person may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Note {
    /// It is not well-formed and was mended before it could be read.
    Mended,
    /// Entries without an address were passed over: how many.
    NoAddress(usize),
    /// Entries whose address is not on the web were passed over: how many.
    BadAddress(usize),
    /// It has more entries than are taken: how many it has.
    TooMany(usize),
    /// Dates that no page can have were left out: how many.
    BadDate(usize),
}

/// Bytes that are no feed at all.
#[derive(Debug, Error)]
#[error("the answer is no feed: look at its address in a browser")]
pub struct FeedError {
    source: feed_rs::parser::ParseFeedError,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mended => f.write_str("it is not well-formed and was mended"),
            Self::NoAddress(count) => write!(f, "{count} entries without an address"),
            Self::BadAddress(count) => write!(f, "{count} entries with an address that is not on the web"),
            Self::TooMany(count) => write!(f, "{count} entries, of which {MAX_ENTRIES} were taken"),
            Self::BadDate(count) => write!(f, "{count} dates that cannot be true"),
        }
    }
}

/// Reads a feed. `base_url` is where it was found: relative addresses in it start there.
pub fn parse(bytes: &[u8], base_url: &Url, content_type: &str) -> Result<Parsed, FeedError> {
    let (bytes, cut) = first_items(bytes);
    let (feed, mended) = read(bytes, base_url, content_type)?;
    let mut reading = Reading::new(base_url);
    let found = cut.unwrap_or(feed.entries.len());
    for item in feed.entries.into_iter().take(MAX_ENTRIES) {
        reading.item(item);
    }
    let mut parsed = reading.finish(found);
    // What we cut off ourselves had to be closed again: that says nothing about the feed.
    if mended && cut.is_none() {
        parsed.notes.insert(0, Note::Mended);
    }
    Ok(parsed)
}

/// Cuts a flood behind the last item that is taken, and says how many there were: reading a hundred thousand
/// items costs seconds and much memory.
fn first_items(bytes: &[u8]) -> (&[u8], Option<usize>) {
    for end in [&b"</item>"[..], b"</entry>"] {
        let Some(last) = memmem::find_iter(bytes, end).nth(MAX_ENTRIES - 1) else { continue };
        let found = memmem::find_iter(bytes, end).count();
        if found > MAX_ENTRIES {
            return (bytes.get(..last + end.len()).unwrap_or(bytes), Some(found));
        }
    }
    (bytes, None)
}

fn read(bytes: &[u8], base_url: &Url, content_type: &str) -> Result<(Feed, bool), FeedError> {
    let strict = parse_strictly(bytes, base_url);
    let items = has_items(bytes);
    match strict {
        // A torn feed may read as an empty one.
        Ok(feed) if !(items && feed.entries.is_empty()) => return Ok((feed, false)),
        // Where there are no items, mending finds none.
        Err(source) if !items => return Err(FeedError { source }),
        _ => {}
    }
    let mended = parse_strictly(mend(&to_text(bytes, content_type)).as_bytes(), base_url);
    match (strict, mended) {
        (_, Ok(feed)) => Ok((feed, true)),
        (Ok(feed), Err(_)) => Ok((feed, false)),
        (Err(source), Err(_)) => Err(FeedError { source }),
    }
}

fn parse_strictly(bytes: &[u8], base_url: &Url) -> Result<Feed, feed_rs::parser::ParseFeedError> {
    feed_rs::parser::Builder::new().base_uri(Some(base_url.as_str())).build().parse(bytes)
}

/// A feed in UTF-16 is given the benefit of the doubt.
fn has_items(bytes: &[u8]) -> bool {
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    wide || [&b"<item"[..], b"<entry"].iter().any(|open| memmem::find(bytes, open).is_some())
}

/// Gathers entries, shared with sitemaps: the same limits and notes hold for both.
pub(crate) struct Reading<'a> {
    base: &'a Url,
    entries: Vec<Entry>,
    seen: std::collections::HashSet<CanonicalUrl>,
    no_address: usize,
    bad_address: usize,
    bad_date: usize,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(base: &'a Url) -> Self {
        let (entries, seen) = (Vec::new(), std::collections::HashSet::new());
        Self { base, entries, seen, no_address: 0, bad_address: 0, bad_date: 0 }
    }

    /// Resolves an address and counts it when it leads nowhere or is known already.
    pub(crate) fn address(&mut self, text: &str) -> Option<CanonicalUrl> {
        let text = text.trim();
        if text.is_empty() {
            self.no_address += 1;
            return None;
        }
        let url = self.base.join(text).ok().filter(|url| url.as_str().len() <= MAX_URL_BYTES);
        let Some(url) = url.and_then(|url| CanonicalUrl::from_url(url).ok()) else {
            self.bad_address += 1;
            return None;
        };
        self.seen.insert(url.clone()).then_some(url)
    }

    /// Returns the date unless no page can have it.
    pub(crate) fn date(&mut self, time: Option<Timestamp>) -> Option<Timestamp> {
        let time = time?;
        let year = jiff::tz::Offset::UTC.to_datetime(time).year();
        if year < EARLIEST_YEAR {
            self.bad_date += 1;
        }
        (year >= EARLIEST_YEAR).then_some(time)
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(crate) fn finish(self, found: usize) -> Parsed {
        let counts = [
            (Note::NoAddress(self.no_address), self.no_address),
            (Note::BadAddress(self.bad_address), self.bad_address),
            (Note::BadDate(self.bad_date), self.bad_date),
            (Note::TooMany(found), found.saturating_sub(MAX_ENTRIES)),
        ];
        let notes = counts.into_iter().filter(|(_, count)| *count > 0).map(|(note, _)| note).collect();
        Parsed { entries: self.entries, notes }
    }

    fn item(&mut self, item: Item) {
        let published = item.published.or(item.updated);
        let published = published.and_then(|time| Timestamp::from_millisecond(time.timestamp_millis()).ok());
        let published = self.date(published);
        let Some(url) = self.address(page_of(&item)) else { return };
        let text =
            |text: Option<String>, most| text.map(|text| clip(&plain(&text), most)).unwrap_or_default();
        self.push(Entry {
            url,
            title: text(item.title.map(|title| title.content), MAX_TITLE_CHARS),
            summary: text(item.summary.map(|summary| summary.content), MAX_SUMMARY_CHARS),
            content: text(item.content.and_then(|content| content.body), MAX_CONTENT_CHARS),
            published,
        });
    }
}

/// Returns the address of an item's page: its `alternate` link, or an id that is itself an address.
fn page_of(item: &Item) -> &str {
    let alternate = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let link = item.links.iter().find(alternate).or(item.links.first());
    let id = Some(item.id.as_str()).filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    link.map(|link| link.href.as_str()).or(id).unwrap_or_default()
}

pub(crate) fn clip(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests;
