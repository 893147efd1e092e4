//! The ranking of any of several words beside the plain sum over every document.

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
    let (title, body) = (schema.add_text_field("title", TEXT | STORED), schema.add_text_field("body", TEXT));
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
