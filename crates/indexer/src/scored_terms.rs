//! The documents with any of several words, best first in mind: those that cannot be among the best are passed over.
//!
//! A common word is asked for in title and text, as it stands and in its other forms: a dozen lists or more, of which
//! one is long. The lists are gone through in stretches in which no list begins a new block. The engine keeps for each
//! block what its best document can score; where these together are too little, the stretch is passed over whole, and
//! in the others only the lists are read through without which a document cannot be good enough (`MaxScore` of Turtle and
//! Flood 1995, over blocks as of Ding and Suel 2011).

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
    terms: Vec<(ScoredTerm, Bm25Weight)>,
    /// How many documents the snapshot has.
    all: u64,
    /// How many words documents of each field have, on average.
    averages: Vec<(Field, f32)>,
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
        let mut scored = Self { terms: Vec::with_capacity(terms.len()), all, averages: Vec::new() };
        // The engine tabulates what lengths of documents are worth, once for a field.
        let mut rarest: Vec<(Field, Bm25Weight)> = Vec::new();
        for mut term in terms {
            let field = term.term.field();
            let known = rarest.iter().position(|(one, _)| *one == field);
            let at = if let Some(at) = known {
                at
            } else {
                let average = average(statistics.total_num_tokens(field)?, all);
                scored.averages.push((field, average));
                rarest.push((field, weight_of_one(all, average)));
                rarest.len() - 1
            };
            let Some((_, rarest)) = rarest.get(at) else { continue };
            let with = u32::try_from(term.standing.documents).unwrap_or(u32::MAX).min(documents);
            term.weight *= rarity(with, documents) / rarity(1.min(documents), documents);
            let weight = rarest.boost_by(term.weight);
            scored.terms.push((term, weight));
        }
        Ok(scored)
    }

    /// Offers every document of a segment that scores more than `threshold`, and goes on with the threshold that `offer`
    /// returns.
    pub(crate) fn each_above(
        &self,
        threshold: Score,
        segment: &SegmentReader,
        offer: &mut dyn FnMut(DocId, Score) -> Score,
    ) -> tantivy::Result<()> {
        let mut lists = Vec::with_capacity(self.terms.len());
        for (field, average) in &self.averages {
            self.open((*field, *average), segment, &mut lists)?;
        }
        let mut stretch = Stretch { threshold, ..Stretch::default() };
        while stretch.take(&mut lists) {
            stretch.go_through(&mut lists, offer);
            let next = stretch.end.saturating_add(1);
            for list in lists.iter_mut().filter(|list| list.doc < next) {
                list.seek(next);
            }
        }
        Ok(())
    }

    /// Opens the lists of a field.
    fn open(
        &self,
        (field, average): (Field, f32),
        segment: &SegmentReader,
        lists: &mut Vec<List>,
    ) -> tantivy::Result<()> {
        let index = segment.inverted_index(field)?;
        let lengths = segment.get_fieldnorms_reader(field)?;
        let in_segment = self::average(index.total_num_tokens(), u64::from(segment.max_doc()));
        let of_blocks = weight_of_one(self.all, in_segment).boost_by(excess(average, in_segment));
        for (term, weight) in self.terms.iter().filter(|(term, _)| term.term.field() == field) {
            let Some(info) = term.standing.within(segment.segment_id()) else { continue };
            let postings = index.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
            let of_blocks = of_blocks.boost_by(term.weight);
            lists.push(List::new(postings, (weight.clone(), of_blocks), lengths.clone()));
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
}

impl List {
    fn new(
        postings: BlockSegmentPostings,
        (weight, of_blocks): (Bm25Weight, Bm25Weight),
        lengths: FieldNormReader,
    ) -> Self {
        let mut list =
            Self { postings, weight, of_blocks, lengths, at: 0, doc: TERMINATED, last: TERMINATED };
        list.stand(0);
        list
    }

    fn stand(&mut self, at: usize) {
        let docs = self.postings.docs();
        self.at = at;
        self.doc = docs.get(at).copied().unwrap_or(TERMINATED);
        self.last = docs.last().copied().unwrap_or(TERMINATED);
    }

    /// Goes on to the first document that is not before `target`.
    fn seek(&mut self, target: DocId) {
        if self.doc >= target {
            return;
        }
        if target > self.last {
            let at = self.postings.seek(target);
            self.stand(at);
        } else {
            let rest = self.postings.docs().get(self.at..).unwrap_or_default();
            self.stand(self.at + rest.partition_point(|doc| *doc < target));
        }
    }

    fn step(&mut self) {
        if self.doc == self.last {
            self.postings.advance();
            self.stand(0);
        } else {
            self.stand(self.at + 1);
        }
    }

    /// What the best document of the block can score.
    fn most(&mut self) -> Score {
        self.postings.block_max_score(&self.lengths, &self.of_blocks)
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
    /// Takes the next stretch, if there is one.
    fn take(&mut self, lists: &mut [List]) -> bool {
        let ends = lists.iter().filter(|list| list.doc != TERMINATED).map(|list| list.last);
        let Some(end) = ends.min() else { return false };
        self.end = end;
        self.lists.clear();
        let here = lists.iter_mut().enumerate().filter(|(_, list)| list.doc <= end);
        self.lists.extend(here.map(|(number, list)| (list.most(), number)));
        true
    }

    fn go_through(&mut self, lists: &mut [List], offer: &mut dyn FnMut(DocId, Score) -> Score) {
        let all: Score = self.lists.iter().map(|(most, _)| most).sum();
        if all <= self.threshold {
            return;
        }
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
mod tests {
    use std::collections::HashMap;

    use tantivy::schema::{STORED, Schema, TEXT};
    use tantivy::{Index, IndexWriter, Searcher, TantivyDocument};

    use super::*;
    use crate::terms::KnownTerms;

    const WORDS: [&str; 6] = ["often", "half", "seldom", "rare", "once", "never"];

    /// How often each word stands in a document, by a fixed throw of dice.
    fn counts(number: u32) -> Vec<u32> {
        let mut dice = u64::from(number) + 1;
        let mut throw = |below: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % below
        };
        let shares = [1, 2, 30, 900, 9_000];
        let mut counts: Vec<u32> = shares
            .iter()
            .map(|share| if throw(*share) == 0 { 1 + u32::try_from(throw(5) * throw(3)).unwrap() } else { 0 })
            .collect();
        counts.push(0);
        counts.push(u32::try_from(throw(200)).unwrap());
        counts
    }

    fn searcher(documents: u32) -> (Field, Field, Searcher) {
        let mut schema = Schema::builder();
        let (title, body) =
            (schema.add_text_field("title", TEXT | STORED), schema.add_text_field("body", TEXT));
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 50_000_000).unwrap();
        for number in 0..documents {
            let mut document = TantivyDocument::new();
            let counts = counts(number);
            // Those of the first segment are much shorter than the others.
            let filler = counts[6] / if number <= documents / 3 { 10 } else { 1 };
            let mut text = "filler ".repeat(usize::try_from(filler).unwrap());
            for (word, count) in WORDS.iter().zip(&counts) {
                text.push_str(&format!("{word} ").repeat(usize::try_from(*count).unwrap()));
            }
            document.add_text(body, text);
            document.add_text(title, if counts[2] > 3 { "half seldom" } else { "something else" });
            writer.add_document(document).unwrap();
            if number == documents / 3 {
                writer.commit().unwrap();
            }
        }
        writer.commit().unwrap();
        (title, body, index.reader().unwrap().searcher())
    }

    fn terms(known: &KnownTerms, searcher: &Searcher, wanted: &[(Field, &str, f32)]) -> Vec<ScoredTerm> {
        let term = |(field, word, weight): &(Field, &str, f32)| {
            let term = Term::from_field_text(*field, word);
            ScoredTerm { standing: known.standing(searcher, &term).unwrap(), term, weight: *weight }
        };
        wanted.iter().map(term).collect()
    }

    /// What each document of a segment scores, by adding up the engine's scores of its words one by one.
    fn all_scores(searcher: &Searcher, segment: &SegmentReader, terms: &[ScoredTerm]) -> HashMap<DocId, f32> {
        use tantivy::query::{EnableScoring, Query, TermQuery};
        let mut scores = HashMap::new();
        for one in terms {
            let query = TermQuery::new(one.term.clone(), IndexRecordOption::WithFreqs);
            let weight = query.weight(EnableScoring::enabled_from_searcher(searcher)).unwrap();
            weight
                .for_each(segment, &mut |doc, score| *scores.entry(doc).or_default() += score * one.weight)
                .unwrap();
        }
        scores
    }

    fn best_of(mut scored: Vec<(DocId, f32)>, most: usize) -> Vec<(DocId, f32)> {
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.truncate(most);
        scored
    }

    #[test]
    fn the_best_documents_and_their_scores_are_those_of_adding_up_all() {
        let (title, body, searcher) = searcher(7_000);
        let known = KnownTerms::default();
        let statistics = Statistics::of(&searcher, &known);
        let asked: [&[(Field, &str, f32)]; 6] = [
            &[(body, "often", 1.0)],
            &[(body, "often", 1.0), (body, "once", 1.5), (title, "half", 3.0)],
            &[(body, "half", 1.0), (body, "seldom", 1.5), (title, "seldom", 3.0), (body, "often", 0.1)],
            &[(body, "rare", 1.0), (body, "once", 1.0)],
            &[(body, "never", 1.0)],
            &[],
        ];
        for wanted in asked {
            let scored = ScoredTerms::weigh(terms(&known, &searcher, wanted), &statistics).unwrap();
            for segment in searcher.segment_readers() {
                let expected: Vec<_> =
                    all_scores(&searcher, segment, &terms(&known, &searcher, wanted)).into_iter().collect();
                let of: HashMap<DocId, f32> = expected.iter().copied().collect();
                for most in [1, 10, 100] {
                    let found = kept_of(&scored, segment, most);
                    let best = best_of(expected.clone(), most);
                    assert_eq!(found.len(), best.len());
                    for ((doc, score), (_, must)) in found.iter().zip(&best) {
                        assert!((score - must).abs() < 1e-4 * must, "{score} is not {must}");
                        assert!((score - of[doc]).abs() < 1e-4 * must, "of another document");
                    }
                }
                let mut all = 0;
                let mut offer = |doc, score: f32| {
                    assert!((score - of[&doc]).abs() < 1e-4 * score);
                    all += 1;
                    f32::MIN
                };
                scored.each_above(f32::MIN, segment, &mut offer).unwrap();
                assert_eq!(all, of.len(), "without a threshold every document is offered");
            }
        }
    }

    fn kept_of(scored: &ScoredTerms, segment: &SegmentReader, most: usize) -> Vec<(DocId, f32)> {
        let mut kept = Vec::new();
        let mut offer = |doc, score| {
            kept.push((doc, score));
            kept = best_of(std::mem::take(&mut kept), most);
            kept.last().filter(|_| kept.len() == most).map_or(f32::MIN, |last| last.1)
        };
        scored.each_above(f32::MIN, segment, &mut offer).unwrap();
        kept
    }

    #[test]
    fn what_cannot_be_among_the_best_is_not_looked_at() {
        let (_, body, searcher) = searcher(7_000);
        let known = KnownTerms::default();
        let statistics = Statistics::of(&searcher, &known);
        let terms = terms(&known, &searcher, &[(body, "often", 1.0), (body, "once", 1.0)]);
        let scored = ScoredTerms::weigh(terms, &statistics).unwrap();
        let mut offered = 0;
        let segment = searcher.segment_readers().iter().max_by_key(|segment| segment.max_doc()).unwrap();
        scored
            .each_above(f32::MIN, segment, &mut |_, score| {
                offered += 1;
                score
            })
            .unwrap();
        assert!(offered < 100, "{offered} documents were offered, each better than the last");
    }
}
