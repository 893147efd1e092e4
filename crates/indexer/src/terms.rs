//! What the dictionaries of the segments say of a term, asked once: most of what a common word costs is to look up its
//! forms in title and text, and most forms stand in no article.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::{InvertedIndexReader, Searcher, SegmentReader, Term};

/// So many terms are kept, a few hundred bytes each; when there are more, all are forgotten.
const MOST: usize = 10_000;

/// What is known of the terms of a build. It outlives searches and commits: a segment never changes.
#[derive(Default)]
pub(crate) struct KnownTerms {
    known: Mutex<FxHashMap<Term, Arc<Standing>>>,
}

/// Where a term stands.
pub(crate) struct Standing {
    /// Every segment, in the order of the searcher that asked.
    segments: Vec<(SegmentId, Option<TermInfo>)>,
    /// How many documents have the term, in all segments together.
    pub(crate) documents: u64,
}

impl KnownTerms {
    /// Returns where a term stands in a snapshot.
    pub(crate) fn standing(&self, searcher: &Searcher, term: &Term) -> tantivy::Result<Arc<Standing>> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(term).map(Arc::clone);
        if let Some(known) = before.as_ref().filter(|known| known.is_of(searcher)) {
            return Ok(Arc::clone(known));
        }
        let standing = Arc::new(Standing::look_up(searcher, term, before.as_deref())?);
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(term.clone(), Arc::clone(&standing));
        Ok(standing)
    }

    /// Returns where a term's documents lie in a segment, if it stands there; asked of `index` when it is not known.
    pub(crate) fn within(
        &self,
        index: &InvertedIndexReader,
        segment: SegmentId,
        term: &Term,
    ) -> tantivy::Result<Option<TermInfo>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(term).map(Arc::clone);
        match known.as_ref().and_then(|known| known.look_at(segment)) {
            Some(found) => Ok(found.clone()),
            None => Ok(index.get_term_info(term)?),
        }
    }
}

impl Standing {
    fn is_of(&self, searcher: &Searcher) -> bool {
        let segments = searcher.segment_readers().iter().map(SegmentReader::segment_id);
        self.segments.iter().map(|(id, _)| *id).eq(segments)
    }

    /// Asks the segments that were not asked before.
    fn look_up(searcher: &Searcher, term: &Term, before: Option<&Self>) -> tantivy::Result<Self> {
        let mut standing = Self { segments: Vec::new(), documents: 0 };
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let found = match before.and_then(|before| before.look_at(id)) {
                Some(found) => found.clone(),
                None => segment.inverted_index(term.field())?.get_term_info(term)?,
            };
            standing.documents += found.as_ref().map_or(0, |info| u64::from(info.doc_freq));
            standing.segments.push((id, found));
        }
        Ok(standing)
    }

    fn look_at(&self, segment: SegmentId) -> Option<&Option<TermInfo>> {
        self.segments.iter().find(|(id, _)| *id == segment).map(|(_, found)| found)
    }

    /// Returns where the term's documents lie in a segment, if it stands there.
    pub(crate) fn within(&self, segment: SegmentId) -> Option<&TermInfo> {
        self.look_at(segment)?.as_ref()
    }
}
