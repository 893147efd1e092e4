//! Reads RSS 0.9 to 2.0, RDF, Atom and JSON Feed into entries.
//!
//! A sound feed is read by a strict parser; one that it refuses, or of which it sees fewer entries than there are, by
//! a tolerant one. One bad item costs that item, not the feed: what was passed over is said in a note.

use chrono::{DateTime, Utc};
use feed_rs::model::{Entry as Item, Link};
use memchr::memmem;
use thiserror::Error;

use super::charset::to_text;
use super::entries::{Arrived, MAX_ENTRIES, Note, Parsed, RawItem, Reading};
use super::{dates, json_feed, loose_feed};

/// Bytes that are no feed at all.
#[derive(Debug, Error)]
#[error("the answer is no feed: look at its address in a browser")]
pub struct FeedError;

/// What a reader made of the items: how many there were, and whether the feed was sound.
struct Read {
    items: Vec<RawItem>,
    found: usize,
    is_sound: bool,
}

/// Reads a feed.
///
/// # Errors
/// When the bytes are no feed of any kind. A feed without entries is no error.
pub fn parse(bytes: &[u8], arrived: &Arrived<'_>) -> Result<Parsed, FeedError> {
    let text = to_text(bytes, arrived.content_type);
    let read = if text.text.trim_start().starts_with('{') {
        let (items, found) = json_feed::read(text.text.trim_start(), MAX_ENTRIES).ok_or(FeedError)?;
        Read { items, found, is_sound: true }
    } else {
        read_xml(&text.text, arrived).ok_or(FeedError)?
    };
    let mut reading = Reading::new(arrived);
    for item in &read.items {
        reading.add(item);
    }
    let mut parsed = reading.finish(read.found);
    if text.is_mended || !read.is_sound {
        parsed.notes.insert(0, Note::Mended);
    }
    Ok(parsed)
}

fn read_xml(text: &str, arrived: &Arrived<'_>) -> Option<Read> {
    let found = count_items(text);
    // What is cut off is a flood; reading a hundred thousand items strictly costs seconds and much memory.
    let strict = if found > MAX_ENTRIES { None } else { read_strictly(text, arrived) };
    if let Some(items) = strict.as_ref().filter(|items| addressed(items) >= found || found == 0) {
        return Some(Read { items: items.clone(), found: items.len(), is_sound: true });
    }
    let (loose, seen) = loose_feed::read(text, MAX_ENTRIES);
    let better = strict.as_ref().is_none_or(|strict| addressed(strict) < addressed(&loose));
    match strict {
        Some(items) if !better => Some(Read { found: items.len(), items, is_sound: true }),
        // A flood is no damage.
        _ if found > MAX_ENTRIES => Some(Read { items: loose, found: seen, is_sound: true }),
        _ if seen > 0 || has_root(text) => Some(Read { items: loose, found: seen, is_sound: false }),
        _ => None,
    }
}

fn addressed(items: &[RawItem]) -> usize {
    items.iter().filter(|item| !item.address.trim().is_empty()).count()
}

fn count_items(text: &str) -> usize {
    let opens = |name: &str| {
        let ends = |at: &usize| {
            matches!(text.as_bytes().get(at + name.len()), Some(b'>' | b' ' | b'\n' | b'\r' | b'\t'))
        };
        memmem::find_iter(text.as_bytes(), name).filter(ends).count()
    };
    opens("<item") + opens("<entry")
}

/// A feed whose items are all gone is still one: an outlet has emptied it, or it is new.
fn has_root(text: &str) -> bool {
    let start = text.trim_start();
    ["<rss", "<feed", "<rdf:RDF", "<RDF"].iter().any(|root| start.starts_with(root))
}

fn read_strictly(text: &str, arrived: &Arrived<'_>) -> Option<Vec<RawItem>> {
    let zone = arrived.zone.clone();
    let date = move |text: &str| -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(dates::read(text, &zone)?.as_millisecond())
    };
    let parser =
        feed_rs::parser::Builder::new().base_uri(Some(arrived.url.as_str())).timestamp_parser(date).build();
    let feed = parser.parse(text.as_bytes()).ok()?;
    Some(feed.entries.into_iter().map(raw).collect())
}

fn raw(item: Item) -> RawItem {
    let date = item.published.or(item.updated).map(|time| time.to_rfc3339()).unwrap_or_default();
    let described = item.media.iter().find_map(|media| media.description.as_ref());
    let content = item.content.as_ref().and_then(|content| content.body.clone());
    RawItem {
        address: page_of(&item).to_owned(),
        date,
        content: content.or_else(|| described.map(|text| text.content.clone())).unwrap_or_default(),
        title: item.title.map(|title| title.content).unwrap_or_default(),
        summary: item.summary.map(|summary| summary.content).unwrap_or_default(),
    }
}

/// Returns the address of an item's page: its `alternate` link, or an id that is itself an address.
fn page_of(item: &Item) -> &str {
    let alternate = |link: &&Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let id = Some(item.id.as_str()).filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    let link = item.links.iter().find(alternate).map(|link| link.href.as_str());
    link.or(id).or_else(|| Some(item.links.first()?.href.as_str())).unwrap_or_default()
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
