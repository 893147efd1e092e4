//! Reads a query. Precedence: NOT before NEAR before AND before OR; terms side by side are joined by AND.
//!
//! One reader serves watches and the search box. For a watch the first mistake ends the reading; for the search box it is
//! noted, and each place of the reader goes on as a person would: what is open is closed at the end, what has nothing
//! to work on is dropped, what is no field is a word.

mod leaf;

use std::ops::Range;

use jiff::Timestamp;

use crate::error::Notes;
use crate::lex::{Lexeme, What, lex};
use crate::value::MOVING;
use crate::{Lexicon, Part, Problem, Query, QueryError};

/// Longest query, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// Deepest nesting of parentheses, written or printed.
const MAX_DEPTH: u32 = 50;
/// Most terms.
const MAX_LEAVES: u32 = 1_024;
/// Most terms with `*` or `?`.
const MAX_PATTERNS: u32 = 200;

/// Reads a query strictly. What moves with the clock, `last:` and `seen:7d`, is refused.
///
/// # Errors
/// Names the place and the remedy.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    strictly(text, None)
}

/// Reads a query strictly, for one search at `now`: `last:7d` is read as the moment seven days before.
///
/// # Errors
/// Names the place and the remedy.
pub fn parse_at(text: &str, now: Timestamp) -> Result<Query, QueryError> {
    strictly(text, Some(now))
}

/// Reads the query of a watch: strictly, nothing in it moves with the clock, and nothing may mail what only sounds
/// alike unless it says so.
///
/// # Errors
/// Names the place and the remedy.
pub fn parse_watch(text: &str) -> Result<Query, QueryError> {
    let query = parse(text)?;
    let lexemes = lex(text, &mut Notes::strict())?;
    let place = |wanted: &[&str]| {
        let is_wanted =
            |one: &&Lexeme| matches!(&one.what, What::Field(name) if wanted.contains(&name.as_str()));
        lexemes.iter().find(is_wanted).map(|field| field.place.clone())
    };
    if let Some(place) = place(&MOVING) {
        return Err(QueryError::new(place, Problem::Moving).counted_in(text));
    }
    if !query.hears_unasked() {
        return Ok(query);
    }
    let place = place(&["name"]).unwrap_or(0..text.len());
    Err(QueryError::new(place, Problem::Heard).counted_in(text))
}

/// Reads a query as well as it can: what the search box does. What was wrong first is returned beside what was read;
/// `None` when there is nothing to look for.
pub fn parse_lenient(text: &str, now: Timestamp, lexicon: &Lexicon) -> (Option<Query>, Option<QueryError>) {
    let mut notes = Notes::lenient();
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    // Lenient notes let every reading go on.
    let (query, first) = match (text.get(end..), text.get(..end)) {
        (Some(beyond), Some(kept)) => {
            if !beyond.is_empty() {
                notes.first = Some(QueryError::new(end..text.len(), Problem::TooLong));
            }
            read(kept, notes, Some(now), Some(lexicon))
        }
        _ => Ok((None, None)),
    }
    .unwrap_or_else(|error| (None, Some(error)));
    (query, first.map(|error| error.counted_in(text)))
}

fn strictly(text: &str, now: Option<Timestamp>) -> Result<Query, QueryError> {
    let all = 0..text.len();
    let read = || {
        if text.len() > MAX_BYTES {
            return Err(QueryError::new(all.clone(), Problem::TooLong));
        }
        let query = read(text, Notes::strict(), now, None)?.0;
        let query = query.ok_or_else(|| QueryError::new(all.clone(), Problem::Empty))?;
        // What is kept of a watch is its print, which must be read again.
        if query.to_string().len() > MAX_BYTES {
            Err(QueryError::new(all.clone(), Problem::TooLong))
        } else {
            Ok(query)
        }
    };
    read().map_err(|error| error.counted_in(text))
}

