//! What can be wrong with a query, and what to write instead.

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
    /// Nothing stands in parentheses.
    EmptyGroup,
    /// A `+` or `-` that touches no term.
    Sign,
    /// A `~` that stands behind no phrase.
    Tilde,
    /// It has more patterns than the limit.
    Patterns,
    /// A pattern in quotation marks, where its signs would say nothing.
    QuotedPattern,
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
    /// A pattern with too few letters before its first star.
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
    /// Returns what is wrong.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Empty => "the query asks for nothing",
            Self::TooLong => "the query is longer than 8 KB, its operators written out",
            Self::TooDeep => "parentheses are nested more than 50 deep",
            Self::TooMany => "the query has more than 1,024 terms",
            Self::OpenQuote => "a quotation mark is not closed",
            Self::OpenParenthesis => "a parenthesis is not closed",
            Self::StrayParenthesis => "a ) closes nothing",
            Self::EmptyGroup => "nothing stands in the parentheses",
            Self::Sign => "a + or - stands alone",
            Self::Tilde => "~ stands behind no phrase",
            Self::Patterns => "the query has more than 200 patterns",
            Self::QuotedPattern => "a * in quotes stands for nothing",
            Self::Dangling => "an operator has nothing to work on",
            Self::Colon => "a colon stands without a field",
            Self::Field => "there is no such field",
            Self::Value => "the field cannot have this value",
            Self::Moving => {
                "last: and seen: are for searches: what is read anew for each article cannot move with the clock"
            }
            Self::Name => "name: has no name to listen to",
            Self::Heard => "name: finds by sound, and a watch would mail whatever sounds alike",
            Self::Distance => "the distance cannot be used",
            Self::Pattern => "the pattern has too few letters",
            Self::PatternWords => "the pattern covers more than one word",
            Self::NoLetters => "there is nothing to look for",
            Self::NearWhat => "NEAR and PRE work on words and phrases only",
            Self::SlopWords => "a phrase with ~ has more than 20 words",
            Self::PartInPart => "title: or body: stands inside another",
            Self::Entity => "the lexicon has no such entity",
        }
    }

    /// Returns what to write instead.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::Empty => "write at least one word",
            Self::TooLong | Self::TooMany => "make two queries of it",
            Self::TooDeep => "take the innermost ones away",
            Self::OpenQuote => "add a \" at the end of the phrase",
            Self::OpenParenthesis => "add a ) where its group ends",
            Self::StrayParenthesis => "take it away, or add the ( that it belongs to",
            Self::EmptyGroup => "write a term into them, or take them away",
            Self::Sign => "write it at the beginning of a term, such as -football",
            Self::Tilde => "put the words in quotes: \"dry port\"~5",
            Self::Patterns => "write some words out, or make two queries of it",
            Self::QuotedPattern => "write detain* PRE/1 port, or take the * away",
            Self::Dangling => "write a term on each side of AND, OR, NEAR, and one after NOT",
            Self::Colon => "write title:, lang: or the like, or quote the text",
            Self::Field => {
                "use title, body, lang, script, source, country, kind, author, tag, url, story, entity, after, before, last, seen, is or name; quote a text that has a colon"
            }
            Self::Value => {
                "write lang:kk, script:arab, country:KZ, kind:state, story:17, after:2026-01-31, last:7d, seen:2026-11-01..2026-11-20, is:edited"
            }
            Self::Moving => "leave it away, or write after: with a date",
            Self::Name => "write one to six words with vowels, such as name:\"Serikzhan Bilash\"",
            Self::Heard => "write the name in quotes, or name:\"…\"! to have it mailed all the same",
            Self::Distance => "write a number from 1 to 100, such as NEAR/5 or ~5",
            Self::Pattern => "begin it with a letter, and write at least two before the first *",
            Self::PatternWords => "put * and ? on a single word",
            Self::NoLetters => "write a word with letters or digits",
            Self::NearWhat => "take NOT, AND, ~ and fields out of it; OR may stay",
            Self::SlopWords => "leave the ~ away, or use NEAR",
            Self::PartInPart => "leave one of them away",
            Self::Entity => "look it up with `qarauyl analyze`, or write the name without @",
        }
    }
}
