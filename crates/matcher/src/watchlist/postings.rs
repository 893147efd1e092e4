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
    /// As it is kept in the record of a term.
    pub(super) fn to_bytes(self) -> [u8; 8] {
        (u64::from(self.size) << 32 | u64::from(self.start)).to_le_bytes()
    }

    #[inline]
    pub(super) fn from_bytes(bytes: [u8; 8]) -> Self {
        let both = u64::from_le_bytes(bytes);
        let half = |bits: u64| u32::try_from(bits & 0xffff_ffff).unwrap_or(0);
        Self { start: half(both), size: half(both >> 32) }
    }

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

/// What lies in all lists. Where each lies is kept with its term.
#[derive(Debug, Default)]
pub(super) struct Postings {
    pool: Vec<Packed>,
    /// Room in the pool that lists have left, by the power of two that it holds.
    free: Vec<Vec<u32>>,
}

impl Postings {
    /// Returns what lies in a list.
    #[inline]
    pub(super) fn at(&self, list: List) -> &[Packed] {
        let here = self.pool.get(index(list.start)..index(list.start) + index(list.length()));
        here.unwrap_or_default()
    }

    /// Files everything at once, each list as long as it must be, and returns the list of each term below `end`.
    /// `each_filed` tells all, the same each time.
    pub(super) fn fill(&mut self, end: Term, mut each_filed: impl FnMut(&mut Filer<'_>)) -> Vec<List> {
        self.free.clear();
        let mut lists = vec![List::default(); index(end)];
        each_filed(&mut |term, _| {
            if let Some(list) = lists.get_mut(index(term)) {
                list.size += 1;
            }
        });
        let mut start = 0;
        for list in &mut lists {
            let length = std::mem::take(&mut list.size);
            list.start = start;
            start += length;
        }
        self.pool = vec![Packed { program: 0, second: 0 }; index(start)];
        each_filed(&mut |term, posting| {
            if let Some(list) = lists.get_mut(index(term)) {
                put(&mut self.pool, list, posting);
            }
        });
        lists
    }

    /// Files a program in a list, and returns where the list lies now.
    #[must_use]
    pub(super) fn push(&mut self, mut list: List, posting: Packed) -> List {
        if list.is_full() {
            list = self.moved(list);
        }
        put(&mut self.pool, &mut list, posting);
        list
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

    /// Takes a program off a list, and returns what is left of it.
    #[must_use]
    pub(super) fn remove(&mut self, mut list: List, program: u32) -> List {
        let here = self.pool.get_mut(index(list.start)..index(list.start) + index(list.length()));
        let here = here.unwrap_or_default();
        let is_it = |packed: &Packed| packed.open().program == program;
        while let Some(at) = here.iter().take(index(list.length())).position(is_it) {
            list = list.with_length(list.length() - 1);
            here.swap(at, index(list.length()));
        }
        list
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

    fn programs(postings: &Postings, list: List) -> Vec<u32> {
        let mut found: Vec<u32> = postings.at(list).iter().map(|packed| packed.open().program).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn lists_grow_and_shrink_and_leave_one_another_alone() {
        let mut postings = Postings::default();
        let mut lists = postings.fill(2, |file| {
            for (term, one) in [(0, posting(7)), (1, posting(8)), (0, posting(9))] {
                file(term, Packed::of(one));
            }
        });
        lists.resize(5, List::default());
        let of = |program: u32| index(program % 5);
        for program in 100..200 {
            lists[of(program)] = postings.push(lists[of(program)], Packed::of(posting(program)));
        }
        for program in (100..200).filter(|program| program % 3 == 0) {
            lists[of(program)] = postings.remove(lists[of(program)], program);
        }
        for term in 0..5 {
            let kept = (100..200).filter(|program| program % 5 == term && program % 3 != 0);
            let first: &[u32] = [&[7, 9][..], &[8], &[], &[], &[]][index(term)];
            let list = List::from_bytes(lists[index(term)].to_bytes());
            assert_eq!(programs(&postings, list), first.iter().copied().chain(kept).collect::<Vec<_>>());
        }
        assert_eq!(postings.at(lists[1]).first().map(|packed| packed.open()), Some(posting(8)));
    }
}
