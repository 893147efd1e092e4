//! Cuts a query's text into words, quotes, operators and fields.

use std::ops::Range;

use crate::error::Notes;
use crate::operator::{Said, USUAL_DISTANCE, in_capitals, read_small_letters};
use crate::signs::{closers, digit, is_idle, number, parts_terms, single_closer, usual, usually};
use crate::{Problem, QueryError};

/// A piece of a query with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) what: What,
    pub(crate) place: Range<usize>,
}

/// What a piece is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Open,
    Close,
    And,
    Or,
    Not,
    /// The sign `-` before a term.
    Minus,
    /// The sign `+` before a term.
    Must,
    Near {
        distance: u32,
        ordered: bool,
    },
    Field(String),
    Entity(String),
    Quote {
        text: String,
        exact: bool,
        slop: u32,
    },
    Word(String),
    ExactWord(String),
}

/// Cuts `text` into pieces.
///
/// # Errors
/// When a quote is not closed or a distance cannot be read, unless `notes` are lenient.
pub(crate) fn lex(text: &str, notes: &mut Notes) -> Result<Vec<Lexeme>, QueryError> {
    let mut reader = Reader { text, at: 0, notes };
    let mut lexemes: Vec<Lexeme> = Vec::new();
    while let Some(c) = reader.peek() {
        let start = reader.at;
        let last = lexemes.last();
        let begins = last.is_none_or(|last| last.place.end < start || last.what.opens());
        if parts_terms(c) || is_idle(c) {
            reader.next();
        } else if let Some(what) = reader.piece(c, begins)? {
            lexemes.push(Lexeme { what, place: start..reader.at });
        }
    }
    read_small_letters(&mut lexemes);
    Ok(lexemes)
}

/// Returns whether a word that is printed as it is reads back to a word, neither pattern nor question.
pub(crate) fn is_plain_word(word: &str) -> bool {
    let signs = word.chars().any(|c| matches!(usual(c), '*' | '?'));
    let address = word.contains("://") && word.chars().next_back().map(usual) != Some('?');
    (!signs || address) && is_plain(word)
}

/// Returns whether a word that is printed as it is is cut out as it is.
pub(crate) fn is_plain(word: &str) -> bool {
    // Beside another word that ends in one, an apostrophe would quote.
    if word.chars().next().is_some_and(|first| single_closer(first).is_some()) {
        return false;
    }
    let read = lex(word, &mut Notes::strict());
    let whole = |one: &Lexeme| matches!(&one.what, What::Word(text) if text == word);
    read.is_ok_and(|lexemes| matches!(lexemes.as_slice(), [one] if whole(one)))
}

impl What {
    /// Whether a term begins at once behind it.
    fn opens(&self) -> bool {
        matches!(self, Self::Open | Self::Minus | Self::Must | Self::Field(_))
    }
}

/// Longest text in apostrophe-like marks, in characters: beyond it an apostrophe is one.
const LONGEST_SINGLE: usize = 200;

/// Reads characters of a query one after the other.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    notes: &'a mut Notes,
}

/// What is read: `None` for what says nothing, or cannot be read and was noted.
type Read = Result<Option<What>, QueryError>;

