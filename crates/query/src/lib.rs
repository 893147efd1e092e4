//! The query language: one meaning for search box, API and watches.
//!
//! In reading order: a query's tree and its canonical print ([`Query`]), how it is read ([`parse`]), the
//! [`Lexicon`] of names, what is looked for after expansion ([`Plan`], [`Spans`]) and where it stands ([`places`]), an article as the language sees
//! it ([`Document`]), and what it means for one to match the other ([`evaluate`]). The matcher and the index are two
//! readers of the same plan; [`Spans::find`] decides for both where a text stands.

mod document;
mod error;
mod evaluate;
mod filter;
mod lex;
mod lexicon;
mod name;
mod operator;
mod parse;
mod pattern;
pub mod places;
mod plan;
mod problem;
mod signs;
mod spans;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod tree;
mod value;

pub use document::{BLOCK_GAP, Document, Field, KeyPositions, Placed};
pub use error::QueryError;
pub use evaluate::{Hit, evaluate};
pub use filter::{Facts, Filter, Seen, midnight};
pub use lexicon::{Entity, HeldBack, Lexicon, LexiconError};
pub use operator::may_be_operator;
pub use parse::{parse, parse_at, parse_lenient, parse_watch};
pub use pattern::Pattern;
pub use places::Span;
pub use plan::{Plan, plan, plan_watch};
pub use problem::Problem;
pub use spans::{Positions, Spans};
pub use tree::{Part, Query};

/// Largest distance of NEAR, PRE and `~`.
pub const MAX_DISTANCE: u32 = 100;
