//! The meaning of a query, written straight from its definition.

use std::ops::Range;

use crate::document::KeyPositions;
use crate::places::Span;
use crate::{Document, Field, Part, Plan, Positions, Spans};

/// One place of an article that answers a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Title or body.
    pub part: Part,
    /// The block's number within it.
    pub block: u32,
    /// The bytes of the block's text.
    pub range: Range<usize>,
    /// Which text of the query it answers.
    pub clause: u32,
}

/// Returns whether `plan` matches `document`, and what to highlight; a query of filters or negations alone matches
/// with nothing to highlight.
pub fn evaluate(plan: &Plan, document: &Document) -> Option<Vec<Hit>> {
    let article = Article::of(document);
    article.holds(plan).then(|| article.hits(plan))
}

/// A document whose positions have been gathered.
struct Article<'a> {
    document: &'a Document,
    title: KeyPositions<'a>,
    body: KeyPositions<'a>,
}

impl<'a> Article<'a> {
    fn of(document: &'a Document) -> Self {
        Self { document, title: document.title.positions(), body: document.body.positions() }
    }

    fn holds(&self, plan: &Plan) -> bool {
        match plan {
            Plan::And(parts) => parts.iter().all(|part| self.holds(part)),
            Plan::Or(parts) => parts.iter().any(|part| self.holds(part)),
            Plan::Not(inner) => !self.holds(inner),
            Plan::Filter(filter) => filter.holds(&self.document.facts),
            Plan::Text { part, spans, .. } => {
                (*part != Part::Body && stands(spans, &self.title))
                    || (*part != Part::Title && stands(spans, &self.body))
            }
        }
    }

    /// Gathers the hits of what is asked for, negations left out.
    fn hits(&self, plan: &Plan) -> Vec<Hit> {
        let mut hits = Vec::new();
        self.gather(plan, &mut hits);
        hits
    }

    fn gather(&self, plan: &Plan, hits: &mut Vec<Hit>) {
        match plan {
            Plan::And(parts) | Plan::Or(parts) => parts.iter().for_each(|part| self.gather(part, hits)),
            Plan::Not(_) | Plan::Filter(_) => {}
            Plan::Text { part, spans, clause } => {
                if *part != Part::Body {
                    mark(spans, &self.title, (&self.document.title, Part::Title, *clause), hits);
                }
                if *part != Part::Title {
                    mark(spans, &self.body, (&self.document.body, Part::Body, *clause), hits);
                }
            }
        }
    }
}

fn stands(spans: &Spans, positions: &dyn Positions) -> bool {
    !spans.find(positions).is_empty()
}

fn mark(
    spans: &Spans,
    positions: &dyn Positions,
    (field, part, clause): (&Field, Part, u32),
    hits: &mut Vec<Hit>,
) {
    for span in spans.highlights(positions) {
        hits.extend(field.hit(span, (part, clause)));
    }
}

impl Field {
    /// Returns the hit of a clause that stands there; `None` where there is no word.
    pub fn hit(&self, span: Span, (part, clause): (Part, u32)) -> Option<Hit> {
        let from = self.tokens.partition_point(|token| token.position < span.start);
        let covered = self.tokens.iter().skip(from).take_while(|token| token.position < span.end);
        let (first, last) = (covered.clone().next()?, covered.last()?);
        Some(Hit { part, block: first.block, range: first.range.start..last.range.end, clause })
    }
}
