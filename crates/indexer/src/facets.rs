//! Counts over all documents that match, and what is known of a segment to count fast.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tantivy::columnar::Column;
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentReader};

use crate::Facets;
use crate::fields::BETWEEN;
use crate::wanted_query::first_older;

/// How many facts are counted of a document: source, language, country, kind.
const FACTS: usize = 4;

/// What never changes of a segment, read when it is first searched: to open a column costs more than to read it.
#[derive(Debug)]
pub(crate) struct SegmentFacts {
    pub(crate) published: Column<i64>,
    pub(crate) article: Column<u64>,
    /// For each document, the number of its word in `words`.
    facet: Column<u64>,
    /// For each word of the facet field, the numbers of the names that it is made of.
    words: Vec<[usize; FACTS]>,
    /// Months, the newest first, each with the document after its last.
    pub(crate) months: Vec<(String, DocId)>,
}

/// The facts of all segments of a build.
#[derive(Debug, Default)]
pub(crate) struct KnownFacts {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    names: Names,
    segments: HashMap<SegmentId, Arc<SegmentFacts>>,
}

/// Names by number, so that what is counted in several segments is added up without comparing words.
#[derive(Debug, Default, Clone)]
struct Names {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
}

impl Names {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let name: Arc<str> = name.into();
        self.all.push(Arc::clone(&name));
        self.numbers.insert(name, self.all.len() - 1);
        self.all.len() - 1
    }
}

impl KnownFacts {
    /// Returns the facts of every segment, in order; those of segments that are gone are forgotten.
    pub(crate) fn of(&self, searcher: &Searcher) -> tantivy::Result<Vec<Arc<SegmentFacts>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { names, segments } = &mut *known;
        let mut found = Vec::new();
        for segment in searcher.segment_readers() {
            let id = segment.segment_id();
            let facts = match segments.get(&id) {
                Some(facts) => Arc::clone(facts),
                None => Arc::new(SegmentFacts::read(segment, names)?),
            };
            segments.insert(id, Arc::clone(&facts));
            found.push(facts);
        }
        // What is kept of a segment that was merged away keeps its file on the disk.
        if segments.len() > found.len() {
            let living: Vec<SegmentId> =
                searcher.segment_readers().iter().map(SegmentReader::segment_id).collect();
            segments.retain(|id, _| living.contains(id));
        }
        Ok(found)
    }

    /// Adds up what was counted.
    pub(crate) fn facets(&self, counted: &[(Arc<SegmentFacts>, Counts)]) -> Facets {
        let names = self.known.lock().unwrap_or_else(PoisonError::into_inner).names.all.clone();
        let mut sums = vec![[0_u64; FACTS]; names.len()];
        let mut months: BTreeMap<&str, u64> = BTreeMap::new();
        for (facts, counts) in counted {
            for (word, count) in facts.words.iter().zip(&counts.words).filter(|(_, count)| **count > 0) {
                for (at, name) in word.iter().enumerate() {
                    if let Some(sum) = sums.get_mut(*name).and_then(|sums| sums.get_mut(at)) {
                        *sum += u64::from(*count);
                    }
                }
            }
            for ((month, _), count) in
                facts.months.iter().zip(&counts.months).filter(|(_, count)| **count > 0)
            {
                *months.entry(month).or_default() += u64::from(*count);
            }
        }
        let take = |at: usize| {
            let sums = names.iter().zip(&sums).filter_map(|(name, sums)| Some((name, *sums.get(at)?)));
            let mut counts: Vec<(String, u64)> =
                sums.filter(|(_, sum)| *sum > 0).map(|(name, sum)| (name.to_string(), sum)).collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        Facets {
            sources: take(0),
            langs: take(1),
            countries: take(2),
            kinds: take(3),
            months: months.into_iter().map(|(month, count)| (month.to_owned(), count)).collect(),
        }
    }
}

impl SegmentFacts {
    fn read(segment: &SegmentReader, names: &mut Names) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        let (published, article) = (columns.i64("published")?, columns.u64("article")?);
        let mut words = Vec::new();
        let mut facet = Column::build_empty_column(segment.max_doc());
        if let Some(column) = columns.str("facet")? {
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                let word = std::str::from_utf8(stream.key()).unwrap_or_default();
                let mut parts = word.split(BETWEEN);
                words.push(std::array::from_fn(|_| names.number(parts.next().unwrap_or_default())));
            }
            facet = column.ords().clone();
        }
        let months = months(&published, segment.max_doc());
        Ok(Self { published, article, facet, words, months })
    }
}

/// The months of documents that are sorted by time, the newest first.
fn months(published: &Column<i64>, bound: DocId) -> Vec<(String, DocId)> {
    let mut months = Vec::new();
    let mut doc = 0;
    while doc < bound {
        let (name, start) = month_of(published.first(doc).unwrap_or(0));
        let end = first_older(published, doc..bound, |time| time < start);
        // A time that no calendar knows must not hold this up.
        doc = end.max(doc + 1);
        months.push((name, doc));
    }
    months
}

/// Returns the month of a time in UTC, and its first millisecond.
fn month_of(millis: i64) -> (String, i64) {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    let first: Date = time.to_zoned_datetime(TimeZone::UTC).date().first_of_month();
    (first.strftime("%Y-%m").to_string(), query::midnight(first).as_millisecond())
}

/// What was counted in one segment.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) total: u64,
    words: Vec<u32>,
    months: Vec<u32>,
}

/// Counts the documents of one segment; they come in ascending order.
pub(crate) struct Counting {
    pub(crate) facts: Arc<SegmentFacts>,
    counts: Counts,
    /// The month of the document that came last.
    month: usize,
}

impl Counting {
    pub(crate) fn new(facts: Arc<SegmentFacts>) -> Self {
        let counts =
            Counts { total: 0, words: vec![0; facts.words.len()], months: vec![0; facts.months.len()] };
        Self { facts, counts, month: 0 }
    }

    pub(crate) fn count(&mut self, docs: &[DocId]) {
        self.counts.total += u64::try_from(docs.len()).unwrap_or(0);
        let mut ords = [None; tantivy::COLLECT_BLOCK_BUFFER_LEN];
        for docs in docs.chunks(ords.len()) {
            let Some(ords) = ords.get_mut(..docs.len()) else { return };
            self.facts.facet.first_vals(docs, ords);
            for ord in ords.iter().flatten() {
                let count = usize::try_from(*ord).ok().and_then(|ord| self.counts.words.get_mut(ord));
                if let Some(count) = count {
                    *count += 1;
                }
            }
            for doc in docs {
                self.count_month(*doc);
            }
        }
    }

    fn count_month(&mut self, doc: DocId) {
        while self.facts.months.get(self.month).is_some_and(|(_, end)| *end <= doc) {
            self.month += 1;
        }
        if let Some(count) = self.counts.months.get_mut(self.month) {
            *count += 1;
        }
    }

    pub(crate) fn done(self) -> (Arc<SegmentFacts>, Counts) {
        (self.facts, self.counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_its_first_moment_in_utc() {
        let check = |time: &str, name: &str, start: &str| {
            let millis = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
            assert_eq!(month_of(millis(time)), (name.to_owned(), millis(start)), "{time}");
        };
        check("2026-11-01T00:00:00Z", "2026-11", "2026-11-01T00:00:00Z");
        check("2026-10-31T23:59:59.999Z", "2026-10", "2026-10-01T00:00:00Z");
        check("2024-02-29T12:00:00Z", "2024-02", "2024-02-01T00:00:00Z");
    }
}
