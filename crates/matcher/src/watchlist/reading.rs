//! One article after another, held against the list.
//!
//! The list is far larger than what a processor keeps at hand, so that the time goes into waiting for memory. The work
//! is therefore done in steps, each over all words of the article: within a step no look-up needs another's answer, and
//! the processor waits for many of them at once.

use std::fmt;

use model::WatchId;
use query::places::Span;
use query::{Document, Facts, Hit, Part};
use rustc_hash::FxHashSet;
use text::Key;

use super::Watchlist;
use super::dictionary::{Kind, NO_TERM, Slot, Sort, Term, index, kind_of_key};
use super::facts::each_fact;
use super::front::{FRONT, Front};
use super::node::Meanings;
use super::postings::{List, MOST, Posting, Then};
use super::present::{Present, TITLE};
use super::run::Article;

/// An article, as the list sees it: the terms that any watch speaks of. It is used again for the next one.
pub struct Reading<'a> {
    list: &'a Watchlist,
    /// The texts of the words that may be terms, one after the other, with room behind each for a whole front.
    texts: Vec<u8>,
    /// The words that may be terms; those from `noted` on are left over from an article before.
    words: Vec<Word>,
    noted: usize,
    slots: Vec<Slot>,
    sorts: Vec<Sort>,
    present: Present,
    lists: Vec<(Term, List)>,
    candidates: Vec<(Term, Posting)>,
    /// Programs that must be run, and where each begins.
    to_run: Vec<(u32, u32)>,
    first_words: Vec<u32>,
    matched: Vec<u32>,
    /// Those of `matched` that may be met again.
    met: FxHashSet<u32>,
}

/// A word that may be a term.
#[derive(Debug, Clone, Copy)]
struct Word {
    front: Front,
    hash: u64,
    sort: Sort,
    /// Where in `texts` it is.
    start: u32,
    /// How long the word is of which this is the beginning; 0 when it is no beginning.
    whole: u32,
    position: u32,
}

const NO_WORD: Word = Word { front: Front::NONE, hash: 0, sort: Sort::NONE, start: 0, whole: 0, position: 0 };

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("list", self.list).finish_non_exhaustive()
    }
}

impl<'a> Reading<'a> {
    /// Begins to read for `list`.
    pub fn new(list: &'a Watchlist) -> Self {
        Self {
            list,
            texts: Vec::new(),
            words: vec![NO_WORD; 1_024],
            noted: 0,
            slots: Vec::new(),
            sorts: Vec::new(),
            present: Present::new(),
            lists: Vec::new(),
            candidates: Vec::new(),
            to_run: Vec::new(),
            first_words: Vec::new(),
            matched: Vec::new(),
            met: FxHashSet::default(),
        }
    }

    /// Takes another article in place of the last.
    pub fn read(&mut self, document: &Document) {
        self.clear();
        for (part, field) in [(Part::Body, &document.body), (Part::Title, &document.title)] {
            for token in &field.tokens {
                token.keys.iter().for_each(|key| self.key(part, token.position, key));
            }
        }
    }

    /// Forgets the last article.
    pub fn clear(&mut self) {
        self.texts.clear();
        self.noted = 0;
        self.present.clear();
        self.matched.clear();
        self.met.clear();
    }

    /// Notes a key at a position of a part: the body's first, then the title's, each ascending.
    pub fn key(&mut self, part: Part, position: u32, key: &Key) {
        let place = place(part, position);
        let (kind, text) = kind_of_key(key.as_str());
        let (start, before) = (self.texts.len(), self.noted);
        self.texts.extend_from_slice(text.as_bytes());
        self.texts.extend([0; FRONT]);
        if kind == Kind::Surface {
            self.note_surface((start, text.len()), place);
        } else {
            self.note(kind, (start, text.len()), 0, place);
        }
        if self.noted == before {
            self.texts.truncate(start);
        }
        let Meanings { patterns, terms, .. } = &self.list.meanings;
        if patterns.has_others() {
            let present = &mut self.present;
            patterns.each_other(key, terms, &mut |term| present.add(term, place));
        }
    }

    /// Notes all words of a text as surface keys, one position after the other from `first` on. `words` are where in
    /// `text` they begin and end, in bytes. Patterns that no beginning tells of are not looked for: see
    /// [`Reading::key`].
    pub fn surfaces(&mut self, part: Part, first: u32, text: &[u8], words: &[(usize, usize)]) {
        let base = self.texts.len();
        self.texts.extend_from_slice(text);
        self.texts.extend([0; FRONT]);
        for (position, (start, end)) in (first..).zip(words) {
            let word = (base + start, end.saturating_sub(*start));
            self.note_surface(word, place(part, position));
        }
    }

    /// Notes a surface key that lies in `texts`, and how it begins.
    #[inline]
    fn note_surface(&mut self, (start, length): (usize, usize), place: u32) {
        self.note(Kind::Surface, (start, length), 0, place);
        let text = self.texts.get(start..start + length).unwrap_or_default();
        let mut heads = self.list.meanings.patterns.heads(text);
        while heads != 0 {
            let head = index(heads.trailing_zeros());
            heads &= heads - 1;
            if head <= length {
                self.note(Kind::Head, (start, head), length, place);
            }
        }
    }

