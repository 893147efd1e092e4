//! Sets of documents of one segment, as bits.

/// A set of document numbers below a fixed bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DocBits {
    words: Vec<u64>,
    bound: u32,
}

impl DocBits {
    pub(crate) fn none(bound: u32) -> Self {
        let words = usize::try_from(bound.div_ceil(64)).unwrap_or(0);
        Self { words: vec![0; words], bound }
    }

    pub(crate) fn all(bound: u32) -> Self {
        Self::none(bound).inverted()
    }

    pub(crate) fn insert(&mut self, doc: u32) {
        let word = usize::try_from(doc / 64).ok().and_then(|at| self.words.get_mut(at));
        if let Some(word) = word.filter(|_| doc < self.bound) {
            *word |= 1 << (doc % 64);
        }
    }

    pub(crate) fn contains(&self, doc: u32) -> bool {
        let word = usize::try_from(doc / 64).ok().and_then(|at| self.words.get(at));
        word.is_some_and(|word| word & (1 << (doc % 64)) != 0)
    }

    pub(crate) fn union(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a |= b);
        self
    }

    pub(crate) fn intersection(mut self, other: &Self) -> Self {
        self.words.iter_mut().zip(&other.words).for_each(|(a, b)| *a &= b);
        self
    }

    pub(crate) fn inverted(mut self) -> Self {
        self.words.iter_mut().for_each(|word| *word = !*word);
        // Bits beyond the bound stand for no document.
        if let (Some(last), 1..) = (self.words.last_mut(), self.bound % 64) {
            *last &= (1 << (self.bound % 64)) - 1;
        }
        self
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let bits = |(number, word): (u32, &u64)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(number * 64 + bit)
            })
        };
        (0_u32..).zip(&self.words).flat_map(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_combine_and_stay_below_their_bound() {
        let mut odd = DocBits::none(130);
        (0..130).filter(|doc| doc % 2 == 1).for_each(|doc| odd.insert(doc));
        odd.insert(500);
        let even = odd.clone().inverted();
        assert_eq!(even.iter().collect::<Vec<_>>(), (0..130).step_by(2).collect::<Vec<_>>());
        assert_eq!(odd.clone().union(&even), DocBits::all(130));
        assert_eq!(odd.intersection(&even), DocBits::none(130));
        assert_eq!(DocBits::all(0).iter().count(), 0);
    }
}
