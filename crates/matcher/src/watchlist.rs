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
mod front;
mod node;
mod patterns;
mod postings;
mod present;
mod program;
mod programs;
mod reading;
mod run;

use std::collections::BTreeSet;

use model::WatchId;
use query::{Document, Hit, Plan};

use filing::{Filing, file};
use frequencies::Frequencies;
use node::{Meanings, Node};
use postings::{Packed, Posting, Postings};
use programs::Programs;

pub use reading::Reading;

use dictionary::{Term, kind_of_key};

/// Standing queries, ready to be matched.
#[derive(Default)]
pub struct Watchlist {
    meanings: Meanings,
    frequencies: Frequencies,
    postings: Postings,
    /// Programs that are run for every article.
    always: BTreeSet<u32>,
    programs: Programs,
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
        f.debug_struct("Watchlist").field("watches", &self.len()).finish_non_exhaustive()
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

    /// Learns from an article how often its keys occur.
    pub fn learn(&mut self, document: &Document) {
        let tokens = document.title.tokens.iter().chain(&document.body.tokens);
        for key in tokens.flat_map(|token| token.keys.iter()) {
            self.note_frequency(key.as_str(), 1);
        }
    }

    /// Adds many watches, and files all anew: what is filed under one term then lies together.
    pub fn fill(&mut self, watches: impl IntoIterator<Item = (WatchId, Plan)>) {
        for (watch, plan) in watches {
            self.programs.remove(watch);
            let node = self.meanings.number(&plan);
            self.programs.add(watch, |words| program::write(&node, words));
        }
        self.meanings.terms.shrink();
        self.refile();
    }

    /// Files all watches anew, by what has been learned since they were filed.
    pub fn refile(&mut self) {
        let rarest = |filings: Option<&Vec<Filing>>| {
            filings.and_then(|all| all.first()).map_or(Term::MAX, |filing| filing.term)
        };
        let mut order: Vec<(Term, u32)> = self
            .programs
            .numbers()
            .map(|number| (rarest(self.filings(&self.programs.node(number)).as_ref()), number))
            .collect();
        order.sort_unstable();
        self.programs = self.programs.ordered(order.iter().map(|(_, number)| *number));
        drop(order);
        // As they are numbered now, so that a term's list is in the order of the programs.
        let numbers = 0..u32::try_from(self.len()).unwrap_or(postings::MOST);
        let mut always = BTreeSet::new();
        let mut postings = Postings::default();
        // Filed twice, first to see how many there are, which takes less memory than to hold them all.
        let lists = postings.fill(self.meanings.terms.end(), |file| {
            for number in numbers.clone() {
                match self.filings(&self.programs.node(number)) {
                    Some(filings) => {
                        posted(number, &filings).for_each(|(term, posting)| file(term, posting));
                    }
                    None => {
                        always.insert(number);
                    }
                }
            }
        });
        self.always = always;
        self.postings = postings;
        let terms: Vec<Term> = self.meanings.terms.all().collect();
        for term in terms {
            self.meanings
                .terms
                .set_list(term, lists.get(dictionary::index(term)).copied().unwrap_or_default());
        }
    }

    /// Files one more watch; one of the same id is replaced.
    pub fn add(&mut self, watch: WatchId, plan: &Plan) {
        self.remove(watch);
        let node = self.meanings.number(plan);
        let filings = self.filings(&node);
        let number = self.programs.add(watch, |words| program::write(&node, words));
        match filings {
            Some(filings) => {
                for (term, posting) in posted(number, &filings) {
                    let list = self.postings.push(self.meanings.terms.list(term), posting);
                    self.meanings.terms.set_list(term, list);
                }
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

    /// Takes a watch off the list.
    pub fn remove(&mut self, watch: WatchId) {
        let Some(number) = self.programs.number_of(watch) else { return };
        // Frequencies may have moved since it was filed: it may lie under any of its terms.
        let mut terms = BTreeSet::new();
        self.programs.node(number).each_term(&mut |term| {
            terms.insert(term);
        });
        for term in terms {
            let list = self.postings.remove(self.meanings.terms.list(term), number);
            self.meanings.terms.set_list(term, list);
        }
        self.always.remove(&number);
        self.programs.remove(watch);
    }

    /// Returns how many watches there are.
    pub fn len(&self) -> usize {
        self.programs.len()
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the plan of a watch.
    pub fn plan(&self, watch: WatchId) -> Option<Plan> {
        Some(self.meanings.plan(&self.programs.node(self.programs.number_of(watch)?)))
    }

    /// Returns the watches that match `document`, by id, each with where.
    pub fn matches(&self, document: &Document) -> Vec<Match> {
        let (reading, found) = self.read(document);
        let matched = |(watch, number)| Match { watch, hits: reading.hits(number, document) };
        found.into_iter().map(matched).collect()
    }

    /// Returns the watches that match `document`, by id, without asking where.
    pub fn matching(&self, document: &Document) -> Vec<WatchId> {
        self.read(document).1.into_iter().map(|(watch, _)| watch).collect()
    }

    /// What matches, by id, each with the number of its program.
    fn read(&self, document: &Document) -> (Reading<'_>, Vec<(WatchId, u32)>) {
        let mut reading = Reading::new(self);
        reading.read(document);
        let mut found = Vec::new();
        reading.each_match(&document.facts, &mut |watch, number| found.push((watch, number)));
        found.sort_unstable();
        (reading, found)
    }
}

fn posted(program: u32, filings: &[Filing]) -> impl Iterator<Item = (Term, Packed)> {
    let again = filings.len() > 1;
    filings.iter().map(move |filing| {
        let posting = Posting { program, then: filing.then, again, second: filing.second };
        (filing.term, Packed::of(posting))
    })
}