    /// Notes a word when it may be a term. It is written in any case and then counted or not, which is quicker than to
    /// decide first.
    #[inline]
    fn note(&mut self, kind: Kind, (start, length): (usize, usize), whole: usize, position: u32) {
        let terms = &self.list.meanings.terms;
        let front = Front::at(&self.texts, start, length);
        let hash = terms.hash_of(kind, front, self.texts.get(start..start + length).unwrap_or_default());
        let known = terms.may_have(hash);
        let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let word = Word {
            front,
            hash,
            sort: Sort::of(kind, length),
            start: number(start),
            whole: number(whole),
            position,
        };
        if let Some(place) = self.words.get_mut(self.noted) {
            *place = word;
        } else {
            self.words.push(word);
        }
        self.noted += known;
    }

    /// Calls `each` with every watch that matches, once.
    pub fn matches(&mut self, facts: &Facts, each: &mut dyn FnMut(WatchId)) {
        self.each_match(facts, &mut |watch, _| each(watch));
    }

    /// Calls `each` with every watch that matches, once, and the number of its program.
    pub(super) fn each_match(&mut self, facts: &Facts, each: &mut dyn FnMut(WatchId, u32)) {
        self.find_terms();
        let (list, present) = (self.list, &mut self.present);
        each_fact(facts, &mut |fact| {
            if let Some(term) = list.meanings.terms.find(Kind::Fact, fact) {
                present.add_fact(term);
            }
        });
        self.gather();
        self.decide(facts);
        for program in &self.matched {
            if let Some(watch) = list.programs.watch(*program) {
                each(watch, *program);
            }
        }
    }

    /// Returns what to highlight of a watch that matches the article that was read, `document`, by the number of its
    /// program: the title's first.
    pub(super) fn hits(&self, number: u32, document: &Document) -> Vec<Hit> {
        let programs = &self.list.programs;
        let filters = &self.list.meanings.filters;
        let article = Article { present: &self.present, facts: &document.facts, filters };
        let (mut title, mut body) = (Vec::new(), Vec::new());
        article.each_mark(programs.program(number), &mut |Span { start, end }, clause| {
            if start >= TITLE {
                let span = Span { start: start - TITLE, end: end - TITLE };
                title.extend(document.title.hit(span, (Part::Title, clause)));
            } else {
                body.extend(document.body.hit(Span { start, end }, (Part::Body, clause)));
            }
        });
        title.sort_by_key(|hit: &Hit| hit.clause);
        title.append(&mut body);
        title
    }

    /// Which of the words are terms.
    fn find_terms(&mut self) {
        let terms = &self.list.meanings.terms;
        let words = self.words.get(..self.noted).unwrap_or_default();
        self.slots.clear();
        self.slots.extend(words.iter().map(|word| terms.first_at(word.hash)));
        // Fetches the records of all; the next step finds them at hand.
        self.sorts.clear();
        self.sorts.extend(self.slots.iter().map(|slot| terms.sort(terms.term_in(*slot))));
        for ((word, slot), sort) in words.iter().zip(&self.slots).zip(&self.sorts) {
            let start = index(word.start);
            let text = |length: usize| self.texts.get(start..start + length).unwrap_or_default();
            let (first, here) = (terms.term_in(*slot), text(word.sort.length()));
            let is_first = terms.may_be(*slot, word.hash) && *sort == word.sort;
            let term = if is_first && terms.has_text(first, word.front, here) {
                first
            } else {
                terms.probe(word.hash, word.sort, here)
            };
            if term == NO_TERM {
                continue;
            }
            self.present.add(term, word.position);
            if word.whole > 0 {
                let whole = text(index(word.whole));
                self.present.add_begun(&self.list.meanings.patterns, (term, word.position), whole);
            }
        }
    }

    /// All that is filed under the terms.
    fn gather(&mut self) {
        let (terms, postings) = (&self.list.meanings.terms, &self.list.postings);
        self.lists.clear();
        self.lists.extend(self.present.terms().map(|term| (term, terms.list(term))));
        self.candidates.clear();
        for (term, list) in &self.lists {
            self.candidates.extend(postings.at(*list).iter().map(|packed| (*term, packed.open())));
        }
    }

    /// Which of the candidates match.
    fn decide(&mut self, facts: &Facts) {
        let Self { list, present, matched, met, candidates, to_run, first_words, .. } = self;
        let article = Article { present, facts, filters: &list.meanings.filters };
        let mut found = |program: u32, again: bool| {
            if !again || met.insert(program) {
                matched.push(program);
            }
        };
        to_run.clear();
        for (term, Posting { program, then, again, second }) in candidates.iter().copied() {
            if second != NO_TERM && !article.present.has(second) {
                continue;
            }
            let holds = match then {
                Then::Sure => true,
                Then::Before => article.is_followed(term, second),
                Then::Behind => article.is_followed(second, term),
                Then::Run => {
                    to_run.push((program | u32::from(again) << 31, 0));
                    false
                }
            };
            if holds {
                found(program, again);
            }
        }
        to_run.extend(list.always.iter().map(|program| (*program, 0)));
        for (program, start) in to_run.iter_mut() {
            *start = list.programs.start(*program & MOST);
        }
        first_words.clear();
        first_words.extend(to_run.iter().map(|(_, start)| list.programs.word(*start)));
        for ((program, start), first) in to_run.iter().zip(first_words) {
            if article.begins(*first, list.programs.code(*start)) {
                found(*program & MOST, *program >> 31 == 1);
            }
        }
    }
}

/// A position as a place in the article.
fn place(part: Part, position: u32) -> u32 {
    if part == Part::Title { position | TITLE } else { position }
}
