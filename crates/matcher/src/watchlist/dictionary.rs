//! The terms that watches speak of, each with a number.
//!
//! Nearly every word of an article is in no watch: a filter of bits says so first. What passes it is compared byte by
//! byte: the hash is keyed anew in every process, and it only tells where to look.

use std::hash::{BuildHasher, RandomState};

use rapidhash::v3::{RapidSecrets, rapidhash_v3_nano_inline};

/// A term's number.
pub(super) type Term = u32;

/// No term.
pub(super) const NO_TERM: Term = Term::MAX;

/// What a term stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A key as an article has it, with its mark, unless it is a surface key.
    Key,
    /// How a surface key begins: `detain*`.
    Head,
    /// A surface key that a pattern fits: `w?rd`.
    Signs,
    /// How a key sounds.
    Sound,
    /// How two neighbouring Chinese characters sound, `S L`.
    Syllables,
    /// A fact about the article: `lang:kk`.
    Fact,
    /// A surface key without its mark.
    Surface,
}

/// Returns the kind of a key, given as it is stored, and its text.
pub(super) fn kind_of_key(key: &str) -> (Kind, &str) {
    key.strip_prefix('=').map_or((Kind::Key, key), |text| (Kind::Surface, text))
}

/// All terms.
pub(super) struct Dictionary {
    secrets: RapidSecrets,
    /// Bits, sixteen for each term.
    filter: Vec<u64>,
    /// Open addressing, at most half full.
    slots: Vec<Slot>,
    /// The kind and the text of each term, one after the other.
    texts: Vec<u8>,
    /// Where in `texts` each term begins; one more for the end of the last.
    starts: Vec<u32>,
}

/// A term's number, and in the bits that it leaves free those of its hash, so that few terms are compared in vain. A number
/// takes no more bits than the place of a slot: slots are at most half full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u32);

const EMPTY: Slot = Slot(u32::MAX);

/// Fewest slots.
const FEWEST: usize = 64;

impl Default for Dictionary {
    fn default() -> Self {
        let seed = RandomState::new().hash_one(0_u8);
        Self {
            secrets: RapidSecrets::seed(seed),
            filter: vec![0; FEWEST / 8],
            slots: vec![EMPTY; FEWEST],
            texts: Vec::new(),
            starts: vec![0],
        }
    }
}

