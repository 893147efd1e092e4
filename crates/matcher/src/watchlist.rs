//! All watches over one article in one pass.
//!
//! Everything that a watch speaks of becomes a numbered term: a key, the beginning of a key, a sound, a fact. Each
//! watch is filed under the rarest terms without one of which it cannot match; of an article only the terms that some
//! watch speaks of are noted, and only the watches filed under these are looked at, most of them decided by a second
//! term alone. The others are run, over positions. A watch that asks for nothing in particular (a negation, a date) is
//! run always. Adding and removing change the lists in place.

mod dictionary;
mod facts;
mod filing;
mod frequencies;
mod node;
mod patterns;
mod postings;
mod present;
mod program;
mod reading;
mod run;

use std::collections::BTreeSet;

use model::WatchId;
use query::{Article, Document, Hit, Plan};
use rustc_hash::FxHashMap;

use filing::{Filing, file};
use frequencies::Frequencies;
use node::{Meanings, Node};
use postings::{Posting, Postings};

pub use reading::Reading;

use dictionary::{Term, index, kind_of_key};

/// Standing queries, ready to be matched.
#[derive(Default)]
pub struct Watchlist {
    meanings: Meanings,
    frequencies: Frequencies,
    postings: Postings,
    /// Programs that are run for every article.
    always: BTreeSet<u32>,
    programs: Vec<Program>,
    /// All programs, one after the other.
    words: Vec<u32>,
    by_watch: FxHashMap<WatchId, u32>,
    /// Numbers of programs that were taken off.
    free: Vec<u32>,
    /// How many of `words` belong to no program any more.
    dead_words: usize,
}

/// A watch, and where its program begins.
#[derive(Debug, Clone, Copy)]
struct Program {
    watch: WatchId,
    start: u32,
}

/// A watch that matches an article, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The watch.
    pub watch: WatchId,
    /// What to highlight.
    pub hits: Vec<Hit>,
}

impl std::fmt::Debug for Watchlist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watchlist").field("watches", &self.by_watch.len()).finish_non_exhaustive()
    }
}

impl Match {
    /// Returns the numbers of the clauses that were found.
    pub fn clauses(&self) -> Vec<u32> {
        let clauses: BTreeSet<u32> = self.hits.iter().map(|hit| hit.clause).collect();
        clauses.into_iter().collect()
    }
}

impl Watchlist {
    /// Files `watches`.
    pub fn new(watches: impl IntoIterator<Item = (WatchId, Plan)>) -> Self {
        let mut list = Self::default();
        list.fill(watches);
        list
    }

    /// Notes in how many articles, of those that it is known of, a key was. What is filed later goes by it.
    pub fn note_frequency(&mut self, key: &str, articles: u32) {
        let (kind, text) = kind_of_key(key);
        self.frequencies.note(self.meanings.terms.hash(kind, text.as_bytes()), articles);
    }

    /// Files many watches into an empty list: what is filed under one term then lies together.
    pub fn fill(&mut self, watches: impl IntoIterator<Item = (WatchId, Plan)>) {
        let mut filed: Vec<(Term, WatchId, Vec<Filing>, bool)> = Vec::new();
        let mut starts: FxHashMap<WatchId, (u32, usize)> = FxHashMap::default();
        let mut words = Vec::new();
        for (watch, plan) in watches {
            let node = self.meanings.number(&plan);
            let filings = self.filings(&node);
            let start = words.len();
            program::write(&node, &mut words);
            starts.insert(watch, (u32::try_from(start).unwrap_or(u32::MAX), words.len()));
            let first = filings.as_ref().and_then(|all| all.first()).map_or(Term::MAX, |filing| filing.term);
            filed.push((first, watch, filings.clone().unwrap_or_default(), filings.is_none()));
        }
        filed.sort_by_key(|(first, ..)| *first);
        let mut postings = Vec::new();
        for (_, watch, filings, always) in filed {
            let Some((start, end)) = starts.remove(&watch) else { continue };
            let code = words.get(index(start)..end).unwrap_or_default();
            let number = self.begin(watch, code);
            if always {
                self.always.insert(number);
            }
            postings.extend(posted(number, &filings));
        }
        self.postings.fill(self.meanings.terms.len(), &postings);
        self.meanings.terms.shrink();
        self.words.shrink_to_fit();
        self.programs.shrink_to_fit();
    }

