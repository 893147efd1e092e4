//! How many articles each text of a query finds by itself: what finds nothing is a dead term.

use query::Plan;
use tantivy::Searcher;
use tantivy::collector::Count;

use crate::build::Build;
use crate::compile::compile;
use crate::expansion::Expansion;
use crate::statistics::Statistics;

/// Returns how many articles have each text of the plan, by its number among them, wherever it stands in the query.
pub(crate) fn counts(searcher: &Searcher, build: &Build, plan: &Plan) -> tantivy::Result<Vec<u64>> {
    let (statistics, expansion) = (Statistics::of(searcher, &build.terms), Expansion::of(plan, &build.terms));
    let mut counts = Vec::new();
    for text in texts(plan) {
        let query = compile(text, (&statistics, &build.fields), &expansion)?;
        let count = searcher.search(&*query, &Count)?;
        counts.push(u64::try_from(count).unwrap_or(u64::MAX));
    }
    Ok(counts)
}

/// The texts of a plan, by their numbers.
fn texts(plan: &Plan) -> Vec<&Plan> {
    let mut found: Vec<(u32, &Plan)> = Vec::new();
    let mut open = vec![plan];
    while let Some(plan) = open.pop() {
        match plan {
            Plan::And(parts) | Plan::Or(parts) => open.extend(parts),
            Plan::Not(inner) => open.push(inner),
            Plan::Filter(_) => {}
            Plan::Text { clause, .. } => found.push((*clause, plan)),
        }
    }
    found.sort_by_key(|(clause, _)| *clause);
    found.into_iter().map(|(_, plan)| plan).collect()
}
