//! Which segments are merged into one: a search asks each of them, and each has its own dictionary on the disk.
//!
//! Small ones go together as soon as they are many, and while articles come a document is written anew only when the
//! segment that it lies in at least doubles: a few times, however few come at once. An idle house has time for more.
//! The engine's own policy takes all segments of less than ten thousand documents for one size, and writes those that came
//! first anew with every eight commits.

use tantivy::index::{SegmentId, SegmentMeta};
use tantivy::indexer::{MergeCandidate, MergePolicy};

/// Segments are merged while articles come when they are so many.
const MANY: usize = 5;

/// While nothing comes, a segment is written anew when it grows by one document for so many that it has: every few days
/// in a young house, every few months in an old one, and all searches ask one segment less.
const GROWTH: u32 = 4;

/// A segment of so few documents costs as much to search as a smaller one.
const SMALL: u32 = 1_000;

/// A segment of which more than a quarter was replaced is written anew.
const REPLACED: u32 = 4;

/// No segment of more documents is written anew.
const LARGEST: u32 = 10_000_000;

/// What is merged while articles come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WhileFilling;

impl MergePolicy for WhileFilling {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let sizes = segments.iter().map(|one| (one.num_docs(), one.id())).collect();
        let together = growing(sizes, MANY, |largest, others| largest <= others);
        let replaced = segments.iter().filter(|one| {
            one.num_deleted_docs() > one.max_doc() / REPLACED
                && one.num_docs() <= LARGEST
                && !together.contains(&one.id())
        });
        let mut candidates: Vec<MergeCandidate> =
            replaced.map(|one| MergeCandidate(vec![one.id()])).collect();
        if !together.is_empty() {
            candidates.push(MergeCandidate(together));
        }
        candidates
    }
}

/// Returns the segments to merge while nothing comes.
pub(crate) fn while_idle(segments: Vec<(u32, SegmentId)>) -> Vec<SegmentId> {
    growing(segments, 2, |largest, others| largest <= others.saturating_mul(GROWTH).max(SMALL))
}

/// The most of the smallest segments, at least so many, of which the largest is not too large for the others; none if
/// there are not so many.
fn growing(
    mut segments: Vec<(u32, SegmentId)>,
    least: usize,
    fits: impl Fn(u32, u32) -> bool,
) -> Vec<SegmentId> {
    segments.retain(|(documents, _)| *documents <= LARGEST);
    segments.sort_unstable();
    let (mut others, mut most) = (0_u32, 0);
    for (before, (documents, _)) in segments.iter().enumerate() {
        if fits(*documents, others) {
            most = before + 1;
        }
        others = others.saturating_add(*documents);
    }
    let most = if most < least { 0 } else { most };
    segments.into_iter().take(most).map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(documents: &[u32]) -> Vec<(u32, SegmentId)> {
        documents.iter().map(|documents| (*documents, SegmentId::generate_random())).collect()
    }

    #[test]
    fn an_idle_house_merges_what_grows_by_a_quarter() {
        let check = |documents: &[u32], merged: usize| {
            assert_eq!(while_idle(sizes(documents)).len(), merged, "{documents:?}");
        };
        check(&[], 0);
        check(&[700], 0);
        check(&[700, 500, 20], 3);
        check(&[50_000, 3, 500], 2);
        check(&[50_000, 10_000, 900, 1_000], 2);
        check(&[50_000, 12_000, 900, 1_000], 4);
        check(&[9_000, 5_000, 3_000, 1_000, 900], 5);
        // Those of one size are merged though each is large for the smallest.
        check(&[40_000, 40_000, 40_000, 4_000], 4);
        check(&[12_000_000, 900, 800], 2);
    }

    /// Puts batches in as the engine would; returns how often a document is written on average, and the most segments.
    fn filled(batch: u32, batches: u32) -> (f64, usize) {
        let (mut segments, mut written, mut most) = (Vec::new(), 0_u32, 0);
        for _ in 0..batches {
            segments.extend(sizes(&[batch]));
            written += batch;
            loop {
                let together = growing(segments.clone(), MANY, |largest, others| largest <= others);
                if together.is_empty() {
                    break;
                }
                let (merged, kept): (Vec<_>, Vec<_>) =
                    segments.into_iter().partition(|(_, id)| together.contains(id));
                let sum: u32 = merged.iter().map(|(documents, _)| documents).sum();
                written += sum;
                segments = kept;
                segments.extend(sizes(&[sum]));
            }
            most = most.max(segments.len());
        }
        (f64::from(written) / f64::from(batch * batches), most)
    }

    #[test]
    fn a_document_is_written_a_few_times_and_segments_stay_few() {
        let check = |batch, batches, times: f64, segments: usize| {
            let (written, most) = filled(batch, batches);
            assert!(written <= times && most <= segments, "{batch} × {batches}: {written}, {most}");
        };
        check(500, 100, 4.0, 8);
        check(500, 400, 5.0, 10);
        check(10, 2_000, 6.0, 12);
    }
}
