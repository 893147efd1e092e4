//! Sets of documents of one segment, as the engine goes through them.

use std::fmt;

use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, SeekDangerResult, TERMINATED};

/// A set of document numbers below a fixed bound, as bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocBits {
    words: Vec<u64>,
    bound: u32,
}

impl DocBits {
    pub(crate) fn none(bound: u32) -> Self {
        let words = usize::try_from(bound.div_ceil(64)).unwrap_or(0);
        Self { words: vec![0; words], bound }
    }

    pub(crate) fn insert(&mut self, doc: u32) {
        let word = usize::try_from(doc / 64).ok().and_then(|at| self.words.get_mut(at));
        if let Some(word) = word.filter(|_| doc < self.bound) {
            *word |= 1 << (doc % 64);
        }
    }

    pub(crate) fn contains(&self, doc: u32) -> bool {
        self.word(doc / 64) & (1 << (doc % 64)) != 0
    }

    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    fn word(&self, number: u32) -> u64 {
        usize::try_from(number).ok().and_then(|at| self.words.get(at)).copied().unwrap_or(0)
    }

    /// Returns how many documents are not before `from`.
    pub(crate) fn count_from(&self, from: u32) -> u32 {
        let whole = usize::try_from(from / 64).unwrap_or(usize::MAX).saturating_add(1);
        let first = self.word(from / 64) & (u64::MAX << (from % 64));
        first.count_ones() + self.words.iter().skip(whole).map(|word| word.count_ones()).sum::<u32>()
    }

    /// Writes the documents from `from` on into a buffer, as many as there is room for. Returns how many there are, and
    /// the next one.
    pub(crate) fn fill(&self, from: u32, buffer: &mut [DocId]) -> (usize, DocId) {
        let mut number = from / 64;
        let mut word = self.word(number) & (u64::MAX << (from % 64));
        for (filled, place) in buffer.iter_mut().enumerate() {
            while word == 0 {
                number += 1;
                if number.saturating_mul(64) >= self.bound {
                    return (filled, TERMINATED);
                }
                word = self.word(number);
            }
            *place = number * 64 + word.trailing_zeros();
            word &= word - 1;
        }
        let next = if word == 0 {
            self.first_from((number + 1).saturating_mul(64))
        } else {
            number * 64 + word.trailing_zeros()
        };
        (buffer.len(), next)
    }

    /// Returns the first document of the set that is not before `from`.
    pub(crate) fn first_from(&self, from: u32) -> DocId {
        if from >= self.bound {
            return TERMINATED;
        }
        let mut number = from / 64;
        let mut word = self.word(number) & (u64::MAX << (from % 64));
        while word == 0 {
            number += 1;
            if number * 64 >= self.bound {
                return TERMINATED;
            }
            word = self.word(number);
        }
        number * 64 + word.trailing_zeros()
    }
}

/// Which documents of a segment are wanted.
pub(crate) enum Wanted {
    /// Those of a set.
    Bits(DocBits),
    /// Those of a range of numbers.
    Range(std::ops::Range<u32>),
    /// Those below a bound of which a fact holds.
    Holding(u32, Box<dyn Fn(DocId) -> bool + Send>),
}

impl Wanted {
    fn first_from(&self, from: u32) -> DocId {
        match self {
            Self::Bits(bits) => bits.first_from(from),
            Self::Range(range) => {
                let doc = from.max(range.start);
                if doc < range.end { doc } else { TERMINATED }
            }
            Self::Holding(bound, holds) => (from..*bound).find(|doc| holds(*doc)).unwrap_or(TERMINATED),
        }
    }

    fn contains(&self, doc: DocId) -> bool {
        match self {
            Self::Bits(bits) => bits.contains(doc),
            Self::Range(range) => range.contains(&doc),
            Self::Holding(bound, holds) => doc < *bound && holds(doc),
        }
    }

    /// Returns a document that is not before `from`, and not after the next wanted one. Beyond the last document it says
    /// so: else those who ask in turn would go through all numbers that there are.
    fn not_before(&self, from: DocId) -> DocId {
        match self {
            Self::Bits(_) | Self::Range(_) => self.first_from(from),
            Self::Holding(bound, _) => {
                if from < *bound {
                    from
                } else {
                    TERMINATED
                }
            }
        }
    }

