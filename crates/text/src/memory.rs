//! Remembers the keys of the words that come again and again, so that each is folded once.
//!
//! Whoever reads a text takes a memory off the shelf and puts it back: nothing waits, and none is lost when a thread ends.
//! It changes no result.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustc_hash::FxBuildHasher;
use smol_str::SmolStr;

use crate::{Key, Lang};

/// Places that a word may be in. A word that is met again moves up by one, a new one takes the last.
const PLACES: usize = 8;

/// How many sets of places a memory has, a power of two: 131,072 words, seven megabytes of places and some twenty of
/// keys, when all are taken. Of newspapers in five languages these are nearly all words that come twice.
const SETS: usize = 16_384;

/// Longest word that is remembered, in bytes.
const LONGEST: usize = 64;

/// So many texts are read with a memory at once, each with its own; whoever comes while all are taken reads without one.
const SHELF: usize = 2;

static SHELVED: Mutex<Shelf> = Mutex::new(Shelf { free: Vec::new(), made: 0 });

/// The memories of the process.
struct Shelf {
    /// Those that nobody reads with.
    free: Vec<Memory>,
    /// How many there are.
    made: usize,
}

/// What the keys are of: they differ by the language, and by what the letters of the text say about its spelling.
pub(crate) type Of = (Lang, u8);

/// A word, and what is known of it.
struct Known {
    of: Of,
    word: SmolStr,
    keys: Arc<[Key]>,
}

/// Places for words whose hashes begin alike.
#[derive(Default)]
struct Set {
    /// The other half of each word's hash, so that few words are compared in vain.
    tags: [u32; PLACES],
    words: [Option<Known>; PLACES],
}

/// The keys of many words.
pub(crate) struct Memory(Vec<Set>);

/// A memory that is put back when it has been read with, however that ends.
struct Lent(Memory);

/// Reads with a memory, the one that was put back last; with one that remembers nothing when all are taken.
pub(crate) fn with_memory<T>(read: impl FnOnce(&mut Memory) -> T) -> T {
    let mut lent = Lent(Shelf::take());
    read(&mut lent.0)
}

impl Shelf {
    fn open() -> MutexGuard<'static, Self> {
        SHELVED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a memory, or one that remembers nothing.
    fn take() -> Memory {
        let mut shelf = Self::open();
        if let Some(known) = shelf.free.pop() {
            return known;
        }
        if shelf.made == SHELF {
            return Memory(Vec::new());
        }
        shelf.made += 1;
        drop(shelf);
        Memory::new()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let memory = Memory(std::mem::take(&mut self.0.0));
        if !memory.0.is_empty() {
            Shelf::open().free.push(memory);
        }
    }
}

impl Memory {
    fn new() -> Self {
        Self(std::iter::repeat_with(Set::default).take(SETS).collect())
    }

    /// Returns the keys of `word`, made by `make` when it is not known.
    pub(crate) fn keys(&mut self, of: Of, word: &str, make: impl FnOnce() -> Vec<Key>) -> Arc<[Key]> {
        let hash = FxBuildHasher.hash_one((of, word));
        let set = usize::try_from(hash >> 32).ok().and_then(|half| self.0.get_mut(half % SETS));
        let Some(set) = set.filter(|_| word.len() <= LONGEST) else { return make().into() };
        let tag = u32::try_from(hash & u64::from(u32::MAX)).unwrap_or(0);
        if let Some(keys) = set.find(tag, of, word) {
            return keys;
        }
        let keys: Arc<[Key]> = make().into();
        set.keep(tag, Known { of, word: word.into(), keys: Arc::clone(&keys) });
        keys
    }
}

impl Set {
    /// Returns the keys of a word, which moves up.
    fn find(&mut self, tag: u32, of: Of, word: &str) -> Option<Arc<[Key]>> {
        let mut known =
            self.tags.iter().zip(&self.words).enumerate().filter(|(_, (other, _))| **other == tag);
        let (at, keys) = known.find_map(|(at, (_, known))| {
            let known = known.as_ref().filter(|known| known.of == of && known.word == word)?;
            Some((at, Arc::clone(&known.keys)))
        })?;
        if at > 0 {
            self.tags.swap(at, at - 1);
            self.words.swap(at, at - 1);
        }
        Some(keys)
    }

    /// Gives a word the first free place, or the last.
    fn keep(&mut self, tag: u32, known: Known) {
        let free = self.words.iter().position(Option::is_none).unwrap_or(PLACES - 1);
        if let (Some(its_tag), Some(place)) = (self.tags.get_mut(free), self.words.get_mut(free)) {
            (*its_tag, *place) = (tag, Some(known));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_made_of_the_same_word_in_the_same_language() {
        let mut memory = Memory::new();
        let key = |word: &str, of: Of| vec![Key::peeled(&format!("{word} {of:?}"))];
        // Twice as many as there are places, so that most are forgotten in between.
        for round in 0..2 {
            for number in 0..2 * SETS * PLACES {
                let word = format!("{}сөз", number / 2);
                let of = (if number % 2 == 0 { Lang::KkCyrl } else { Lang::RuCyrl }, u8::from(round == 0));
                assert_eq!(*memory.keys(of, &word, || key(&word, of)), *key(&word, of));
            }
        }
    }

    #[test]
    fn more_texts_are_read_at_once_than_there_are_memories() {
        let read = |depth: u32| {
            fn nested(depth: u32) -> usize {
                with_memory(|memory| {
                    let keys = memory.keys((Lang::EnLatn, 7), "port", || vec![Key::peeled("port")]);
                    keys.len() + if depth > 0 { nested(depth - 1) } else { 0 }
                })
            }
            nested(depth)
        };
        assert_eq!((read(9), read(9)), (10, 10));
        assert!(Shelf::open().made <= SHELF);
        // Whoever reads when all have been put back reads with one of them.
        let lent = || with_memory(|memory| !memory.0.is_empty());
        assert!((0..200).any(|_| lent() || {
            std::thread::sleep(std::time::Duration::from_millis(10));
            false
        }));
    }

    #[test]
    fn a_word_is_made_once_while_it_is_met_often() {
        let mut memory = Memory::new();
        let mut made = 0;
        for number in 0..10 * SETS * PLACES {
            let strange = format!("{number}");
            memory.keys((Lang::EnLatn, 0), &strange, Vec::new);
            if number % 100 == 0 {
                memory.keys((Lang::EnLatn, 0), "often", || {
                    made += 1;
                    Vec::new()
                });
            }
        }
        assert!(made < 10, "{made}");
    }
}
