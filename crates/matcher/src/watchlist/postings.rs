//! Which programs are filed under a term: lists that grow and shrink in place, in one pool.

use super::dictionary::{Term, index};

/// A program filed under a term that must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Posting {
    /// The program's number.
    pub(super) program: u32,
    /// What is known when the term is there.
    pub(super) then: Then,
    /// Whether it is filed under other terms as well, so that it may be met twice.
    pub(super) again: bool,
    /// Another term that must be there; `NO_TERM` for none.
    pub(super) second: Term,
}

/// What is known of a program when its terms are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// It matches.
    Sure,
    /// It matches when the second term follows the first at once.
    Before,
    /// It matches when the first term follows the second at once.
    Behind,
    /// It must be run.
    Run,
}

/// A posting in eight bytes: the program's number in the lower 29 bits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed {
    program: u32,
    second: Term,
}

/// Most programs.
pub(super) const MOST: u32 = (1 << 29) - 1;
const AGAIN: u32 = 1 << 31;

impl Packed {
    pub(super) fn of(posting: Posting) -> Self {
        let then = match posting.then {
            Then::Sure => 0,
            Then::Before => 1,
            Then::Behind => 2,
            Then::Run => 3,
        };
        let again = if posting.again { AGAIN } else { 0 };
        Self { program: posting.program & MOST | then << 29 | again, second: posting.second }
    }

    #[inline]
    pub(super) fn open(self) -> Posting {
        let then = match self.program >> 29 & 3 {
            0 => Then::Sure,
            1 => Then::Before,
            2 => Then::Behind,
            _ => Then::Run,
        };
        let again = self.program & AGAIN != 0;
        Posting { program: self.program & MOST, then, again, second: self.second }
    }
}

/// Where a term's list lies, in eight bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct List {
    start: u32,
    /// Its length in the lower bits; above them the power of two that it has room for, plus one, or 0 when it has room for
    /// no more.
    size: u32,
}

/// How many bits of [`List`] are its length.
const LENGTH_BITS: u32 = 27;

impl List {
    fn new(start: u32, length: u32, class: Option<u32>) -> Self {
        Self { start, size: length | class.map_or(0, |class| class + 1) << LENGTH_BITS }
    }

    #[inline]
    fn length(self) -> u32 {
        self.size & ((1 << LENGTH_BITS) - 1)
    }

    /// The power of two that it has room for, when that is known.
    fn class(self) -> Option<u32> {
        (self.size >> LENGTH_BITS).checked_sub(1)
    }

    /// Whether one more needs another place. One that was filed at once and has shrunk since counts as full as well: how
    /// much room it has is not kept.
    fn is_full(self) -> bool {
        self.class().is_none_or(|class| self.length() == 1 << class)
    }

    fn with_length(self, length: u32) -> Self {
        Self::new(self.start, length, self.class())
    }
}

/// Files a program under a term.
pub(super) type Filer<'a> = dyn FnMut(Term, Packed) + 'a;

/// All lists.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// One for each term.
    lists: Vec<List>,
    pool: Vec<Packed>,
    /// Room in the pool that lists have left, by the power of two that it holds.
    free: Vec<Vec<u32>>,
}

