//! Entries: what an endpoint announces.

use jiff::Timestamp;

use crate::CanonicalUrl;

/// One item that a feed or sitemap announces.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The page it points to.
    pub url: CanonicalUrl,
    /// Its title; empty when the endpoint gives none.
    pub title: String,
    /// A short text without markup.
    pub summary: String,
    /// The longer text that some feeds carry, without markup.
    pub content: String,
    /// When the outlet says that it was published.
    pub published: Option<Timestamp>,
}

impl Entry {
    /// Returns an entry of which only the address is known.
    pub fn new(url: CanonicalUrl) -> Self {
        Self { url, title: String::new(), summary: String::new(), content: String::new(), published: None }
    }

    /// Returns whether the entry alone says enough to be matched on.
    pub fn has_text(&self) -> bool {
        [&self.title, &self.summary, &self.content].iter().any(|text| !text.trim().is_empty())
    }
}