impl Dictionary {
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The hash of a term: keyed, so that nobody outside can make terms collide.
    #[inline]
    pub(super) fn hash(&self, kind: Kind, text: &[u8]) -> u64 {
        let hash = rapidhash_v3_nano_inline::<true, false>(text, &self.secrets);
        hash.wrapping_add((kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Returns 1 when a term of this hash may be known, 0 when there is none.
    #[inline]
    pub(super) fn may_have(&self, hash: u64) -> usize {
        let bit = low(hash) & (self.filter.len() * 64 - 1);
        let word = self.filter.get(bit / 64).copied().unwrap_or(0);
        usize::from(word >> (bit % 64) & 1 == 1)
    }

    /// Returns the term that lies where one of this hash would lie first; another than it perhaps.
    #[inline]
    pub(super) fn first_at(&self, hash: u64) -> Slot {
        self.slots.get(self.home(hash)).copied().unwrap_or(EMPTY)
    }

    /// The bits of a slot that are a term's number.
    #[inline]
    fn mask(&self) -> u32 {
        u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
    }

    /// Returns the term in a slot; one that is not there for an empty slot.
    #[inline]
    pub(super) fn term_in(&self, slot: Slot) -> Term {
        slot.0 & self.mask()
    }

    /// Returns whether what is in a slot may have this hash.
    #[inline]
    pub(super) fn may_be(&self, slot: Slot, hash: u64) -> bool {
        (slot.0 ^ high(hash)) & !self.mask() == 0
    }

    /// Returns the number of a term.
    pub(super) fn find(&self, kind: Kind, text: &str) -> Option<Term> {
        let hash = self.hash(kind, text.as_bytes());
        let term = (self.may_have(hash) == 1).then(|| self.probe(hash, kind, text.as_bytes()))?;
        (term != NO_TERM).then_some(term)
    }

    /// Returns the number of the term that has this hash, or `NO_TERM`.
    pub(super) fn probe(&self, hash: u64, kind: Kind, text: &[u8]) -> Term {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots.get(at).copied().unwrap_or(EMPTY);
            if slot == EMPTY {
                return NO_TERM;
            }
            if self.may_be(slot, hash) && self.is(self.term_in(slot), kind, text) {
                return self.term_in(slot);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Returns whether a term has this kind and text.
    #[inline]
    fn is(&self, term: Term, kind: Kind, text: &[u8]) -> bool {
        self.lies_at(self.bounds(term), kind, text)
    }

    /// Returns where a term's kind and text lie.
    #[inline]
    pub(super) fn bounds(&self, term: Term) -> (u32, u32) {
        let at = index(term);
        let bound = |at: usize| self.starts.get(at).copied().unwrap_or(0);
        (bound(at), bound(at.wrapping_add(1)))
    }

    /// Returns whether this kind and text lie there.
    #[inline]
    pub(super) fn lies_at(&self, bounds: (u32, u32), kind: Kind, text: &[u8]) -> bool {
        let stored = self.stored(bounds);
        stored.split_first().is_some_and(|(first, rest)| *first == kind as u8 && rest == text)
    }

    #[inline]
    fn stored(&self, (start, end): (u32, u32)) -> &[u8] {
        self.texts.get(index(start)..index(end)).unwrap_or_default()
    }

    /// Returns the kind's number and the text of a term.
    pub(super) fn text(&self, term: Term) -> (u8, &str) {
        let (kind, text) =
            self.stored(self.bounds(term)).split_first().map_or((0, &[][..]), |(kind, text)| (*kind, text));
        (kind, std::str::from_utf8(text).unwrap_or_default())
    }

    /// Returns the number of a term, which it gets now if it has none.
    pub(super) fn intern(&mut self, kind: Kind, text: &str) -> Term {
        if let Some(known) = self.find(kind, text) {
            return known;
        }
        let term = Term::try_from(self.len()).unwrap_or(NO_TERM);
        self.texts.push(kind as u8);
        self.texts.extend_from_slice(text.as_bytes());
        self.starts.push(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        if self.len() * 2 > self.slots.len() {
            self.grow();
        } else {
            let hash = self.hash(kind, text.as_bytes());
            self.place(hash, term);
        }
        term
    }

    fn grow(&mut self) {
        let slots = self.slots.len() * 2;
        self.slots = vec![EMPTY; slots];
        self.filter = vec![0; slots / 8];
        for term in 0..Term::try_from(self.len()).unwrap_or(NO_TERM) {
            let (kind, text) = self.text(term);
            let hash = self.hash(kind_of(kind), text.as_bytes());
            self.place(hash, term);
        }
    }

    fn place(&mut self, hash: u64, term: Term) {
        let bit = low(hash) & (self.filter.len() * 64 - 1);
        if let Some(word) = self.filter.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
        let mut at = self.home(hash);
        while self.slots.get(at).is_some_and(|slot| *slot != EMPTY) {
            at = (at + 1) & (self.slots.len() - 1);
        }
        let filled = Slot(high(hash) & !self.mask() | term);
        if let Some(slot) = self.slots.get_mut(at) {
            *slot = filled;
        }
    }

    #[inline]
    fn home(&self, hash: u64) -> usize {
        index(high(hash)) & (self.slots.len() - 1)
    }

    /// Gives back the room that growing has left free.
    pub(super) fn shrink(&mut self) {
        self.texts.shrink_to_fit();
        self.starts.shrink_to_fit();
    }
}

pub(super) fn kind_of(number: u8) -> Kind {
    match number {
        1 => Kind::Head,
        2 => Kind::Signs,
        3 => Kind::Sound,
        4 => Kind::Syllables,
        5 => Kind::Fact,
        6 => Kind::Surface,
        _ => Kind::Key,
    }
}

/// A number as an index: four bytes fit everywhere that this runs.
#[inline]
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[inline]
fn high(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or(0)
}

#[inline]
fn low(hash: u64) -> usize {
    usize::try_from(hash & 0xffff_ffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_found_by_its_bytes_and_kind() {
        let mut terms = Dictionary::default();
        let words: Vec<String> = (0..5_000).map(|number| format!("=сөз{number}")).collect();
        let numbers: Vec<Term> = words.iter().map(|word| terms.intern(Kind::Key, word)).collect();
        for (word, number) in words.iter().zip(&numbers) {
            assert_eq!(terms.find(Kind::Key, word), Some(*number));
            assert_eq!(terms.intern(Kind::Key, word), *number);
            assert_eq!(terms.text(*number), (Kind::Key as u8, word.as_str()));
        }
        assert_eq!(terms.find(Kind::Head, "=сөз1"), None);
        assert_eq!(terms.find(Kind::Key, "=сөз5000"), None);
        assert_eq!(terms.len(), 5_000);
    }
}
