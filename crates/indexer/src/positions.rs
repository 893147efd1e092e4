//! Positions of keys in one field of one segment, document after document.

use std::cell::RefCell;
use std::sync::Arc;

use query::{Pattern, Positions, Spans};
use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, InvertedIndexReader, SegmentReader, Term};
use text::Key;

use crate::expansion::{Expansion, Fitting};
use crate::keys::terms_of;
use crate::shape::keys_of;
use crate::term_places::{PlacesOf, TermPlaces};
use crate::terms::KnownTerms;

/// The positions of the keys of one text, in the document that it was sent to last. Documents come in ascending order.
/// Positions are read when they are asked for: most documents are ruled out by their first words.
pub(crate) struct DocPositions {
    doc: DocId,
    keys: FxHashMap<Key, RefCell<Places>>,
    patterns: FxHashMap<Pattern, RefCell<Places>>,
}

/// Where a key stands: in the postings of each term that it is written as.
struct Places {
    doc: Option<DocId>,
    postings: Vec<SegmentPostings>,
    here: Vec<u32>,
}

/// Where the postings of one field of one segment are had from.
pub(crate) struct PostingsOf {
    index: Arc<InvertedIndexReader>,
    field: Field,
    segment: SegmentId,
    terms: Arc<KnownTerms>,
    fitting: Arc<Fitting>,
    places: PlacesOf,
}

impl PostingsOf {
    pub(crate) fn open(
        segment: &SegmentReader,
        field: Field,
        expansion: &Expansion,
    ) -> tantivy::Result<Self> {
        let (terms, fitting) = (Arc::clone(&expansion.terms), expansion.fitting(segment, field)?);
        let (index, id) = (segment.inverted_index(field)?, segment.segment_id());
        Ok(Self { index, field, segment: id, terms, fitting, places: PlacesOf::open(segment, field)? })
    }

    /// Returns the postings of each term that a key is written as.
    fn key(&self, key: &Key) -> tantivy::Result<Vec<SegmentPostings>> {
        let option = IndexRecordOption::WithFreqsAndPositions;
        self.infos(key)?
            .iter()
            .map(|info| Ok(self.index.read_postings_from_terminfo(info, option)?))
            .collect()
    }

    /// Returns the postings of each term that a pattern fits.
    fn pattern(&self, pattern: &Pattern) -> tantivy::Result<Vec<SegmentPostings>> {
        let option = IndexRecordOption::WithFreqsAndPositions;
        let read = |info| Ok(self.index.read_postings_from_terminfo(info, option)?);
        self.fitting_infos(pattern).map(read).collect()
    }

    /// The same as [`PostingsOf::key`], to be asked for nearly every document.
    pub(crate) fn key_places(&self, key: &Key) -> tantivy::Result<Vec<TermPlaces>> {
        self.infos(key)?.iter().map(|info| Ok(self.places.term(info)?)).collect()
    }

    /// The same as [`PostingsOf::pattern`], to be asked for nearly every document.
    pub(crate) fn pattern_places(&self, pattern: &Pattern) -> tantivy::Result<Vec<TermPlaces>> {
        self.fitting_infos(pattern).map(|info| Ok(self.places.term(info)?)).collect()
    }

    fn infos(&self, key: &Key) -> tantivy::Result<Vec<TermInfo>> {
        let mut infos = Vec::new();
        for term in terms_of(key) {
            let term = Term::from_field_text(self.field, term.as_str());
            infos.extend(self.terms.within(&self.index, self.segment, &term)?);
        }
        Ok(infos)
    }

    fn fitting_infos(&self, pattern: &Pattern) -> impl Iterator<Item = &TermInfo> {
        self.fitting.get(pattern).into_iter().flatten().map(|(_, info)| info)
    }
}

impl DocPositions {
    pub(crate) fn open(
        segment: &SegmentReader,
        field: Field,
        spans: &Spans,
        expansion: &Expansion,
    ) -> tantivy::Result<Self> {
        Self::of_postings(spans, &PostingsOf::open(segment, field, expansion)?)
    }

    pub(crate) fn of_postings(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Self> {
        let mut keys = FxHashMap::default();
        for key in keys_of(spans) {
            keys.insert(key.clone(), Places::new(postings.key(key)?));
        }
        let mut patterns = FxHashMap::default();
        for pattern in spans.patterns() {
            patterns.insert(pattern.clone(), Places::new(postings.pattern(pattern)?));
        }
        Ok(Self { doc: 0, keys, patterns })
    }

    pub(crate) fn go_to(&mut self, doc: DocId) {
        self.doc = doc;
    }

    fn of(&self, places: Option<&RefCell<Places>>) -> Vec<u32> {
        places.map(|places| places.borrow_mut().at(self.doc).to_vec()).unwrap_or_default()
    }
}

impl Places {
    fn new(postings: Vec<SegmentPostings>) -> RefCell<Self> {
        RefCell::new(Self { doc: None, postings, here: Vec::new() })
    }

    fn at(&mut self, doc: DocId) -> &[u32] {
        if self.doc != Some(doc) {
            self.doc = Some(doc);
            self.here.clear();
            if let [only] = &mut self.postings[..] {
                if only.doc() < doc {
                    only.seek(doc);
                }
                if only.doc() == doc {
                    only.positions(&mut self.here);
                }
                self.here.dedup();
                return &self.here;
            }
            let mut read = Vec::new();
            for postings in &mut self.postings {
                if postings.doc() < doc {
                    postings.seek(doc);
                }
                if postings.doc() == doc {
                    postings.positions(&mut read);
                    self.here.append(&mut read);
                }
            }
            self.here.sort_unstable();
            self.here.dedup();
        }
        &self.here
    }
}

impl Positions for DocPositions {
    fn of_key(&self, key: &Key) -> Vec<u32> {
        self.of(self.keys.get(key))
    }

    fn of_pattern(&self, pattern: &Pattern) -> Vec<u32> {
        self.of(self.patterns.get(pattern))
    }
}
