//! What lies sealed in the columns of alerts and digests, as JSON.

use model::{
    AlertId, DigestContents, Excerpt, Named, Notice, Readings, Restored, SourceNews, StoryFacts, StoryId,
    WatchNews,
};
use serde::{Deserialize, Serialize};
use text::Lang;

use crate::rows::{maybe_time, millis, time};

/// An excerpt as it lies, sealed, in `alerts.excerpt_sealed`.
#[derive(Serialize, Deserialize)]
pub(crate) struct ExcerptRow {
    watch_name: String,
    title: String,
    passage: String,
    highlights: Vec<(usize, usize)>,
    lang: Option<String>,
    source_name: String,
    url: String,
    published: i64,
    from_feed: bool,
    /// Kinds, each with names by language code. Excerpts of before there were any have none.
    #[serde(default)]
    named: Vec<(String, Vec<(String, String)>)>,
}

impl From<&Excerpt> for ExcerptRow {
    fn from(excerpt: &Excerpt) -> Self {
        Self {
            watch_name: excerpt.watch_name.clone(),
            title: excerpt.title.clone(),
            passage: excerpt.passage.clone(),
            highlights: excerpt.highlights.iter().map(|range| (range.start, range.end)).collect(),
            lang: excerpt.lang.map(|lang| lang.as_str().to_owned()),
            source_name: excerpt.source_name.clone(),
            url: excerpt.url.clone(),
            published: excerpt.published.map_or(0, millis),
            from_feed: excerpt.from_feed,
            named: excerpt.named.iter().map(|one| (one.kind.clone(), one.names.clone())).collect(),
        }
    }
}

impl ExcerptRow {
    pub(crate) fn into_watch_name(self) -> String {
        self.watch_name
    }

    pub(crate) fn into_excerpt(self) -> Excerpt {
        Excerpt {
            watch_name: self.watch_name,
            title: self.title,
            passage: self.passage,
            highlights: self.highlights.into_iter().map(|(start, end)| start..end).collect(),
            lang: self.lang.and_then(|lang| Lang::parse(&lang)),
            source_name: self.source_name,
            url: self.url,
            published: maybe_time(self.published),
            from_feed: self.from_feed,
            named: self.named.into_iter().map(|(kind, names)| Named { kind, names }).collect(),
        }
    }
}

/// A digest's contents as they lie, sealed, in `digests.contents_sealed`.
#[derive(Serialize, Deserialize)]
pub(crate) struct ContentsRow {
    items: Vec<(i64, i64, ExcerptRow)>,
    mode: Option<String>,
    older_matches: u32,
    enabled: u32,
    read: u32,
    unread: Vec<(String, String)>,
    next_mail: i64,
    /// Digests of before there were any have none.
    #[serde(default)]
    news: Vec<NewsRow>,
    #[serde(default)]
    watches: Vec<WatchNewsRow>,
    #[serde(default)]
    stories: Vec<StoryRow>,
    #[serde(default)]
    held: Vec<(String, u32)>,
    /// When the house was restored, and from a backup of which time.
    #[serde(default)]
    restored: Option<(i64, i64)>,
}

/// What a digest tells of one watch.
#[derive(Serialize, Deserialize)]
struct WatchNewsRow {
    watch_name: String,
    since: i64,
    reason: String,
}

impl From<&WatchNews> for WatchNewsRow {
    fn from(news: &WatchNews) -> Self {
        Self { watch_name: news.watch_name.clone(), since: millis(news.since), reason: news.reason.clone() }
    }
}

impl WatchNewsRow {
    fn into_news(self) -> WatchNews {
        WatchNews { watch_name: self.watch_name, since: time(self.since), reason: self.reason }
    }
}

/// What is known of a story.
#[derive(Serialize, Deserialize)]
struct StoryRow {
    story: i64,
    first_seen: i64,
    first_source: String,
    origin: String,
    articles: u32,
}

impl StoryRow {
    fn new(story: StoryId, facts: &StoryFacts) -> Self {
        Self {
            story: story.0,
            first_seen: millis(facts.first_seen),
            first_source: facts.first_source.clone(),
            origin: facts.origin.clone(),
            articles: facts.articles,
        }
    }

    fn into_facts(self) -> (StoryId, StoryFacts) {
        let (first_seen, first_source) = (time(self.first_seen), self.first_source);
        let facts = StoryFacts { first_seen, first_source, origin: self.origin, articles: self.articles };
        (StoryId(self.story), facts)
    }
}

/// What a digest tells of one source.
#[derive(Serialize, Deserialize)]
struct NewsRow {
    source_name: String,
    state: String,
    recovered: bool,
    since: i64,
    reason: String,
}

impl From<&SourceNews> for NewsRow {
    fn from(news: &SourceNews) -> Self {
        let Notice { state, recovered, since, reason } = &news.notice;
        Self {
            source_name: news.source_name.clone(),
            state: state.to_string(),
            recovered: *recovered,
            since: millis(*since),
            reason: reason.clone(),
        }
    }
}

impl NewsRow {
    fn into_news(self) -> Option<SourceNews> {
        let (state, since) = (self.state.parse().ok()?, time(self.since));
        let notice = Notice { state, recovered: self.recovered, since, reason: self.reason };
        Some(SourceNews { source_name: self.source_name, notice })
    }
}

impl From<&DigestContents> for ContentsRow {
    fn from(contents: &DigestContents) -> Self {
        let row = |(alert, story, excerpt): &(AlertId, StoryId, Excerpt)| (alert.0, story.0, excerpt.into());
        Self {
            items: contents.items.iter().map(row).collect(),
            mode: contents.mode.map(|mode| mode.as_str().to_owned()),
            older_matches: contents.older_matches,
            enabled: contents.readings.enabled,
            read: contents.readings.read,
            unread: contents.readings.unread.clone(),
            next_mail: contents.next_mail.map_or(0, millis),
            news: contents.news.iter().map(NewsRow::from).collect(),
            watches: contents.watches.iter().map(WatchNewsRow::from).collect(),
            held: contents.held.clone(),
            restored: contents.restored.map(|one| (millis(one.at), millis(one.backup))),
            stories: contents.stories.iter().map(|(story, facts)| StoryRow::new(*story, facts)).collect(),
        }
    }
}

impl ContentsRow {
    pub(crate) fn into_contents(self) -> DigestContents {
        let item = |(alert, story, row): (i64, i64, ExcerptRow)| {
            (AlertId(alert), StoryId(story), row.into_excerpt())
        };
        DigestContents {
            items: self.items.into_iter().map(item).collect(),
            mode: self.mode.and_then(|mode| mode.parse().ok()),
            older_matches: self.older_matches,
            readings: Readings { enabled: self.enabled, read: self.read, unread: self.unread },
            next_mail: maybe_time(self.next_mail),
            news: self.news.into_iter().filter_map(NewsRow::into_news).collect(),
            watches: self.watches.into_iter().map(WatchNewsRow::into_news).collect(),
            held: self.held,
            restored: self.restored.map(|(at, backup)| Restored { at: time(at), backup: time(backup) }),
            stories: self.stories.into_iter().map(StoryRow::into_facts).collect(),
        }
    }
}
