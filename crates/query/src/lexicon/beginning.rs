//! What spellings begin with a word. Many begin alike, and few go on as the text does.

use text::Key;

use super::filter::hash;

/// Spellings that begin with a word of one key.
#[derive(Debug, Clone, Default)]
pub(super) struct Beginning {
    /// Spellings of this word alone.
    whole: Vec<u32>,
    /// A hash of a key that their second word may have, and spellings, ascending.
    going_on: Vec<(u32, u32)>,
}

impl Beginning {
    /// Notes a spelling, given by its number, with the keys that its second word may have.
    pub(super) fn note(&mut self, alias: usize, second: Option<&[Key]>) {
        let alias = u32::try_from(alias).unwrap_or(u32::MAX);
        match second {
            None => self.whole.push(alias),
            Some(keys) => self.going_on.extend(keys.iter().map(|key| (hash(key), alias))),
        }
    }

    /// Brings in order what was noted.
    pub(super) fn settle(&mut self) {
        self.whole.shrink_to_fit();
        self.going_on.sort_unstable();
        self.going_on.dedup();
        self.going_on.shrink_to_fit();
    }

    /// Returns the spellings of this word alone.
    pub(super) fn whole(&self) -> impl Iterator<Item = usize> {
        self.whole.iter().map(|alias| number(*alias))
    }

    /// Returns whether the word begins a longer spelling.
    pub(super) fn goes_on(&self) -> bool {
        !self.going_on.is_empty()
    }

    /// Returns the spellings whose second word may have a key of this hash.
    pub(super) fn going_on_with(&self, second: u32) -> impl Iterator<Item = usize> {
        let from = self.going_on.partition_point(|(hash, _)| *hash < second);
        let here = self.going_on.iter().skip(from).take_while(move |(hash, _)| *hash == second);
        here.map(|(_, alias)| number(*alias))
    }

    /// Returns all spellings; one may come twice.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        self.whole().chain(self.going_on.iter().map(|(_, alias)| number(*alias)))
    }
}

fn number(alias: u32) -> usize {
    usize::try_from(alias).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_spellings_are_found_by_how_they_go_on() {
        let key = |text: &str| Key::peeled(text);
        let mut beginning = Beginning::default();
        beginning.note(3, Some(&[key("gateway"), key("gate")]));
        beginning.note(7, None);
        beginning.note(9, Some(&[key("gate"), key("gate")]));
        beginning.settle();
        let going_on = |second: &str| beginning.going_on_with(hash(&key(second))).collect::<Vec<_>>();
        assert_eq!(beginning.whole().collect::<Vec<_>>(), [7]);
        assert_eq!((going_on("gate"), going_on("gateway"), going_on("port")), (vec![3, 9], vec![3], vec![]));
        assert_eq!(beginning.all().collect::<std::collections::BTreeSet<_>>().len(), 3);
    }
}
