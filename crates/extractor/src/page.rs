//! What goes into an extraction, and what comes out.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Block;
use url::Url;

use crate::SiteRules;

/// A page as it was fetched.
#[derive(Debug, Clone)]
pub struct Page<'a> {
    /// The body, content coding undone.
    pub bytes: &'a [u8],
    /// Where it was found.
    pub url: Option<&'a Url>,
    /// The `Content-Type` header; empty when there was none.
    pub content_type: &'a str,
    /// The source's own selectors.
    pub rules: Option<&'a SiteRules>,
    /// The zone of dates that name none.
    pub zone: TimeZone,
    /// When it was fetched: nothing on it was published later.
    pub fetched: Timestamp,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extracted {
    /// The headline, without the outlet's name.
    pub title: String,
    /// The authors.
    pub byline: Vec<String>,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was changed last.
    pub modified: Option<Timestamp>,
    /// What the page says about its language: `kk`, `zh-CN`.
    pub language_hint: Option<String>,
    /// The outlet's name, as the page says.
    pub site_name: Option<String>,
    /// The text in reading order, the headline left out.
    pub blocks: Vec<Block>,
    /// The picture that goes with it. Never fetched.
    pub lead_image: Option<Url>,
    /// The address that the page calls its own.
    pub canonical: Option<Url>,
    /// Whether limits cut the page before it was read.
    pub partial: bool,
}

impl Extracted {
    /// Returns the text, blocks parted by a blank line.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.blocks.iter().map(|block| block.text.as_str()).collect();
        texts.join("\n\n")
    }
}
