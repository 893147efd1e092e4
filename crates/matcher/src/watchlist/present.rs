//! The terms of one article that any watch speaks of, and where they stand.

use text::Key;

use super::dictionary::{NO_TERM, Term, index};
use super::patterns::Patterns;

/// Added to positions of the title, so that nothing reaches from it into the body.
pub(super) const TITLE: u32 = 1 << 31;

/// No place.
const END: u32 = u32::MAX;

/// Terms of an article in the order in which they were met.
#[derive(Debug)]
pub(super) struct Present {
    /// Open addressing by term, at most half full: where in `terms` it is.
    table: Vec<(Term, u32)>,
    terms: Vec<Found>,
    places: Vec<Place>,
}

#[derive(Debug, Clone, Copy)]
struct Found {
    term: Term,
    first: u32,
    last: u32,
}

/// One position of a term, and which of `places` is the next.
#[derive(Debug, Clone, Copy)]
struct Place {
    position: u32,
    next: u32,
}

impl Present {
    pub(super) fn new() -> Self {
        Self { table: vec![(NO_TERM, 0); 1024], terms: Vec::new(), places: Vec::new() }
    }

    pub(super) fn clear(&mut self) {
        self.table.fill((NO_TERM, 0));
        self.terms.clear();
        self.places.clear();
    }

    /// Notes a term at a position; positions of a term come in ascending order.
    #[inline]
    pub(super) fn add(&mut self, term: Term, position: u32) {
        let place = u32::try_from(self.places.len()).unwrap_or(END);
        let cell = self.cell(term);
        let known = self.table.get(cell).filter(|(there, _)| *there == term).map(|(_, at)| *at);
        if let Some(found) = known.and_then(|at| self.terms.get_mut(index(at))) {
            let last = found.last;
            found.last = place;
            match self.places.get_mut(index(last)) {
                // Two keys of one token may be the same term.
                Some(last_place) if last_place.position == position => {
                    found.last = last;
                    return;
                }
                Some(last_place) => last_place.next = place,
                None => found.first = place,
            }
        } else {
            self.insert(cell, Found { term, first: place, last: place });
        }
        self.places.push(Place { position, next: END });
    }

    /// Notes the patterns that go on from a beginning and fit the whole of `text`.
    pub(super) fn add_begun(&mut self, patterns: &Patterns, (head, position): (Term, u32), text: &[u8]) {
        for (term, pattern) in patterns.begun(head) {
            if std::str::from_utf8(text).is_ok_and(|text| pattern.fits(&Key::surface(text))) {
                self.add(*term, position);
            }
        }
    }

    /// Notes a term that has no place.
    pub(super) fn add_fact(&mut self, term: Term) {
        if !self.has(term) {
            self.insert(self.cell(term), Found { term, first: END, last: END });
        }
    }

    fn insert(&mut self, cell: usize, found: Found) {
        let at = u32::try_from(self.terms.len()).unwrap_or(END);
        if let Some(entry) = self.table.get_mut(cell) {
            *entry = (found.term, at);
        }
        self.terms.push(found);
        if self.terms.len() * 2 > self.table.len() {
            self.table = vec![(NO_TERM, 0); self.table.len() * 2];
            for (at, term) in (0_u32..).zip(0..self.terms.len()) {
                let Some(found) = self.terms.get(term) else { continue };
                let cell = self.cell(found.term);
                if let Some(entry) = self.table.get_mut(cell) {
                    *entry = (found.term, at);
                }
            }
        }
    }

    /// Where in the table a term is, or would be.
    #[inline]
    fn cell(&self, term: Term) -> usize {
        let mask = self.table.len() - 1;
        // Fibonacci hashing: numbers of terms lie close together.
        let mut at = index(term.wrapping_mul(0x9e37_79b1) >> 12) & mask;
        while let Some((there, _)) = self.table.get(at) {
            if *there == term || *there == NO_TERM {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    /// Returns whether the article has a term.
    #[inline]
    pub(super) fn has(&self, term: Term) -> bool {
        self.table.get(self.cell(term)).is_some_and(|(there, _)| *there == term)
    }

    /// Returns the positions of a term, ascending; none for a fact.
    #[inline]
    pub(super) fn positions(&self, term: Term) -> impl Iterator<Item = u32> + '_ {
        let known = self.table.get(self.cell(term)).filter(|(there, _)| *there == term);
        let found = known.and_then(|(_, at)| self.terms.get(index(*at)));
        let mut next = found.map_or(END, |found| found.first);
        std::iter::from_fn(move || {
            let place = self.places.get(index(next))?;
            next = place.next;
            Some(place.position)
        })
    }

    /// Returns all terms.
    pub(super) fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        self.terms.iter().map(|found| found.term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_with_their_positions_however_many_there_are() {
        let mut present = Present::new();
        for round in 0..2_u32 {
            present.clear();
            for term in 0..3_000 {
                present.add(term, round);
                present.add(term, round);
                present.add(term, TITLE + term);
            }
            present.add_fact(9_999);
            for term in 0..3_000 {
                assert_eq!(present.positions(term).collect::<Vec<_>>(), [round, TITLE + term]);
            }
            assert!(present.has(9_999) && !present.has(3_000));
            assert_eq!((present.positions(9_999).count(), present.terms().count()), (0, 3_001));
        }
    }
}
