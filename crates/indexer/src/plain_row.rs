//! Phrases and pairs of words, near or in a sloppy phrase, whose parts are single words: compared by bare numbers, for
//! they are most of what is asked, and common words make tens of thousands of candidates.
//!
//! It says what [`Spans::find`] says; all other texts are left to that.

use query::Spans;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocId, DocSet};

use crate::positions::PostingsOf;

/// Words in a row, or two words that stand to one another as is wanted.
pub(crate) struct PlainRow {
    words: Vec<Word>,
    wanted: Wanted,
}

/// How the words must stand.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    InARow,
    Near { distance: u32, ordered: bool },
    Moved { slop: u32 },
}

/// One word: the postings of all terms that it is written as, and its positions in the present document.
struct Word {
    postings: Vec<SegmentPostings>,
    here: Vec<u32>,
    read: Vec<u32>,
}

impl PlainRow {
    /// Returns the row of a text, if it is one.
    pub(crate) fn of(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Option<Self>> {
        let (parts, wanted): (Vec<&Spans>, Wanted) = match spans {
            Spans::Phrase(parts) => (parts.iter().collect(), Wanted::InARow),
            Spans::Near { left, right, distance, ordered } => {
                (vec![&**left, &**right], Wanted::Near { distance: *distance, ordered: *ordered })
            }
            Spans::Sloppy { parts, slop } if parts.len() == 2 => {
                (parts.iter().collect(), Wanted::Moved { slop: *slop })
            }
            _ => return Ok(None),
        };
        if parts.is_empty() || !parts.iter().all(|part| is_word(part)) {
            return Ok(None);
        }
        let words = parts.into_iter().map(|part| Word::of(part, postings)).collect::<tantivy::Result<_>>()?;
        Ok(Some(Self { words, wanted }))
    }

    /// Returns whether it stands in a document; documents come in ascending order.
    pub(crate) fn stands_in(&mut self, doc: DocId) -> bool {
        let Some((first, rest)) = self.words.split_first_mut() else { return false };
        first.go_to(doc);
        match self.wanted {
            Wanted::InARow => {
                // What is left of the first word's positions after each word.
                for (after, word) in (1_u32..).zip(rest) {
                    if first.here.is_empty() {
                        return false;
                    }
                    word.go_to(doc);
                    keep_followed(&mut first.here, &word.here, after);
                }
                !first.here.is_empty()
            }
            Wanted::Near { distance, ordered } => rest.first_mut().is_some_and(|other| {
                other.go_to(doc);
                follows(&first.here, &other.here, distance)
                    || !ordered && follows(&other.here, &first.here, distance)
            }),
            Wanted::Moved { slop } => rest.first_mut().is_some_and(|other| {
                other.go_to(doc);
                stands_moved(&first.here, &other.here, slop)
            }),
        }
    }
}

fn is_word(spans: &Spans) -> bool {
    match spans {
        Spans::Keys(_) | Spans::Pattern(_) => true,
        Spans::Any(parts) => parts.iter().all(is_word),
        _ => false,
    }
}

/// Keeps those of `starts` from which one of `next` stands `after` positions further.
fn keep_followed(starts: &mut Vec<u32>, next: &[u32], after: u32) {
    let mut next = next.iter().copied().peekable();
    starts.retain(|start| {
        let wanted = start.saturating_add(after);
        while next.next_if(|position| *position < wanted).is_some() {}
        next.peek() == Some(&wanted)
    });
}

/// Whether any of `right` stands behind one of `left`, at most `distance` further.
fn follows(left: &[u32], right: &[u32], distance: u32) -> bool {
    let mut right = right.iter().copied().peekable();
    left.iter().any(|position| {
        while right.next_if(|other| other <= position).is_some() {}
        right.peek().is_some_and(|other| other - position <= distance)
    })
}

/// Whether any of `right` stands behind one of `left`, or would if it were moved by at most `slop` positions.
fn stands_moved(left: &[u32], mut right: &[u32], slop: u32) -> bool {
    left.iter().any(|position| {
        let place = position.saturating_add(1);
        let first = right.partition_point(|other| *other < place.saturating_sub(slop));
        right = right.get(first..).unwrap_or_default();
        // One word does not stand for both.
        right.iter().take(2).any(|other| *other <= place.saturating_add(slop) && other != position)
    })
}

impl Word {
    fn of(spans: &Spans, postings: &PostingsOf) -> tantivy::Result<Self> {
        let mut all = Vec::new();
        gather(spans, postings, &mut all)?;
        Ok(Self { postings: all, here: Vec::new(), read: Vec::new() })
    }

    fn go_to(&mut self, doc: DocId) {
        self.here.clear();
        let mut lists = 0;
        for postings in &mut self.postings {
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() != doc {
                continue;
            }
            lists += 1;
            if lists == 1 {
                postings.positions(&mut self.here);
            } else {
                postings.positions(&mut self.read);
                self.here.append(&mut self.read);
            }
        }
        if lists > 1 {
            self.here.sort_unstable();
            self.here.dedup();
        }
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

    #[test]
    fn words_in_a_row_are_kept_by_where_they_begin() {
        let mut starts = vec![1, 4, 9, 20];
        keep_followed(&mut starts, &[2, 5, 21], 1);
        assert_eq!(starts, [1, 4, 20]);
        keep_followed(&mut starts, &[6, 22, 23], 2);
        assert_eq!(starts, [4, 20]);
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
            assert_eq!(stands_moved(&left, &right, slop), expected, "{left:?} {right:?} {slop}");
        }
    }

    #[test]
    fn near_words_are_counted_from_one_to_the_next() {
        assert!(follows(&[3, 10], &[1, 12], 2));
        assert!(!follows(&[3, 10], &[1, 13], 2));
        assert!(!follows(&[3], &[3], 2));
    }
}
