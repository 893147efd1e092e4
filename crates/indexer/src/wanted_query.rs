//! Finds the documents of a segment that something other than the engine's own queries tells: a pattern, a fact.

use std::fmt;

use jiff::Timestamp;
use query::{Filter, Pattern, midnight};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, Score, Searcher, SegmentReader, TERMINATED, TantivyError};
use text::Lang;

use crate::docset::{DocBits, Wanted, WantedDocs};
use crate::expansion::Expansion;
use crate::fields::{BETWEEN, EDITED, REMOVED};
use crate::score::{heard_weight, rarity};

/// What is wanted.
#[derive(Clone)]
pub(crate) enum WantedQuery {
    /// Any key of a field that a pattern fits.
    Pattern {
        /// Title or body.
        field: Field,
        /// The pattern.
        pattern: Pattern,
        /// The keys that it fits.
        expansion: Expansion,
    },
    /// A fact.
    Fact(Filter),
}

impl fmt::Debug for WantedQuery {
    // Queries must not reach a log, not even through an error of the engine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pattern { .. } => "Pattern",
            Self::Fact(_) => "Fact",
        })
    }
}

impl Query for WantedQuery {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let score = match (self, scoring) {
            (Self::Pattern { field, pattern, expansion }, EnableScoring::Enabled { searcher, .. }) => {
                pattern_rarity(searcher, *field, pattern, expansion)? * heard_weight(pattern)
            }
            _ => 0.0,
        };
        Ok(Box::new(WantedWeight { query: self.clone(), score }))
    }
}

/// How rare the words are that a pattern fits, in all segments together: how documents lie in them must not change the
/// order of hits.
fn pattern_rarity(
    searcher: &Searcher,
    field: Field,
    pattern: &Pattern,
    expansion: &Expansion,
) -> tantivy::Result<f32> {
    let (mut with, mut all) = (0_u32, 0_u32);
    for segment in searcher.segment_readers() {
        all = all.saturating_add(segment.max_doc());
        let fitting = expansion.fitting(segment, field)?;
        for (_, info) in fitting.get(pattern).map(Vec::as_slice).unwrap_or_default() {
            with = with.saturating_add(info.doc_freq);
        }
    }
    Ok(rarity(with.min(all), all))
}

struct WantedWeight {
    query: WantedQuery,
    score: Score,
}

impl Weight for WantedWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let wanted = match &self.query {
            WantedQuery::Pattern { field, pattern, expansion } => {
                Wanted::Bits(with_pattern(segment, *field, pattern, expansion)?)
            }
            WantedQuery::Fact(filter) => holding(segment, filter)?,
        };
        Ok(Box::new(WantedDocs::new(wanted, self.score * boost)))
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(segment, 1.0)?;
        if scorer.doc() <= doc && scorer.seek(doc) == doc {
            Ok(Explanation::new("wanted", scorer.score()))
        } else {
            Err(TantivyError::InvalidArgument(format!("document {doc} does not match")))
        }
    }
}

fn with_pattern(
    segment: &SegmentReader,
    field: Field,
    pattern: &Pattern,
    expansion: &Expansion,
) -> tantivy::Result<DocBits> {
    let index = segment.inverted_index(field)?;
    let fitting = expansion.fitting(segment, field)?;
    let mut docs = DocBits::none(segment.max_doc());
    for (_, info) in fitting.get(pattern).map(Vec::as_slice).unwrap_or_default() {
        let mut postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while postings.doc() != TERMINATED {
            docs.insert(postings.doc());
            postings.advance();
        }
    }
    Ok(docs)
}

