//! Says of most words of an article that the lexicon does not know them.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;
use text::Key;

/// Bits for each key: one strange key of sixteen or so is looked up in vain.
const BITS: usize = 16;

/// Which keys there may be.
#[derive(Debug, Clone, Default)]
pub(super) struct Filter(Vec<u64>);

impl Filter {
    pub(super) fn of<'a>(keys: impl ExactSizeIterator<Item = &'a Key>) -> Self {
        let mut filter = Self(vec![0; (keys.len() * BITS / 64).next_power_of_two()]);
        for key in keys {
            let (word, bit) = filter.place(key);
            if let Some(word) = filter.0.get_mut(word) {
                *word |= bit;
            }
        }
        filter
    }

    /// Returns whether a key may be among them.
    #[inline]
    pub(super) fn may_have(&self, key: &Key) -> bool {
        let (word, bit) = self.place(key);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }

    #[inline]
    fn place(&self, key: &Key) -> (usize, u64) {
        let hash = FxBuildHasher.hash_one(key.as_str());
        let word = usize::try_from(hash >> 32).unwrap_or(0) & self.0.len().wrapping_sub(1);
        (word, 1 << (hash & 63))
    }
}

/// A hash of a key; two keys may have the same.
pub(super) fn hash(key: &Key) -> u32 {
    u32::try_from(FxBuildHasher.hash_one(key.as_str()) >> 32).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_denied_and_most_else_is() {
        let keys: Vec<Key> = (0..5_000).map(|number| Key::peeled(&format!("сөз{number}"))).collect();
        let filter = Filter::of(keys.iter());
        assert!(keys.iter().all(|key| filter.may_have(key)));
        let strange = (0..5_000).map(|number| Key::peeled(&format!("басқа{number}")));
        let taken = strange.filter(|key| filter.may_have(key)).count();
        assert!(taken < 1_000, "{taken}");
        assert!(!Filter::default().may_have(&Key::peeled("сөз1")));
    }
}
