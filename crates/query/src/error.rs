//! An error in a query, with its place; what was noted while one was read.

use std::fmt;
use std::ops::Range;

use crate::lex::{What, lex};
use crate::{Lexicon, Problem};

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

/// Where a query names an entity that the lexicon lacks.
fn unknown_entity(query: &str, lexicon: &Lexicon) -> Option<Range<usize>> {
    let lexemes = lex(query, &mut Notes::lenient()).ok()?;
    let lacks = |id: &str| lexicon.entity(id).is_none() && lexicon.entity(&id.to_lowercase()).is_none();
    let fields = lexemes.windows(2).filter_map(|pair| match pair {
        [field, value] if field.what == What::Field("entity".to_owned()) => match &value.what {
            What::Word(id) | What::Quote { text: id, .. } => Some((id, field.place.start..value.place.end)),
            _ => None,
        },
        _ => None,
    });
    let signs = lexemes.iter().filter_map(|one| match &one.what {
        What::Entity(id) => Some((id, one.place.clone())),
        _ => None,
    });
    signs.chain(fields).filter(|(id, _)| lacks(id)).map(|(_, place)| place).min_by_key(|place| place.start)
}

/// What was wrong while a query was read. Strict notes end the reading at once; lenient ones keep the first error and
/// let the reader go on as well as it can.
#[derive(Debug)]
pub(crate) struct Notes {
    lenient: bool,
    pub(crate) first: Option<QueryError>,
}

impl Notes {
    pub(crate) fn strict() -> Self {
        Self { lenient: false, first: None }
    }

    pub(crate) fn lenient() -> Self {
        Self { lenient: true, first: None }
    }

    /// Notes a problem.
    pub(crate) fn wrong(&mut self, place: Range<usize>, problem: Problem) -> Result<(), QueryError> {
        let error = QueryError::new(place, problem);
        if !self.lenient {
            return Err(error);
        }
        self.first.get_or_insert(error);
        Ok(())
    }
}

impl QueryError {
    pub(crate) fn new(place: Range<usize>, problem: Problem) -> Self {
        Self { place, problem, character: None }
    }

    /// Returns the error with the place that it has in `query`: an error of `plan` knows none. All but names that
    /// `lexicon` lacks are found when a query is parsed, so that these alone are looked up.
    #[must_use]
    pub fn placed_in(self, query: &str, lexicon: &Lexicon) -> Self {
        if self.character.is_some() {
            return self;
        }
        let place = unknown_entity(query, lexicon).filter(|_| self.problem == Problem::Entity);
        Self { place: place.unwrap_or(0..query.len()), ..self }.counted_in(query)
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
        let (problem, remedy) = (self.problem.what(), self.problem.remedy());
        match self.character {
            Some(character) => write!(f, "at character {character}: {problem}: {remedy}"),
            None => write!(f, "{problem}: {remedy}"),
        }
    }
}

impl std::error::Error for QueryError {}
