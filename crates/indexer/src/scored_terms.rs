//! The documents with any of several words, best first in mind: those that cannot be among the best are passed over.
//!
//! A common word is asked for in title and text, as it stands and in its other forms: a dozen lists or more, of which
//! one is long. The lists are gone through in stretches in which no list begins a new block. The engine keeps for each
//! block what its best document can score; where these together are too little, the stretch is passed over whole, and
//! in the others only the lists are read through without which a document cannot be good enough (`MaxScore` of Turtle and
//! Flood 1995, over blocks as of Ding and Suel 2011).

use std::cell::RefCell;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, SegmentReader, TERMINATED, Term};

use crate::score::rarity;
use crate::statistics::Statistics;
use crate::terms::Standing;

/// A word and what it counts.
pub(crate) struct ScoredTerm {
    pub(crate) term: Term,
    pub(crate) standing: Arc<Standing>,
    pub(crate) weight: f32,
}

/// Words of which any will do.
pub(crate) struct ScoredTerms {
    /// How many documents the snapshot has.
    all: u64,
    fields: Vec<OfField>,
    scratch: RefCell<Scratch>,
}

/// What is used again for each segment.
#[derive(Default)]
struct Scratch {
    lists: Vec<List>,
    heads: Vec<Head>,
    stretch: Stretch,
}

/// The words that are asked for in one field.
struct OfField {
    field: Field,
    /// How many words its documents have, on average.
    average: f32,
    /// What a word is worth that stands in a single document. The engine tabulates for it what lengths are worth.
    rarest: Bm25Weight,
    /// Their weights say how many times as much they are worth.
    terms: Vec<ScoredTerm>,
}

/// What the engine knows of blocks goes by the average length of documents in their segment; scores go by that in all. This
/// is how much more than it says a document can score.
fn excess(average: f32, in_segment: f32) -> f32 {
    if in_segment > 0.0 { (average / in_segment).max(1.0) * 1.001 } else { f32::INFINITY }
}

impl ScoredTerms {
    /// Weighs each word by how rare it is in the snapshot.
    pub(crate) fn weigh(terms: Vec<ScoredTerm>, statistics: &Statistics<'_>) -> tantivy::Result<Self> {
        let all = statistics.total_num_docs()?;
        let documents = u32::try_from(all).unwrap_or(u32::MAX);
        let mut fields: Vec<OfField> = Vec::with_capacity(2);
        for mut term in terms {
            let with = u32::try_from(term.standing.documents).unwrap_or(u32::MAX).min(documents);
            term.weight *= rarity(with, documents) / rarity(1.min(documents), documents);
            let field = term.term.field();
            if let Some(known) = fields.iter_mut().find(|one| one.field == field) {
                known.terms.push(term);
            } else {
                let average = average(statistics.total_num_tokens(field)?, all);
                let rarest = weight_of_one(all, average);
                fields.push(OfField { field, average, rarest, terms: vec![term] });
            }
        }
        Ok(Self { all, fields, scratch: RefCell::default() })
    }

    /// Offers every document of a segment that scores more than `threshold`, and goes on with the threshold that `offer`
    /// returns.
    pub(crate) fn each_above(
        &self,
        threshold: Score,
        segment: &SegmentReader,
        offer: &mut dyn FnMut(DocId, Score) -> Score,
    ) -> tantivy::Result<()> {
        let mut scratch = self.scratch.take();
        let Scratch { lists, heads, stretch } = &mut scratch;
        lists.clear();
        lists.reserve(self.fields.iter().map(|one| one.terms.len()).sum());
        for of_field in &self.fields {
            of_field.open(self.all, segment, lists)?;
        }
        heads.clear();
        heads.extend(lists.iter().enumerate().map(|(number, list)| list.head(number)));
        stretch.threshold = threshold;
        while let Some(end) = heads.iter().map(|head| head.last).min().filter(|end| *end != TERMINATED) {
            stretch.go_through(end, heads, lists, offer);
            for head in heads.iter_mut().filter(|head| head.doc <= end) {
                if let Some(list) = lists.get_mut(head.number) {
                    list.seek(end.saturating_add(1));
                    *head = list.head(head.number);
                }
            }
            heads.retain(|head| head.doc != TERMINATED);
        }
        self.scratch.replace(scratch);
        Ok(())
    }
}

impl OfField {
    /// Opens the lists of the words in a segment; `all` are the documents of the snapshot.
    fn open(&self, all: u64, segment: &SegmentReader, lists: &mut Vec<List>) -> tantivy::Result<()> {
        let index = segment.inverted_index(self.field)?;
        let lengths = segment.get_fieldnorms_reader(self.field)?;
        let in_segment = average(index.total_num_tokens(), u64::from(segment.max_doc()));
        let of_blocks = weight_of_one(all, in_segment).boost_by(excess(self.average, in_segment));
        for term in &self.terms {
            let Some(info) = term.standing.within(segment.segment_id()) else { continue };
            let postings = index.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            let weights = (self.rarest.boost_by(term.weight), of_blocks.boost_by(term.weight));
            lists.push(List::new(postings, weights, lengths.clone()));
        }
        Ok(())
    }
}

/// What a word is worth that stands in a single document.
fn weight_of_one(all: u64, average: f32) -> Bm25Weight {
    Bm25Weight::for_one_term_without_explain(1.min(all), all, average)
}

