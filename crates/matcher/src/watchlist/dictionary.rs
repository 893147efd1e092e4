//! The terms that watches speak of, each with a number.
//!
//! Nearly every word of an article is in no watch: a filter of bits says so first. What passes it is compared byte by
//! byte: the hash is keyed anew in every process, and it only tells where to look.

use std::hash::{BuildHasher, RandomState};

use rapidhash::v3::{RapidSecrets, rapidhash_v3_nano_inline};

use super::front::{FRONT, Front};
use super::postings::List;

/// A term's number: where its record begins.
pub(super) type Term = u32;

/// No term.
pub(super) const NO_TERM: Term = Term::MAX;

/// What a term stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// The bits of a slot that are a term.
    mask: u32,
    /// The record of each term, one after the other: where what is filed under it lies, its [`Sort`], its text, and
    /// room up to a multiple of [`UNIT`]. What is asked of a term lies together, for to fetch it is what takes time.
    records: Vec<u8>,
    length: usize,
}

/// A term, and in the bits that it leaves free those of its hash, so that few terms are compared in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u32);

const EMPTY: Slot = Slot(u32::MAX);

/// Fewest slots.
const FEWEST: usize = 64;

/// The kind of a term, plus one, in the lower three bits, and how many bytes its text has above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort(u32);

impl Sort {
    /// That of no term.
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) fn of(kind: Kind, length: usize) -> Self {
        Self(u32::try_from(length).unwrap_or(u32::MAX) << 3 | (kind as u32 + 1))
    }

    fn kind(self) -> Kind {
        match self.0 & 7 {
            2 => Kind::Head,
            3 => Kind::Signs,
            4 => Kind::Sound,
            5 => Kind::Syllables,
            6 => Kind::Fact,
            7 => Kind::Surface,
            _ => Kind::Key,
        }
    }

    #[inline]
    pub(super) fn length(self) -> usize {
        index(self.0 >> 3)
    }

    /// How many units the record of a term takes.
    fn units(self) -> usize {
        (TEXT + self.length()).div_ceil(UNIT)
    }
}

/// Records begin at multiples of so many bytes.
const UNIT: usize = 4;
/// Where in a record its sort lies.
const SORT: usize = 8;
/// Where in a record its text begins.
const TEXT: usize = 12;

impl Default for Dictionary {
    fn default() -> Self {
        let seed = RandomState::new().hash_one(0_u8);
        let mut terms = Self {
            secrets: RapidSecrets::seed(seed),
            filter: Vec::new(),
            slots: Vec::new(),
            mask: 0,
            records: Vec::new(),
            length: 0,
        };
        terms.grow();
        terms
    }
}

impl Dictionary {
    /// The hash of a term: keyed, so that nobody outside can make terms collide.
    pub(super) fn hash(&self, kind: Kind, text: &[u8]) -> u64 {
        self.hash_of(kind, Front::of_text(text), text)
    }

