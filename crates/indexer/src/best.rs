//! The documents that answer best, found without looking at those that cannot be among them.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use tantivy::{DocAddress, DocId, Searcher};

use crate::compile::Ranking;
use crate::facets::KnownFacts;
use crate::gather::Found;

/// A document with its score, ordered by how well it answers; of equals, the newer one answers better.
struct Ranked(Found);

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.score.total_cmp(&other.0.score).then_with(|| other.0.by_time(&self.0))
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ranked {}

/// Returns the `most` best documents, the best first.
pub(crate) fn best(
    searcher: &Searcher,
    facts: &KnownFacts,
    ranking: &Ranking,
    most: usize,
) -> tantivy::Result<Vec<Found>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let mut heap: BinaryHeap<Reverse<Ranked>> = BinaryHeap::with_capacity(most.min(1_000) + 1);
    let facts = facts.of(searcher)?;
    for ((ord, segment), facts) in (0_u32..).zip(searcher.segment_readers()).zip(&facts) {
        let (alive, start) = (segment.alive_bitset(), threshold(&heap, most));
        let mut offer = |doc: DocId, score: f32| {
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                let found = Found {
                    address: DocAddress::new(ord, doc),
                    article: facts.article.first(doc).unwrap_or(0),
                    published: facts.published.first(doc).unwrap_or(0),
                    score: compared(score),
                    heard: false,
                };
                heap.push(Reverse(Ranked(found)));
                if heap.len() > most {
                    heap.pop();
                }
            }
            threshold(&heap, most)
        };
        match ranking {
            Ranking::Terms(terms) => terms.each_above(start, segment, &mut offer)?,
            Ranking::Query(weight) => weight.for_each_pruning(start, segment, &mut offer)?,
        }
    }
    let mut found: Vec<Found> = heap.into_iter().map(|Reverse(Ranked(found))| found).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.by_time(b)));
    Ok(found)
}

/// The bits of a score that are not compared: the engine adds up the words of a document in the order that it meets
/// them in, so the last digits of two documents that say the same differ from one search to the next. Of two that
/// answer equally well within a thousandth, the newer one comes first.
const NOISE: u32 = 0x1fff;

fn compared(score: f32) -> f32 {
    f32::from_bits(((score.max(0.0) + 0.0).to_bits() + NOISE / 2) & !NOISE)
}

/// What a document must score more than to be looked at. One that scores as much as the last of the best may be newer.
fn threshold(heap: &BinaryHeap<Reverse<Ranked>>, most: usize) -> f32 {
    match heap.peek() {
        Some(Reverse(Ranked(last))) if heap.len() >= most && last.score > 0.0 => {
            f32::from_bits(last.score.to_bits() - NOISE)
        }
        _ => f32::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_differ_in_their_last_digits_alone_are_equal() {
        let sums = |words: &[f32]| compared(words.iter().sum());
        assert_eq!(sums(&[0.1, 0.7, 3.3]).to_bits(), sums(&[3.3, 0.7, 0.1]).to_bits());
        assert!(compared(1.01) > compared(1.0));
        assert_eq!(compared(-0.0).to_bits(), 0);
    }
}
