//! Reads RSS 0.9 to 2.0, RDF, Atom and JSON Feed into entries.
//!
//! One bad item costs that item, not the feed: what was passed over is said in a note. There is one reader for sound
//! feeds and broken ones, so that an outlet whose feed breaks is read as it was the day before.

use thiserror::Error;

use super::charset::to_text;
use super::entries::{Arrived, MAX_ENTRIES, Note, Parsed, Reading};
use super::{json_feed, xml_feed};

/// Bytes that are no feed at all.
#[derive(Debug, Error)]
#[error("the answer is no feed: look at its address in a browser")]
pub struct FeedError;

/// Reads a feed.
///
/// # Errors
/// When the bytes are no feed of any kind. A feed without entries is no error.
pub fn parse(bytes: &[u8], arrived: &Arrived<'_>) -> Result<Parsed, FeedError> {
    let text = to_text(bytes, arrived.content_type);
    let start = text.text.trim_start();
    let (items, found, is_sound) = if start.starts_with('{') {
        let (items, found) = json_feed::read(start, MAX_ENTRIES).ok_or(FeedError)?;
        (items, found, true)
    } else {
        let read = xml_feed::read(&text.text, MAX_ENTRIES).ok_or(FeedError)?;
        // A flood is cut off, by us if not by its sender: that is no damage.
        (read.items, read.found, read.is_whole || read.found > MAX_ENTRIES)
    };
    let mut reading = Reading::new(arrived);
    for item in &items {
        reading.add(item);
    }
    let mut parsed = reading.finish(found);
    if text.is_mended || !is_sound {
        parsed.notes.insert(0, Note::Mended);
    }
    Ok(parsed)
}

#[cfg(test)]
#[path = "feed_tests.rs"]
mod tests;
