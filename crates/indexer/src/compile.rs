//! From a plan to the engine's queries.

use std::sync::Arc;

use query::{Part, Plan, Spans};
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, EmptyQuery, EnableScoring, Occur, Query, Weight};
use tantivy::schema::Field;

use crate::any_term::AnyTermQuery;
use crate::expansion::Expansion;
use crate::fields::Fields;
use crate::plain_row::PlainRow;
use crate::score::TITLE;
use crate::scored_terms::{ScoredTerm, ScoredTerms};
use crate::shape::{Shape, shape};
use crate::spans_query::{Placing, SpansQuery};
use crate::statistics::Statistics;
use crate::term_query::StandingTermQuery;
use crate::wanted_query::WantedQuery;

/// Turns one plan into queries.
pub(crate) struct Compiler<'a> {
    statistics: &'a Statistics<'a>,
    fields: &'a Fields,
    expansion: Expansion,
    /// Whether documents are scored.
    scored: bool,
}

/// Queries of which any will do.
#[derive(Default)]
struct Choices {
    queries: Vec<Box<dyn Query>>,
    terms: Vec<ScoredTerm>,
}

/// What tells which documents answer best.
pub(crate) enum Ranking {
    /// Any of several words.
    Terms(ScoredTerms),
    /// Anything else.
    Query(Box<dyn Weight>),
}

