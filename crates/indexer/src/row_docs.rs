//! The documents in which a row of words stands, as the engine goes through them.

use std::fmt;

use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, SeekDangerResult, TERMINATED};

use crate::plain_row::PlainRow;

/// The documents in which a row stands, of which none is scored.
pub(crate) struct RowDocs {
    row: PlainRow,
    doc: DocId,
    /// How many documents the segment has.
    bound: u32,
}

impl RowDocs {
    pub(crate) fn new(row: PlainRow, bound: u32) -> Self {
        let mut docs = Self { row, doc: 0, bound };
        docs.doc = docs.first_from(0);
        docs
    }

    fn first_from(&mut self, mut target: DocId) -> DocId {
        while target < TERMINATED {
            let candidate = self.row.candidate(target);
            if candidate == target {
                if self.row.stands_in(target) {
                    return target;
                }
                target += 1;
            } else {
                target = candidate;
            }
        }
        TERMINATED
    }
}

impl fmt::Debug for RowDocs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowDocs").field("doc", &self.doc).finish_non_exhaustive()
    }
}

impl DocSet for RowDocs {
    fn advance(&mut self) -> DocId {
        if self.doc != TERMINATED {
            self.doc = self.first_from(self.doc + 1);
        }
        self.doc
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.first_from(target);
        }
        self.doc
    }

    /// Looks at the one document that is asked for, and at none after it.
    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if self.doc > target || target >= TERMINATED {
            return SeekDangerResult::SeekLowerBound(self.doc.max(target).min(TERMINATED));
        }
        let candidate = self.row.candidate(target);
        if candidate > target {
            return SeekDangerResult::SeekLowerBound(candidate);
        }
        if self.row.stands_in(target) {
            self.doc = target;
            return SeekDangerResult::Found;
        }
        SeekDangerResult::SeekLowerBound(target + 1)
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.row.size().min(self.bound)
    }

    /// Reading positions costs more than going through documents.
    fn cost(&self) -> u64 {
        u64::from(self.size_hint()).saturating_mul(10)
    }
}

impl Scorer for RowDocs {
    fn score(&mut self) -> Score {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use query::{Pattern, Positions, Spans};
    use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
    use tantivy::{Index, IndexWriter, SegmentReader, TantivyDocument};
    use text::Key;

    use super::*;
    use crate::expansion::Expansion;
    use crate::positions::PostingsOf;

    const DOCUMENTS: u32 = 3_000;

    /// The words of a document, by a fixed throw of dice.
    fn written(number: u32) -> Vec<&'static str> {
        let mut dice = u64::from(number) + 1;
        let mut throw = |below: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % below
        };
        let length = throw(70);
        let word = |place: u64| match place {
            0 | 1 => "=often",
            2 => "=form",
            3 | 4 => "=other",
            5 if number.is_multiple_of(50) => "=rare",
            _ => "=filler",
        };
        (0..length).map(|_| word(throw(30))).collect()
    }

    struct Written(Vec<&'static str>);

    impl Positions for Written {
        fn of_key(&self, key: &Key) -> Vec<u32> {
            (0..).zip(&self.0).filter(|(_, word)| **word == key.as_str()).map(|(at, _)| at).collect()
        }

        fn of_pattern(&self, _: &Pattern) -> Vec<u32> {
            Vec::new()
        }
    }

    fn segment() -> (Field, SegmentReader) {
        let mut schema = Schema::builder();
        let words = TextFieldIndexing::default()
            .set_tokenizer("whitespace")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(words));
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 50_000_000).unwrap();
        for number in 0..DOCUMENTS {
            let mut document = TantivyDocument::new();
            document.add_text(field, written(number).join(" "));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        (field, index.reader().unwrap().searcher().segment_reader(0).clone())
    }

    fn rows() -> Vec<Spans> {
        let word = |keys: &[&str]| Spans::Keys(keys.iter().map(|key| Key::surface(key)).collect());
        let (often, other, rare) = (word(&["often", "form"]), word(&["other"]), word(&["rare"]));
        let near = |left: &Spans, right: &Spans, distance, ordered| Spans::Near {
            left: Box::new(left.clone()),
            right: Box::new(right.clone()),
            distance,
            ordered,
        };
        vec![
            Spans::Phrase(vec![often.clone(), other.clone()]),
            Spans::Phrase(vec![often.clone(), often.clone(), other.clone()]),
            Spans::Phrase(vec![often.clone(), word(&["never"])]),
            near(&often, &other, 3, false),
            near(&other, &often, 40, true),
            near(&often, &rare, 5, false),
            near(&often, &often, 2, true),
            Spans::Sloppy { parts: vec![often.clone(), other.clone()], slop: 2 },
            Spans::Sloppy { parts: vec![rare, often], slop: 1 },
        ]
    }

    #[test]
    fn going_through_and_looking_find_the_documents_in_which_a_row_stands() {
        let (field, segment) = segment();
        for spans in rows() {
            let docs = || {
                let postings = PostingsOf::open(&segment, field, &Expansion::default()).unwrap();
                RowDocs::new(PlainRow::of(&spans, &postings).unwrap().unwrap(), DOCUMENTS)
            };
            let stands = |number: &u32| !spans.find(&Written(written(*number))).is_empty();
            let expected: Vec<DocId> = (0..DOCUMENTS).filter(stands).collect();
            let (mut all, mut found) = (docs(), Vec::new());
            while all.doc() != TERMINATED {
                found.push(all.doc());
                all.advance();
            }
            assert_eq!(found, expected, "{spans:?}");
            for step in [1, 7, 150, 900] {
                let (mut looking, mut seeking) = (docs(), docs());
                for target in (0..DOCUMENTS).step_by(step) {
                    let next = expected.iter().find(|doc| **doc >= target).copied().unwrap_or(TERMINATED);
                    assert_eq!(seeking.seek(target.max(seeking.doc())), next.max(seeking.doc()));
                    match looking.seek_danger(target) {
                        SeekDangerResult::Found => assert_eq!((target, looking.doc()), (next, target)),
                        SeekDangerResult::SeekLowerBound(bound) => {
                            assert!(target < bound && bound <= next.max(looking.doc()), "{spans:?} {target}");
                        }
                    }
                }
            }
        }
    }
}
