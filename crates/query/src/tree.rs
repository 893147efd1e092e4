//! The tree of a query, as it was written, and its canonical print.

use std::fmt;

use crate::Filter;
use crate::lex::is_plain_word;
use crate::signs::quoted;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// All of these.
    And(Vec<Query>),
    /// Any of these.
    Or(Vec<Query>),
    /// Not this.
    Not(Box<Query>),
    /// A word, in any form and script: `khorgos`.
    Word(String),
    /// A word or words exactly as written: `="khorgos"`.
    Exact(String),
    /// A word with `*` for any letters and `?` for one.
    Pattern(String),
    /// Words one after the other; with a slop, moved against one another: `"dry port"~5`.
    Phrase {
        /// The words.
        text: String,
        /// By how many positions they may be moved: two words with one between them by 1, in the other order by 2.
        slop: u32,
    },
    /// Two texts at most so many words apart.
    Near {
        /// One.
        left: Box<Query>,
        /// The other.
        right: Box<Query>,
        /// The difference of positions: neighbours are 1 apart.
        distance: u32,
        /// Whether the left one stands first: `PRE/5`.
        ordered: bool,
    },
    /// A name, in whatever language it is spelled, by its sound: `name:"Serikzhan Bilash"`.
    Name {
        /// The name.
        text: String,
        /// Whether what only sounds alike may be mailed: `name:"Serikzhan Bilash"!`.
        mails: bool,
    },
    /// An entity of the lexicon: `@khorgos`.
    Entity(String),
    /// Only in this part of the article: `title:(…)`.
    In(Part, Box<Query>),
    /// A fact about the article: `lang:kk`.
    Filter(Filter),
}

/// A part of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// In the title or in the body, never across.
    Anywhere,
    /// In the title.
    Title,
    /// In the body.
    Body,
}

impl Query {
    /// Returns whether a name in it is looked for by its sound without leave to be mailed. The parser bounds the depth.
    pub(crate) fn hears_unasked(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::hears_unasked),
            Self::Not(inner) | Self::In(_, inner) => inner.hears_unasked(),
            Self::Near { left, right, .. } => left.hears_unasked() || right.hears_unasked(),
            Self::Name { mails, .. } => !mails,
            _ => false,
        }
    }

    /// Returns each text that it asks for as a query of its own, in the order of the numbers that
    /// [`plan`](crate::plan) gives them; what stands under a NOT has its place among them.
    pub fn clauses(&self) -> Vec<Self> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::clauses).collect(),
            Self::Not(inner) => inner.clauses(),
            Self::In(part, inner) => {
                inner.clauses().into_iter().map(|clause| Self::In(*part, Box::new(clause))).collect()
            }
            Self::Filter(_) => Vec::new(),
            text => vec![text.clone()],
        }
    }

    /// Returns each fact that it asks for, in reading order.
    pub fn filters(&self) -> Vec<&Filter> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::filters).collect(),
            Self::Not(inner) | Self::In(_, inner) => inner.filters(),
            Self::Filter(filter) => vec![filter],
            _ => Vec::new(),
        }
    }

    /// Returns how many parentheses stand around its innermost part when it is printed.
    pub(crate) fn nesting(&self) -> u32 {
        let inner = |query: &Self| query.nesting() + u32::from(is_compound(query));
        match self {
            // What follows a NOT is in parentheses, the NOT itself is not.
            Self::And(parts) | Self::Or(parts) => parts
                .iter()
                .map(|part| if matches!(part, Self::Not(_)) { part.nesting() } else { inner(part) })
                .max()
                .unwrap_or(0),
            Self::Not(one) => inner(one),
            Self::Near { left, right, .. } => inner(left).max(inner(right)),
            Self::In(_, one) => one.nesting() + 1,
            _ => 0,
        }
    }
}

/// Returns whether a query within another is put in parentheses: where it holds more than one term.
fn is_compound(query: &Query) -> bool {
    matches!(query, Query::And(_) | Query::Or(_) | Query::Near { .. } | Query::Not(_))
}

impl fmt::Display for Query {
    /// Writes the query so that it reads back to itself; every operator is spelled out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => join(f, parts, " AND "),
            Self::Or(parts) => join(f, parts, " OR "),
            Self::Not(inner) => write!(f, "NOT {}", Inner(inner)),
            Self::Pattern(text) => f.write_str(text),
            Self::Word(text) if is_plain_word(text) => f.write_str(text),
            // A word that looks like an operator, a field or the like; a phrase of one word means the same.
            Self::Word(text) | Self::Phrase { text, slop: 0 } => f.write_str(&quoted(text)),
            Self::Exact(text) => write!(f, "={}", quoted(text)),
            Self::Phrase { text, slop } => write!(f, "{}~{slop}", quoted(text)),
            Self::Near { left, right, distance, ordered } => {
                let name = if *ordered { "PRE" } else { "NEAR" };
                write!(f, "{} {name}/{distance} {}", Inner(left), Inner(right))
            }
            Self::Name { text, mails } => write!(f, "name:{}{}", quoted(text), if *mails { "!" } else { "" }),
            Self::Entity(id) => write!(f, "@{id}"),
            Self::In(Part::Title, inner) => write!(f, "title:({inner})"),
            Self::In(Part::Body, inner) => write!(f, "body:({inner})"),
            Self::In(Part::Anywhere, inner) => write!(f, "({inner})"),
            Self::Filter(filter) => write!(f, "{filter}"),
        }
    }
}

/// A query inside another: what holds more than one term is put in parentheses.
struct Inner<'a>(&'a Query);

impl fmt::Display for Inner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_compound(self.0) { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Query], between: &str) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        match part {
            // NOT binds closer than what joins, so it needs no parentheses here.
            Query::Not(_) => write!(f, "{part}")?,
            _ => write!(f, "{}", Inner(part))?,
        }
    }
    Ok(())
}
