//! From a query as written to what is looked for: words become keys, aliases become entities.

use text::{Key, QueryToken, Script, analyze_query, fold_pattern};

use crate::name::spans_of_name;
use crate::{Filter, Lexicon, Part, Pattern, Problem, Query, QueryError, Spans};

/// What is looked for: the one form that matcher and indexer read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// All of these.
    And(Vec<Plan>),
    /// Any of these.
    Or(Vec<Plan>),
    /// Not this.
    Not(Box<Plan>),
    /// A text that stands in a part of the article.
    Text {
        /// Where.
        part: Part,
        /// What.
        spans: Spans,
        /// Its number among the texts of the query, from 0: a match says which of them it found.
        clause: u32,
    },
    /// A fact.
    Filter(Filter),
}

/// Reads the query of a watch and expands it.
///
/// # Errors
/// As [`parse_watch`](crate::parse_watch) and [`plan`] have.
pub fn plan_watch(text: &str, lexicon: &Lexicon) -> Result<Plan, QueryError> {
    plan(&crate::parse_watch(text)?, lexicon)
}

/// Expands a query.
///
/// # Errors
/// When a word has nothing to look for, an entity is not in the lexicon, or NEAR joins what has no place.
pub fn plan(query: &Query, lexicon: &Lexicon) -> Result<Plan, QueryError> {
    let mut planner = Planner { lexicon, clauses: 0 };
    planner.plan(query, Part::Anywhere)
}

struct Planner<'a> {
    lexicon: &'a Lexicon,
    clauses: u32,
}

/// A plan has no text of its own to point at.
fn wrong(problem: Problem) -> QueryError {
    QueryError::new(0..0, problem)
}

impl Planner<'_> {
    fn plan(&mut self, query: &Query, part: Part) -> Result<Plan, QueryError> {
        let mut each =
            |parts: &[Query]| parts.iter().map(|one| self.plan(one, part)).collect::<Result<Vec<_>, _>>();
        Ok(match query {
            Query::And(parts) => Plan::And(each(parts)?),
            Query::Or(parts) => Plan::Or(each(parts)?),
            Query::Not(inner) => Plan::Not(Box::new(self.plan(inner, part)?)),
            Query::Filter(filter) => Plan::Filter(filter.clone()),
            Query::In(inner_part, inner) if part == Part::Anywhere => self.plan(inner, *inner_part)?,
            Query::In(..) => return Err(wrong(Problem::PartInPart)),
            text => {
                let spans = self.spans(text)?;
                self.clauses += 1;
                Plan::Text { part, spans, clause: self.clauses - 1 }
            }
        })
    }

    fn spans(&self, query: &Query) -> Result<Spans, QueryError> {
        match query {
            Query::Word(word) => Ok(self.with_entities(word, phrase_of(&tokens(word)?, false))),
            Query::Phrase { text, slop: 0 } => Ok(self.with_entities(text, phrase_of(&tokens(text)?, false))),
            Query::Phrase { text, slop } => sloppy_of(text, *slop),
            Query::Exact(text) => Ok(phrase_of(&tokens(text)?, true)),
            Query::Pattern(pattern) => pattern_of(pattern),
            Query::Name { text, .. } => spans_of_name(text).ok_or_else(|| wrong(Problem::Name)),
            Query::Entity(id) if self.lexicon.entity(id).is_some() => Ok(Spans::Keys(vec![Key::entity(id)])),
            Query::Entity(_) => Err(wrong(Problem::Entity)),
            Query::Near { left, right, distance, ordered } => Ok(Spans::Near {
                left: Box::new(self.side(left)?),
                right: Box::new(self.side(right)?),
                distance: *distance,
                ordered: *ordered,
            }),
            Query::And(_) | Query::Or(_) | Query::Not(_) | Query::In(..) | Query::Filter(_) => {
                Err(wrong(Problem::NearWhat))
            }
        }
    }

    /// A side of NEAR. A sloppy phrase has no one place from which to count.
    fn side(&self, query: &Query) -> Result<Spans, QueryError> {
        match query {
            Query::Phrase { slop: 1.., .. } => Err(wrong(Problem::NearWhat)),
            Query::Or(parts) => {
                Ok(Spans::Any(parts.iter().map(|one| self.side(one)).collect::<Result<_, _>>()?))
            }
            other => self.spans(other),
        }
    }

    /// A word that names an entity is found under all of the entity's names.
    fn with_entities(&self, text: &str, own: Spans) -> Spans {
        let entities = self.lexicon.named(text);
        if entities.is_empty() {
            return own;
        }
        Spans::Any(vec![own, Spans::Keys(entities.iter().map(|id| Key::entity(id)).collect())])
    }
}