/// What was read, and what was wrong first.
type Noted = (Option<Query>, Option<QueryError>);

fn read(
    text: &str,
    mut notes: Notes,
    now: Option<Timestamp>,
    lexicon: Option<&Lexicon>,
) -> Result<Noted, QueryError> {
    let lexemes = lex(text, &mut notes)?;
    if lexemes.is_empty() {
        notes.wrong(0..text.len(), Problem::Empty)?;
        return Ok((None, notes.first));
    }
    let mut parser = Parser {
        text,
        lexemes: &lexemes,
        at: 0,
        depth: 0,
        leaves: 0,
        patterns: 0,
        within: Part::Anywhere,
        notes,
        now,
        lexicon,
    };
    let query = parser.whole()?;
    Ok((query, parser.notes.first))
}

struct Parser<'a> {
    text: &'a str,
    lexemes: &'a [Lexeme],
    at: usize,
    depth: u32,
    leaves: u32,
    patterns: u32,
    /// The part of the article that is asked for here.
    within: Part,
    notes: Notes,
    now: Option<Timestamp>,
    lexicon: Option<&'a Lexicon>,
}

/// What was read: `None` for what was dropped, and noted.
type Read = Result<Option<Query>, QueryError>;

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Lexeme> {
        self.lexemes.get(self.at)
    }

    fn eat(&mut self, what: &What) -> bool {
        let found = self.peek().is_some_and(|lexeme| lexeme.what == *what);
        self.at += usize::from(found);
        found
    }

    /// The place of what is read next; at the end, of what was read last.
    fn place(&self) -> Range<usize> {
        let next = self.peek().or(self.lexemes.last());
        next.map_or(0..self.text.len(), |lexeme| lexeme.place.clone())
    }

    fn whole(&mut self) -> Read {
        let mut parts = Vec::new();
        loop {
            parts.extend(self.any()?);
            let Some(stray) = self.peek() else { break };
            self.notes.wrong(stray.place.clone(), Problem::StrayParenthesis)?;
            self.at += 1;
            if self.peek().is_none() {
                break;
            }
        }
        let query = joined(parts, Query::And);
        if query.as_ref().is_some_and(|query| query.nesting() > MAX_DEPTH) {
            let opened = self.lexemes.iter().rev().find(|lexeme| lexeme.what == What::Open);
            let place = opened.map_or(0..self.text.len(), |opened| opened.place.clone());
            self.notes.wrong(place, Problem::TooDeep)?;
            return Ok(None);
        }
        Ok(query)
    }

    /// OR of ANDs.
    fn any(&mut self) -> Read {
        let mut parts = Vec::new();
        parts.extend(self.all()?);
        while self.eat(&What::Or) {
            parts.extend(self.all()?);
        }
        Ok(joined(parts, Query::Or))
    }

    /// AND of terms, said or not.
    fn all(&mut self) -> Read {
        let mut parts = Vec::new();
        parts.extend(self.near()?);
        loop {
            let said = self.eat(&What::And);
            let ends = matches!(self.peek().map(|lexeme| &lexeme.what), None | Some(What::Or | What::Close));
            if ends && !said {
                return Ok(joined(parts, Query::And));
            }
            parts.extend(self.near()?);
        }
    }

    /// Terms joined by NEAR or PRE, from left to right.
    fn near(&mut self) -> Read {
        let mut left = self.unary()?;
        let mut terms = self.depth;
        while let Some(Lexeme { what: What::Near { distance, ordered }, place }) = self.peek() {
            if left.is_none() {
                // Nothing stands before it: what follows stands alone.
                self.notes.wrong(place.clone(), Problem::Dangling)?;
            }
            self.at += 1;
            terms += 1;
            let (ordered, distance) = (*ordered, *distance);
            left = match (left.take(), self.unary()?) {
                (Some(one), Some(other)) if !(has_place(&one) && has_place(&other)) => {
                    self.notes.wrong(place.clone(), Problem::NearWhat)?;
                    Some(Query::And(vec![one, other]))
                }
                (Some(one), Some(_)) if terms > MAX_DEPTH => {
                    self.notes.wrong(place.clone(), Problem::TooDeep)?;
                    Some(one)
                }
                (Some(one), Some(other)) => {
                    Some(Query::Near { left: Box::new(one), right: Box::new(other), distance, ordered })
                }
                (one, other) => one.or(other),
            };
        }
        Ok(left)
    }

    fn unary(&mut self) -> Read {
        let mut negations = 0_u32;
        loop {
            if self.eat(&What::Not) || self.eat(&What::Minus) {
                negations += 1;
            } else if !self.eat(&What::Must) {
                break;
            }
        }
        let inner = self.primary()?;
        Ok(if negations % 2 == 1 { inner.map(|inner| Query::Not(Box::new(inner))) } else { inner })
    }

    fn primary(&mut self) -> Read {
        loop {
            let place = self.place();
            let Some(lexeme) = self.peek() else {
                self.notes.wrong(place, Problem::Dangling)?;
                return Ok(None);
            };
            if lexeme.what == What::Close {
                // Whoever opened it closes it.
                let closes_nothing = self.at == 0;
                let problem = if closes_nothing { Problem::StrayParenthesis } else { Problem::Dangling };
                self.notes.wrong(place, problem)?;
                return Ok(None);
            }
            self.at += 1;
            return match &lexeme.what {
                What::Open => self.group(place),
                What::Field(name) => self.field(name, place),
                What::And
                | What::Or
                | What::Not
                | What::Minus
                | What::Must
                | What::Near { .. }
                | What::Close => {
                    self.notes.wrong(place, Problem::Dangling)?;
                    continue;
                }
                term => self.term(term, place),
            };
        }
    }

    fn group(&mut self, place: Range<usize>) -> Read {
        if self.depth >= MAX_DEPTH {
            self.notes.wrong(place, Problem::TooDeep)?;
            return Ok(None);
        }
        if self.eat(&What::Close) {
            self.notes.wrong(place, Problem::EmptyGroup)?;
            return Ok(None);
        }
        if self.peek().is_none() {
            self.notes.wrong(place, Problem::OpenParenthesis)?;
            return Ok(None);
        }
        self.depth += 1;
        let inner = self.any()?;
        self.depth -= 1;
        if !self.eat(&What::Close) {
            self.notes.wrong(place, Problem::OpenParenthesis)?;
        }
        Ok(inner)
    }

    /// What stands in one part of the article.
    fn part(&mut self, part: Part, place: Range<usize>) -> Read {
        if self.within != Part::Anywhere {
            self.notes.wrong(place.clone(), Problem::PartInPart)?;
        }
        if self.depth >= MAX_DEPTH {
            self.notes.wrong(place, Problem::TooDeep)?;
            return Ok(None);
        }
        let outer = self.within;
        self.within = part;
        self.depth += 1;
        let inner = self.unary()?;
        self.depth -= 1;
        self.within = outer;
        // A part within a part is an error of which the outer one stays.
        Ok(if outer == Part::Anywhere { inner.map(|inner| Query::In(part, Box::new(inner))) } else { inner })
    }
}

/// Whether a query has a place in the text, so that something may stand near it.
fn has_place(query: &Query) -> bool {
    match query {
        // Nor has a sloppy phrase one place from which to count.
        Query::And(_)
        | Query::Not(_)
        | Query::In(..)
        | Query::Filter(_)
        | Query::Phrase { slop: 1.., .. } => false,
        Query::Or(parts) => parts.iter().all(has_place),
        _ => true,
    }
}

fn joined(mut parts: Vec<Query>, many: fn(Vec<Query>) -> Query) -> Option<Query> {
    if parts.len() > 1 { Some(many(parts)) } else { parts.pop() }
}

#[cfg(test)]
mod tests;
