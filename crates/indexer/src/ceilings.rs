//! What the best document of each stretch of a segment can score for a word: by it, most of a segment is passed over when
//! only the best documents are wanted.
//!
//! The stretches are windows of document numbers, the same for all words, so that what several words promise together
//! is a sum (Dimopoulos, Nepomnyachiy and Suel 2013).

use std::ops::Range;
use std::sync::Arc;

use tantivy::DocId;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::Bm25Weight;

use crate::docset::index;

/// A segment is cut into about so many windows.
const MOST: u32 = 2_048;
/// Fewest documents of a window.
const FEWEST_DOCUMENTS: u32 = 64;
/// Of words that stand in fewer than one document of so many nothing is kept: it is soon found out.
const COMMON: u32 = 64;

/// How a segment is cut into windows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windows {
    documents: u32,
    /// How many documents a window has, as a power of two.
    log_size: u32,
}

impl Windows {
    pub(crate) fn of(documents: u32) -> Self {
        let size = (documents / MOST).next_power_of_two().max(FEWEST_DOCUMENTS);
        Self { documents, log_size: size.trailing_zeros() }
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        index(self.documents >> self.log_size) + 1
    }

    /// How many documents each has.
    pub(crate) fn size(self) -> usize {
        1 << self.log_size
    }

    /// The documents of one.
    pub(crate) fn range(self, window: usize) -> Range<DocId> {
        let start = u32::try_from(window << self.log_size).unwrap_or(u32::MAX);
        start..start.saturating_add(1 << self.log_size).min(self.documents)
    }

    /// Whether it is worth keeping what a word can score that stands in so many documents.
    pub(crate) fn are_kept(self, documents: u32) -> bool {
        documents >= self.documents / COMMON
    }
}

/// A word in a field of a segment, as it is scored when its weight is one.
#[derive(Clone, Copy)]
pub(crate) struct Scoring<'a> {
    pub(crate) unit: &'a Bm25Weight,
    pub(crate) lengths: &'a FieldNormReader,
}

impl Scoring<'_> {
    pub(crate) fn score(self, doc: DocId, often: u32) -> f32 {
        self.unit.score(self.lengths.fieldnorm_id(doc), often)
    }

    /// Calls `each` with every window that has documents of the word, ascending, and what the best of them scores.
    /// `postings` stand at their beginning.
    pub(crate) fn each_ceiling(
        self,
        postings: &BlockSegmentPostings,
        windows: Windows,
        mut each: impl FnMut(usize, f32),
    ) {
        let (mut window, mut most) = (0, 0.0_f32);
        each_block(postings, |block| {
            for (doc, often) in block.docs().iter().zip(block.freqs()) {
                let here = index(doc >> windows.log_size);
                if here != window {
                    each(window, most);
                    (window, most) = (here, 0.0);
                }
                most = most.max(self.score(*doc, *often));
            }
        });
        each(window, most);
    }
}

/// Returns whether a word has so few documents that they are one block; `postings` stand at their beginning.
pub(crate) fn is_one_block(postings: &BlockSegmentPostings) -> bool {
    index(postings.doc_freq()) <= postings.docs().len()
}

fn each_block(postings: &BlockSegmentPostings, mut each: impl FnMut(&BlockSegmentPostings)) {
    if is_one_block(postings) {
        return each(postings);
    }
    let mut postings = postings.clone();
    while !postings.docs().is_empty() {
        each(&postings);
        postings.advance();
    }
}

/// What the best document of each window can score for a word of weight one.
#[derive(Clone)]
pub(crate) struct Ceilings(Arc<[f32]>);

impl Ceilings {
    pub(crate) fn of(scoring: Scoring<'_>, postings: &BlockSegmentPostings, windows: Windows) -> Self {
        let mut ceilings = vec![0.0; windows.count()];
        scoring.each_ceiling(postings, windows, |window, most| {
            if let Some(ceiling) = ceilings.get_mut(window) {
                *ceiling = most;
            }
        });
        Self(ceilings.into())
    }

    /// Adds to what each window promises.
    pub(crate) fn add_to(&self, promises: &mut [f32], weight: f32) {
        for (promise, ceiling) in promises.iter_mut().zip(&*self.0) {
            *promise += ceiling * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_a_segment_once() {
        for documents in [0, 1, 63, 64, 65, 50_000, 1_000_000, 40_000_000] {
            let windows = Windows::of(documents);
            let mut next = 0;
            for window in 0..windows.count() {
                let range = windows.range(window);
                assert!(range.start == next && range.len() <= windows.size());
                next = range.end;
            }
            assert_eq!(next, documents);
            assert!(windows.count() <= 2 * index(MOST) + 1);
        }
    }
}
