//! What endpoints send, read into entries. All of it is pure: bytes in, entries and notes out.
//!
//! In reading order: bytes become text (`charset`), text becomes tags and words even where it is broken (`soup`), and
//! each format has its reader: `feed` (with `xml_feed` and `json_feed` behind it), `sitemap`, `listing`, `telegram`,
//! `youtube`, `opml`. What they share is what an entry may be (`entries`), its dates (`dates`) and its words (`plain`).

mod charset;
mod dates;
mod entries;
mod json_feed;
mod plain;
mod soup;
mod xml_feed;

pub mod feed;
pub mod listing;
pub mod opml;
pub mod sitemap;
pub mod telegram;
pub mod youtube;

pub(crate) use charset::page_text;
pub use entries::{Arrived, MAX_ENTRIES, Note, Parsed};