    fn size(&self) -> u32 {
        match self {
            Self::Bits(bits) => bits.count(),
            Self::Range(range) => range.end.saturating_sub(range.start),
            // Going through them costs a look at each.
            Self::Holding(bound, _) => *bound,
        }
    }
}

/// Goes through wanted documents, each of the same score.
pub(crate) struct WantedDocs {
    wanted: Wanted,
    size: u32,
    doc: DocId,
    score: Score,
}

impl WantedDocs {
    pub(crate) fn new(wanted: Wanted, score: Score) -> Self {
        let (size, doc) = (wanted.size(), wanted.first_from(0));
        Self { wanted, size, doc, score }
    }
}

impl fmt::Debug for WantedDocs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WantedDocs").field("doc", &self.doc).finish_non_exhaustive()
    }
}

impl DocSet for WantedDocs {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.wanted.first_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.wanted.first_from(target);
        }
        self.doc
    }

    /// Looks at the one document that is asked for, and at none after it.
    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        if self.wanted.contains(target) {
            self.doc = target;
            return SeekDangerResult::Found;
        }
        SeekDangerResult::SeekLowerBound(if self.doc > target {
            self.doc
        } else {
            self.wanted.not_before(target + 1)
        })
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.size
    }
}

impl Scorer for WantedDocs {
    fn score(&mut self) -> Score {
        self.score
    }
}

/// A number of the engine's as an index: four bytes fit everywhere that this runs.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(wanted: Wanted) -> Vec<DocId> {
        let mut docs = WantedDocs::new(wanted, 0.0);
        let mut found = Vec::new();
        while docs.doc() != TERMINATED {
            found.push(docs.doc());
            docs.advance();
        }
        found
    }

    #[test]
    fn every_kind_of_set_goes_through_its_documents_in_order() {
        let mut bits = DocBits::none(130);
        for doc in [1, 63, 64, 129, 500] {
            bits.insert(doc);
        }
        assert_eq!(all(Wanted::Bits(bits)), [1, 63, 64, 129]);
        assert_eq!(all(Wanted::Range(3..6)), [3, 4, 5]);
        assert_eq!(all(Wanted::Range(5..5)), [0_u32; 0]);
        assert_eq!(all(Wanted::Holding(10, Box::new(|doc| doc % 4 == 1))), [1, 5, 9]);
        assert_eq!(all(Wanted::Bits(DocBits::none(0))), [0_u32; 0]);
    }

    #[test]
    fn a_set_is_written_out_in_pieces() {
        let documents = [0, 1, 63, 64, 127, 128, 129, 300];
        let mut bits = DocBits::none(301);
        for doc in documents {
            bits.insert(doc);
        }
        for room in 1..=9 {
            let (mut found, mut next) = (Vec::new(), bits.first_from(0));
            while next != TERMINATED {
                let mut buffer = vec![0; room];
                let (filled, after) = bits.fill(next, &mut buffer);
                found.extend_from_slice(&buffer[..filled]);
                next = after;
            }
            assert_eq!(found, documents, "{room} at a time");
        }
        assert_eq!([0, 1, 64, 301].map(|from| bits.count_from(from)), [8, 7, 5, 0]);
    }

    #[test]
    fn a_look_at_one_document_tells_whether_it_is_there() {
        let mut docs = WantedDocs::new(Wanted::Holding(10, Box::new(|doc| doc % 4 == 1)), 0.0);
        assert_eq!(docs.seek_danger(5), SeekDangerResult::Found);
        assert_eq!(docs.seek_danger(6), SeekDangerResult::SeekLowerBound(7));
        assert_eq!(docs.seek_danger(9), SeekDangerResult::Found);
        for wanted in [Wanted::Holding(10, Box::new(|doc| doc == 1)), Wanted::Range(0..2)] {
            let mut docs = WantedDocs::new(wanted, 0.0);
            assert_eq!(
                docs.seek_danger(9),
                SeekDangerResult::SeekLowerBound(TERMINATED),
                "there is no end to wait for"
            );
        }
        assert_eq!(docs.advance(), TERMINATED);
    }
}
