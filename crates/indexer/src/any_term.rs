//! Documents with any of several terms, for a search that scores nothing.
//!
//! Whoever asks for single documents, because rarer words have ruled out all others, is answered from the lists of the
//! terms. Whoever goes through them all, or has asked often, is answered from a set, into which the lists are read once.

use std::fmt;
use std::sync::Arc;

use tantivy::postings::SegmentPostings;
use tantivy::query::{AllScorer, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED, TantivyError,
};

use crate::docset::DocBits;
use crate::terms::Standing;

/// What it costs to look for one document in a list, in documents of a list that is read.
const LOOK: u32 = 8;

/// Documents that are fewer than one of so many are gone through by their lists.
const SPARSE: u32 = 64;

/// Any of these terms, each with where it stands.
#[derive(Clone)]
pub(crate) struct AnyTermQuery(Arc<[(Field, Arc<Standing>)]>);

impl AnyTermQuery {
    pub(crate) fn new(terms: Vec<(Field, Arc<Standing>)>) -> Self {
        Self(terms.into())
    }
}

impl fmt::Debug for AnyTermQuery {
    // Queries must not reach a log, not even through an error of the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyTerm")
    }
}

impl Query for AnyTermQuery {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(AnyTermWeight(Arc::clone(&self.0))))
    }
}

struct AnyTermWeight(Arc<[(Field, Arc<Standing>)]>);

impl Weight for AnyTermWeight {
    fn scorer(&self, segment: &SegmentReader, _: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let mut lists = Vec::new();
        for (field, standing) in &*self.0 {
            let Some(info) = standing.within(segment.segment_id()) else { continue };
            if info.doc_freq == segment.max_doc() {
                return Ok(Box::new(AllScorer::new(segment.max_doc())));
            }
            let index = segment.inverted_index(*field)?;
            lists.push(index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?);
        }
        if lists.is_empty() {
            return Ok(Box::new(EmptyScorer));
        }
        Ok(Box::new(AnyTermDocs::new(lists, segment.max_doc())))
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        if scorer.doc() <= doc && scorer.seek(doc) == doc {
            Ok(Explanation::new("any term", scorer.score()))
        } else {
            Err(TantivyError::InvalidArgument(format!("document {doc} does not match")))
        }
    }
}

/// The documents of one segment.
struct AnyTermDocs {
    lists: Vec<SegmentPostings>,
    /// What the lists hold from where they stood when they were read.
    set: Option<DocBits>,
    doc: DocId,
    /// How many documents the lists hold; one that is in several counts as often.
    size: u32,
    bound: u32,
    /// How often a list was asked for a single document.
    looks: u32,
}

impl AnyTermDocs {
    fn new(lists: Vec<SegmentPostings>, bound: u32) -> Self {
        let size = lists.iter().map(SegmentPostings::doc_freq).fold(0, u32::saturating_add);
        let mut docs = Self { lists, set: None, doc: 0, size, bound, looks: 0 };
        docs.doc = docs.first_of_lists();
        docs
    }

    fn first_of_lists(&self) -> DocId {
        self.lists.iter().map(SegmentPostings::doc).min().unwrap_or(TERMINATED)
    }

    /// Sends the lists to the first document that is not before `target`, and returns it.
    fn send_lists(&mut self, target: DocId) -> DocId {
        for list in &mut self.lists {
            if list.doc() < target {
                list.seek(target);
            }
        }
        self.first_of_lists()
    }

    /// Whether to go through the documents is dearer from the lists than from a set.
    fn is_worth_a_set(&self) -> bool {
        self.lists.len() > 1 && self.size >= self.bound / SPARSE
    }

    fn gather(&mut self) -> &DocBits {
        let (lists, bound) = (&mut self.lists, self.bound);
        self.set.get_or_insert_with(|| {
            let mut set = DocBits::none(bound);
            for list in lists {
                let mut doc = list.doc();
                while doc != TERMINATED {
                    set.insert(doc);
                    doc = list.advance();
                }
            }
            set
        })
    }

    fn first_from(&mut self, target: DocId) -> DocId {
        if self.set.is_some() || self.is_worth_a_set() {
            self.gather().first_from(target)
        } else {
            self.send_lists(target)
        }
    }
}

impl fmt::Debug for AnyTermDocs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyTermDocs").field("doc", &self.doc).finish_non_exhaustive()
    }
}

