//! What is wrong with a query, where, and what to write instead.

use std::fmt;
use std::ops::Range;

/// Why a query cannot be read. Its `Display` names the problem and the remedy, never the query's text: an error is
/// logged, a query is not. [`QueryError::place`] lets a face show the place beside the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// The bytes of the query that are meant.
    pub place: Range<usize>,
    /// What is wrong.
    pub problem: Problem,
    /// Where the place begins, counted in characters from 1; `None` for what has no place in the text.
    character: Option<usize>,
}

/// What can be wrong with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is asked for.
    Empty,
    /// It is longer than the limit.
    TooLong,
    /// Parentheses are nested deeper than the limit.
    TooDeep,
    /// It has more terms than the limit.
    TooMany,
    /// A quotation mark is not closed.
    OpenQuote,
    /// A parenthesis is not closed.
    OpenParenthesis,
    /// A parenthesis closes nothing.
    StrayParenthesis,
    /// An operator has nothing to work on.
    Dangling,
    /// A colon without a field before it.
    Colon,
    /// A field that there is none of.
    Field,
    /// A field without a value, or with one that it cannot have.
    Value,
    /// A field that makes no sense in a watch.
    Moving,
    /// A name without a sound.
    Name,
    /// A name by its sound in a watch, which would mail what only sounds alike.
    Heard,
    /// A distance that cannot be used.
    Distance,
    /// A pattern with too few letters before its first sign.
    Pattern,
    /// A pattern over more than one word.
    PatternWords,
    /// A word without a letter or digit.
    NoLetters,
    /// NEAR over something that has no place in the text.
    NearWhat,
    /// A phrase with a slop and too many words.
    SlopWords,
    /// A part within a part.
    PartInPart,
    /// An entity that the lexicon does not have.
    Entity,
}

impl Problem {
    /// Returns what is wrong and what to write instead.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => ("the query asks for nothing", "write at least one word"),
            Self::TooLong => ("the query is longer than 8 KB", "make two watches of it"),
            Self::TooDeep => ("parentheses are nested more than 50 deep", "take the innermost ones away"),
            Self::TooMany => ("the query has more than 1,024 terms", "make two watches of it"),
            Self::OpenQuote => ("a quotation mark is not closed", "add a \" at the end of the phrase"),
            Self::OpenParenthesis => ("a parenthesis is not closed", "add a ) where its group ends"),
            Self::StrayParenthesis => ("a ) closes nothing", "take it away, or add the ( that it belongs to"),
            Self::Dangling => (
                "an operator has nothing to work on",
                "write a term on each side of AND, OR, NEAR, and one after NOT",
            ),
            Self::Colon => {
                ("a colon stands without a field", "write title:, lang: or the like, or quote the text")
            }
            Self::Field => (
                "there is no such field",
                "use title, body, lang, script, source, country, kind, author, tag, url, story, entity, after or before; quote a text that has a colon",
            ),
            Self::Value => (
                "the field cannot have this value",
                "write lang:kk, script:arab, country:KZ, after:2026-01-31, story:17",
            ),
            Self::Moving => ("last: and seen: move with the clock", "write after: with a date"),
            Self::Name => (
                "name: has no name to listen to",
                "write one to six words with vowels, such as name:\"Serikzhan Bilash\"",
            ),
            Self::Heard => (
                "name: finds by sound, and a watch would mail whatever sounds alike",
                "write the name in quotes, or name:\"…\"! to have it mailed all the same",
            ),
            Self::Distance => {
                ("the distance cannot be used", "write a number from 1 to 100, such as NEAR/5 or ~5")
            }
            Self::Pattern => {
                ("the pattern has too few letters", "write at least two letters before the first * or ?")
            }
            Self::PatternWords => ("the pattern covers more than one word", "put * and ? on a single word"),
            Self::NoLetters => ("there is nothing to look for", "write a word with letters or digits"),
            Self::NearWhat => (
                "NEAR and PRE work on words and phrases only",
                "take NOT, AND, ~ and fields out of it; OR may stay",
            ),
            Self::SlopWords => ("a phrase with ~ has more than 20 words", "leave the ~ away, or use NEAR"),
            Self::PartInPart => ("title: or body: stands inside another", "leave one of them away"),
            Self::Entity => (
                "the lexicon has no such entity",
                "look it up with `qarauyl analyze`, or write the name without @",
            ),
        }
    }
}

impl QueryError {
    pub(crate) fn new(place: Range<usize>, problem: Problem) -> Self {
        Self { place, problem, character: None }
    }

    /// Returns the error with its place counted in the characters of `query`, as a person counts.
    pub(crate) fn counted_in(self, query: &str) -> Self {
        let before = query.get(..self.place.start).map(|text| text.chars().count());
        Self { character: before.map(|before| before + 1), ..self }
    }

    /// Shows the query with a line of carets under the place, for the person who wrote it.
    pub fn pointed_at(&self, query: &str) -> String {
        let before = query.get(..self.place.start).map_or(0, |text| text.chars().count());
        let inside = query.get(self.place.clone()).map_or(1, |text| text.chars().count().max(1));
        format!("{query}\n{}{}\n{self}", " ".repeat(before), "^".repeat(inside))
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (problem, remedy) = self.problem.words();
        match self.character {
            Some(character) => write!(f, "at character {character}: {problem}: {remedy}"),
            None => write!(f, "{problem}: {remedy}"),
        }
    }
}

impl std::error::Error for QueryError {}
