//! A set of positions in a document, which is made anew for each.

use crate::docset::index;

/// A set of positions.
#[derive(Debug, Default)]
pub(crate) struct PositionSet {
    words: Vec<u64>,
    /// From here on they are empty.
    used: usize,
}

impl PositionSet {
    pub(crate) fn clear(&mut self) {
        self.words.get_mut(..self.used).unwrap_or_default().fill(0);
        self.used = 0;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().take(self.used).all(|word| *word == 0)
    }

    pub(crate) fn insert(&mut self, position: u32) {
        let at = index(position / 64);
        if at >= self.words.len() {
            self.words.resize((at + 1).next_power_of_two(), 0);
        }
        self.used = self.used.max(at + 1);
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (position % 64);
        }
    }

    fn word(&self, at: usize) -> u64 {
        self.words.get(at).copied().unwrap_or(0)
    }

    pub(crate) fn contains(&self, position: u32) -> bool {
        self.word(index(position / 64)) >> (position % 64) & 1 == 1
    }

    /// Whether any stands at most `before` positions before one, or at most `behind` behind it.
    pub(crate) fn stand_around(&self, position: u32, before: u32, behind: u32) -> bool {
        let before = before.min(position);
        if before < 32 && behind < 32 {
            let around = self.sixty_four_from(position - before);
            return around & ((1 << before) - 1) != 0 || around >> before >> 1 & ((1 << behind) - 1) != 0;
        }
        self.any_within(position - before, position)
            || self.any_within(position.saturating_add(1), position.saturating_add(1).saturating_add(behind))
    }

    /// Those of as many positions, from one on, as there are bits.
    fn sixty_four_from(&self, start: u32) -> u64 {
        let (at, bit) = (index(start / 64), start % 64);
        // Shifted twice, for to shift by all of the bits is to shift by none.
        self.word(at) >> bit | self.word(at + 1) << 1 << (63 - bit)
    }

    /// Whether any stands from `start` on before `end`.
    fn any_within(&self, start: u32, end: u32) -> bool {
        (start..end).step_by(64).any(|from| {
            let here = self.sixty_four_from(from);
            here & u64::MAX >> (64 - (end - from).min(64)) != 0
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_found_within_any_stretch() {
        let positions = [3, 63, 64, 200, 320];
        let mut set = PositionSet::default();
        for position in positions {
            set.insert(position);
        }
        for (start, end) in (0..330).flat_map(|start| (0..330).map(move |end| (start, end))) {
            let expected = positions.iter().any(|position| (start..end).contains(position));
            assert_eq!(set.any_within(start, end), expected, "{start}..{end}");
        }
        assert!(positions.iter().all(|position| set.contains(*position)));
        assert!(!set.contains(4) && !set.contains(10_000));
        assert!(!set.stand_around(64, 0, 0) && !set.stand_around(0, 9, 2) && set.stand_around(0, 0, 3));
    }
}
