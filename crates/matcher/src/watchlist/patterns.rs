//! Patterns as terms: how a key begins, what fits it, how it sounds.
//!
//! A pattern is met by the letters before its first sign. Of a key only those beginnings are looked up that any
//! pattern has, told by its first bytes.

use query::Pattern;
use rustc_hash::FxHashMap;
use text::{Key, sounds, syllable};

use super::dictionary::{Dictionary, Kind, Term};

/// How many different first bytes are told apart.
const FIRSTS: usize = 4_096;

/// Longest beginning, in bytes: its length is a bit of a word.
const LONGEST: usize = 63;

/// The patterns of all watches.
#[derive(Default)]
pub(super) struct Patterns {
    heads: Heads,
    /// What must be compared with keys that begin so.
    begun: FxHashMap<Term, Vec<(Term, Pattern)>>,
    /// What has no beginning.
    bare: Vec<(Term, Pattern)>,
    meets: Meets,
}

/// The lengths of beginnings in bytes, each as a bit, by what they begin with.
#[derive(Default)]
struct Heads {
    /// Those of fewer than four bytes.
    short: u64,
    /// By their first four bytes.
    of_four: Vec<u64>,
    /// Those of eight or more by their first eight.
    of_eight: Vec<u64>,
}

/// Which other kinds of patterns there are.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "two kinds, each there or not")]
struct Meets {
    sounds: bool,
    syllables: bool,
}

impl Patterns {
    /// Returns the terms of which one is there when the pattern fits.
    pub(super) fn number(&mut self, pattern: &Pattern, terms: &mut Dictionary) -> Vec<Term> {
        match pattern {
            Pattern::Signs(signs) => vec![self.signs(signs, terms)],
            Pattern::Sounds(wanted) => {
                self.meets.sounds = true;
                wanted.iter().map(|sound| terms.intern(Kind::Sound, sound)).collect()
            }
            Pattern::Syllables(one, other) => {
                self.meets.syllables = true;
                vec![terms.intern(Kind::Syllables, &format!("{one} {other}"))]
            }
        }
    }

    fn signs(&mut self, signs: &str, terms: &mut Dictionary) -> Term {
        let letters = signs.find(['*', '?']).unwrap_or(signs.len());
        let (whole, rest) = signs.split_at(letters);
        let head = whole.get(..whole.floor_char_boundary(LONGEST)).unwrap_or_default();
        let only_a_head = head == whole && !rest.is_empty() && rest.chars().all(|sign| sign == '*');
        if !head.is_empty() {
            let begins = terms.intern(Kind::Head, head);
            self.heads.note(head.as_bytes());
            if only_a_head {
                return begins;
            }
            let term = terms.intern(Kind::Signs, signs);
            push_new(self.begun.entry(begins).or_default(), term, signs);
            return term;
        }
        let term = terms.intern(Kind::Signs, signs);
        push_new(&mut self.bare, term, signs);
        term
    }

    /// Returns the lengths of every beginning of a surface key, given without its mark, that some pattern may have, each
    /// as a bit.
    #[inline]
    pub(super) fn heads(&self, text: &[u8]) -> u64 {
        self.heads.of(text)
    }

    /// Returns the patterns that go on from a beginning, each with its term.
    pub(super) fn begun(&self, head: Term) -> &[(Term, Pattern)] {
        if self.begun.is_empty() { &[] } else { self.begun.get(&head).map_or(&[], Vec::as_slice) }
    }

    /// Returns whether keys must be compared in other ways than by how they begin.
    #[inline]
    pub(super) fn has_others(&self) -> bool {
        self.meets.sounds || self.meets.syllables || !self.bare.is_empty()
    }

    /// Calls `each` with the terms of patterns that fit a key otherwise than by how it begins.
    pub(super) fn each_other(&self, key: &Key, terms: &Dictionary, each: &mut impl FnMut(Term)) {
        if key.is_surface() {
            let text = key.text();
            let fits = |pattern: &Pattern| pattern.fits(key);
            self.bare.iter().filter(|(_, pattern)| fits(pattern)).for_each(|(term, _)| each(*term));
            if self.meets.syllables {
                pair_of(text, terms).into_iter().for_each(&mut *each);
            }
        }
        if self.meets.sounds {
            let heard = sounds(key);
            heard.iter().filter_map(|sound| terms.find(Kind::Sound, sound)).for_each(each);
        }
    }
}

fn push_new(known: &mut Vec<(Term, Pattern)>, term: Term, signs: &str) {
    if known.iter().all(|(other, _)| *other != term) {
        known.push((term, Pattern::new(signs)));
    }
}

impl Heads {
    fn note(&mut self, head: &[u8]) {
        let length = 1 << head.len();
        let row = match (head.first_chunk(), head.first_chunk()) {
            (_, Some(eight)) => Some((&mut self.of_eight, cell(u64::from_le_bytes(*eight)))),
            (Some(four), None) => Some((&mut self.of_four, cell(u32::from_le_bytes(*four).into()))),
            (None, None) => None,
        };
        let Some((row, cell)) = row else {
            self.short |= length;
            return;
        };
        row.resize(FIRSTS, 0);
        if let Some(lengths) = row.get_mut(cell) {
            *lengths |= length;
        }
    }

    #[inline]
    fn of(&self, text: &[u8]) -> u64 {
        let in_row = |row: &[u64], first: u64| row.get(cell(first)).copied().unwrap_or(0);
        let four =
            text.first_chunk().map_or(0, |four| in_row(&self.of_four, u32::from_le_bytes(*four).into()));
        let eight = text.first_chunk().map_or(0, |eight| in_row(&self.of_eight, u64::from_le_bytes(*eight)));
        self.short | four | eight
    }
}

/// Where in a row beginnings with these bytes are told.
#[inline]
fn cell(first: u64) -> usize {
    // Fibonacci hashing; the highest bits tell the most.
    usize::try_from(first.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52).unwrap_or(0)
}

fn pair_of(text: &str, terms: &Dictionary) -> Option<Term> {
    let mut letters = text.chars();
    let (one, other) = (letters.next().and_then(syllable)?, letters.next().and_then(syllable)?);
    letters.next().is_none().then(|| terms.find(Kind::Syllables, &format!("{one} {other}")))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_beginning_is_told_by_the_first_bytes_of_a_word() {
        let words = ["detention", "тұтқындады", "哈萨克族", "a", "ab", "abc", "abcd", "abcdefgh", "сот"];
        let whole = |text: &str| text.char_indices().map(|(at, c)| at + c.len_utf8()).collect::<Vec<_>>();
        for (word, length) in
            words.iter().flat_map(|word| whole(word).into_iter().map(move |end| (word, end)))
        {
            let (mut heads, head) = (Heads::default(), &word.as_bytes()[..length]);
            heads.note(head);
            assert_eq!(heads.of(word.as_bytes()), 1 << length, "{word} {length}");
            assert_eq!(heads.of(&[head, b"!"].concat()), 1 << length, "{word} {length}");
            assert_eq!(heads.of("қорғас".as_bytes()), if length < 4 { 1 << length } else { 0 });
        }
    }
}
