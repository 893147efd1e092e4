//! Sources and their endpoints: who publishes, and where we ask for news.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use text::Lang;
use thiserror::Error;
use url::Url;

use crate::{CanonicalUrl, Conduct, EndpointId, Health, ProxyUrl, SourceId};

/// An outlet, as the operator described it.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The word by which all else names it.
    pub id: SourceId,
    /// Its name as readers know it.
    pub name: String,
    /// ISO 3166 country code, two capital letters.
    pub country: String,
    /// What kind of outlet it is.
    pub kind: SourceKind,
    /// The languages it publishes in, most used first.
    pub languages: Vec<Lang>,
    /// Who owns or funds it; empty when nobody has stated it.
    pub owner: String,
    /// A cron expression of five fields, or `auto`.
    pub schedule: String,
    /// The IANA time zone of `schedule`, and the default of dates without a zone.
    pub timezone: String,
    /// What happens to the backlog that the first poll finds.
    pub first_look: FirstLook,
    /// The least time between two requests to its registered domain.
    pub delay: SignedDuration,
    /// How many connections its registered domain may have at once.
    pub connections: u32,
    /// The proxy through which alone it is asked; `None` asks it directly.
    pub proxy: Option<ProxyUrl>,
    /// The `Accept-Language` it is sent; empty for its own languages.
    pub accept_language: String,
    /// Why its pages are read although its robots.txt forbids it; empty: they are not.
    pub robots_override: String,
    /// Whether it is polled at all.
    pub enabled: bool,
    /// CSS selectors for its pages, as TOML text; empty when the general algorithm serves.
    pub rules: String,
}

impl Source {
    /// Returns a source of which only the id is known: an independent outlet, asked straight, as the schedule finds.
    pub fn new(id: SourceId) -> Self {
        Self {
            name: id.to_string(),
            id,
            country: "ZZ".to_owned(),
            kind: SourceKind::Independent,
            languages: Vec::new(),
            owner: String::new(),
            schedule: "auto".to_owned(),
            timezone: "UTC".to_owned(),
            first_look: FirstLook::Archive,
            delay: SignedDuration::ZERO,
            connections: 1,
            proxy: None,
            accept_language: String::new(),
            robots_override: String::new(),
            enabled: true,
            rules: String::new(),
        }
    }
}

impl Endpoint {
    /// Returns an endpoint that was never asked.
    pub fn new(source: SourceId, kind: EndpointKind, url: Url) -> Self {
        Self {
            id: EndpointId(0),
            source,
            kind,
            url,
            selectors: String::new(),
            validators: Validators::default(),
            conduct: Conduct::default(),
            state: EndpointState::New,
            health: Health::default(),
            last_read: None,
            looked: false,
            newest: None,
        }
    }
}

/// One address of a source that is polled.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// Its number in the store.
    pub id: EndpointId,
    /// The outlet it belongs to.
    pub source: SourceId,
    /// What is found there.
    pub kind: EndpointKind,
    /// Where it is.
    pub url: Url,
    /// The CSS selectors of a listing page, as TOML text; empty: its articles are found without.
    pub selectors: String,
    /// What the server wants to hear at the next poll.
    pub validators: Validators,
    /// What polls have taught us of the server.
    pub conduct: Conduct,
    /// How it does.
    pub state: EndpointState,
    /// How it has done of late.
    pub health: Health,
    /// When it last answered with something readable; `None` before the first time.
    pub last_read: Option<Timestamp>,
    /// Whether its backlog was taken in already.
    pub looked: bool,
    /// The entry that it announced last; `None` before the first one.
    pub newest: Option<CanonicalUrl>,
}

/// `ETag` and `Last-Modified` of the last full answer, returned byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// The entity tag, with its quotes.
    pub etag: Option<String>,
    /// The date as the server wrote it.
    pub last_modified: Option<String>,
}

