//! Alerts: what the subscribers of a watch have not been told of.

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use text::Lang;

use crate::{AlertId, ArticleId, StoryId, VersionId, WatchId};

/// One (watch, story, new information).
#[derive(Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its number in the store; `AlertId(0)` before it is kept.
    pub id: AlertId,
    /// The watch that matched.
    pub watch: WatchId,
    /// The story it matched in.
    pub story: StoryId,
    /// What is new about it.
    pub novelty: Novelty,
    /// The article that the mail names.
    pub article: ArticleId,
    /// The version that matched.
    pub version: VersionId,
    /// When it was found.
    pub created: Timestamp,
    /// What the mail shows.
    pub excerpt: Excerpt,
}

/// How the novelty of a removal begins. No hash does.
const REMOVED: &str = "removed ";

/// Hash of the new sentences' keys; empty for the first telling of a story; for a page that was removed, its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Novelty(pub String);

impl Novelty {
    /// What is new of a page that is gone: told once of each address.
    pub fn of_removal(url: &str) -> Self {
        Self(format!("{REMOVED}{url}"))
    }

    /// Returns whether the removal of a page is what is new.
    pub fn is_removal(&self) -> bool {
        self.0.starts_with(REMOVED)
    }

    /// Returns whether this is the first telling of the story.
    pub fn is_first(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a mail shows of one alert, so that `mailer` need not read the article.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Excerpt {
    /// The watch's name at the time of the match.
    pub watch_name: String,
    /// The headline.
    pub title: String,
    /// The passage around the best hit.
    pub passage: String,
    /// What to highlight in the passage.
    pub highlights: Vec<Highlight>,
    /// The language and script of the article.
    pub lang: Option<Lang>,
    /// The outlet's name.
    pub source_name: String,
    /// The publisher's address of the article.
    pub url: String,
    /// When the outlet says that it was published.
    pub published: Option<Timestamp>,
    /// Whether only the feed's text could be read.
    pub from_feed: bool,
    /// The entities of the lexicon that stand in title and passage.
    pub named: Vec<Named>,
}

/// An entity as readers call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// `place`, `person`, `organisation` or `term`.
    pub kind: String,
    /// Language codes (`ru`), each with the name that its readers know.
    pub names: Vec<(String, String)>,
}

impl Named {
    /// Returns the name that readers of a language know, the English one where there is none.
    pub fn name_for(&self, reader: &str) -> &str {
        let of = |code: &str| self.names.iter().find(|(known, _)| known == code);
        of(reader).or_else(|| of("en")).or(self.names.first()).map_or("", |(_, name)| name)
    }
}

/// A range of bytes of a passage, on character boundaries.
pub type Highlight = Range<usize>;

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Alert");
        shown.field("id", &self.id).field("watch", &self.watch).field("story", &self.story);
        shown.field("version", &self.version).finish_non_exhaustive()
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Excerpt").finish_non_exhaustive()
    }
}
