//! Filters: facts about an article that a query may ask for.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use text::{Lang, Script};

use crate::lex::is_plain;
use crate::signs::quoted;

/// A fact that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `lang:kk` (in any script) or `lang:kk-Arab`.
    Lang(String),
    /// `script:arab`.
    Script(Script),
    /// `source:astana-times`.
    Source(String),
    /// `country:KZ`, of the source.
    Country(String),
    /// `kind:state`, of the source.
    Kind(String),
    /// `author:name`: every word of it stands in one author's name.
    Author(String),
    /// `tag:economy`.
    Tag(String),
    /// `url:text`, anywhere in the address.
    Url(String),
    /// `story:17`.
    Story(i64),
    /// `after:2026-01-01`: published on that day (UTC) or later.
    After(Date),
    /// `before:2026-01-01`: published before that day (UTC) began.
    Before(Date),
    /// `after:"2026-11-20T08:00:00Z"`: published at that moment or later. What `last:7d` is read as.
    Since(Timestamp),
    /// `seen:2026-11-01..2026-11-20`: first seen by us from one moment on, and before another.
    Seen(Seen),
    /// `is:edited`: the outlet changed its text.
    Edited,
    /// `is:removed`: it is not at its address any more.
    Removed,
}

/// A stretch of time, open where it has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
}

impl Seen {
    /// Returns whether a moment lies in it.
    pub fn holds(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= time) && self.before.is_none_or(|before| time < before)
    }
}

/// The facts of an article.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "two facts that have nothing to do with one another")]
pub struct Facts {
    /// The language and script of most of its text.
    pub lang: Lang,
    /// The id of its source.
    pub source: String,
    /// The country of its source.
    pub country: String,
    /// The kind of its source.
    pub kind: String,
    /// Its authors.
    pub authors: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its address.
    pub url: String,
    /// Its story.
    pub story: Option<i64>,
    /// When it was published; when it was first seen, if the outlet does not say.
    pub published: Timestamp,
    /// When we first saw it.
    pub seen: Timestamp,
    /// Whether its text was changed after it was first read.
    pub edited: bool,
    /// Whether it is not at its address any more.
    pub removed: bool,
}

impl Facts {
    /// Returns the facts of a text of which only the language is known.
    pub fn of_text(lang: Lang) -> Self {
        Self {
            lang,
            source: String::new(),
            country: String::new(),
            kind: String::new(),
            authors: Vec::new(),
            tags: Vec::new(),
            url: String::new(),
            story: None,
            published: Timestamp::UNIX_EPOCH,
            seen: Timestamp::UNIX_EPOCH,
            edited: false,
            removed: false,
        }
    }
}

impl Filter {
    /// Returns whether an article of these facts is asked for.
    pub fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::Lang(word) => facts.lang.as_str().eq_ignore_ascii_case(word) || facts.lang.code() == word,
            Self::Script(script) => facts.lang.script() == *script,
            Self::Source(id) => facts.source == *id,
            Self::Country(code) => facts.country.eq_ignore_ascii_case(code),
            Self::Kind(word) => facts.kind == *word,
            Self::Author(name) => facts.authors.iter().any(|author| has_words(author, name)),
            Self::Tag(tag) => facts.tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()),
            Self::Url(text) => facts.url.to_lowercase().contains(&text.to_lowercase()),
            Self::Story(story) => facts.story == Some(*story),
            Self::After(day) => facts.published >= midnight(*day),
            Self::Before(day) => facts.published < midnight(*day),
            Self::Since(time) => facts.published >= *time,
            Self::Seen(stretch) => stretch.holds(facts.seen),
            Self::Edited => facts.edited,
            Self::Removed => facts.removed,
        }
    }

    /// Returns the field and its value.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Lang(value) => ("lang", value.clone()),
            Self::Script(script) => ("script", script.as_str().to_owned()),
            Self::Source(value) => ("source", value.clone()),
            Self::Country(value) => ("country", value.clone()),
            Self::Kind(value) => ("kind", value.clone()),
            Self::Author(value) => ("author", value.clone()),
            Self::Tag(value) => ("tag", value.clone()),
            Self::Url(value) => ("url", value.clone()),
            Self::Story(value) => ("story", value.to_string()),
            Self::After(day) => ("after", day.to_string()),
            Self::Before(day) => ("before", day.to_string()),
            Self::Since(time) => ("after", time.to_string()),
            Self::Seen(stretch) => ("seen", stretch.to_string()),
            Self::Edited => ("is", "edited".to_owned()),
            Self::Removed => ("is", "removed".to_owned()),
        }
    }
}

/// Returns the moment at which a day begins in UTC.
pub fn midnight(day: Date) -> Timestamp {
    day.to_zoned_datetime(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

fn has_words(author: &str, name: &str) -> bool {
    let author = author.to_lowercase();
    let words: Vec<&str> = author.split_whitespace().collect();
    name.to_lowercase().split_whitespace().all(|word| words.contains(&word))
}

impl fmt::Display for Seen {
    /// Days where it begins or ends with one, both counted; moments elsewhere.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.from.map(|from| day_of(from).map_or(from.to_string(), |day| day.to_string()));
        let last = self.before.map(|before| {
            let day = day_of(before).and_then(|day| day.yesterday().ok());
            day.map_or(before.to_string(), |day| day.to_string())
        });
        match (first, last) {
            (Some(first), Some(last)) if first == last && self.from != self.before => f.write_str(&first),
            (first, last) => write!(f, "{}..{}", first.unwrap_or_default(), last.unwrap_or_default()),
        }
    }
}

/// Returns the day that begins at this moment.
fn day_of(time: Timestamp) -> Option<Date> {
    let day = time.to_zoned_datetime(TimeZone::UTC).date();
    (midnight(day) == time).then_some(day)
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, value) = self.parts();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if value.chars().all(plain) && is_plain(&value) {
            write!(f, "{field}:{value}")
        } else {
            write!(f, "{field}:{}", quoted(&value))
        }
    }
}
