//! What a page knows of the one who reads it: the language, the address asked for, whether data is wanted.

use std::convert::Infallible;
use std::fmt::Display;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use text::Lang;

use crate::App;
use crate::address::Address;
use crate::error::{PageError, Why};
use crate::words::{LANGUAGES, Words};

/// The reader's side of a request.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one is asked by the reader, one is the state of the house"
)]
pub(crate) struct Face {
    /// The words of the page.
    pub(crate) words: Words,
    /// The address that was asked for.
    pub(crate) here: Address,
    /// Whether JSON is wanted instead of a page.
    pub(crate) json: bool,
    /// Whether the store has no key.
    pub(crate) locked: bool,
}

/// A language that the pages can be read in.
pub(crate) struct Choice {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) link: String,
    pub(crate) current: bool,
}

/// How a text is marked up: its language, empty when that is not known, and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tongue {
    pub(crate) lang: &'static str,
    pub(crate) dir: &'static str,
}

impl Tongue {
    pub(crate) fn of(lang: Lang) -> Self {
        match lang {
            Lang::Unknown => Self { lang: "", dir: "auto" },
            known => Self { lang: known.as_str(), dir: known.direction().as_str() },
        }
    }
}

impl Face {
    fn read(parts: &Parts, locked: bool) -> Self {
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let here = Address::read(parts.uri.path(), parts.uri.query().unwrap_or_default());
        let words =
            Words::find(here.value("ui")).unwrap_or_else(|| Words::accepted(text(header::ACCEPT_LANGUAGE)));
        let json = match here.value("format") {
            "json" => true,
            "html" => false,
            _ => text(header::ACCEPT).trim_start().starts_with("application/json"),
        };
        Self { words, here, json, locked }
    }

    /// Returns the words for `name`.
    pub(crate) fn t(&self, name: &str) -> &'static str {
        self.words.get(name)
    }

    /// Returns the words for `name` with a number or text filled in.
    pub(crate) fn fill(&self, name: &str, value: impl Display) -> String {
        let value = value.to_string();
        self.words.fill(name, &[("n", &value), ("t", &value)])
    }

    /// Returns the words for one of a closed list, or the word itself.
    pub(crate) fn word(&self, list: &str, word: &str) -> String {
        self.words.of(&format!("{list}_{word}")).unwrap_or(word).to_owned()
    }

    /// Returns the code of the page's language.
    pub(crate) fn code(&self) -> &'static str {
        self.words.code()
    }

    /// Returns the direction of the page.
    pub(crate) fn dir(&self) -> &'static str {
        self.words.direction().as_str()
    }

    /// Returns the address of another page; a language that was chosen goes along.
    pub(crate) fn address(&self, path: &str) -> Address {
        Address::new(path).with("ui", self.here.value("ui"))
    }

    /// Returns the address of another page, written out.
    pub(crate) fn to(&self, path: &str) -> String {
        self.address(path).to_string()
    }

    /// Returns whether this is the page at `path`.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.here.path() == path
    }

    /// Returns this same page in every language.
    pub(crate) fn languages(&self) -> Vec<Choice> {
        let choice = |(code, name)| Choice {
            code,
            name,
            link: self.here.clone().with("ui", code).to_string(),
            current: code == self.code(),
        };
        LANGUAGES.into_iter().map(choice).collect()
    }

    /// Returns the error for a thing that is not there, in the words for `name`.
    pub(crate) fn missing(&self, name: &'static str) -> PageError {
        PageError::new(self, Why::Missing(name))
    }

    /// Logs what failed and returns the error that tells the reader no more than that.
    pub(crate) fn failed(&self, error: &dyn Display) -> PageError {
        tracing::error!(%error, "a page could not be shown");
        PageError::new(self, Why::Failed)
    }
}

impl FromRequestParts<App> for Face {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self::read(parts, app.locked))
    }
}
