//! Phrases and pairs of words, near or in a sloppy phrase, whose parts are single words: compared by bare numbers, for
//! they are most of what is asked, and common words make tens of thousands of candidates.
//!
//! It says what [`Spans::find`] says; all other texts are left to that.

use std::fmt;

use query::Spans;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::Scorer;
use tantivy::{DocId, DocSet, Score, SeekDangerResult, TERMINATED};

use crate::positions::PostingsOf;

/// Words in a row, or two words that stand to one another as is wanted.
pub(crate) struct PlainRow {
    words: Vec<Word>,
    wanted: Wanted,
    /// Where the words before may stand in the present document.
    marks: Marks,
    /// The same for the next word, while it is found out.
    next: Marks,
    read: Vec<u32>,
}

/// How the words must stand.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    InARow,
    /// Within so many positions, one of two words on each side of the other: the first stands at most `before` positions
    /// before the second, or at most `behind` behind it.
    Apart {
        before: u32,
        behind: u32,
    },
}

/// One word: the postings of all terms that it is written as. Most terms of a word stand at the same places, which are
/// read for each of them; nothing is therefore made of a place but a mark, or a look at one.
struct Word(Vec<SegmentPostings>);

/// A set of positions.
#[derive(Debug, Default)]
struct Marks {
    words: Vec<u64>,
    /// From here on they are empty.
    used: usize,
}

