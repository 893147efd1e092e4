//! The programs of all watches, by number.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use model::WatchId;
use rustc_hash::FxBuildHasher;

use super::dictionary::index;
use super::node::Node;
use super::postings::MOST;
use super::program;

/// All programs. Those that were taken off leave a hole, which the next one fills.
#[derive(Default)]
pub(super) struct Programs {
    /// All programs, one after the other.
    words: Vec<u32>,
    /// Where each begins.
    starts: Vec<u32>,
    /// Whose each is.
    watches: Vec<WatchId>,
    /// The number of each watch's program.
    by_watch: HashTable<u32>,
    free: Vec<u32>,
    /// How many of `words` belong to no program any more.
    dead_words: usize,
}

fn hash_of(watch: WatchId) -> u64 {
    FxBuildHasher.hash_one(watch)
}

impl Programs {
    pub(super) fn len(&self) -> usize {
        self.by_watch.len()
    }

    /// Returns the number of a watch's program.
    pub(super) fn number_of(&self, watch: WatchId) -> Option<u32> {
        self.by_watch.find(hash_of(watch), |number| self.watch(*number) == Some(watch)).copied()
    }

    /// Returns whose program it is.
    #[inline]
    pub(super) fn watch(&self, number: u32) -> Option<WatchId> {
        self.watches.get(index(number)).copied()
    }

    /// Returns the numbers of all programs.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.by_watch.iter().copied()
    }

    /// Returns where a program begins.
    #[inline]
    pub(super) fn start(&self, number: u32) -> u32 {
        self.starts.get(index(number)).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn word(&self, at: u32) -> u32 {
        self.words.get(index(at)).copied().unwrap_or(0)
    }

    /// Returns the program that begins there, and what lies behind it.
    #[inline]
    pub(super) fn code(&self, start: u32) -> &[u32] {
        self.words.get(index(start)..).unwrap_or_default()
    }

    /// Returns a program.
    pub(super) fn program(&self, number: u32) -> &[u32] {
        let code = self.code(self.start(number));
        code.get(..program::length(code)).unwrap_or_default()
    }

    /// Reads a program back.
    pub(super) fn node(&self, number: u32) -> Node {
        program::read(self.program(number))
    }

    /// Adds the program of a watch that has none, and returns its number.
    pub(super) fn add(&mut self, watch: WatchId, write: impl FnOnce(&mut Vec<u32>)) -> u32 {
        let start = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        write(&mut self.words);
        let number = self.free.pop().unwrap_or_else(|| {
            self.starts.push(0);
            self.watches.push(watch);
            u32::try_from(self.starts.len() - 1).unwrap_or(MOST)
        });
        if let Some((place, owner)) =
            self.starts.get_mut(index(number)).zip(self.watches.get_mut(index(number)))
        {
            (*place, *owner) = (start, watch);
        }
        let watches = &self.watches;
        let hash = |number: &u32| watches.get(index(*number)).map_or(0, |watch| hash_of(*watch));
        self.by_watch.insert_unique(hash_of(watch), number, hash);
        number
    }

    /// Takes a program off.
    pub(super) fn remove(&mut self, watch: WatchId) {
        let watches = &self.watches;
        let is_its = |number: &u32| watches.get(index(*number)) == Some(&watch);
        let Ok(entry) = self.by_watch.find_entry(hash_of(watch), is_its) else { return };
        let (number, _) = entry.remove();
        self.dead_words += self.program(number).len();
        self.free.push(number);
        if self.dead_words > 1_024 && self.dead_words * 2 > self.words.len() {
            self.pack();
        }
    }

    /// Moves the programs together.
    fn pack(&mut self) {
        let mut words = Vec::with_capacity(self.words.len().saturating_sub(self.dead_words));
        let mut starts = vec![0; self.starts.len()];
        for number in self.numbers() {
            if let Some(place) = starts.get_mut(index(number)) {
                *place = u32::try_from(words.len()).unwrap_or(u32::MAX);
            }
            words.extend_from_slice(self.program(number));
        }
        (self.words, self.starts, self.dead_words) = (words, starts, 0);
    }

    /// Returns the same programs, numbered in this order and lying in it.
    pub(super) fn ordered(&self, order: impl ExactSizeIterator<Item = u32>) -> Self {
        let mut ordered = Self {
            words: Vec::with_capacity(self.words.len().saturating_sub(self.dead_words)),
            starts: Vec::with_capacity(order.len()),
            watches: Vec::with_capacity(order.len()),
            by_watch: HashTable::with_capacity(order.len()),
            ..Self::default()
        };
        for number in order {
            if let Some(watch) = self.watch(number) {
                ordered.add(watch, |words| words.extend_from_slice(self.program(number)));
            }
        }
        ordered
    }
}
