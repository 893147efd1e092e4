//! What a search asks and answers. Callers see our tree and our hits, never the engine's types.

use std::ops::Range;

use jiff::Timestamp;
use model::{ArticleId, StoryId};
use query::Plan;
use text::Lang;

/// A search.
#[derive(Debug, Clone)]
pub struct SearchRequest {
    /// What is looked for, after expansion through keys and lexicon.
    pub plan: Plan,
    /// In which order hits come.
    pub order: Order,
    /// How many hits a page holds, at most 1,000.
    pub limit: usize,
    /// Where the page before ended.
    pub after: Option<Cursor>,
}

/// In which order hits come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By time of publication, newest first; what was only heard comes after what was asked for.
    #[default]
    Newest,
    /// By how well they answer.
    Best,
}

/// Where a page of hits ended: the sort value and article of its last hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Milliseconds for [`Order::Newest`]; how many hits were shown so far for [`Order::Best`] and for names by sound.
    pub value: i64,
    /// The last article shown.
    pub article: ArticleId,
}

/// A page of hits.
#[derive(Debug, Clone, Default)]
pub struct SearchHits {
    /// How many articles match in all; exact.
    pub total: u64,
    /// The page.
    pub hits: Vec<SearchHit>,
    /// Counts over all that matches.
    pub facets: Facets,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<Cursor>,
}

/// One article that matches.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "two facts of a hit, each shown by itself")]
pub struct SearchHit {
    /// The article.
    pub article: ArticleId,
    /// Its story.
    pub story: Option<StoryId>,
    /// Its headline.
    pub title: String,
    /// What to highlight in the headline: bytes on character boundaries, ascending, not overlapping.
    pub title_marks: Vec<Range<usize>>,
    /// The best passage.
    pub passage: String,
    /// What to highlight in the passage.
    pub passage_marks: Vec<Range<usize>>,
    /// The entities of the lexicon that stand in headline and passage, by id.
    pub entities: Vec<String>,
    /// The language and script of most of it.
    pub lang: Lang,
    /// The source's id.
    pub source: String,
    /// The source's name.
    pub source_name: String,
    /// The publisher's address.
    pub url: String,
    /// When it was published; when we first saw it, if the outlet does not say.
    pub published: Timestamp,
    /// Whether only the feed's text could be read.
    pub from_feed: bool,
    /// Whether it was found by the sound of a name alone: it may be about another one.
    pub heard: bool,
}

/// Counts over all articles that match, most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// By source id.
    pub sources: Vec<(String, u64)>,
    /// By language label.
    pub langs: Vec<(String, u64)>,
    /// By country code of the source.
    pub countries: Vec<(String, u64)>,
    /// By kind of source.
    pub kinds: Vec<(String, u64)>,
    /// By month of publication (UTC), `2026-11`, oldest first.
    pub months: Vec<(String, u64)>,
}
