//! How often terms occur in a snapshot, each looked up once for a query: to leave out forms that no article has, and to
//! say what the others are worth.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

/// The statistics of one snapshot.
pub(crate) struct Statistics<'a> {
    pub(crate) searcher: &'a Searcher,
    known: Mutex<FxHashMap<Term, u64>>,
}

impl<'a> Statistics<'a> {
    pub(crate) fn of(searcher: &'a Searcher) -> Self {
        Self { searcher, known: Mutex::default() }
    }
}

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.searcher.total_num_tokens(field)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.searcher.total_num_docs()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(frequency) = known.get(term) {
            return Ok(*frequency);
        }
        let frequency = self.searcher.doc_freq(term)?;
        known.insert(term.clone(), frequency);
        Ok(frequency)
    }
}
