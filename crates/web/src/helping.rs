//! What helps a reader on whose query found little: other spellings, and texts that no article has.

use indexer::{IndexError, Respelling, TantivyIndex};
use query::{Plan, Query};

/// With so many articles found nobody needs help.
const ENOUGH: u64 = 10;

/// What helps on.
#[derive(Debug, Default)]
pub(crate) struct Help {
    /// Queries that may have been meant.
    pub(crate) instead: Vec<Instead>,
    /// The texts of the query that no article has, as they were read.
    pub(crate) dead: Vec<String>,
}

/// A query that may have been meant.
#[derive(Debug)]
pub(crate) struct Instead {
    /// The whole query with one word spelled otherwise.
    pub(crate) query: String,
    /// The word.
    pub(crate) word: String,
    /// How many articles have the word.
    pub(crate) articles: u64,
}

/// Returns what helps on with a query that found `total` articles; nothing when that is enough.
pub(crate) fn help(
    index: &TantivyIndex,
    (typed, query, plan): (&str, &Query, &Plan),
    total: u64,
) -> Result<Help, IndexError> {
    if total >= ENOUGH {
        return Ok(Help::default());
    }
    let instead = index.respellings(typed)?.into_iter().map(|one| respelled(typed, one)).collect();
    let counts = index.clause_counts(plan)?;
    let texts = query.clauses();
    // A query of one text that finds nothing says so already.
    let dead = texts.iter().zip(&counts).filter(|(_, count)| **count == 0 && texts.len() > 1);
    Ok(Help { instead, dead: dead.map(|(text, _)| text.to_string()).collect() })
}

fn respelled(typed: &str, Respelling { place, word, articles }: Respelling) -> Instead {
    let before = typed.get(..place.start).unwrap_or_default();
    let after = typed.get(place.end..).unwrap_or_default();
    Instead { query: format!("{before}{word}{after}"), word, articles }
}
