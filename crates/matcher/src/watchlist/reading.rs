//! One article after another, held against the list.

use std::fmt;

use model::WatchId;
use query::{Document, Facts, Part};
use rustc_hash::FxHashSet;

use super::Watchlist;
use super::dictionary::{Kind, NO_TERM, index};
use super::facts::each_fact;
use super::postings::{Posting, Then};
use super::present::{Present, TITLE};
use super::run::Article;

/// An article, as the list sees it: the terms that any watch speaks of. It is used again for the next one.
pub struct Reading<'a> {
    list: &'a Watchlist,
    present: Present,
    /// Programs that have matched and may be met again.
    matched: FxHashSet<u32>,
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("list", self.list).finish_non_exhaustive()
    }
}

impl<'a> Reading<'a> {
    /// Begins to read for `list`.
    pub fn new(list: &'a Watchlist) -> Self {
        Self { list, present: Present::new(), matched: FxHashSet::default() }
    }

    /// Takes another article in place of the last.
    pub fn read(&mut self, document: &Document) {
        self.clear();
        for (part, field) in [(Part::Body, &document.body), (Part::Title, &document.title)] {
            for token in &field.tokens {
                token.keys.iter().for_each(|key| self.key(part, token.position, key.as_str()));
            }
        }
    }

    /// Forgets the last article.
    pub fn clear(&mut self) {
        self.present.clear();
        self.matched.clear();
    }

    /// Notes a key, as it is stored, at a position of a part: the body's first, then the title's, each ascending.
    #[inline]
    pub fn key(&mut self, part: Part, position: u32, key: &str) {
        let position = if part == Part::Title { position | TITLE } else { position };
        let meanings = &self.list.meanings;
        if let Some(term) = meanings.terms.find(Kind::Key, key) {
            self.present.add(term, position);
        }
        let present = &mut self.present;
        meanings.patterns.each_fitting(key, &meanings.terms, &mut |term| present.add(term, position));
    }

    /// Calls `each` with every watch that matches, once.
    pub fn matches(&mut self, facts: &Facts, each: &mut dyn FnMut(WatchId)) {
        let Self { list, present, matched } = self;
        each_fact(facts, &mut |fact| {
            if let Some(term) = list.meanings.terms.find(Kind::Fact, fact) {
                present.add_fact(term);
            }
        });
        let article = Article { present, facts, filters: &list.meanings.filters };
        let mut found = |program: u32| {
            if let Some(program) = list.programs.get(index(program)) {
                each(program.watch);
            }
        };
        for term in present.terms() {
            for posting in list.postings.of(term) {
                let is_there = posting.second == NO_TERM || present.has(posting.second);
                if is_there
                    && decides(list, &article, term, posting)
                    && (!posting.again || matched.insert(posting.program))
                {
                    found(posting.program);
                }
            }
        }
        let fitting = list.always.iter().filter(|program| article.holds(program_of(list, **program)));
        fitting.for_each(|program| found(*program));
    }
}

#[inline]
fn decides(list: &Watchlist, article: &Article<'_>, term: u32, posting: Posting) -> bool {
    match posting.then {
        Then::Sure => true,
        Then::Before => article.is_followed(term, posting.second),
        Then::Behind => article.is_followed(posting.second, term),
        Then::Run => article.holds(program_of(list, posting.program)),
    }
}

fn program_of(list: &Watchlist, program: u32) -> &[u32] {
    let code = list.code(program);
    code.get(..super::program::length(code)).unwrap_or_default()
}