    /// The hash of a term whose front is known.
    #[inline]
    pub(super) fn hash_of(&self, kind: Kind, front: Front, text: &[u8]) -> u64 {
        // Most words are all front; to hash always as many bytes takes no decision that a processor could guess wrong.
        let hash = if text.len() <= FRONT {
            rapidhash_v3_nano_inline::<true, false>(&front.to_bytes(), &self.secrets)
        } else {
            rapidhash_v3_nano_inline::<true, false>(text, &self.secrets)
        };
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

    /// Returns the term in a slot; one that is not there for an empty slot.
    #[inline]
    pub(super) fn term_in(&self, slot: Slot) -> Term {
        slot.0 & self.mask
    }

    /// Returns whether what is in a slot may have this hash.
    #[inline]
    pub(super) fn may_be(&self, slot: Slot, hash: u64) -> bool {
        (slot.0 ^ high(hash)) & !self.mask == 0
    }

    /// Returns the number of a term.
    pub(super) fn find(&self, kind: Kind, text: &str) -> Option<Term> {
        let hash = self.hash(kind, text.as_bytes());
        let sort = Sort::of(kind, text.len());
        let term = (self.may_have(hash) == 1).then(|| self.probe(hash, sort, text.as_bytes()))?;
        (term != NO_TERM).then_some(term)
    }

    /// Returns the number of the term that has this hash, or `NO_TERM`.
    pub(super) fn probe(&self, hash: u64, sort: Sort, text: &[u8]) -> Term {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots.get(at).copied().unwrap_or(EMPTY);
            if slot == EMPTY {
                return NO_TERM;
            }
            let term = self.term_in(slot);
            if self.may_be(slot, hash) && self.sort(term) == sort && self.stored(term, text.len()) == text {
                return term;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Returns the sort of a term; for one that is not there, that of none.
    #[inline]
    pub(super) fn sort(&self, term: Term) -> Sort {
        let at = start(term).saturating_add(SORT);
        let sort = self.records.get(at..).and_then(<[u8]>::first_chunk);
        Sort(sort.map_or(0, |bytes| u32::from_le_bytes(*bytes)))
    }

    /// Returns whether a term of the same sort has this text.
    #[inline]
    pub(super) fn has_text(&self, term: Term, front: Front, text: &[u8]) -> bool {
        let at = start(term).saturating_add(TEXT);
        let rest = |text: &[u8]| {
            text.get(FRONT..)
                .is_none_or(|rest| self.records.get(at + FRONT..at + text.len()).unwrap_or_default() == rest)
        };
        Front::at(&self.records, at, text.len()) == front && rest(text)
    }

    #[inline]
    fn stored(&self, term: Term, length: usize) -> &[u8] {
        let at = start(term).saturating_add(TEXT);
        self.records.get(at..at.saturating_add(length)).unwrap_or_default()
    }

    /// Returns the kind and the text of a term.
    pub(super) fn text(&self, term: Term) -> (Kind, &str) {
        let sort = self.sort(term);
        let text = self.stored(term, sort.length());
        (sort.kind(), std::str::from_utf8(text).unwrap_or_default())
    }

    /// Returns where what is filed under a term lies.
    #[inline]
    pub(super) fn list(&self, term: Term) -> List {
        let list = self.records.get(start(term)..).and_then(<[u8]>::first_chunk);
        list.map(|bytes| List::from_bytes(*bytes)).unwrap_or_default()
    }

    pub(super) fn set_list(&mut self, term: Term, list: List) {
        if let Some(place) = self.records.get_mut(start(term)..).and_then(<[u8]>::first_chunk_mut) {
            *place = list.to_bytes();
        }
    }

    /// Returns the number of the term, which it gets now if it has none.
    pub(super) fn intern(&mut self, kind: Kind, text: &str) -> Term {
        if let Some(known) = self.find(kind, text) {
            return known;
        }
        let term = self.end();
        let sort = Sort::of(kind, text.len());
        self.records.extend(List::default().to_bytes());
        self.records.extend(sort.0.to_le_bytes());
        self.records.extend_from_slice(text.as_bytes());
        self.records.resize(start(term) + sort.units() * UNIT, 0);
        self.length += 1;
        if self.length * 2 > self.slots.len() || self.end() > self.mask {
            self.grow();
        } else {
            let hash = self.hash(kind, text.as_bytes());
            self.place(hash, term);
        }
        term
    }

    /// Returns the number that the next term will have; all others are lower.
    pub(super) fn end(&self) -> Term {
        Term::try_from(self.records.len() / UNIT).unwrap_or(NO_TERM)
    }

    /// Returns all terms, ascending.
    pub(super) fn all(&self) -> impl Iterator<Item = Term> {
        let after = |term: &Term| Some(self.next(*term)).filter(|next| *next < self.end());
        std::iter::successors((self.length > 0).then_some(0), after)
    }

    /// Returns the term whose record follows.
    fn next(&self, term: Term) -> Term {
        term + Term::try_from(self.sort(term).units()).unwrap_or(1)
    }

    fn grow(&mut self) {
        let slots = (self.length * 2 + 1).next_power_of_two().max(FEWEST);
        self.slots = vec![EMPTY; slots];
        self.filter = vec![0; slots / 8];
        let room = self.end().max(u32::try_from(FEWEST).unwrap_or(0)).saturating_mul(2);
        self.mask = room.checked_next_power_of_two().map_or(u32::MAX >> 1, |bits| bits - 1);
        let terms: Vec<Term> = self.all().collect();
        for term in terms {
            let (kind, text) = self.text(term);
            let hash = self.hash(kind, text.as_bytes());
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
        let filled = Slot(high(hash) & !self.mask | term);
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
        self.records.shrink_to_fit();
    }
}

/// Where in the records that of a term begins.
#[inline]
fn start(term: Term) -> usize {
    index(term).saturating_mul(UNIT)
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
            assert_eq!(terms.text(*number), (Kind::Key, word.as_str()));
        }
        assert_eq!(terms.find(Kind::Head, "=сөз1"), None);
        assert_eq!(terms.find(Kind::Key, "=сөз5000"), None);
        assert!(terms.all().eq(numbers));
    }

    #[test]
    fn terms_of_every_kind_and_length_are_told_apart_and_keep_their_lists() {
        let kinds =
            [Kind::Key, Kind::Head, Kind::Signs, Kind::Sound, Kind::Syllables, Kind::Fact, Kind::Surface];
        let texts: Vec<String> = [0, 1, 15, 16, 17, 18, 40]
            .into_iter()
            .flat_map(|length| ["a", "b"].map(|last| format!("{:x<length$}{last}", "")))
            .chain([String::new()])
            .collect();
        let mut terms = Dictionary::default();
        let mut known = Vec::new();
        for (number, (kind, text)) in
            (0..).zip(kinds.iter().flat_map(|kind| texts.iter().map(move |text| (*kind, text))))
        {
            assert_eq!(terms.find(kind, text), None);
            let term = terms.intern(kind, text);
            terms.set_list(term, List::from_bytes([number; 8]));
            known.push((kind, text, term, number));
        }
        for (kind, text, term, number) in known {
            assert_eq!((terms.find(kind, text), terms.text(term)), (Some(term), (kind, text.as_str())));
            assert_eq!(terms.list(term).to_bytes(), [number; 8]);
            let bytes = text.as_bytes();
            assert!(terms.has_text(term, Front::of_text(bytes), bytes));
            let another = [bytes, b"c"].concat();
            assert!(!terms.has_text(term, Front::of_text(&another), &another));
        }
    }
}
