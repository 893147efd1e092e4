//! What lies sealed in the columns of alerts and digests, as JSON.

use model::{AlertId, DigestContents, Excerpt, Named, Readings, StoryId};
use serde::{Deserialize, Serialize};
use text::Lang;

use crate::rows::{maybe_time, millis};

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
        }
    }
}