impl Postings {
    /// Returns what is filed under a term.
    #[cfg(test)]
    fn of(&self, term: Term) -> impl Iterator<Item = Posting> + '_ {
        self.at(self.list(term)).iter().map(|packed| packed.open())
    }

    /// Returns where a term's list lies.
    #[inline]
    pub(super) fn list(&self, term: Term) -> List {
        self.lists.get(index(term)).copied().unwrap_or_default()
    }

    /// Returns what lies in a list.
    #[inline]
    pub(super) fn at(&self, list: List) -> &[Packed] {
        let here = self.pool.get(index(list.start)..index(list.start) + index(list.length()));
        here.unwrap_or_default()
    }

    /// Files everything at once, each list as long as it must be. `each_filed` tells all, the same each time.
    pub(super) fn fill(&mut self, terms: usize, mut each_filed: impl FnMut(&mut Filer<'_>)) {
        self.free.clear();
        self.lists = vec![List::default(); terms];
        each_filed(&mut |term, _| {
            if let Some(list) = self.lists.get_mut(index(term)) {
                list.size += 1;
            }
        });
        let mut start = 0;
        for list in &mut self.lists {
            let length = std::mem::take(&mut list.size);
            list.start = start;
            start += length;
        }
        self.pool = vec![Packed { program: 0, second: 0 }; index(start)];
        each_filed(&mut |term, posting| {
            if let Some(list) = self.lists.get_mut(index(term)) {
                put(&mut self.pool, list, posting);
            }
        });
    }

    /// Files a program under a term.
    pub(super) fn push(&mut self, term: Term, posting: Packed) {
        if index(term) >= self.lists.len() {
            self.lists.resize(index(term) + 1, List::default());
        }
        let mut list = self.lists.get(index(term)).copied().unwrap_or_default();
        if list.is_full() {
            list = self.moved(list);
        }
        put(&mut self.pool, &mut list, posting);
        if let Some(kept) = self.lists.get_mut(index(term)) {
            *kept = list;
        }
    }

    /// Gives a list more room, a power of two.
    fn moved(&mut self, list: List) -> List {
        let length = list.length();
        let room = (length + 1).next_power_of_two();
        let class = room.trailing_zeros();
        let start = self.free.get_mut(index(class)).and_then(Vec::pop).unwrap_or_else(|| {
            let end = self.pool.len();
            self.pool.resize(end + index(room), Packed { program: 0, second: 0 });
            u32::try_from(end).unwrap_or(u32::MAX)
        });
        let (from, to) = (index(list.start), index(start));
        self.pool.copy_within(from..from + index(length), to);
        let left = list.class().or_else(|| length.is_power_of_two().then(|| length.trailing_zeros()));
        if let Some(left) = left.map(index) {
            self.free.resize(self.free.len().max(left + 1), Vec::new());
            if let Some(free) = self.free.get_mut(left) {
                free.push(list.start);
            }
        }
        List::new(start, length, Some(class))
    }

    /// Takes a program off a term's list.
    pub(super) fn remove(&mut self, term: Term, program: u32) {
        let Some(list) = self.lists.get_mut(index(term)) else { return };
        let here = self.pool.get_mut(index(list.start)..index(list.start) + index(list.length()));
        let Some(here) = here else { return };
        let is_it = |packed: &Packed| packed.open().program == program;
        while let Some(at) = here.iter().take(index(list.length())).position(is_it) {
            *list = list.with_length(list.length() - 1);
            here.swap(at, index(list.length()));
        }
    }
}

/// Puts a posting at the end of a list that has room.
fn put(pool: &mut [Packed], list: &mut List, posting: Packed) {
    if let Some(place) = pool.get_mut(index(list.start + list.length())) {
        *place = posting;
        list.size += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posting(program: u32) -> Posting {
        Posting { program, then: Then::Behind, again: program.is_multiple_of(2), second: program + 1 }
    }

    fn programs(postings: &Postings, term: Term) -> Vec<u32> {
        let mut found: Vec<u32> = postings.of(term).map(|one| one.program).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn lists_grow_and_shrink_and_leave_one_another_alone() {
        let mut postings = Postings::default();
        postings.fill(2, |file| {
            for (term, one) in [(0, posting(7)), (1, posting(8)), (0, posting(9))] {
                file(term, Packed::of(one));
            }
        });
        for program in 100..200 {
            postings.push(program % 5, Packed::of(posting(program)));
        }
        for program in (100..200).filter(|program| program % 3 == 0) {
            postings.remove(program % 5, program);
        }
        for term in 0..5 {
            let kept = (100..200).filter(|program| program % 5 == term && program % 3 != 0);
            let first: &[u32] = [&[7, 9][..], &[8], &[], &[], &[]][index(term)];
            assert_eq!(programs(&postings, term), first.iter().copied().chain(kept).collect::<Vec<_>>());
        }
        assert_eq!(postings.of(1).next(), Some(posting(8)));
    }
}
