//! How often terms occur in a snapshot: to leave out forms that no article has, and to say what the others are worth.

use std::cell::RefCell;
use std::sync::Arc;

use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};
use text::Key;

use crate::terms::{KnownTerms, KnownWord, Standing};

/// The statistics of one snapshot.
pub(crate) struct Statistics<'a> {
    pub(crate) searcher: &'a Searcher,
    terms: &'a KnownTerms,
    /// How many words each field has: the engine asks once for each term.
    words: RefCell<Vec<(Field, u64)>>,
}

impl<'a> Statistics<'a> {
    pub(crate) fn of(searcher: &'a Searcher, terms: &'a KnownTerms) -> Self {
        Self { searcher, terms, words: RefCell::default() }
    }

    /// Returns the terms of a word that stand in a field.
    pub(crate) fn word(&self, field: Field, keys: &[Key]) -> tantivy::Result<Arc<KnownWord>> {
        self.terms.word(self.searcher, field, keys)
    }

    /// Returns where a term stands.
    pub(crate) fn standing(&self, term: &Term) -> tantivy::Result<Arc<Standing>> {
        self.terms.standing(self.searcher, term)
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        let mut words = self.words.borrow_mut();
        if let Some((_, known)) = words.iter().find(|(one, _)| *one == field) {
            return Ok(*known);
        }
        let counted = self.searcher.total_num_tokens(field)?;
        words.push((field, counted));
        Ok(counted)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        Ok(self.standing(term)?.documents)
    }
}