    /// Files one more watch; one of the same id is replaced.
    pub fn add(&mut self, watch: WatchId, plan: &Plan) {
        self.remove(watch);
        let node = self.meanings.number(plan);
        let filings = self.filings(&node);
        let mut words = Vec::new();
        program::write(&node, &mut words);
        let number = self.begin(watch, &words);
        match filings {
            Some(filings) => {
                posted(number, &filings).for_each(|(term, posting)| self.postings.push(term, posting));
            }
            None => {
                self.always.insert(number);
            }
        }
    }

    fn filings(&self, node: &Node) -> Option<Vec<Filing>> {
        let cost = |term: Term| self.frequencies.cost(term, &self.meanings.terms);
        let mut filings = file(node, &cost)?;
        // What is filed twice under one term is run: neither second term must be there.
        filings.sort_by_key(|filing| filing.term);
        filings.dedup_by(|later, kept| {
            let same = later.term == kept.term;
            if same && later != kept {
                *kept = Filing { term: kept.term, second: dictionary::NO_TERM, then: postings::Then::Run };
            }
            same
        });
        Some(filings)
    }

    fn begin(&mut self, watch: WatchId, code: &[u32]) -> u32 {
        let start = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.words.extend_from_slice(code);
        let program = Program { watch, start };
        let number = self.free.pop().unwrap_or_else(|| {
            self.programs.push(program);
            u32::try_from(self.programs.len() - 1).unwrap_or(postings::MOST)
        });
        if let Some(place) = self.programs.get_mut(index(number)) {
            *place = program;
        }
        self.by_watch.insert(watch, number);
        number
    }

    /// Takes a watch off the list.
    pub fn remove(&mut self, watch: WatchId) {
        let Some(number) = self.by_watch.remove(&watch) else { return };
        let code = self.program(number);
        let (length, node) = (code.len(), program::read(code));
        for term in terms_of(&node) {
            self.postings.remove(term, number);
        }
        self.always.remove(&number);
        self.free.push(number);
        self.dead_words += length;
        if self.dead_words > 1_024 && self.dead_words * 2 > self.words.len() {
            self.pack();
        }
    }

    /// Moves the programs together.
    fn pack(&mut self) {
        let mut words = Vec::with_capacity(self.words.len() - self.dead_words);
        for number in self.by_watch.values() {
            let code = self.program(*number);
            let start = u32::try_from(words.len()).unwrap_or(u32::MAX);
            words.extend_from_slice(code);
            if let Some(program) = self.programs.get_mut(index(*number)) {
                program.start = start;
            }
        }
        self.words = words;
        self.dead_words = 0;
    }

    /// The program of a number.
    fn program(&self, number: u32) -> &[u32] {
        let code = self.code(self.start(number));
        code.get(..program::length(code)).unwrap_or_default()
    }

    /// Where a program begins.
    #[inline]
    fn start(&self, number: u32) -> u32 {
        self.programs.get(index(number)).map_or(0, |program| program.start)
    }

    #[inline]
    fn word(&self, at: u32) -> u32 {
        self.words.get(index(at)).copied().unwrap_or(0)
    }

    /// The program that begins there, and what lies behind it.
    #[inline]
    fn code(&self, start: u32) -> &[u32] {
        self.words.get(index(start)..).unwrap_or_default()
    }

    /// Returns how many watches there are.
    pub fn len(&self) -> usize {
        self.by_watch.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_watch.is_empty()
    }

    /// Returns the plan of a watch.
    pub fn plan(&self, watch: WatchId) -> Option<Plan> {
        let number = self.by_watch.get(&watch)?;
        Some(self.meanings.plan(&program::read(self.program(*number))))
    }

    /// Returns the watches that match `document`, by id.
    pub fn matches(&self, document: &Document) -> Vec<Match> {
        let mut reading = Reading::new(self);
        reading.read(document);
        let mut found = Vec::new();
        reading.matches(&document.facts, &mut |watch| found.push(watch));
        found.sort_unstable();
        let article = Article::of(document);
        let shown = |watch: WatchId| Some(Match { watch, hits: article.hits(&self.plan(watch)?) });
        found.into_iter().filter_map(shown).collect()
    }
}

/// The terms under which a node may have been filed: frequencies may have moved since it was.
fn terms_of(node: &Node) -> BTreeSet<Term> {
    let mut terms = BTreeSet::new();
    node.each_term(&mut |term| {
        terms.insert(term);
    });
    terms
}

fn posted(program: u32, filings: &[Filing]) -> impl Iterator<Item = (Term, Posting)> {
    let again = filings.len() > 1;
    filings.iter().map(move |filing| {
        (filing.term, Posting { program, then: filing.then, again, second: filing.second })
    })
}
