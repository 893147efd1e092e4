//! Goes through all that matches: counts it, and keeps the newest documents after a place.

use std::ops::Range;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::{DocAddress, DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

use crate::facets::{Counting, Counts, SegmentFacts};
use crate::wanted_query::first_older;

/// A document that matches, with what it is sorted by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) address: DocAddress,
    pub(crate) article: u64,
    pub(crate) published: i64,
    pub(crate) score: f32,
    /// Whether it was found by the sound of a name alone.
    pub(crate) heard: bool,
}

impl Found {
    /// Orders by time, the newest first. Ties are broken by the article's number, so that pages neither overlap nor
    /// leave a gap.
    pub(crate) fn by_time(&self, other: &Self) -> std::cmp::Ordering {
        other.published.cmp(&self.published).then(other.article.cmp(&self.article))
    }
}

/// The newest documents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Newest {
    /// How many are kept.
    pub(crate) most: usize,
    /// Only those after this time and article.
    pub(crate) after: Option<(i64, u64)>,
}

/// Keeps the newest documents, and counts all when that is wanted.
pub(crate) struct Gather {
    pub(crate) newest: Newest,
    /// What is known of each segment, in order.
    pub(crate) facts: Vec<Arc<SegmentFacts>>,
    pub(crate) counted: bool,
}

/// What was gathered.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// The newest documents, in order.
    pub(crate) newest: Vec<Found>,
    pub(crate) counted: Vec<(Arc<SegmentFacts>, Counts)>,
}

impl Gathered {
    /// Returns how many documents were counted.
    pub(crate) fn total(&self) -> u64 {
        self.counted.iter().map(|(_, counts)| counts.total).sum()
    }
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = GatherSegment;

    fn for_segment(&self, ord: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<GatherSegment> {
        let facts = usize::try_from(ord).ok().and_then(|ord| self.facts.get(ord));
        let Some(facts) = facts else {
            return Err(TantivyError::InternalError("a segment that was not opened is searched".to_owned()));
        };
        Ok(GatherSegment {
            counting: self.counted.then(|| Counting::new(Arc::clone(facts))),
            newest: NewestOfSegment::new(ord, segment.max_doc(), Arc::clone(facts), self.newest),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Gathered>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for segment in segments {
            all.newest.extend(segment.newest);
            all.counted.extend(segment.counted);
        }
        all.newest.sort_by(Found::by_time);
        all.newest.truncate(self.newest.most);
        Ok(all)
    }
}

/// Gathers the documents of one segment; they come in ascending order, which is from the newest to the oldest.
pub(crate) struct GatherSegment {
    counting: Option<Counting>,
    newest: NewestOfSegment,
}

impl SegmentCollector for GatherSegment {
    type Fruit = Gathered;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.collect_block(&[doc]);
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        if let Some(counting) = &mut self.counting {
            counting.count(docs);
        }
        self.newest.take(docs);
    }

    fn harvest(self) -> Gathered {
        Gathered {
            newest: self.newest.found,
            counted: self.counting.into_iter().map(Counting::done).collect(),
        }
    }
}

struct NewestOfSegment {
    ord: SegmentOrdinal,
    facts: Arc<SegmentFacts>,
    wanted: Newest,
    /// The documents that may be among the newest.
    within: Range<DocId>,
    found: Vec<Found>,
}

impl NewestOfSegment {
    fn new(ord: SegmentOrdinal, bound: DocId, facts: Arc<SegmentFacts>, wanted: Newest) -> Self {
        let start = match wanted.after {
            Some((time, _)) => first_older(&facts.published, 0..bound, |at| at <= time),
            None => 0,
        };
        let end = if wanted.most == 0 { 0 } else { bound };
        Self { ord, facts, wanted, within: start..end, found: Vec::new() }
    }

    fn take(&mut self, docs: &[DocId]) {
        for doc in docs {
            if *doc >= self.within.end {
                return;
            }
            if *doc >= self.within.start {
                self.take_one(*doc);
            }
        }
    }

    fn take_one(&mut self, doc: DocId) {
        let found = Found {
            address: DocAddress::new(self.ord, doc),
            article: self.facts.article.first(doc).unwrap_or(0),
            published: self.facts.published.first(doc).unwrap_or(0),
            score: 0.0,
            heard: false,
        };
        if self.wanted.after.is_some_and(|after| (found.published, found.article) >= after) {
            return;
        }
        self.found.push(found);
        if self.found.len() == self.wanted.most {
            // Those of the same time have yet to be compared by their articles.
            self.within.end =
                first_older(&self.facts.published, doc..self.within.end, |at| at < found.published);
        }
    }
}
