//! Filters: facts about an article that a query may ask for.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use text::{Lang, Script};

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
}

/// The facts of an article.
#[derive(Debug, Clone, PartialEq)]
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

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, value) = self.parts();
        let plain = value.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || c == '.');
        if plain && !value.is_empty() {
            write!(f, "{field}:{value}")
        } else {
            write!(f, "{field}:\"{value}\"")
        }
    }
}