/// Returns the query of a plan, which finds documents and scores none.
pub(crate) fn compile(
    plan: &Plan,
    (statistics, fields): (&Statistics<'_>, &Fields),
    expansion: &Expansion,
) -> tantivy::Result<Box<dyn Query>> {
    Compiler { statistics, fields, expansion: expansion.clone(), scored: false }.query(plan)
}

/// Returns what scores the documents of a plan.
pub(crate) fn ranking(
    plan: &Plan,
    (statistics, fields): (&Statistics<'_>, &Fields),
    expansion: &Expansion,
) -> tantivy::Result<Ranking> {
    let compiler = Compiler { statistics, fields, expansion: expansion.clone(), scored: true };
    let query = if matches!(plan, Plan::Or(_) | Plan::Text { .. }) {
        let mut choices = Choices::default();
        compiler.choices(plan, &mut choices)?;
        if choices.queries.is_empty() {
            return Ok(Ranking::Terms(ScoredTerms::weigh(choices.terms, statistics)?));
        }
        compiler.any(choices)
    } else {
        compiler.query(plan)?
    };
    let scoring = EnableScoring::enabled_from_statistics_provider(statistics, statistics.searcher);
    Ok(Ranking::Query(query.weight(scoring)?))
}

impl Compiler<'_> {
    fn query(&self, plan: &Plan) -> tantivy::Result<Box<dyn Query>> {
        Ok(match plan {
            Plan::And(parts) => self.all_of(parts)?,
            Plan::Not(_) => self.all_of(std::slice::from_ref(plan))?,
            Plan::Filter(filter) => Box::new(WantedQuery::Fact(filter.clone())),
            Plan::Or(_) | Plan::Text { .. } => {
                let mut choices = Choices::default();
                self.choices(plan, &mut choices)?;
                self.any(choices)
            }
        })
    }

    /// Negations take away from what the others find; where there is nothing else, from all documents.
    fn all_of(&self, parts: &[Plan]) -> tantivy::Result<Box<dyn Query>> {
        let mut clauses = Vec::new();
        for part in parts {
            clauses.push(match part {
                Plan::Not(inner) => (Occur::MustNot, self.query(inner)?),
                other => (Occur::Must, self.query(other)?),
            });
        }
        if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            clauses.push((Occur::Must, Box::new(BoostQuery::new(Box::new(AllQuery), 0.0))));
        }
        Ok(match clauses.pop() {
            Some((_, only)) if clauses.is_empty() => only,
            last => {
                clauses.extend(last);
                Box::new(BooleanQuery::new(clauses))
            }
        })
    }

    /// Words that any will do for stand side by side in one list: only so can the engine pass over documents that
    /// cannot be among the best.
    fn choices(&self, plan: &Plan, choices: &mut Choices) -> tantivy::Result<()> {
        match plan {
            Plan::Or(parts) => parts.iter().try_for_each(|part| self.choices(part, choices))?,
            Plan::Text { part, spans, .. } => {
                if *part != Part::Body {
                    self.stands((self.fields.title, TITLE), spans, choices)?;
                }
                if *part != Part::Title {
                    self.stands((self.fields.body, 1.0), spans, choices)?;
                }
            }
            Plan::And(_) | Plan::Not(_) | Plan::Filter(_) => choices.queries.push(self.query(plan)?),
        }
        Ok(())
    }

    fn stands(
        &self,
        (field, weight): (Field, f32),
        spans: &Spans,
        choices: &mut Choices,
    ) -> tantivy::Result<()> {
        match shape(spans) {
            Shape::Keys(keys) => {
                // Most forms of a word stand in no article: those are asked of no segment.
                let word = self.statistics.word(field, keys)?;
                choices.terms.extend(word.present.iter().map(|one| ScoredTerm {
                    term: one.term.clone(),
                    standing: Arc::clone(&one.standing),
                    weight: weight * one.weight,
                }));
            }
            Shape::Pattern(pattern) => {
                let expansion = self.expansion.clone();
                let fits = WantedQuery::Pattern { field, pattern: pattern.clone(), expansion };
                choices.queries.push(self.weighted(Box::new(fits), weight));
            }
            Shape::Any(parts) => {
                parts.iter().try_for_each(|part| self.stands((field, weight), part, choices))?;
            }
            Shape::All(parts) => {
                if self.any_is_absent(field, &parts)? {
                    return Ok(());
                }
                let finds_itself = !self.scored && PlainRow::is(spans);
                let candidates =
                    (!finds_itself).then(|| self.holding((field, weight), &parts)).transpose()?;
                let text =
                    Placing { field, spans: Arc::new(spans.clone()), expansion: self.expansion.clone() };
                choices.queries.push(Box::new(SpansQuery { text, candidates }));
            }
        }
        Ok(())
    }

    /// Whether one of these stands in no document.
    fn any_is_absent(&self, field: Field, parts: &[&Spans]) -> tantivy::Result<bool> {
        for part in parts {
            let absent = match shape(part) {
                Shape::Keys(keys) => self.statistics.word(field, keys)?.present.is_empty(),
                Shape::Any(parts) => {
                    let mut all = !parts.is_empty();
                    for part in parts {
                        all &= self.any_is_absent(field, &[part])?;
                    }
                    all
                }
                Shape::All(parts) => self.any_is_absent(field, &parts)?,
                Shape::Pattern(_) => false,
            };
            if absent {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Finds the documents with all of these.
    fn holding(&self, of: (Field, f32), parts: &[&Spans]) -> tantivy::Result<Box<dyn Query>> {
        if parts.is_empty() {
            return Ok(Box::new(EmptyQuery));
        }
        let must = |part: &&Spans| {
            let mut inner = Choices::default();
            self.stands(of, part, &mut inner)?;
            Ok((Occur::Must, self.any(inner)))
        };
        Ok(Box::new(BooleanQuery::new(parts.iter().map(must).collect::<tantivy::Result<_>>()?)))
    }

    fn weighted(&self, query: Box<dyn Query>, weight: f32) -> Box<dyn Query> {
        if self.scored { Box::new(BoostQuery::new(query, weight)) } else { query }
    }

    fn any(&self, choices: Choices) -> Box<dyn Query> {
        let Choices { mut queries, terms } = choices;
        if self.scored {
            for ScoredTerm { term, standing, weight } in terms {
                queries.push(self.weighted(Box::new(StandingTermQuery::new(term, standing)), weight));
            }
        } else if !terms.is_empty() {
            let terms = terms.into_iter().map(|one| (one.term.field(), one.standing)).collect();
            queries.push(Box::new(AnyTermQuery::new(terms)));
        }
        match queries.pop() {
            None => Box::new(EmptyQuery),
            Some(only) if queries.is_empty() && !self.scored => only,
            last => {
                queries.extend(last);
                Box::new(BooleanQuery::new(queries.into_iter().map(|one| (Occur::Should, one)).collect()))
            }
        }
    }
}
