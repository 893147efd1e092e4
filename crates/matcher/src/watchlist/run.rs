//! Runs a program over the terms of an article.

use query::places::{self, Placed, Span};
use query::{Facts, Filter, Part};

use super::dictionary::{Term, index};
use super::present::{Present, TITLE};
use super::program::{
    AND, ANY, FACT, FILTER, NEAR, NOT, OR, PHRASE, SLOPPY, TERMS, TEXT, WINDOW, WORD, first, inside,
    length_of, nodes, sloppy_parts, terms, text_of,
};

/// An article, as programs see it.
#[derive(Clone, Copy)]
pub(super) struct Article<'a> {
    pub(super) present: &'a Present,
    pub(super) facts: &'a Facts,
    pub(super) filters: &'a [Filter],
}

impl Article<'_> {
    /// Returns whether what a program says is so; its first word has been read already, and words of other programs may
    /// follow it.
    #[inline]
    pub(super) fn begins(&self, first_word: u32, code: &[u32]) -> bool {
        debug_assert_eq!(code.first(), Some(&first_word), "the words of a program lie together");
        self.holds(code.get(..length_of(first_word, code)).unwrap_or_default())
    }

    /// Returns whether what a program says is so.
    pub(super) fn holds(&self, node: &[u32]) -> bool {
        let second = node.get(1).copied().unwrap_or(0);
        match first(node) {
            (AND, _) => nodes(inside(node, 0)).all(|part| self.holds(part)),
            (OR, _) => nodes(inside(node, 0)).any(|part| self.holds(part)),
            (NOT, _) => node.get(1..).is_some_and(|inner| !self.holds(inner)),
            (FACT, _) => self.present.has(second),
            (FILTER, _) => self.filters.get(index(second)).is_some_and(|filter| filter.holds(self.facts)),
            (WORD, argument) => self.has(second, text_of(argument).0),
            (TEXT, argument) => node.get(1..).is_some_and(|places| self.stands(places, text_of(argument).0)),
            _ => false,
        }
    }

    fn has(&self, term: Term, part: Part) -> bool {
        match part {
            Part::Anywhere => self.present.has(term),
            _ => self.present.positions(term).any(|position| is_in(position, part)),
        }
    }

    /// Whether a text stands in a part of the article. What needs no positions is answered without them.
    fn stands(&self, places: &[u32], part: Part) -> bool {
        if !self.may_stand(places, part) {
            return false;
        }
        match first(places) {
            (TERMS, _) => true,
            (ANY, _) => nodes(inside(places, 0)).any(|one| self.stands(one, part)),
            _ => !self.find(places, part).is_empty(),
        }
    }

    /// Whether all words are there that it cannot stand without.
    fn may_stand(&self, places: &[u32], part: Part) -> bool {
        let all = |extra| nodes(inside(places, extra)).all(|one| self.may_stand(one, part));
        match first(places) {
            (TERMS, _) => terms(places).iter().any(|term| self.has(*term, part)),
            (PHRASE, _) => all(0),
            (WINDOW | NEAR, _) => all(1),
            (SLOPPY, _) => sloppy_parts(places).all(|(_, one)| self.may_stand(one, part)),
            _ => nodes(inside(places, 0)).any(|one| self.may_stand(one, part)),
        }
    }

    /// Where it stands, ascending and without repetition: what [`query::Spans::find`] says.
    fn find(&self, node: &[u32], part: Part) -> Vec<Span> {
        let all = |extra| nodes(inside(node, extra)).map(|one| self.find(one, part));
        let third = node.get(2).copied().unwrap_or(0);
        let mut found = match first(node) {
            (TERMS, _) => places::words(self.positions(terms(node), part)),
            (PHRASE, _) => self.phrase(node, part),
            (SLOPPY, _) => {
                let placed =
                    sloppy_parts(node).map(|(place, one)| Placed { place, spans: self.find(one, part) });
                places::sloppy(&placed.collect::<Vec<_>>(), third)
            }
            (WINDOW, _) => places::window(&all(1).collect::<Vec<_>>(), third),
            (NEAR, ordered) => {
                let mut sides = all(1);
                let (left, right) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
                places::near(&left, &right, third, ordered == 1)
            }
            _ => all(0).flatten().collect(),
        };
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What to highlight of a text: what [`query::Spans::highlights`] says.
    fn highlights(&self, node: &[u32], part: Part) -> Vec<Span> {
        let mut marks = match first(node) {
            (NEAR, ordered) => {
                let mut sides = nodes(inside(node, 1));
                let (left, right) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
                let distance = node.get(2).copied().unwrap_or(0);
                let pairs =
                    places::pairs(&self.find(left, part), &self.find(right, part), distance, ordered == 1);
                let (left_near, right_near): (Vec<Span>, Vec<Span>) = pairs.into_iter().unzip();
                let mut marks = self.within(left, part, left_near);
                marks.extend(self.within(right, part, right_near));
                marks
            }
            (WINDOW, _) => {
                let mut marks = nodes(inside(node, 1)).flat_map(|one| self.highlights(one, part)).collect();
                places::keep_within(&mut marks, self.find(node, part));
                marks
            }
            (SLOPPY, _) => {
                let mut marks = sloppy_parts(node).flat_map(|(_, one)| self.highlights(one, part)).collect();
                places::keep_within(&mut marks, self.find(node, part));
                marks
            }
            (ANY, _) => nodes(inside(node, 0)).flat_map(|one| self.highlights(one, part)).collect(),
            _ => self.find(node, part),
        };
        marks.sort_unstable();
        marks.dedup();
        marks
    }

    fn within(&self, node: &[u32], part: Part, wanted: Vec<Span>) -> Vec<Span> {
        let mut marks = self.highlights(node, part);
        places::keep_within(&mut marks, wanted);
        marks
    }

    /// Calls `each` with what to highlight of a program that holds, and its clause; negations are left out.
    pub(super) fn each_mark(&self, node: &[u32], each: &mut dyn FnMut(Span, u32)) {
        match first(node) {
            (AND | OR, _) => nodes(inside(node, 0)).for_each(|part| self.each_mark(part, each)),
            (WORD, argument) => {
                let (part, clause) = text_of(argument);
                let term = node.get(1..).unwrap_or_default();
                for span in places::words(self.positions(term, part)) {
                    each(span, clause);
                }
            }
            (TEXT, argument) => {
                let (part, clause) = text_of(argument);
                for span in self.highlights(node.get(1..).unwrap_or_default(), part) {
                    each(span, clause);
                }
            }
            _ => {}
        }
    }

    fn phrase(&self, node: &[u32], part: Part) -> Vec<Span> {
        let mut parts = nodes(inside(node, 0));
        let mut open = parts.next().map(|one| self.find(one, part)).unwrap_or_default();
        for one in parts {
            if open.is_empty() {
                return open;
            }
            open = places::followed(&open, &self.find(one, part));
        }
        open
    }

    fn positions(&self, terms: &[Term], part: Part) -> impl Iterator<Item = u32> {
        let each = |term: &Term| self.present.positions(*term);
        terms.iter().flat_map(each).filter(move |position| is_in(*position, part))
    }

    /// Whether `next` stands directly behind `one` anywhere.
    pub(super) fn is_followed(&self, one: Term, next: Term) -> bool {
        let mut followers = self.present.positions(next).peekable();
        self.present.positions(one).any(|position| {
            while followers.next_if(|follower| *follower <= position).is_some() {}
            followers.peek() == Some(&(position + 1))
        })
    }
}

fn is_in(position: u32, part: Part) -> bool {
    match part {
        Part::Anywhere => true,
        Part::Title => position >= TITLE,
        Part::Body => position < TITLE,
    }
}
