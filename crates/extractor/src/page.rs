//! What goes into an extraction, and what comes out.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
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
    /// When it was published, in the zone in which the page says it.
    pub published: Option<ZonedDateTime>,
    /// When it was changed last, in the zone in which the page says it.
    pub modified: Option<ZonedDateTime>,
    /// What the page says about its language: `kk`, `zh-CN`.
    pub language_hint: Option<String>,
    /// The outlet's name, as the page says.
    pub publisher: Option<String>,
    /// The part of the outlet that it stands in: `Politics`.
    pub section: Option<String>,
    /// What it is filed under.
    pub tags: Vec<String>,
    /// The text in reading order, the headline left out.
    pub blocks: Vec<Block>,
    /// The picture that goes with it. Never fetched.
    pub lead_image: Option<Url>,
    /// The address that the page calls its own.
    pub canonical: Option<Url>,
    /// The page on which the text goes on (`rel=next`). Never fetched.
    pub next_page: Option<Url>,
    /// What kind of article it is.
    pub form: Form,
    /// Where the text comes from.
    pub origin: TextOrigin,
    /// Whether the source's content rule found nothing on the page, so that the general algorithm stepped in.
    pub rule_found_nothing: bool,
    /// Why this may not be the whole text.
    pub partial: Option<Partial>,
}

/// What kind of article a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// One text.
    #[default]
    Article,
    /// A live blog: posts, the newest first.
    LiveBlog,
}

impl Form {
    /// Returns the word for it in the program's output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::LiveBlog => "live-blog",
        }
    }
}

/// Where a text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextOrigin {
    /// The source's own content selector.
    Rule,
    /// The page's markup.
    #[default]
    Markup,
    /// JSON-LD that the page carries.
    LinkedData,
    /// The state from which a script would draw the page.
    ScriptState,
}

impl TextOrigin {
    /// Returns the word for it in the program's output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Markup => "markup",
            Self::LinkedData => "linked-data",
            Self::ScriptState => "script-state",
        }
    }
}

/// Why a text may not be whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partial {
    /// The page is longer or deeper than what is read.
    Limits,
    /// The rest is for subscribers.
    Paywall,
    /// It goes on at [`Extracted::next_page`].
    NextPage,
}

impl Partial {
    /// Returns the word for it in the program's output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Limits => "limits",
            Self::Paywall => "paywall",
            Self::NextPage => "next-page",
        }
    }
}

impl Extracted {
    /// Returns the text, blocks parted by a blank line.
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self.blocks.iter().map(|block| block.text.as_str()).collect();
        texts.join("\n\n")
    }
}
