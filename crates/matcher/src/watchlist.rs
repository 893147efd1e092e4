//! All watches over one article in one pass.
//!
//! Each watch is filed under keys of which one must be in an article for it to match; only those found there are
//! evaluated, and those exactly. A watch that asks for nothing in particular (a negation, a filter, a pattern) is
//! evaluated always.

use std::collections::{BTreeSet, HashMap};

use model::WatchId;
use query::{Document, Hit, Plan, Required, evaluate};
use text::Key;

/// Standing queries, ready to be matched.
#[derive(Debug, Default)]
pub struct Watchlist {
    plans: HashMap<WatchId, Plan>,
    by_key: HashMap<Key, Vec<WatchId>>,
    always: BTreeSet<WatchId>,
}

/// A watch that matches an article, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The watch.
    pub watch: WatchId,
    /// What to highlight.
    pub hits: Vec<Hit>,
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
        for (watch, plan) in watches {
            list.add(watch, plan);
        }
        list
    }

    /// Files one more watch; one of the same id is replaced.
    pub fn add(&mut self, watch: WatchId, plan: Plan) {
        self.remove(watch);
        match plan.required() {
            Required::OneOf(keys) => {
                for key in keys {
                    self.by_key.entry(key).or_default().push(watch);
                }
            }
            Required::Nothing => {
                self.always.insert(watch);
            }
        }
        self.plans.insert(watch, plan);
    }

    /// Takes a watch off the list.
    pub fn remove(&mut self, watch: WatchId) {
        let Some(plan) = self.plans.remove(&watch) else { return };
        self.always.remove(&watch);
        let Required::OneOf(keys) = plan.required() else { return };
        for key in keys {
            if let Some(filed) = self.by_key.get_mut(&key) {
                filed.retain(|other| *other != watch);
            }
        }
    }

    /// Returns the plan of a watch.
    pub fn plan(&self, watch: WatchId) -> Option<&Plan> {
        self.plans.get(&watch)
    }

    /// Returns the watches that match `document`, by id.
    pub fn matches(&self, document: &Document) -> Vec<Match> {
        let tokens = document.title.tokens.iter().chain(&document.body.tokens);
        let mut candidates = self.always.clone();
        for key in tokens.flat_map(|token| token.keys.iter()) {
            candidates.extend(self.by_key.get(key).into_iter().flatten());
        }
        let found = |watch: WatchId| {
            let hits = evaluate(self.plans.get(&watch)?, document)?;
            Some(Match { watch, hits })
        };
        candidates.into_iter().filter_map(found).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use query::{Lexicon, plan, testing};

    use super::*;

    proptest! {
        #[test]
        fn the_list_finds_what_each_watch_alone_finds(
            queries in prop::collection::vec(testing::query(), 1..12),
            documents in prop::collection::vec(testing::document(), 1..6),
        ) {
            let plans: Vec<Plan> = queries.iter().map(|query| plan(query, &Lexicon::empty()).unwrap()).collect();
            let numbered = || (1_i64..).map(WatchId).zip(plans.iter().cloned());
            let list = Watchlist::new(numbered());
            for document in &documents {
                let found: Vec<WatchId> = list.matches(document).into_iter().map(|one| one.watch).collect();
                let alone = numbered().filter(|(_, plan)| evaluate(plan, document).is_some()).map(|(watch, _)| watch);
                prop_assert_eq!(found, alone.collect::<Vec<_>>());
            }
        }

        #[test]
        fn a_watch_that_was_removed_matches_nothing(query in testing::query(), document in testing::document()) {
            let mut list = Watchlist::new([(WatchId(1), plan(&query, &Lexicon::empty()).unwrap())]);
            list.remove(WatchId(1));
            prop_assert!(list.matches(&document).is_empty());
        }
    }
}
