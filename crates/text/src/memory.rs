//! Remembers the keys of the words that come again and again, so that each is folded once.
//!
//! One small memory for each thread: nothing is shared, nothing waits. It changes no result.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{Key, Lang};

/// When a thread has met so many words, it forgets those that it did not meet while it met the last so many: a few
/// megabytes at most.
const MOST: usize = 16_384;

/// What the keys are of: they differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// A word of a language, in a text whose letters say this about its spelling.
    Word(Lang, u8),
    /// Two neighbouring Chinese characters.
    Pair,
    /// The last Chinese character of a run.
    Last,
}

/// The keys of words.
type Known = FxHashMap<Box<str>, Arc<[Key]>>;

/// What a thread remembers.
#[derive(Default)]
struct Memory {
    /// Words that were met of late.
    young: Vec<(Of, Known)>,
    /// Words that were met before those.
    old: Vec<(Of, Known)>,
    /// How many words are among the young.
    count: usize,
}

thread_local! {
    static MEMORY: RefCell<Memory> = RefCell::default();
}

/// Returns the keys of `word`, made by `make` when it is met for the first time.
pub(crate) fn remembered(of: Of, word: &str, make: impl FnOnce() -> Vec<Key>) -> Arc<[Key]> {
    let known = MEMORY.with_borrow_mut(|memory| memory.find(of, word));
    known.unwrap_or_else(|| {
        let keys: Arc<[Key]> = make().into();
        MEMORY.with_borrow_mut(|memory| memory.keep(of, word.into(), Arc::clone(&keys)));
        keys
    })
}

impl Memory {
    fn find(&mut self, of: Of, word: &str) -> Option<Arc<[Key]>> {
        let young = self.young.iter().find(|(known, _)| *known == of);
        if let Some(keys) = young.and_then(|(_, words)| words.get(word)) {
            return Some(Arc::clone(keys));
        }
        let (_, words) = self.old.iter_mut().find(|(known, _)| *known == of)?;
        let (word, keys) = words.remove_entry(word)?;
        self.keep(of, word, Arc::clone(&keys));
        Some(keys)
    }

    fn keep(&mut self, of: Of, word: Box<str>, keys: Arc<[Key]>) {
        if self.count >= MOST {
            self.old = std::mem::take(&mut self.young);
            self.count = 0;
        }
        self.count += 1;
        match self.young.iter_mut().find(|(known, _)| *known == of) {
            Some((_, words)) => {
                words.insert(word, keys);
            }
            None => self.young.push((of, std::iter::once((word, keys)).collect())),
        }
    }
}
