//! Phrases and pairs of words, near or in a sloppy phrase, whose parts are single words: compared by bare numbers, for
//! they are most of what is asked, and common words make tens of thousands of candidates.
//!
//! It says what [`Spans::find`] says; all other texts are left to that.

use query::Spans;
use tantivy::{DocId, TERMINATED};

use crate::position_set::PositionSet;
use crate::positions::PostingsOf;
use crate::term_places::TermPlaces;

/// Words in a row, or two words that stand to one another as is wanted.
pub(crate) struct PlainRow {
    words: Vec<Word>,
    /// The numbers of the words, the rarest first.
    by_size: Vec<usize>,
    wanted: Wanted,
    /// Where the words before may stand in the present document.
    starts: PositionSet,
    /// The same for the next word, while it is found out.
    next: PositionSet,
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
/// read for each of them; nothing is therefore made of a place but a member of a set, or a look at one.
struct Word(Vec<TermPlaces>);

impl PlainRow {
    /// Returns the row of a text, if it is one.
    pub(crate) fn of(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Option<Self>> {
        let Some((parts, wanted)) = shape(spans) else { return Ok(None) };
        let words: Vec<Word> =
            parts.into_iter().map(|part| Word::of(part, postings)).collect::<tantivy::Result<_>>()?;
        let mut by_size: Vec<usize> = (0..words.len()).collect();
        by_size.sort_by_key(|number| words.get(*number).map(Word::size));
        let (starts, next) = (PositionSet::default(), PositionSet::default());
        Ok(Some(Self { words, by_size, wanted, starts, next, read: Vec::new() }))
    }

    /// Returns whether a text is one.
    pub(crate) fn is(spans: &Spans) -> bool {
        shape(spans).is_some()
    }

    /// Returns a document that is not before `target` and not after the next one that has all of the words: `target`
    /// itself when it has them.
    pub(crate) fn candidate(&mut self, target: DocId) -> DocId {
        for number in &self.by_size {
            let first = self.words.get_mut(*number).map_or(TERMINATED, |word| word.first_from(target));
            if first != target {
                return first;
            }
        }
        target
    }

    /// How many documents the rarest of the words is in; one that has several of its terms counts as often.
    pub(crate) fn size(&self) -> u32 {
        self.words.iter().map(Word::size).min().unwrap_or(0)
    }

    /// Returns whether it stands in a document; documents come in ascending order.
    pub(crate) fn stands_in(&mut self, doc: DocId) -> bool {
        let Self { words, wanted, starts, next, read, .. } = self;
        let Some((first, rest)) = words.split_first_mut() else { return false };
        starts.clear();
        first.any(doc, read, |position| {
            starts.insert(position);
            false
        });
        let Some((last, between)) = rest.split_last_mut() else { return !starts.is_empty() };
        for (after, word) in (1_u32..).zip(&mut *between) {
            next.clear();
            word.any(doc, read, |position| {
                if let Some(start) = position.checked_sub(after).filter(|start| starts.contains(*start)) {
                    next.insert(start);
                }
                false
            });
            std::mem::swap(starts, next);
            if starts.is_empty() {
                return false;
            }
        }
        let after = u32::try_from(between.len() + 1).unwrap_or(u32::MAX);
        last.any(doc, read, |position| match *wanted {
            Wanted::InARow => position.checked_sub(after).is_some_and(|start| starts.contains(start)),
            Wanted::Apart { before, behind } => starts.stand_around(position, before, behind),
        })
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

impl Word {
    fn of(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Self> {
        let mut all = Vec::new();
        gather(spans, postings, &mut all)?;
        Ok(Self(all))
    }

    /// How many documents it is in; one that has several of its terms counts as often.
    fn size(&self) -> u32 {
        self.0.iter().map(TermPlaces::documents).fold(0, u32::saturating_add)
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
        self.0.iter_mut().any(|places| {
            if places.doc() < doc {
                places.seek(doc);
            }
            places.doc() == doc && places.any(read, &mut is_it)
        })
    }
}

fn gather(spans: &Spans, postings: &PostingsOf, all: &mut Vec<TermPlaces>) -> tantivy::Result<()> {
    match spans {
        Spans::Keys(keys) => keys.iter().try_for_each(|key| {
            all.extend(postings.key_places(key)?);
            Ok(())
        }),
        Spans::Pattern(pattern) => {
            all.extend(postings.pattern_places(pattern)?);
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
            let mut starts = PositionSet::default();
            for position in &left {
                starts.insert(*position);
            }
            let found = right.iter().any(|position| starts.stand_around(*position, before, behind));
            assert_eq!(found, expected, "{left:?} {right:?} {slop}");
        }
    }
}
