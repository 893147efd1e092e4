//! What the dictionaries of the segments say of a term, asked once: most of what a common word costs is to look up its
//! forms in title and text, and most forms stand in no article.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, Searcher, SegmentReader, Term};
use text::Key;

use crate::ceilings::Ceilings;
use crate::keys::terms_of;
use crate::score::key_weight;

/// So many terms are kept, a few hundred bytes each, and of one that is common in a segment up to eight kilobytes for it;
/// when there are more, all are forgotten.
const MOST: usize = 10_000;

/// So many words of each field are kept, a kilobyte each; when there are more, all are forgotten.
const MOST_WORDS: usize = 2_000;

/// What is known of the terms of a build. It outlives searches and commits: a segment never changes.
#[derive(Default)]
pub(crate) struct KnownTerms {
    known: Mutex<FxHashMap<Term, Arc<Standing>>>,
    words: Mutex<FxHashMap<Field, Words>>,
}

/// The words of one field, by the keys that they are asked for by.
type Words = FxHashMap<Box<[Key]>, Arc<KnownWord>>;

/// A word in one field of a snapshot: those of its terms that stand in any document.
pub(crate) struct KnownWord {
    segments: Vec<SegmentId>,
    pub(crate) present: Vec<Present>,
}

/// A term that stands in some document.
pub(crate) struct Present {
    pub(crate) term: Term,
    pub(crate) standing: Arc<Standing>,
    /// What the key counts.
    pub(crate) weight: f32,
}

/// Where a term stands.
pub(crate) struct Standing {
    /// Every segment, in the order of the searcher that asked.
    segments: Vec<InSegment>,
    /// How many documents have the term, in all segments together.
    pub(crate) documents: u64,
}

/// Where a term stands in one segment.
#[derive(Clone)]
struct InSegment {
    id: SegmentId,
    /// Where its documents lie; none when it has none.
    info: Option<TermInfo>,
    /// What the best of them can score, once it was asked for.
    ceilings: OnceLock<Ceilings>,
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
            // They hold terms as well.
            self.words.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        known.insert(term.clone(), Arc::clone(&standing));
        Ok(standing)
    }

    /// Returns the terms of a word, asked for by any of `keys`, that stand in a field of a snapshot.
    pub(crate) fn word(
        &self,
        searcher: &Searcher,
        field: Field,
        keys: &[Key],
    ) -> tantivy::Result<Arc<KnownWord>> {
        let words = || self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let segments = || searcher.segment_readers().iter().map(SegmentReader::segment_id);
        let before = words().get(&field).and_then(|words| words.get(keys)).map(Arc::clone);
        if let Some(known) = before.filter(|known| known.segments.iter().copied().eq(segments())) {
            return Ok(known);
        }
        let mut terms: Vec<Key> = keys.iter().flat_map(terms_of).collect();
        terms.sort_unstable();
        terms.dedup();
        let mut present = Vec::new();
        for key in terms {
            let term = Term::from_field_text(field, key.as_str());
            let standing = self.standing(searcher, &term)?;
            if standing.documents > 0 {
                present.push(Present { term, standing, weight: key_weight(&key) });
            }
        }
        let word = Arc::new(KnownWord { segments: segments().collect(), present });
        let mut words = words();
        let of_field = words.entry(field).or_default();
        if of_field.len() >= MOST_WORDS {
            of_field.clear();
        }
        of_field.insert(keys.into(), Arc::clone(&word));
        Ok(word)
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
            Some(found) => Ok(found.info.clone()),
            None => Ok(index.get_term_info(term)?),
        }
    }
}

impl Standing {
    fn is_of(&self, searcher: &Searcher) -> bool {
        let segments = searcher.segment_readers().iter().map(SegmentReader::segment_id);
        self.segments.iter().map(|one| one.id).eq(segments)
    }

    /// Asks the segments that were not asked before.
    fn look_up(searcher: &Searcher, term: &Term, before: Option<&Self>) -> tantivy::Result<Self> {
        let mut standing = Self { segments: Vec::new(), documents: 0 };
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let found = if let Some(found) = before.and_then(|before| before.look_at(id)) {
                found.clone()
            } else {
                let info = segment.inverted_index(term.field())?.get_term_info(term)?;
                InSegment { id, info, ceilings: OnceLock::new() }
            };
            standing.documents += found.info.as_ref().map_or(0, |info| u64::from(info.doc_freq));
            standing.segments.push(found);
        }
        Ok(standing)
    }

    fn look_at(&self, segment: SegmentId) -> Option<&InSegment> {
        self.segments.iter().find(|one| one.id == segment)
    }

    /// Returns where the term's documents lie in a segment, if it stands there.
    pub(crate) fn within(&self, segment: SegmentId) -> Option<&TermInfo> {
        self.look_at(segment)?.info.as_ref()
    }

    /// Returns what the term's documents in a segment can score; `find_out` is asked once.
    pub(crate) fn ceilings(
        &self,
        segment: SegmentId,
        find_out: impl FnOnce() -> Ceilings,
    ) -> Option<&Ceilings> {
        Some(self.look_at(segment)?.ceilings.get_or_init(find_out))
    }
}
