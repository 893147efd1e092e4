//! Patterns as terms: how a key begins, what fits it, how it sounds.
//!
//! A pattern is met by the letters before its first sign. Of a key only those beginnings are looked up that any
//! pattern has, told by its first two letters.

use query::Pattern;
use rustc_hash::FxHashMap;
use text::{Key, sounds, syllable};

use super::dictionary::{Dictionary, Kind, Term, index};

/// How many different first letters are told apart.
const FIRSTS: usize = 4_096;

/// Longest beginning, in bytes: its length is a bit of a word.
const LONGEST: usize = 63;

/// The patterns of all watches.
#[derive(Default)]
pub(super) struct Patterns {
    /// By the first two letters of a pattern: the lengths of the beginnings that go on from there.
    lengths: Vec<u64>,
    /// What must be compared with keys that begin so.
    begun: FxHashMap<Term, Vec<(Term, Pattern)>>,
    /// What has no beginning.
    bare: Vec<(Term, Pattern)>,
    meets: Meets,
}

/// Which kinds of patterns there are.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "three kinds, each there or not")]
struct Meets {
    /// Beginnings of one letter: of Chinese words.
    of_one: bool,
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
            self.note(head);
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

    fn note(&mut self, head: &str) {
        match first_two(head) {
            None => self.meets.of_one = true,
            Some(firsts) => {
                self.lengths.resize(FIRSTS, 0);
                if let Some(lengths) = self.lengths.get_mut(firsts) {
                    *lengths |= 1 << head.len();
                }
            }
        }
    }

    /// Calls `each` with the length of every beginning of a surface key, given without its mark, that some pattern may
    /// have.
    #[inline]
    pub(super) fn each_head(&self, text: &str, each: &mut impl FnMut(usize)) {
        if self.meets.of_one {
            each(text.chars().next().map_or(0, char::len_utf8));
        }
        let lengths = first_two(text).and_then(|firsts| self.lengths.get(firsts));
        let mut left = lengths.copied().unwrap_or(0);
        while left != 0 {
            let length = index(left.trailing_zeros());
            left &= left - 1;
            if length <= text.len() {
                each(length);
            }
        }
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

/// A number for the first two letters; `None` when there is but one.
#[inline]
fn first_two(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let length = |at: usize| {
        Some(match bytes.get(at)? {
            0..0x80 => 1,
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        })
    };
    let first = length(0)?;
    let second = length(first)?;
    let both = bytes.get(..first + second)?;
    let hash = both
        .iter()
        .fold(0_u32, |hash, byte| (hash.rotate_left(5) ^ u32::from(*byte)).wrapping_mul(0x9e37_79b9));
    Some(index(hash >> 20))
}

fn pair_of(text: &str, terms: &Dictionary) -> Option<Term> {
    let mut letters = text.chars();
    let (one, other) = (letters.next().and_then(syllable)?, letters.next().and_then(syllable)?);
    letters.next().is_none().then(|| terms.find(Kind::Syllables, &format!("{one} {other}")))?
}