/// Returns the documents of which a filter holds.
fn holding(segment: &SegmentReader, filter: &Filter) -> tantivy::Result<Wanted> {
    let facet = |at: usize, wanted: &dyn Fn(&str) -> bool| {
        with_word(segment, "facet", &|words: &str| words.split(BETWEEN).nth(at).is_some_and(wanted))
    };
    match filter {
        Filter::Source(id) => facet(0, &|source| source == id),
        Filter::Lang(word) => facet(1, &|label| {
            label.eq_ignore_ascii_case(word) || Lang::parse(label).is_some_and(|lang| lang.code() == word)
        }),
        Filter::Script(script) => {
            facet(1, &|label| Lang::parse(label).is_some_and(|lang| lang.script() == *script))
        }
        Filter::Country(code) => facet(2, &|country| country.eq_ignore_ascii_case(code)),
        Filter::Kind(kind) => facet(3, &|word| word == kind),
        Filter::Author(name) => {
            let wanted = name.to_lowercase();
            with_word(segment, "author", &|author| {
                let author = author.to_lowercase();
                wanted.split_whitespace().all(|word| author.split_whitespace().any(|known| known == word))
            })
        }
        Filter::Tag(tag) => with_word(segment, "tag", &|word| word.to_lowercase() == tag.to_lowercase()),
        Filter::Url(text) => {
            let text = text.to_lowercase();
            with_word(segment, "url", &|url| url.to_lowercase().contains(&text))
        }
        Filter::Story(story) => {
            let (column, story) = (segment.fast_fields().i64("story")?, *story);
            let holds = move |doc| column.first(doc) == Some(story);
            Ok(Wanted::Holding(segment.max_doc(), Box::new(holds)))
        }
        Filter::After(day) => Ok(Wanted::Range(0..not_before(segment, midnight(*day).as_millisecond())?)),
        Filter::Since(since) => Ok(Wanted::Range(0..not_before(segment, since.as_millisecond())?)),
        Filter::Seen(stretch) => {
            let (column, stretch) = (segment.fast_fields().i64("seen")?, *stretch);
            let seen = move |doc| column.first(doc).and_then(|at| Timestamp::from_millisecond(at).ok());
            let holds = move |doc| seen(doc).is_some_and(|at| stretch.holds(at));
            Ok(Wanted::Holding(segment.max_doc(), Box::new(holds)))
        }
        Filter::Edited => with_word(segment, "state", &|state| state == EDITED),
        Filter::Removed => with_word(segment, "state", &|state| state == REMOVED),
        Filter::Before(day) => {
            let start = not_before(segment, midnight(*day).as_millisecond())?;
            Ok(Wanted::Range(start..segment.max_doc()))
        }
    }
}

/// How many documents were published at `time` or later: they come first in their segment.
fn not_before(segment: &SegmentReader, time: i64) -> tantivy::Result<u32> {
    let published = segment.fast_fields().i64("published")?;
    Ok(first_older(&published, 0..segment.max_doc(), |at| at < time))
}

/// Returns the first document of a range that is old enough, where older ones follow newer ones; its end if none is.
pub(crate) fn first_older(
    published: &Column<i64>,
    within: std::ops::Range<DocId>,
    old: impl Fn(i64) -> bool,
) -> DocId {
    let (mut from, mut to) = (within.start, within.end);
    while from < to {
        let middle = from + (to - from) / 2;
        if published.first(middle).is_none_or(&old) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

/// Returns the documents with a word in `field` that is wanted; each word is looked at once.
fn with_word(segment: &SegmentReader, field: &str, wanted: &dyn Fn(&str) -> bool) -> tantivy::Result<Wanted> {
    let Some(column) = segment.fast_fields().str(field)? else { return Ok(Wanted::Range(0..0)) };
    let fine = wanted_ords(&column, wanted)?;
    if !fine.contains(&true) {
        return Ok(Wanted::Range(0..0));
    }
    let ords = column.ords().clone();
    let is_fine =
        move |ord: u64| usize::try_from(ord).ok().and_then(|ord| fine.get(ord)).copied().unwrap_or(false);
    let holds = move |doc| ords.values_for_doc(doc).any(&is_fine);
    Ok(Wanted::Holding(segment.max_doc(), Box::new(holds)))
}

fn wanted_ords(column: &StrColumn, wanted: &dyn Fn(&str) -> bool) -> tantivy::Result<Vec<bool>> {
    let mut fine = Vec::with_capacity(column.num_terms());
    let mut words = column.dictionary().stream()?;
    while words.advance() {
        fine.push(std::str::from_utf8(words.key()).is_ok_and(wanted));
    }
    Ok(fine)
}
