//! The documents with any of several words, best first in mind: those that cannot be among the best are passed over.
//!
//! A common word is asked for in title and text, as it stands and in its other forms: a dozen lists or more, of which
//! one is long. What they promise together is known of each window of documents ([`crate::ceilings`]). The windows that
//! promise most are looked through first, whereupon most of the others promise too little (as in the block-max pruning of
//! Mallia, Suel and Tonellotto 2024).

use std::ops::Range;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::query::{Bm25StatisticsProvider, Bm25Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Score, SegmentReader, TERMINATED, Term};

use crate::ceilings::{Ceilings, Scoring, Windows, is_one_block};
use crate::score::rarity;
use crate::statistics::Statistics;
use crate::terms::Standing;

/// So many windows are looked through first: about as many as a first page has documents.
const FIRST: usize = 12;

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
}

/// The words that are asked for in one field.
struct OfField {
    field: Field,
    /// How many words its documents have, on average.
    average: f32,
    /// What a word is worth whose weight is one. The engine tabulates for it what lengths are worth.
    unit: Bm25Weight,
    terms: Vec<ScoredTerm>,
}

/// What is kept of windows goes by the average length of documents in their segment; scores go by that in all. This is
/// how much more than it says a document can score.
fn excess(average: f32, in_segment: f32) -> f32 {
    if in_segment > 0.0 { (average / in_segment).max(1.0) * 1.001 } else { f32::MAX }
}

impl ScoredTerms {
    /// Weighs each word by how rare it is in the snapshot.
    pub(crate) fn weigh(terms: Vec<ScoredTerm>, statistics: &Statistics<'_>) -> tantivy::Result<Self> {
        let all = statistics.total_num_docs()?;
        let documents = u32::try_from(all).unwrap_or(u32::MAX);
        let mut fields: Vec<OfField> = Vec::with_capacity(2);
        for mut term in terms {
            let with = u32::try_from(term.standing.documents).unwrap_or(u32::MAX).min(documents);
            term.weight *= rarity(with, documents);
            let field = term.term.field();
            if let Some(known) = fields.iter_mut().find(|one| one.field == field) {
                known.terms.push(term);
            } else {
                let average = average(statistics.total_num_tokens(field)?, all);
                fields.push(OfField { field, average, unit: unit(all, average), terms: vec![term] });
            }
        }
        Ok(Self { all, fields })
    }

    /// Offers every document of a segment that scores more than `threshold`, and goes on with the threshold that `offer`
    /// returns.
    pub(crate) fn each_above(
        &self,
        threshold: Score,
        segment: &SegmentReader,
        offer: &mut dyn FnMut(DocId, Score) -> Score,
    ) -> tantivy::Result<()> {
        let windows = Windows::of(segment.max_doc());
        let mut promises = vec![0.0; windows.count()];
        let lengths = self.fields.iter().map(|one| segment.get_fieldnorms_reader(one.field));
        let lengths: Vec<FieldNormReader> = lengths.collect::<tantivy::Result<_>>()?;
        let mut lists = Vec::with_capacity(self.fields.iter().map(|one| one.terms.len()).sum());
        for (of_field, lengths) in self.fields.iter().zip(&lengths) {
            of_field.open((self.all, segment, lengths), &mut promises, &mut lists)?;
        }
        let starts: Vec<_> = lists.iter().map(List::start).collect();
        let first = most_promising(&promises);
        let mut look = Look { threshold, windows, promises, sums: vec![0.0; windows.size()] };
        look.through(&first, &mut lists, offer);
        let others = look.promising();
        if !others.is_empty() {
            lists.iter_mut().zip(starts).for_each(|(list, start)| list.rewind(start));
            look.through(&others, &mut lists, offer);
        }
        Ok(())
    }
}

impl OfField {
    /// Opens the lists of the words in a segment, and adds up what they promise; `all` are the documents of the snapshot.
    fn open<'a>(
        &'a self,
        (all, segment, lengths): (u64, &SegmentReader, &'a FieldNormReader),
        promises: &mut [f32],
        lists: &mut Vec<List<'a>>,
    ) -> tantivy::Result<()> {
        let index = segment.inverted_index(self.field)?;
        let windows = Windows::of(segment.max_doc());
        let in_segment = average(index.total_num_tokens(), u64::from(segment.max_doc()));
        let scoring = Scoring { unit: &self.unit, lengths };
        for term in &self.terms {
            let Some(info) = term.standing.within(segment.segment_id()) else { continue };
            let postings = index.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            if windows.are_kept(info.doc_freq) {
                let find_out = || {
                    let scoring = Scoring { unit: &unit(all, in_segment), lengths };
                    Ceilings::of(scoring, &postings, windows)
                };
                if let Some(ceilings) = term.standing.ceilings(segment.segment_id(), find_out) {
                    ceilings.add_to(promises, term.weight * excess(self.average, in_segment));
                }
            } else {
                scoring.each_ceiling(&postings, windows, |window, most| {
                    if let Some(promise) = promises.get_mut(window) {
                        *promise += most * term.weight;
                    }
                });
            }
            lists.push(List::new(postings, scoring, term.weight));
        }
        Ok(())
    }
}

/// What a word of weight one is worth.
fn unit(all: u64, average: f32) -> Bm25Weight {
    let (one, documents) = (1.min(all), u32::try_from(all).unwrap_or(u32::MAX));
    let of_one = Bm25Weight::for_one_term_without_explain(one, all, average);
    of_one.boost_by(1.0 / rarity(1.min(documents), documents))
}