impl PlainRow {
    /// Returns the row of a text, if it is one.
    pub(crate) fn of(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Option<Self>> {
        let Some((parts, wanted)) = shape(spans) else { return Ok(None) };
        let words = parts.into_iter().map(|part| Word::of(part, postings)).collect::<tantivy::Result<_>>()?;
        let (marks, next) = (Marks::default(), Marks::default());
        Ok(Some(Self { words, wanted, marks, next, read: Vec::new() }))
    }

    /// Returns whether a text is one.
    pub(crate) fn is(spans: &Spans) -> bool {
        shape(spans).is_some()
    }

    /// Returns a document that is not before `target` and not after the next one that has all of the words: `target`
    /// itself when it has them.
    fn candidate(&mut self, target: DocId) -> DocId {
        self.words
            .iter_mut()
            .try_fold(target, |target, word| match word.first_from(target) {
                here if here == target => Ok(target),
                behind => Err(behind),
            })
            .unwrap_or_else(|behind| behind)
    }

    /// Returns whether it stands in a document; documents come in ascending order.
    pub(crate) fn stands_in(&mut self, doc: DocId) -> bool {
        let Self { words, wanted, marks, next, read } = self;
        let Some((first, rest)) = words.split_first_mut() else { return false };
        marks.clear();
        first.any(doc, read, |position| {
            marks.insert(position);
            false
        });
        let Some((last, between)) = rest.split_last_mut() else { return !marks.is_empty() };
        for (after, word) in (1_u32..).zip(&mut *between) {
            next.clear();
            word.any(doc, read, |position| {
                if let Some(start) = position.checked_sub(after).filter(|start| marks.contains(*start)) {
                    next.insert(start);
                }
                false
            });
            std::mem::swap(marks, next);
            if marks.is_empty() {
                return false;
            }
        }
        let after = u32::try_from(between.len() + 1).unwrap_or(u32::MAX);
        last.any(doc, read, |position| match *wanted {
            Wanted::InARow => position.checked_sub(after).is_some_and(|start| marks.contains(start)),
            Wanted::Apart { before, behind } => marks.stand_around(position, before, behind),
        })
    }
}

/// The documents in which a row stands, of which none is scored.
pub(crate) struct RowDocs {
    row: PlainRow,
    doc: DocId,
}

impl RowDocs {
    pub(crate) fn new(row: PlainRow) -> Self {
        let mut docs = Self { row, doc: 0 };
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
        self.row.words.iter().map(Word::size).min().unwrap_or(0)
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

impl Wanted {
    /// The second of two words, if it stood `slop` positions earlier or later, would follow the first. One word does not
    /// stand for both.
    fn moved(slop: u32) -> Self {
        Self::Apart { before: slop.saturating_add(1), behind: slop.saturating_sub(1) }
    }
}

/// The words of a row, and how they must stand.
fn shape(spans: &Spans) -> Option<(Vec<&Spans>, Wanted)> {
    let (parts, wanted): (Vec<&Spans>, Wanted) = match spans {
        Spans::Phrase(parts) => (parts.iter().collect(), Wanted::InARow),
        Spans::Near { left, right, distance, ordered } => {
            let behind = if *ordered { 0 } else { *distance };
            (vec![&**left, &**right], Wanted::Apart { before: *distance, behind })
        }
        Spans::Sloppy { parts, slop } if parts.len() == 2 => (parts.iter().collect(), Wanted::moved(*slop)),
        _ => return None,
    };
    (!parts.is_empty() && parts.iter().all(|part| is_word(part))).then_some((parts, wanted))
}

fn is_word(spans: &Spans) -> bool {
    match spans {
        Spans::Keys(_) | Spans::Pattern(_) => true,
        Spans::Any(parts) => parts.iter().all(is_word),
        _ => false,
    }
}

impl Marks {
    fn clear(&mut self) {
        self.words.get_mut(..self.used).unwrap_or_default().fill(0);
        self.used = 0;
    }

    fn is_empty(&self) -> bool {
        self.words.iter().take(self.used).all(|word| *word == 0)
    }

    fn insert(&mut self, position: u32) {
        let at = index(position / 64);
        if at >= self.words.len() {
            self.words.resize((at + 1).next_power_of_two(), 0);
        }
        self.used = self.used.max(at + 1);
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (position % 64);
        }
    }

    fn word(&self, at: usize) -> u64 {
        self.words.get(at).copied().unwrap_or(0)
    }

    fn contains(&self, position: u32) -> bool {
        self.word(index(position / 64)) >> (position % 64) & 1 == 1
    }

    /// Whether any stands at most `before` positions before one, or at most `behind` behind it.
    fn stand_around(&self, position: u32, before: u32, behind: u32) -> bool {
        let before = before.min(position);
        if before < 32 && behind < 32 {
            let around = self.sixty_four_from(position - before);
            return around & ((1 << before) - 1) != 0 || around >> before >> 1 & ((1 << behind) - 1) != 0;
        }
        self.any_within(position - before, position)
            || self.any_within(position.saturating_add(1), position.saturating_add(1).saturating_add(behind))
    }

    /// The marks of as many positions, from one on, as there are bits.
    fn sixty_four_from(&self, start: u32) -> u64 {
        let (at, bit) = (index(start / 64), start % 64);
        // Shifted twice, for to shift by all of the bits is to shift by none.
        self.word(at) >> bit | self.word(at + 1) << 1 << (63 - bit)
    }

    /// Whether any stands from `start` on before `end`.
    fn any_within(&self, start: u32, end: u32) -> bool {
        (start..end).step_by(64).any(|from| {
            let here = self.sixty_four_from(from);
            here & u64::MAX >> (64 - (end - from).min(64)) != 0
        })
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Word {
    fn of(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Self> {
        let mut all = Vec::new();
        gather(spans, postings, &mut all)?;
        Ok(Self(all))
    }

    /// How many documents it is in; one that has several of its terms counts as often.
    fn size(&self) -> u32 {
        self.0.iter().map(SegmentPostings::doc_freq).fold(0, u32::saturating_add)
    }

    /// Returns the first document with the word that is not before `target`.
    fn first_from(&mut self, target: DocId) -> DocId {
        let docs =
            self.0.iter_mut().map(|list| if list.doc() < target { list.seek(target) } else { list.doc() });
        docs.min().unwrap_or(TERMINATED)
    }

    /// Returns whether `is_it` says so of any position of the word in a document. Some come more than once, and those of
    /// one term before those of the next.
    fn any(&mut self, doc: DocId, read: &mut Vec<u32>, mut is_it: impl FnMut(u32) -> bool) -> bool {
        self.0.iter_mut().any(|postings| {
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() != doc {
                return false;
            }
            postings.positions(read);
            read.iter().any(|position| is_it(*position))
        })
    }
}

fn gather(spans: &Spans, postings: &PostingsOf, all: &mut Vec<SegmentPostings>) -> tantivy::Result<()> {
    match spans {
        Spans::Keys(keys) => keys.iter().try_for_each(|key| {
            all.extend(postings.key(key)?);
            Ok(())
        }),
        Spans::Pattern(pattern) => {
            all.extend(postings.pattern(pattern)?);
            Ok(())
        }
        Spans::Any(parts) => parts.iter().try_for_each(|part| gather(part, postings, all)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use query::places::{Placed, sloppy, words};

    use super::*;

    fn marks(positions: &[u32]) -> Marks {
        let mut marks = Marks::default();
        for position in positions {
            marks.insert(*position);
        }
        marks
    }

    #[test]
    fn two_words_of_a_sloppy_phrase_stand_where_the_definition_says() {
        let positions = |bits: u32| -> Vec<u32> { (0..6).filter(|at| bits & (1 << at) != 0).collect() };
        for (left, right, slop) in (0..64)
            .flat_map(|left| (0..64).flat_map(move |right| (0..5).map(move |slop| (left, right, slop))))
        {
            let (left, right) = (positions(left), positions(right));
            let placed = [(0, &left), (1, &right)]
                .map(|(place, spans)| Placed { place, spans: words(spans.iter().copied()) });
            let expected = !sloppy(&placed, slop).is_empty();
            let Wanted::Apart { before, behind } = Wanted::moved(slop) else { unreachable!() };
            let marks = marks(&left);
            let found = right.iter().any(|position| marks.stand_around(*position, before, behind));
            assert_eq!(found, expected, "{left:?} {right:?} {slop}");
        }
    }

    #[test]
    fn marks_are_found_within_any_stretch() {
        let positions = [3, 63, 64, 200, 320];
        let marks = marks(&positions);
        for (start, end) in (0..330).flat_map(|start| (0..330).map(move |end| (start, end))) {
            let expected = positions.iter().any(|position| (start..end).contains(position));
            assert_eq!(marks.any_within(start, end), expected, "{start}..{end}");
        }
        assert!(positions.iter().all(|position| marks.contains(*position)));
        assert!(!marks.contains(4) && !marks.contains(10_000));
        assert!(!marks.stand_around(64, 0, 0) && !marks.stand_around(0, 9, 2) && marks.stand_around(0, 0, 3));
    }
}