/// A word of a closed list that configuration or store got wrong.
#[derive(Debug, Error)]
#[error("`{word}` is no {what}: use one of {choices}")]
pub struct UnknownWord {
    what: &'static str,
    word: String,
    choices: String,
}

/// Writes an enum whose variants have a word in configuration, queries and store.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word used in configuration, queries and store.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word).ok_or_else(|| {
                    let choices: Vec<&str> = Self::ALL.iter().map(|one| one.as_str()).collect();
                    UnknownWord::new($what, word, &choices.join(", "))
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words!(
    /// What kind of outlet a source is.
    SourceKind, "kind of source", {
        /// Edited at arm's length from any state.
        Independent = "independent",
        /// Owned or directed by a state or a ruling party.
        State = "state",
        /// Made abroad by people who cannot publish at home.
        Exile = "exile",
        /// A rights or aid organisation.
        Ngo = "ngo",
        /// Transport, customs and business press.
        Trade = "trade",
        /// Scholarly.
        Academic = "academic",
        /// Channels and blogs.
        Social = "social",
        /// Not described by anybody: another outlet's entry pointed to its page.
        Unlisted = "unlisted",
    }
);

words!(
    /// What is found at an endpoint.
    EndpointKind, "kind of endpoint", {
        /// RSS, Atom or JSON Feed.
        Feed = "feed",
        /// A news sitemap, or an index of such.
        Sitemap = "sitemap",
        /// A page that lists articles, read by CSS selectors.
        Listing = "listing",
        /// The public preview of a Telegram channel, `https://t.me/s/<channel>`.
        Telegram = "telegram",
        /// A `YouTube` channel, by the address of its page.
        Youtube = "youtube",
    }
);

words!(
    /// How an endpoint does, in words that a person is told.
    EndpointState, "state of an endpoint", {
        /// Never polled yet.
        New = "new",
        /// It answered with entries.
        Ok = "ok",
        /// It answered that nothing has changed, or with what we know.
        Unchanged = "unchanged",
        /// It answers, but far less comes than by its own history.
        Frozen = "frozen",
        /// It answers, but far more comes than by its own history.
        Flooding = "flooding",
        /// A poll shared no entry with the one before it: some may be missing.
        Gap = "gap",
        /// It is read at another address, to which its own has redirected for good.
        Moved = "moved",
        /// A challenge or login page instead of the feed.
        Blocked = "blocked",
        /// It answered that it is gone for good.
        Gone = "gone",
        /// It could not be reached or read.
        Broken = "broken",
        /// Its robots.txt forbids us.
        Excluded = "excluded",
        /// It answers, and the source's content rule finds nothing on its pages.
        Empty = "empty",
    }
);

impl EndpointState {
    /// Returns whether the endpoint is read, whatever else should be looked at.
    pub fn answers(self) -> bool {
        match self {
            Self::Ok | Self::Unchanged | Self::Frozen | Self::Flooding | Self::Gap | Self::Moved => true,
            Self::New | Self::Blocked | Self::Gone | Self::Broken | Self::Excluded | Self::Empty => false,
        }
    }
}

words!(
    /// What happens to the backlog that the first poll finds.
    FirstLook, "first look", {
        /// It is indexed and matched, not mailed.
        Archive = "archive",
        /// It alerts like anything new.
        Alert = "alert",
    }
);
pub(crate) use words;

impl UnknownWord {
    /// Returns the error for `word` in a closed list that lives elsewhere in this crate.
    pub(crate) fn new(what: &'static str, word: &str, choices: &str) -> Self {
        Self { what, word: word.to_owned(), choices: choices.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_word_is_named_with_its_choices() {
        let error = "goverment".parse::<SourceKind>().unwrap_err().to_string();
        assert!(error.contains("goverment") && error.contains("independent, state"), "{error}");
    }

    #[test]
    fn every_word_reads_back() {
        for kind in SourceKind::ALL {
            assert_eq!(kind.as_str().parse::<SourceKind>().unwrap(), *kind);
        }
    }
}