#[expect(clippy::cast_precision_loss, reason = "a score needs no more than seven digits")]
fn average(words: u64, documents: u64) -> f32 {
    words as f32 / documents.max(1) as f32
}

/// Returns the windows that promise most, ascending.
fn most_promising(promises: &[f32]) -> Vec<usize> {
    let mut most: Vec<(f32, usize)> = Vec::with_capacity(FIRST + 1);
    let mut least = 0.0;
    for (window, promise) in promises.iter().enumerate() {
        if *promise > least {
            let place = most.partition_point(|(other, _)| other < promise);
            most.insert(place, (*promise, window));
            if most.len() > FIRST {
                most.remove(0);
                least = most.first().map_or(0.0, |(least, _)| *least);
            }
        }
    }
    let mut windows: Vec<usize> = most.into_iter().map(|(_, window)| window).collect();
    windows.sort_unstable();
    windows
}

/// The documents of one word in one segment, from a place on.
struct List<'a> {
    postings: BlockSegmentPostings,
    scoring: Scoring<'a>,
    weight: f32,
    /// Where in the block it stands.
    at: usize,
    doc: DocId,
    /// The last document of the block.
    last: DocId,
    /// Whether it is a single block, which is never left, so that it need not be kept to begin anew.
    is_one_block: bool,
}

impl<'a> List<'a> {
    fn new(postings: BlockSegmentPostings, scoring: Scoring<'a>, weight: f32) -> Self {
        let is_one_block = is_one_block(&postings);
        let mut list = Self { postings, scoring, weight, at: 0, doc: 0, last: 0, is_one_block };
        list.enter(0);
        list
    }

    /// What it must be given back to begin anew.
    fn start(&self) -> Option<BlockSegmentPostings> {
        (!self.is_one_block).then(|| self.postings.clone())
    }

    /// Begins anew.
    fn rewind(&mut self, start: Option<BlockSegmentPostings>) {
        if let Some(start) = start {
            self.postings = start;
        }
        self.enter(0);
    }

    /// Stands in a block that it has not stood in before.
    fn enter(&mut self, at: usize) {
        self.last = self.postings.docs().last().copied().unwrap_or(TERMINATED);
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
            if self.is_one_block {
                self.doc = TERMINATED;
            } else {
                let at = self.postings.seek(target);
                self.enter(at);
            }
        } else {
            let rest = self.postings.docs().get(self.at..).unwrap_or_default();
            self.stand(self.at + rest.partition_point(|doc| *doc < target));
        }
    }

    /// Adds what the documents before `end` score to `sums`, which begin with document `start`, and goes on to the first
    /// that is not before `end`.
    fn add_to(&mut self, sums: &mut [Score], Range { start, end }: Range<DocId>) {
        while self.doc < end {
            let docs = self.postings.docs().get(self.at..).unwrap_or_default();
            let often = self.postings.freqs().get(self.at..).unwrap_or_default();
            let mut within = 0;
            for (doc, often) in docs.iter().zip(often).take_while(|(doc, _)| **doc < end) {
                let sum = usize::try_from(doc - start).ok().and_then(|place| sums.get_mut(place));
                if let Some(sum) = sum {
                    *sum += self.scoring.score(*doc, *often) * self.weight;
                }
                within += 1;
            }
            if within < docs.len() {
                self.stand(self.at + within);
            } else if self.is_one_block {
                self.doc = TERMINATED;
            } else {
                self.postings.advance();
                self.enter(0);
            }
        }
    }
}

/// A look through windows of a segment.
struct Look {
    threshold: Score,
    windows: Windows,
    /// What each window promises; nothing when it has been looked through.
    promises: Vec<f32>,
    /// What the documents of the present window score.
    sums: Vec<Score>,
}

impl Look {
    /// What a document must score more than. What has none of the words is never offered.
    fn needed(&self) -> Score {
        self.threshold.max(0.0)
    }

    /// Returns the windows that promise enough, ascending.
    fn promising(&self) -> Vec<usize> {
        let promises = self.promises.iter().enumerate();
        promises.filter(|(_, promise)| **promise > self.needed()).map(|(window, _)| window).collect()
    }

    /// Looks through those of some windows, ascending, that promise enough. `lists` stand at their beginning.
    fn through(
        &mut self,
        windows: &[usize],
        lists: &mut [List<'_>],
        offer: &mut dyn FnMut(DocId, Score) -> Score,
    ) {
        for window in windows {
            let needed = self.needed();
            if let Some(promise) = self.promises.get_mut(*window).filter(|promise| **promise > needed) {
                *promise = 0.0;
                self.through_one(self.windows.range(*window), lists, offer);
            }
        }
    }

    fn through_one(
        &mut self,
        documents: Range<DocId>,
        lists: &mut [List<'_>],
        offer: &mut dyn FnMut(DocId, Score) -> Score,
    ) {
        for list in lists {
            list.seek(documents.start);
            list.add_to(&mut self.sums, documents.clone());
        }
        // Of numbers that are not negative, the greatest has the greatest bits; they are compared many at a time.
        let greatest = self.sums.iter().fold(0, |greatest, sum| greatest.max(sum.to_bits()));
        if f32::from_bits(greatest) > self.needed() {
            for (doc, sum) in documents.zip(&self.sums) {
                if *sum > self.needed() {
                    self.threshold = offer(doc, *sum);
                }
            }
        }
        self.sums.fill(0.0);
    }
}

#[cfg(test)]
#[path = "scored_terms_tests.rs"]
mod tests;
