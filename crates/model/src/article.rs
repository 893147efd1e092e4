//! Articles and their versions: what a page said, and when it said so.

use jiff::Timestamp;
use text::Lang;

use crate::source::{UnknownWord, words};
use crate::{ArticleId, CanonicalUrl, CaptureId, SourceId, StoryId, VersionId};
use std::fmt;
use std::str::FromStr;

/// One canonical URL.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// Its number in the store.
    pub id: ArticleId,
    /// The outlet whose endpoint announced it.
    pub source: SourceId,
    /// Its address.
    pub url: CanonicalUrl,
    /// When an endpoint first announced it.
    pub first_seen: Timestamp,
    /// Whether it was part of the backlog of a source with `first_look = "archive"`.
    pub backlog: bool,
    /// The story it belongs to; `None` until it was matched.
    pub story: Option<StoryId>,
}

/// What the extractor read from one capture, or from the feed alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its number in the store; `VersionId(0)` before it is kept.
    pub id: VersionId,
    /// The article it belongs to.
    pub article: ArticleId,
    /// The capture it was read from; `None` for text from the feed.
    pub capture: Option<CaptureId>,
    /// Where its text comes from.
    pub origin: Origin,
    /// The headline.
    pub title: String,
    /// The authors, as named on the page.
    pub byline: Vec<String>,
    /// When the outlet says that it was published.
    pub published: Option<Timestamp>,
    /// The language and script of most of the text.
    pub lang: Lang,
    /// The text, in reading order.
    pub blocks: Vec<Block>,
    /// Hash of title and text: a new version is kept only when it differs from the last.
    pub fingerprint: String,
    /// When it was read.
    pub created: Timestamp,
}

impl Version {
    /// Returns the text without the title, blocks parted by a blank line.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.blocks.iter().map(|block| block.text.as_str()).collect();
        texts.join("\n\n")
    }
}

/// One paragraph, heading or the like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// What it is on the page.
    pub kind: BlockKind,
    /// Its text, white space folded.
    pub text: String,
}

words!(
    /// What a block is on the page.
    BlockKind, "kind of block", {
        /// A heading inside the text.
        Heading = "heading",
        /// Running text.
        Paragraph = "paragraph",
        /// One item of a list.
        ListItem = "list-item",
        /// Quoted text.
        Quote = "quote",
        /// One row of a table.
        TableRow = "table-row",
        /// The words under a picture.
        Caption = "caption",
        /// Text whose line breaks matter.
        Preformatted = "preformatted",
    }
);

words!(
    /// Where a version's text comes from.
    Origin, "origin of a version", {
        /// The page itself.
        Page = "page",
        /// Title, summary and content of the feed only: the page could not be read.
        Feed = "feed",
    }
);