#[expect(clippy::cast_precision_loss, reason = "a score needs no more than seven digits")]
fn average(words: u64, documents: u64) -> f32 {
    words as f32 / documents.max(1) as f32
}

/// The documents of one word in one segment, from a place on.
struct List {
    postings: BlockSegmentPostings,
    weight: Bm25Weight,
    /// What tells how much a document of a block can score at most.
    of_blocks: Bm25Weight,
    lengths: FieldNormReader,
    /// Where in the block it stands.
    at: usize,
    doc: DocId,
    /// The last document of the block.
    last: DocId,
    /// What the best document of the block can score.
    most: Score,
}

/// What is asked of each list at every stretch, close together in memory.
struct Head {
    doc: DocId,
    last: DocId,
    most: Score,
    /// Which list it is of.
    number: usize,
}

impl List {
    fn new(
        postings: BlockSegmentPostings,
        (weight, of_blocks): (Bm25Weight, Bm25Weight),
        lengths: FieldNormReader,
    ) -> Self {
        let mut list = Self {
            postings,
            weight,
            of_blocks,
            lengths,
            at: 0,
            doc: TERMINATED,
            last: TERMINATED,
            most: 0.0,
        };
        list.enter(0);
        list
    }

    fn head(&self, number: usize) -> Head {
        Head { doc: self.doc, last: self.last, most: self.most, number }
    }

    /// Stands in a block that it has not stood in before.
    fn enter(&mut self, at: usize) {
        self.last = self.postings.docs().last().copied().unwrap_or(TERMINATED);
        self.most = self.postings.block_max_score(&self.lengths, &self.of_blocks);
        self.stand(at);
    }

    fn stand(&mut self, at: usize) {
        self.at = at;
        self.doc = self.postings.docs().get(at).copied().unwrap_or(TERMINATED);
    }

    /// Goes on to the first document that is not before `target`.
    fn seek(&mut self, target: DocId) {
        if self.doc >= target {
            return;
        }
        if target > self.last {
            let at = self.postings.seek(target);
            self.enter(at);
        } else {
            let rest = self.postings.docs().get(self.at..).unwrap_or_default();
            self.stand(self.at + rest.partition_point(|doc| *doc < target));
        }
    }

    fn step(&mut self) {
        if self.doc == self.last {
            self.postings.advance();
            self.enter(0);
        } else {
            self.stand(self.at + 1);
        }
    }

    fn score(&self) -> Score {
        let often = self.postings.freqs().get(self.at).copied().unwrap_or(0);
        self.weight.score(self.lengths.fieldnorm_id(self.doc), often)
    }
}

/// A stretch of documents in which no list begins a new block.
#[derive(Default)]
struct Stretch {
    threshold: Score,
    /// Its last document.
    end: DocId,
    /// The lists that have documents here, by what these can score at most: the least first.
    lists: Vec<(Score, usize)>,
    /// What the lists up to each can score together.
    sums: Vec<Score>,
    /// So many of the lists cannot make a document good enough by themselves.
    idle: usize,
}

impl Stretch {
    /// Offers the documents up to `end` that can be good enough.
    fn go_through(
        &mut self,
        end: DocId,
        heads: &[Head],
        lists: &mut [List],
        offer: &mut dyn FnMut(DocId, Score) -> Score,
    ) {
        let here = || heads.iter().filter(|head| head.doc <= end);
        let all: Score = here().map(|head| head.most).sum();
        if all <= self.threshold {
            return;
        }
        self.end = end;
        self.lists.clear();
        self.lists.extend(here().map(|head| (head.most, head.number)));
        self.lists.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        self.sums.clear();
        let mut sum = 0.0;
        self.sums.extend(self.lists.iter().map(|(most, _)| {
            sum += most;
            sum
        }));
        self.idle = 0;
        loop {
            self.idle += self.sums.iter().skip(self.idle).take_while(|sum| **sum <= self.threshold).count();
            let Some((doc, score)) = self.next(lists) else { return };
            if let Some(score) = self.whole_score(lists, doc, score)
                && score > self.threshold
            {
                self.threshold = offer(doc, score);
            }
        }
    }

    /// Returns the next document of the lists that count, and what it scores in them.
    fn next(&self, lists: &mut [List]) -> Option<(DocId, Score)> {
        let needed = self.lists.get(self.idle..).unwrap_or_default();
        let docs = needed.iter().filter_map(|(_, number)| lists.get(*number)).map(|list| list.doc);
        let doc = docs.min().filter(|doc| *doc <= self.end)?;
        let mut score = 0.0;
        for (_, number) in needed {
            if let Some(list) = lists.get_mut(*number).filter(|list| list.doc == doc) {
                score += list.score();
                list.step();
            }
        }
        Some((doc, score))
    }

    /// Adds what the other lists say of a document, the most telling first; `None` as soon as it cannot be enough.
    fn whole_score(&self, lists: &mut [List], doc: DocId, mut score: Score) -> Option<Score> {
        let others = self.lists.iter().zip(&self.sums).take(self.idle).rev();
        for ((_, number), most) in others {
            if score + most <= self.threshold {
                return None;
            }
            if let Some(list) = lists.get_mut(*number) {
                list.seek(doc);
                if list.doc == doc {
                    score += list.score();
                }
            }
        }
        Some(score)
    }
}

#[cfg(test)]
#[path = "scored_terms_tests.rs"]
mod tests;