fn tokens(text: &str) -> Result<Vec<QueryToken>, QueryError> {
    let tokens = analyze_query(text);
    if tokens.is_empty() { Err(wrong(Problem::NoLetters)) } else { Ok(tokens) }
}

fn word_of(token: &QueryToken, exact: bool) -> Spans {
    if let Some(single) = token.han_single {
        // One character is the first of a pair, or the last of its run.
        let pairs = Spans::Pattern(Pattern::new(&format!("{single}?")));
        return Spans::Any(vec![pairs, Spans::Keys(token.surface.clone())]);
    }
    Spans::Keys(if exact { token.surface.clone() } else { token.peeled.clone() })
}

fn phrase_of(tokens: &[QueryToken], exact: bool) -> Spans {
    let mut words: Vec<Spans> = tokens.iter().map(|token| word_of(token, exact)).collect();
    match words.pop() {
        Some(only) if words.is_empty() => only,
        last => {
            words.extend(last);
            Spans::Phrase(words)
        }
    }
}

/// Each word is a part of its own; a run of Chinese characters is one.
fn sloppy_of(text: &str, slop: u32) -> Result<Spans, QueryError> {
    let mut parts = Vec::new();
    for word in text.split_whitespace() {
        let tokens = analyze_query(word);
        if !tokens.is_empty() {
            parts.push(phrase_of(&tokens, false));
        }
    }
    match parts.len() {
        0 => Err(wrong(Problem::NoLetters)),
        1..=20 => Ok(Spans::Sloppy { parts, slop }),
        _ => Err(wrong(Problem::SlopWords)),
    }
}

fn pattern_of(pattern: &str) -> Result<Spans, QueryError> {
    let head = pattern.trim_end_matches('*');
    let han = pattern.chars().any(|c| Script::of(c) == Script::Han);
    if han {
        // Pairs of characters already find every text that goes on: the star adds nothing to them.
        return if head.contains(['*', '?']) {
            Err(wrong(Problem::PatternWords))
        } else {
            Ok(phrase_of(&tokens(head)?, false))
        };
    }
    if analyze_query(&pattern.replace(['*', '?'], "a")).len() != 1 {
        return Err(wrong(Problem::PatternWords));
    }
    Ok(Spans::Any(fold_pattern(pattern).iter().map(|folded| Spans::Pattern(Pattern::new(folded))).collect()))
}

impl Plan {
    /// Returns whether anything in it is found by sound outside a NOT.
    pub fn is_heard(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::is_heard),
            Self::Not(_) | Self::Filter(_) => false,
            Self::Text { spans, .. } => spans.is_heard(),
        }
    }

    /// Returns the plan without what only sounds alike; what stands under a NOT stays.
    #[must_use]
    pub fn unheard(&self) -> Self {
        let each = |parts: &[Self]| parts.iter().map(Self::unheard).collect();
        match self {
            Self::And(parts) => Self::And(each(parts)),
            Self::Or(parts) => Self::Or(each(parts)),
            Self::Not(_) | Self::Filter(_) => self.clone(),
            Self::Text { part, spans, clause } => {
                Self::Text { part: *part, spans: spans.unheard(), clause: *clause }
            }
        }
    }

    /// Returns whether anything in it asks for a text outside a NOT.
    pub fn has_text(&self) -> bool {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::has_text),
            Self::Text { .. } => true,
            Self::Not(_) | Self::Filter(_) => false,
        }
    }
}

impl Spans {
    /// Whether any part of it is found by sound.
    fn is_heard(&self) -> bool {
        match self {
            Self::Keys(_) => false,
            Self::Pattern(pattern) => pattern.is_heard(),
            Self::Phrase(parts)
            | Self::Sloppy { parts, .. }
            | Self::Window { parts, .. }
            | Self::Any(parts) => parts.iter().any(Self::is_heard),
            Self::Near { left, right, .. } => left.is_heard() || right.is_heard(),
        }
    }

    /// The same, where what is found by sound stands nowhere.
    fn unheard(&self) -> Self {
        let each = |parts: &[Self]| parts.iter().map(Self::unheard).collect();
        match self {
            Self::Pattern(pattern) if pattern.is_heard() => Self::Any(Vec::new()),
            Self::Keys(_) | Self::Pattern(_) => self.clone(),
            Self::Phrase(parts) => Self::Phrase(each(parts)),
            Self::Sloppy { parts, slop } => Self::Sloppy { parts: each(parts), slop: *slop },
            Self::Window { parts, slop } => Self::Window { parts: each(parts), slop: *slop },
            Self::Any(parts) => Self::Any(each(parts)),
            Self::Near { left, right, distance, ordered } => Self::Near {
                left: Box::new(left.unheard()),
                right: Box::new(right.unheard()),
                distance: *distance,
                ordered: *ordered,
            },
        }
    }
}
