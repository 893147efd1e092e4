//! One term of known standing, to be scored: only the segments where it stands are asked for it.

use std::fmt;
use std::sync::Arc;

use tantivy::query::{EmptyScorer, EnableScoring, Explanation, Query, Scorer, TermQuery, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Score, SegmentReader, TantivyError, Term};

use crate::terms::Standing;

/// A term, and where it stands.
#[derive(Clone)]
pub(crate) struct StandingTermQuery {
    term: TermQuery,
    standing: Arc<Standing>,
}

impl StandingTermQuery {
    pub(crate) fn new(term: Term, standing: Arc<Standing>) -> Self {
        Self { term: TermQuery::new(term, IndexRecordOption::WithFreqs), standing }
    }
}

impl fmt::Debug for StandingTermQuery {
    // Queries must not reach a log, not even through an error of the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StandingTerm")
    }
}

impl Query for StandingTermQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let term = self.term.weight(scoring)?;
        Ok(Box::new(StandingTermWeight { term, standing: Arc::clone(&self.standing) }))
    }
}

struct StandingTermWeight {
    term: Box<dyn Weight>,
    standing: Arc<Standing>,
}

impl Weight for StandingTermWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        if self.standing.within(segment.segment_id()).is_none() {
            return Ok(Box::new(EmptyScorer));
        }
        self.term.scorer(segment, boost)
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        if self.standing.within(segment.segment_id()).is_none() {
            return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
        }
        self.term.explain(segment, doc)
    }

    fn count(&self, segment: &SegmentReader) -> tantivy::Result<u32> {
        match self.standing.within(segment.segment_id()) {
            None => Ok(0),
            Some(info) if segment.alive_bitset().is_none() => Ok(info.doc_freq),
            Some(_) => self.term.count(segment),
        }
    }
}
