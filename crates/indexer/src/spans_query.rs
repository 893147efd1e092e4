//! Finds the documents in which a phrase, a window or a pair of near words stands.
//!
//! Candidates are those that hold all of its words; [`Spans::find`] decides, as it does for the matcher, or for plain
//! rows what says the same. Where nothing is scored, plain rows find their candidates themselves.

use std::fmt;
use std::sync::Arc;

use query::Spans;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::Field;
use tantivy::{DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED, TantivyError};

use crate::expansion::Expansion;
use crate::plain_row::PlainRow;
use crate::positions::{DocPositions, PostingsOf};
use crate::row_docs::RowDocs;

/// A text whose words have an order or a distance.
#[derive(Debug)]
pub(crate) struct SpansQuery {
    pub(crate) text: Placing,
    /// Finds the documents with all of the words, and scores them; not needed for a plain row that is not scored.
    pub(crate) candidates: Option<Box<dyn Query>>,
}

/// What must stand where.
#[derive(Clone)]
pub(crate) struct Placing {
    pub(crate) field: Field,
    pub(crate) spans: Arc<Spans>,
    pub(crate) expansion: Expansion,
}

impl fmt::Debug for Placing {
    // Queries must not reach a log, not even through an error of the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Placing")
    }
}

impl Clone for SpansQuery {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), candidates: self.candidates.as_ref().map(|query| query.box_clone()) }
    }
}

impl Query for SpansQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let candidates = self.candidates.as_ref().map(|query| query.weight(scoring)).transpose()?;
        Ok(Box::new(SpansWeight { text: self.text.clone(), candidates }))
    }
}

struct SpansWeight {
    text: Placing,
    candidates: Option<Box<dyn Weight>>,
}

impl Weight for SpansWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let Placing { field, spans, expansion } = &self.text;
        let Some(candidates) = &self.candidates else {
            let row = PlainRow::of(spans, &PostingsOf::open(segment, *field, expansion)?)?;
            let row = row.ok_or_else(|| {
                TantivyError::InternalError("a text that is no plain row has no candidates".to_owned())
            })?;
            return Ok(Box::new(RowDocs::new(row, segment.max_doc())));
        };
        let candidates = candidates.scorer(segment, boost)?;
        let decides = if candidates.doc() == TERMINATED {
            Decides::Nothing
        } else {
            let postings = PostingsOf::open(segment, *field, expansion)?;
            match PlainRow::of(spans, &postings)? {
                Some(row) => Decides::Row(row),
                None => Decides::Spans(Arc::clone(spans), DocPositions::of_postings(spans, &postings)?),
            }
        };
        let mut scorer = SpansScorer { candidates, decides };
        let first = scorer.candidates.doc();
        scorer.settle(first);
        Ok(Box::new(scorer))
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        if scorer.doc() <= doc && scorer.seek(doc) == doc {
            Ok(Explanation::new("words in their places", scorer.score()))
        } else {
            Err(TantivyError::InvalidArgument(format!("document {doc} does not match")))
        }
    }
}

/// Candidates, of which those are passed over where the text does not stand.
struct SpansScorer {
    candidates: Box<dyn Scorer>,
    decides: Decides,
}

/// What says whether the text stands in a candidate.
enum Decides {
    /// There is no candidate.
    Nothing,
    Row(PlainRow),
    Spans(Arc<Spans>, DocPositions),
}

impl fmt::Debug for SpansScorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpansScorer").field("doc", &self.candidates.doc()).finish_non_exhaustive()
    }
}

impl SpansScorer {
    fn stands_in(&mut self, doc: DocId) -> bool {
        match &mut self.decides {
            Decides::Nothing => false,
            Decides::Row(row) => row.stands_in(doc),
            Decides::Spans(spans, positions) => {
                positions.go_to(doc);
                !spans.find(positions).is_empty()
            }
        }
    }

    /// Goes on from a candidate to the first in which the text stands.
    fn settle(&mut self, mut doc: DocId) -> DocId {
        while doc != TERMINATED && !self.stands_in(doc) {
            doc = self.candidates.advance();
        }
        doc
    }
}

impl DocSet for SpansScorer {
    fn advance(&mut self) -> DocId {
        let doc = self.candidates.advance();
        self.settle(doc)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.candidates.doc() >= target {
            return self.candidates.doc();
        }
        let doc = self.candidates.seek(target);
        self.settle(doc)
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        match self.candidates.seek_danger(target) {
            SeekDangerResult::Found if self.stands_in(target) => SeekDangerResult::Found,
            SeekDangerResult::Found => SeekDangerResult::SeekLowerBound(target + 1),
            lower @ SeekDangerResult::SeekLowerBound(_) => lower,
        }
    }

    fn doc(&self) -> DocId {
        self.candidates.doc()
    }

    fn size_hint(&self) -> u32 {
        self.candidates.size_hint()
    }

    /// Reading positions costs more than going through documents.
    fn cost(&self) -> u64 {
        self.candidates.cost().saturating_mul(10)
    }
}

impl Scorer for SpansScorer {
    fn score(&mut self) -> Score {
        self.candidates.score()
    }
}
