//! What a site is: pages, and how they are announced.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use flate2::read::GzDecoder;
use jiff::Timestamp;

/// Largest page that is unpacked, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// One site under a host name of its own.
#[derive(Debug, Clone)]
pub struct Site {
    /// The host name: `steppe-herald.test`.
    pub host: String,
    /// The outlet's name.
    pub name: String,
    /// Its language, as source files write it.
    pub language: String,
    /// Its country, two letters.
    pub country: String,
    /// Its kind, as source files write it.
    pub kind: String,
    /// The form of its feed.
    pub feed: FeedKind,
    /// Whether it has a news sitemap.
    pub sitemap: bool,
    /// Its articles, newest first.
    pub pages: Vec<Page>,
}

/// The form of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// RSS 2.0.
    Rss,
    /// Atom 1.0.
    Atom,
}

/// One article.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its path, with the leading slash.
    pub path: String,
    /// Its title, as the feed gives it.
    pub title: String,
    /// A short text, as the feed gives it.
    pub summary: String,
    /// The `Content-Type` header.
    pub content_type: String,
    /// When it was published.
    pub published: Timestamp,
    /// Its bytes.
    pub body: Body,
}

/// Where a page's bytes are.
#[derive(Debug, Clone)]
pub enum Body {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a gzip file, read when it is asked for.
    Packed(PathBuf),
}

impl Site {
    /// Returns the id under which a source file names this site.
    pub fn id(&self) -> String {
        self.host.trim_end_matches(".test").replace('.', "-")
    }
}

impl Body {
    /// Returns the bytes.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::Packed(path) => {
                let mut bytes = Vec::new();
                GzDecoder::new(File::open(path)?).take(LARGEST).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
        }
    }
}
