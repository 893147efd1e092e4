//! Where a query stands in a document that is shown, read from the index: only blocks that are shown are analysed.

use std::ops::Range;

use query::{Hit, Part, Plan, Span, Spans};
use tantivy::{DocId, SegmentReader};

use crate::expansion::Expansion;
use crate::fields::Fields;
use crate::positions::DocPositions;
use crate::shown::Shown;

/// Reads the marks of one segment's documents, which come in ascending order.
pub(crate) struct Marker<'a> {
    texts: Vec<MarkedText<'a>>,
}

/// One text of the query in one field.
struct MarkedText<'a> {
    part: Part,
    clause: u32,
    spans: &'a Spans,
    positions: DocPositions,
}

/// What is to be marked in one document.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    title: Vec<(u32, Span)>,
    body: Vec<(u32, Span)>,
}

impl<'a> Marker<'a> {
    pub(crate) fn open(
        segment: &SegmentReader,
        fields: &Fields,
        plan: &'a Plan,
        expansion: &Expansion,
    ) -> tantivy::Result<Self> {
        let mut marker = Self { texts: Vec::new() };
        marker.add(segment, fields, plan, expansion)?;
        Ok(marker)
    }

    /// Adds what is asked for, negations left out.
    fn add(
        &mut self,
        segment: &SegmentReader,
        fields: &Fields,
        plan: &'a Plan,
        expansion: &Expansion,
    ) -> tantivy::Result<()> {
        match plan {
            Plan::And(parts) | Plan::Or(parts) => {
                parts.iter().try_for_each(|part| self.add(segment, fields, part, expansion))
            }
            Plan::Not(_) | Plan::Filter(_) => Ok(()),
            Plan::Text { part, spans, clause } => {
                for (one, other, field) in
                    [(Part::Title, Part::Body, fields.title), (Part::Body, Part::Title, fields.body)]
                {
                    if *part != other {
                        let positions = DocPositions::open(segment, field, spans, expansion)?;
                        self.texts.push(MarkedText { part: one, clause: *clause, spans, positions });
                    }
                }
                Ok(())
            }
        }
    }

    pub(crate) fn marks(&mut self, doc: DocId) -> Marks {
        let mut marks = Marks::default();
        for text in &mut self.texts {
            text.positions.go_to(doc);
            let found = text.spans.highlights(&text.positions).into_iter().map(|span| (text.clause, span));
            if text.part == Part::Title { marks.title.extend(found) } else { marks.body.extend(found) }
        }
        marks
    }
}

impl Marks {
    /// Returns the hits of the headline.
    pub(crate) fn of_title(&self, shown: &Shown) -> Vec<Hit> {
        if self.title.is_empty() {
            return Vec::new();
        }
        let words = shown.title_words();
        hits(&self.title, (Part::Title, 0), 0, &words)
    }

    /// Returns the blocks with marks, in order, each with the number of texts of the query that stand in it.
    pub(crate) fn promising(&self, places: &[Range<u32>]) -> Vec<(u32, usize)> {
        let mut found: Vec<(u32, u32)> = self
            .body
            .iter()
            .filter_map(|(clause, span)| {
                let block = places.partition_point(|place| place.end <= span.start);
                Some((u32::try_from(block).ok()?, *clause))
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found.chunk_by(|a, b| a.0 == b.0).filter_map(|of| Some((of.first()?.0, of.len()))).collect()
    }

    /// Returns the hits of a block, in the order of its text.
    pub(crate) fn of_block(&self, block: u32, place: &Range<u32>, words: &[Range<usize>]) -> Vec<Hit> {
        let inside = |(_, span): &&(u32, Span)| place.contains(&span.start);
        let here: Vec<(u32, Span)> = self.body.iter().filter(inside).copied().collect();
        let mut hits = hits(&here, (Part::Body, block), place.start, words);
        hits.sort_by_key(|hit| (hit.range.start, hit.range.end));
        hits
    }
}

/// From positions to bytes; `first` is the position of the first of these words.
fn hits(marks: &[(u32, Span)], (part, block): (Part, u32), first: u32, words: &[Range<usize>]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (clause, span) in marks {
        let (start, end) = (span.start.saturating_sub(first), span.end.saturating_sub(first));
        let (Ok(from), Ok(to)) = (usize::try_from(start), usize::try_from(end)) else { continue };
        let covered = words.get(from..to.min(words.len())).unwrap_or_default();
        if let (Some(one), Some(last)) = (covered.first(), covered.last()) {
            hits.push(Hit { part, block, range: one.start..last.end, clause: *clause });
        }
    }
    hits
}

/// Returns the word at a position of the text.
pub(crate) fn word_at(shown: &Shown, position: u32) -> Option<&str> {
    let places = shown.places();
    let block = places.partition_point(|place| place.end <= position);
    let first = places.get(block)?.start;
    let words = shown.words(u32::try_from(block).ok()?);
    let range = words.get(usize::try_from(position.checked_sub(first)?).ok()?)?;
    shown.blocks.get(block)?.get(range.clone())
}
