//! Cuts a query's text into words, quotes, operators and fields.

use std::ops::Range;

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
    Must,
    Near { distance: u32, ordered: bool },
    Field(String),
    Entity(String),
    Quote { text: String, exact: bool, slop: u32 },
    Word(String),
    ExactWord(String),
}

/// Reads characters of a query one after the other.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Cuts `text` into pieces.
///
/// # Errors
/// When a quote is not closed or a distance cannot be read.
pub(crate) fn lex(text: &str) -> Result<Vec<Lexeme>, QueryError> {
    let mut reader = Reader { text, at: 0 };
    let mut lexemes = Vec::new();
    while let Some(c) = reader.peek() {
        let start = reader.at;
        let before =
            lexemes.last().is_none_or(|last: &Lexeme| last.place.end < start || last.what == What::Open);
        let what = match c {
            _ if c.is_whitespace() || matches!(c, ',' | '،' | '，' | '、' | '؛' | ';') => {
                reader.next();
                continue;
            }
            '(' | '（' => reader.take(What::Open),
            ')' | '）' => reader.take(What::Close),
            '+' | '＋' if before => reader.take(What::Must),
            '-' | '－' | '−' if before => reader.take(What::Not),
            '@' => {
                reader.next();
                What::Entity(reader.while_(|c| c.is_alphanumeric() || c == '_' || c == '-'))
            }
            '=' => reader.exact()?,
            _ if is_quote(c) => reader.quote(false)?,
            _ => reader.word()?,
        };
        lexemes.push(Lexeme { what, place: start..reader.at });
    }
    Ok(lexemes)
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' | '＂')
}

/// Characters that end a word.
fn ends_word(c: char) -> bool {
    c.is_whitespace()
        || is_quote(c)
        || matches!(c, '(' | ')' | '（' | '）' | ':' | '：' | ',' | '،' | '，' | '、' | '؛' | ';')
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn take(&mut self, what: What) -> What {
        self.next();
        what
    }

    fn while_(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut read = String::new();
        while let Some(c) = self.peek().filter(|c| wanted(*c)) {
            read.push(c);
            self.next();
        }
        read
    }

    fn exact(&mut self) -> Result<What, QueryError> {
        self.next();
        match self.peek() {
            Some(c) if is_quote(c) => self.quote(true),
            _ => Ok(What::ExactWord(self.while_(|c| !ends_word(c)))),
        }
    }

    fn quote(&mut self, exact: bool) -> Result<What, QueryError> {
        let start = self.at;
        self.next();
        let text = self.while_(|c| !is_quote(c));
        if self.next().is_none() {
            return Err(QueryError::new(start..self.text.len(), Problem::OpenQuote));
        }
        let slop = if !exact && self.peek() == Some('~') { self.slop()? } else { 0 };
        Ok(What::Quote { text: text.trim().to_owned(), exact, slop })
    }

    fn slop(&mut self) -> Result<u32, QueryError> {
        let start = self.at;
        self.next();
        let digits = self.while_(|c| c.is_ascii_digit());
        let slop = digits.parse().ok().filter(|slop| *slop <= crate::MAX_DISTANCE);
        slop.ok_or_else(|| QueryError::new(start..self.at, Problem::Distance))
    }

    fn word(&mut self) -> Result<What, QueryError> {
        let start = self.at;
        let word = self.while_(|c| !ends_word(c));
        if word.is_empty() {
            // A colon with nothing before it.
            self.next();
            return Err(QueryError::new(start..self.at, Problem::Colon));
        }
        if matches!(self.peek(), Some(':' | '：')) {
            self.next();
            return Ok(What::Field(word.to_lowercase()));
        }
        operator(&word, start..self.at).unwrap_or(Ok(What::Word(word)))
    }
}

/// Operators are in capitals, so that the words they are stay words.
fn operator(word: &str, place: Range<usize>) -> Option<Result<What, QueryError>> {
    let simple = match word {
        "AND" | "ЖӘНЕ" | "И" | "&&" => What::And,
        "OR" | "НЕМЕСЕ" | "ИЛИ" | "||" => What::Or,
        "NOT" | "НЕ" | "ЕМЕС" => What::Not,
        _ => {
            let (name, number) = word.split_once('/')?;
            let ordered = match name {
                "NEAR" => false,
                "PRE" => true,
                _ => return None,
            };
            let distance =
                number.parse().ok().filter(|distance| (1..=crate::MAX_DISTANCE).contains(distance));
            let near = distance.map(|distance| What::Near { distance, ordered });
            return Some(near.ok_or_else(|| QueryError::new(place, Problem::Distance)));
        }
    };
    Some(Ok(simple))
}
