//! Patterns as terms: how a key begins, what fits it, how it sounds.
//!
//! A pattern is met by the letters before its first sign. Of a key only those beginnings are looked up that any
//! pattern has, told by its first two letters.

use std::collections::HashMap;

use query::Pattern;
use text::{Key, sounds, syllable};

use super::dictionary::{Dictionary, Kind, Term, index};

/// How many different first letters are told apart.
const FIRSTS: usize = 4_096;

/// Longest beginning, in bytes: its length is a bit of a word.
const LONGEST: usize = 63;

/// The patterns of all watches.
pub(super) struct Patterns {
    /// By the first two letters of a pattern: the lengths of the beginnings that go on from there.
    lengths: Vec<u64>,
    /// Beginnings of one letter: of Chinese words.
    of_one: bool,
    /// What must be compared with keys that begin so.
    begun: HashMap<Term, Vec<(Term, Pattern)>>,
    /// What has no beginning.
    bare: Vec<(Term, Pattern)>,
    sounds: bool,
    syllables: bool,
}

impl Default for Patterns {
    fn default() -> Self {
        Self {
            lengths: Vec::new(),
            of_one: false,
            begun: HashMap::new(),
            bare: Vec::new(),
            sounds: false,
            syllables: false,
        }
    }
}

impl Patterns {
    /// Returns the terms of which one is there when the pattern fits.
    pub(super) fn number(&mut self, pattern: &Pattern, terms: &mut Dictionary) -> Vec<Term> {
        match pattern {
            Pattern::Signs(signs) => vec![self.signs(signs, terms)],
            Pattern::Sounds(wanted) => {
                self.sounds = true;
                wanted.iter().map(|sound| terms.intern(Kind::Sound, sound)).collect()
            }
            Pattern::Syllables(one, other) => {
                self.syllables = true;
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
            None => self.of_one = true,
            Some(firsts) => {
                self.lengths.resize(FIRSTS, 0);
                if let Some(lengths) = self.lengths.get_mut(firsts) {
                    *lengths |= 1 << head.len();
                }
            }
        }
    }

    /// Calls `each` with every pattern's term that fits a key, given as it is stored.
    pub(super) fn each_fitting(&self, key: &str, terms: &Dictionary, each: &mut dyn FnMut(Term)) {
        let surface = key.strip_prefix('=');
        if let Some(text) = surface {
            self.each_begun(text, terms, each);
            if self.syllables {
                each_pair(text, terms, each);
            }
        }
        if self.sounds {
            let heard = sounds(&Key::stored(key));
            heard.iter().filter_map(|sound| terms.find(Kind::Sound, sound)).for_each(each);
        }
    }

    #[inline]
    fn each_begun(&self, text: &str, terms: &Dictionary, each: &mut dyn FnMut(Term)) {
        if self.of_one {
            let first = text.chars().next().map_or(0, char::len_utf8);
            self.head(text.get(..first).unwrap_or_default(), text, terms, each);
        }
        let lengths = first_two(text).and_then(|firsts| self.lengths.get(firsts));
        let mut left = lengths.copied().unwrap_or(0);
        while left != 0 {
            let length = left.trailing_zeros();
            left &= left - 1;
            if let Some(head) = text.get(..index(length)) {
                self.head(head, text, terms, each);
            }
        }
        for (term, pattern) in &self.bare {
            if pattern.fits(&Key::surface(text)) {
                each(*term);
            }
        }
    }

    fn head(&self, head: &str, text: &str, terms: &Dictionary, each: &mut dyn FnMut(Term)) {
        let Some(begins) = terms.find(Kind::Head, head) else { return };
        each(begins);
        for (term, pattern) in self.begun.get(&begins).into_iter().flatten() {
            if pattern.fits(&Key::surface(text)) {
                each(*term);
            }
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

fn each_pair(text: &str, terms: &Dictionary, each: &mut dyn FnMut(Term)) {
    let mut letters = text.chars();
    let (one, other) = (letters.next().and_then(syllable), letters.next().and_then(syllable));
    if let (Some(one), Some(other), None) = (one, other, letters.next()) {
        terms.find(Kind::Syllables, &format!("{one} {other}")).into_iter().for_each(each);
    }
}
