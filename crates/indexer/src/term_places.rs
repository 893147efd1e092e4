//! The documents of one term, and where it stands in each of them.
//!
//! The engine's own reader adds up, for every document, how often the term stands in those before it in the block, to
//! find where its positions begin. Here that is added up once for a block: for phrases and near words nearly every
//! document of a list is asked for. Blocks are not passed over, for the engine does not tell how many positions they hold.

use std::io;
use std::sync::Arc;

use tantivy::directory::{CompositeFile, FileSlice};
use tantivy::index::SegmentComponent;
use tantivy::positions::PositionReader;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::docset::index;

/// Where the positions of one field of one segment are read from.
pub(crate) struct PlacesOf {
    index: Arc<InvertedIndexReader>,
    positions: FileSlice,
}

impl PlacesOf {
    pub(crate) fn open(segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        let file = CompositeFile::open(&segment.open_read(SegmentComponent::Positions)?)?;
        let positions = file.open_read(field).unwrap_or_else(FileSlice::empty);
        Ok(Self { index: segment.inverted_index(field)?, positions })
    }

    pub(crate) fn term(&self, info: &TermInfo) -> io::Result<TermPlaces> {
        let option = IndexRecordOption::WithFreqsAndPositions;
        let postings = self.index.read_block_postings_from_terminfo(info, option)?;
        let positions = self.positions.slice(info.positions_range.clone()).read_bytes()?;
        let mut places = TermPlaces {
            postings,
            positions: PositionReader::open(positions)?,
            at: 0,
            doc: 0,
            last: 0,
            before: 0,
            starts: Vec::new(),
        };
        places.enter();
        Ok(places)
    }
}

/// The documents of one term, from a place on.
pub(crate) struct TermPlaces {
    postings: BlockSegmentPostings,
    positions: PositionReader,
    /// Where in the block it stands.
    at: usize,
    doc: DocId,
    /// The last document of the block.
    last: DocId,
    /// How many positions the blocks before have.
    before: u64,
    /// Where the positions of each document of the block begin; nothing as long as it was not asked for.
    starts: Vec<u64>,
}

impl TermPlaces {
    /// Stands at the beginning of a block.
    fn enter(&mut self) {
        self.at = 0;
        self.starts.clear();
        let docs = self.postings.docs();
        self.doc = docs.first().copied().unwrap_or(TERMINATED);
        self.last = docs.last().copied().unwrap_or(TERMINATED);
    }

    pub(crate) fn doc(&self) -> DocId {
        self.doc
    }

    /// How many documents the term has.
    pub(crate) fn documents(&self) -> u32 {
        self.postings.doc_freq()
    }

    /// Goes on to the first document that is not before `target`, and returns it.
    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
        while target > self.last {
            let here: u32 = self.postings.freqs().iter().take(self.postings.docs().len()).sum();
            self.before += u64::from(here);
            self.postings.advance();
            self.enter();
        }
        if self.doc < target {
            let docs = self.postings.docs().get(self.at..).unwrap_or_default();
            self.at += docs.partition_point(|doc| *doc < target);
            self.doc = self.postings.docs().get(self.at).copied().unwrap_or(TERMINATED);
        }
        self.doc
    }

    /// Returns whether `is_it` says so of any position in the present document; they come ascending. `read` is room to read
    /// into.
    pub(crate) fn any(&mut self, read: &mut Vec<u32>, mut is_it: impl FnMut(u32) -> bool) -> bool {
        if self.starts.is_empty() {
            let mut start = self.before;
            self.starts.extend(self.postings.freqs().iter().map(|often| {
                let here = start;
                start += u64::from(*often);
                here
            }));
        }
        let often = self.postings.freqs().get(self.at).map_or(0, |often| index(*often));
        if read.len() < often {
            read.resize(often.next_power_of_two(), 0);
        }
        let (Some(start), Some(steps)) = (self.starts.get(self.at), read.get_mut(..often)) else {
            return false;
        };
        self.positions.read(*start, steps);
        // Each is written as the distance from the one before.
        let mut position = 0;
        steps.iter().any(|step| {
            position += step;
            is_it(position)
        })
    }
}

#[cfg(test)]
mod tests {
    use tantivy::postings::Postings;
    use tantivy::schema::{Schema, TEXT};
    use tantivy::{DocSet, Index, IndexWriter, TantivyDocument, Term};

    use super::*;

    const DOCUMENTS: u32 = 1_000;

    fn often(number: u32) -> usize {
        usize::try_from(if number.is_multiple_of(3) { number % 7 } else { number / 400 }).unwrap()
    }

    fn segment() -> (Field, SegmentReader) {
        let mut schema = Schema::builder();
        let field = schema.add_text_field("text", TEXT);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 50_000_000).unwrap();
        for number in 0..DOCUMENTS {
            let mut document = TantivyDocument::new();
            let filler = "filler ".repeat(usize::try_from(number % 5).unwrap());
            document.add_text(field, format!("other {filler} word").repeat(often(number)));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        let segment = index.reader().unwrap().searcher().segment_reader(0).clone();
        (field, segment)
    }

    #[test]
    fn documents_and_positions_are_those_of_the_engine() {
        let (field, segment) = segment();
        let info = |index: &InvertedIndexReader, word| {
            index.get_term_info(&Term::from_field_text(field, word)).unwrap().unwrap()
        };
        let index = segment.inverted_index(field).unwrap();
        for (word, step) in
            ["other", "filler"].into_iter().flat_map(|word| [1, 3, 200].map(|step| (word, step)))
        {
            let info = info(&index, word);
            let option = IndexRecordOption::WithFreqsAndPositions;
            let mut engines = index.read_postings_from_terminfo(&info, option).unwrap();
            let mut ours = PlacesOf::open(&segment, field).unwrap().term(&info).unwrap();
            assert_eq!(ours.documents(), engines.doc_freq());
            let (mut expected, mut read) = (Vec::new(), Vec::new());
            for target in (0..DOCUMENTS + 300).step_by(step) {
                if engines.doc() < target {
                    engines.seek(target);
                }
                assert_eq!(ours.seek(target), engines.doc(), "{word} {target}");
                assert_eq!(ours.doc(), engines.doc());
                if engines.doc() != TERMINATED {
                    engines.positions(&mut expected);
                    let mut found = Vec::new();
                    ours.any(&mut read, |position| {
                        found.push(position);
                        false
                    });
                    assert_eq!(found, expected, "{word} {target}");
                    let last = expected.last().copied();
                    assert!(ours.any(&mut read, |position| Some(position) == last));
                }
            }
        }
    }
}