impl DocSet for AnyTermDocs {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.first_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = match &self.set {
                Some(set) => set.first_from(target),
                None => self.send_lists(target),
            };
        }
        self.doc
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        if self.doc > target {
            return SeekDangerResult::SeekLowerBound(self.doc);
        }
        self.looks = self.looks.saturating_add(u32::try_from(self.lists.len()).unwrap_or(u32::MAX));
        let first =
            if self.set.is_some() || (self.looks.saturating_mul(LOOK) > self.size && self.is_worth_a_set()) {
                self.gather().first_from(target)
            } else {
                self.send_lists(target)
            };
        if first == target {
            self.doc = target;
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(first)
        }
    }

    fn fill_buffer(&mut self, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
        if self.doc == TERMINATED {
            return 0;
        }
        if self.set.is_none() && self.is_worth_a_set() {
            self.gather();
        }
        let (filled, next) = match &self.set {
            Some(set) => set.fill(self.doc, buffer),
            None => return fill_one_by_one(self, buffer),
        };
        self.doc = next;
        filled
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.size.min(self.bound)
    }

    fn count_including_deleted(&mut self) -> u32 {
        if self.doc != TERMINATED && self.is_worth_a_set() {
            let from = self.doc;
            let count = self.gather().count_from(from);
            self.doc = TERMINATED;
            return count;
        }
        let mut count = 0;
        while self.doc != TERMINATED {
            count += 1;
            self.advance();
        }
        count
    }
}

fn fill_one_by_one(docs: &mut AnyTermDocs, buffer: &mut [DocId; COLLECT_BLOCK_BUFFER_LEN]) -> usize {
    let mut filled = 0;
    for place in buffer {
        if docs.doc == TERMINATED {
            break;
        }
        *place = docs.doc;
        filled += 1;
        docs.advance();
    }
    filled
}

impl Scorer for AnyTermDocs {
    fn score(&mut self) -> Score {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use tantivy::schema::{STRING, Schema};
    use tantivy::{Index, IndexWriter, TantivyDocument, Term};

    use super::*;

    const DOCUMENTS: u32 = 10_000;

    /// A segment whose documents have those of these words that divide their number.
    fn segment() -> (Field, SegmentReader) {
        let mut schema = Schema::builder();
        let field = schema.add_text_field("word", STRING);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 50_000_000).unwrap();
        for number in 0..DOCUMENTS {
            let mut document = TantivyDocument::new();
            for word in [3, 5, 197, 211].iter().filter(|word| number % **word == 0) {
                document.add_text(field, word.to_string());
            }
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let segment = index.reader().unwrap().searcher().segment_reader(0).clone();
        (field, segment)
    }

    fn docs((field, segment): &(Field, SegmentReader), words: &[u32]) -> AnyTermDocs {
        let index = segment.inverted_index(*field).unwrap();
        let list = |word: &u32| {
            let term = Term::from_field_text(*field, &word.to_string());
            index.read_postings(&term, IndexRecordOption::Basic).unwrap().unwrap()
        };
        AnyTermDocs::new(words.iter().map(list).collect(), DOCUMENTS)
    }

    fn holding(words: &[u32]) -> Vec<DocId> {
        (0..DOCUMENTS).filter(|number| words.iter().any(|word| number % word == 0)).collect()
    }

    const CASES: [&[u32]; 5] = [&[3], &[3, 5], &[3, 5, 211], &[197, 211], &[211]];

    #[test]
    fn going_through_finds_every_document_once() {
        let segment = segment();
        for words in CASES {
            let (mut one_by_one, mut found) = (docs(&segment, words), Vec::new());
            while one_by_one.doc() != TERMINATED {
                found.push(one_by_one.doc());
                one_by_one.advance();
            }
            assert_eq!(found, holding(words), "{words:?}");
            let (mut filling, mut found) = (docs(&segment, words), Vec::new());
            let mut buffer = [0; COLLECT_BLOCK_BUFFER_LEN];
            loop {
                let filled = filling.fill_buffer(&mut buffer);
                found.extend_from_slice(&buffer[..filled]);
                if filled < buffer.len() {
                    break;
                }
            }
            assert_eq!(found, holding(words), "{words:?}");
            let counted = usize::try_from(docs(&segment, words).count_including_deleted()).unwrap();
            assert_eq!(counted, found.len());
        }
    }

    #[test]
    fn a_look_at_single_documents_says_what_going_through_says() {
        let segment = segment();
        for (words, step) in CASES.iter().flat_map(|words| [1, 7, 100, 1_500].map(|step| (words, step))) {
            let (mut looking, mut seeking) = (docs(&segment, words), docs(&segment, words));
            let expected = holding(words);
            for target in (0..DOCUMENTS).step_by(step) {
                let next = expected.iter().find(|doc| **doc >= target).copied().unwrap_or(TERMINATED);
                assert_eq!(seeking.seek(target.max(seeking.doc())), next.max(seeking.doc()));
                match looking.seek_danger(target) {
                    SeekDangerResult::Found => {
                        assert_eq!((target, looking.doc()), (next, target));
                        let after = expected.iter().find(|doc| **doc > target).copied();
                        assert_eq!(looking.advance(), after.unwrap_or(TERMINATED));
                    }
                    SeekDangerResult::SeekLowerBound(bound) => {
                        assert!(target < bound && bound <= next.max(looking.doc()), "{words:?} {target}");
                    }
                }
            }
        }
    }
}
