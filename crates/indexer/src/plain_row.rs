//! Phrases and pairs of near words whose parts are single words: compared by bare numbers, for they are most of what is
//! asked, and common words make tens of thousands of candidates.
//!
//! It says what [`Spans::find`] says; all other texts are left to that.

use query::Spans;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::{DocId, DocSet};

use crate::positions::PostingsOf;

/// Words in a row, or two words near one another.
pub(crate) struct PlainRow {
    words: Vec<Word>,
    wanted: Wanted,
}

/// How the words must stand.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    InARow,
    Near { distance: u32, ordered: bool },
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
    fn near_words_are_counted_from_one_to_the_next() {
        assert!(follows(&[3, 10], &[1, 12], 2));
        assert!(!follows(&[3, 10], &[1, 13], 2));
        assert!(!follows(&[3], &[3], 2));
    }
}