/// Characters that end a word.
fn ends_word(c: char) -> bool {
    parts_terms(c) || closers(c).is_some() || matches!(usual(c), '(' | ')' | ':')
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn while_(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let read = rest.split(|c| !wanted(c)).next().unwrap_or_default().to_owned();
        self.at += read.len();
        read
    }

    /// Reads what begins with `c`; `begins` says whether a term may begin here.
    fn piece(&mut self, c: char, begins: bool) -> Read {
        match usual(c) {
            '(' => Ok(Some(self.take(What::Open))),
            ')' => Ok(Some(self.take(What::Close))),
            '+' if begins => self.sign(What::Must),
            '-' if begins => self.sign(What::Minus),
            '@' => self.entity(),
            '=' => self.exact(),
            _ if closers(c).is_some() => self.quote(false),
            _ if begins && single_closer(c).is_some() => match self.single_end(c) {
                Some(end) => self.single_quote(end, c),
                None => self.word(),
            },
            _ => self.word(),
        }
    }

    fn take(&mut self, what: What) -> What {
        self.next();
        what
    }

    /// A `+` or `-` belongs to the term that it touches.
    fn sign(&mut self, what: What) -> Read {
        let start = self.at;
        self.next();
        if self.peek().is_none_or(parts_terms) {
            self.notes.wrong(start..self.at, Problem::Sign)?;
            return Ok(None);
        }
        Ok(Some(what))
    }

    fn entity(&mut self) -> Read {
        let start = self.at;
        self.next();
        let id = self.while_(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if id.is_empty() {
            self.notes.wrong(start..self.at, Problem::NoLetters)?;
            return Ok(None);
        }
        Ok(Some(What::Entity(id)))
    }

    fn exact(&mut self) -> Read {
        self.next();
        match self.peek() {
            Some(c) if closers(c).is_some() => self.quote(true),
            _ => Ok(Some(What::ExactWord(self.while_(|c| !ends_word(c))))),
        }
    }

    fn quote(&mut self, exact: bool) -> Read {
        let start = self.at;
        let marks = self.next().and_then(closers).unwrap_or_default();
        let text = self.while_(|c| !marks.contains(c)).trim().to_owned();
        if self.next().is_none() {
            self.notes.wrong(start..self.text.len(), Problem::OpenQuote)?;
        }
        let behind = self.at;
        let slop = self.slop()?;
        if exact && slop > 0 {
            self.notes.wrong(behind..self.at, Problem::Tilde)?;
        }
        Ok(Some(What::Quote { text, exact, slop: if exact { 0 } else { slop } }))
    }

    /// Where a text in apostrophe-like marks ends: at one that stands behind a letter and before the end of the term.
    fn single_end(&self, open: char) -> Option<usize> {
        let marks = single_closer(open)?;
        let mut before = open;
        let inside = self.rest().char_indices().skip(1).take(LONGEST_SINGLE);
        for (at, c) in inside {
            let behind = self.rest().get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
            if marks.contains(c)
                && before.is_alphanumeric()
                && behind.is_none_or(|c| ends_word(c) || usual(c) == '~')
            {
                return Some(self.at + at);
            }
            if closers(c).is_some() || matches!(usual(c), '(' | ')') {
                return None;
            }
            before = c;
        }
        None
    }

    fn single_quote(&mut self, end: usize, open: char) -> Read {
        let text = self.text.get(self.at + open.len_utf8()..end).unwrap_or_default().trim().to_owned();
        self.at = end;
        self.next();
        Ok(Some(What::Quote { text, exact: false, slop: self.slop()? }))
    }

    /// Reads `~5` behind a quote; 0 when there is none.
    fn slop(&mut self) -> Result<u32, QueryError> {
        if self.peek().map(usual) != Some('~') {
            return Ok(0);
        }
        let start = self.at;
        self.next();
        let digits = self.while_(|c| digit(c).is_some());
        match number(&digits).filter(|slop| *slop <= crate::MAX_DISTANCE) {
            Some(slop) => Ok(slop),
            None => self.notes.wrong(start..self.at, Problem::Distance).map(|()| USUAL_DISTANCE),
        }
    }

    fn word(&mut self) -> Read {
        let start = self.at;
        let mut word = self.while_(|c| !ends_word(c));
        if word.is_empty() {
            self.next();
            self.notes.wrong(start..self.at, Problem::Colon)?;
            return Ok(None);
        }
        while self.peek().map(usual) == Some(':') {
            if self.rest().starts_with("://") {
                // An address is one word, whatever stands in it.
                word += &self.while_(|c| !c.is_whitespace() && closers(c).is_none() && !"()（）".contains(c));
            } else if word.chars().any(char::is_alphabetic) {
                self.next();
                return Ok(Some(What::Field(usually(&word).to_lowercase())));
            } else {
                // A time, such as 10:30, is no field.
                word.extend(self.next());
                word += &self.while_(|c| !ends_word(c));
            }
        }
        self.word_or_operator(word, start)
    }

    fn word_or_operator(&mut self, word: String, start: usize) -> Read {
        let place = start..self.at;
        match in_capitals(&word) {
            Some(Said::Operator(operator)) => return Ok(Some(operator)),
            Some(Said::Distance { ordered }) => {
                self.notes.wrong(place, Problem::Distance)?;
                return Ok(Some(What::Near { distance: USUAL_DISTANCE, ordered }));
            }
            None => {}
        }
        let bare = word.trim_end_matches(|c| digit(c).is_some());
        if bare.chars().next_back().map(usual) == Some('~') {
            self.notes.wrong(place, Problem::Tilde)?;
            let bare = bare.trim_end_matches(|c| usual(c) == '~').to_owned();
            return Ok((!bare.is_empty()).then_some(What::Word(bare)));
        }
        Ok(Some(What::Word(word)))
    }
}
