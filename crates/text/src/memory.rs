//! Remembers the keys of the words that come again and again, so that each is folded once.
//!
//! One small memory for each thread: nothing is shared, nothing waits. It changes no result.

use std::cell::RefCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::{Key, Lang};

/// When a thread remembers so many words, it forgets them all: a few megabytes at most.
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

thread_local! {
    static MEMORY: RefCell<Vec<(Of, Known)>> = const { RefCell::new(Vec::new()) };
}

/// Returns the keys of `word`, made by `make` when it is met for the first time.
pub(crate) fn remembered(of: Of, word: &str, make: impl FnOnce() -> Vec<Key>) -> Arc<[Key]> {
    let known = MEMORY.with_borrow(|memory| {
        let (_, words) = memory.iter().find(|(known, _)| *known == of)?;
        words.get(word).cloned()
    });
    known.unwrap_or_else(|| {
        let keys: Arc<[Key]> = make().into();
        MEMORY.with_borrow_mut(|memory| remember(memory, of, word, &keys));
        keys
    })
}

fn remember(memory: &mut Vec<(Of, Known)>, of: Of, word: &str, keys: &Arc<[Key]>) {
    if memory.iter().map(|(_, words)| words.len()).sum::<usize>() >= MOST {
        memory.clear();
    }
    match memory.iter_mut().find(|(known, _)| *known == of) {
        Some((_, words)) => {
            words.insert(word.into(), Arc::clone(keys));
        }
        None => memory.push((of, std::iter::once((word.into(), Arc::clone(keys))).collect())),
    }
}
