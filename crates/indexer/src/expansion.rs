//! Which words of the index a query's patterns fit, and where its words stand.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use query::{Pattern, Plan};
use tantivy::index::SegmentId;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::{InvertedIndexReader, SegmentReader};
use text::Key;

use crate::keys::fits;
use crate::shape::patterns_of;
use crate::terms::KnownTerms;

/// The keys of one field of one segment that each pattern fits.
pub(crate) type Fitting = HashMap<Pattern, Vec<(Key, TermInfo)>>;

/// What was compared already.
type Known = HashMap<(SegmentId, Field), Arc<Fitting>>;

/// The patterns of one query. Each field of each segment is compared with all of them in one pass, once.
#[derive(Clone, Default)]
pub(crate) struct Expansion {
    patterns: Arc<Vec<Pattern>>,
    known: Arc<Mutex<Known>>,
    /// Where the words that it names itself stand.
    pub(crate) terms: Arc<KnownTerms>,
}

impl fmt::Debug for Expansion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expansion").field("patterns", &self.patterns.len()).finish_non_exhaustive()
    }
}

impl Expansion {
    pub(crate) fn of(plan: &Plan, terms: &Arc<KnownTerms>) -> Self {
        Self { patterns: Arc::new(patterns_of(plan)), known: Arc::default(), terms: Arc::clone(terms) }
    }

    pub(crate) fn fitting(&self, segment: &SegmentReader, field: Field) -> tantivy::Result<Arc<Fitting>> {
        if self.patterns.is_empty() {
            return Ok(Arc::default());
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let of = (segment.segment_id(), field);
        if let Some(fitting) = known.get(&of) {
            return Ok(Arc::clone(fitting));
        }
        let fitting = Arc::new(fitting(&self.patterns, &*segment.inverted_index(field)?)?);
        known.insert(of, Arc::clone(&fitting));
        Ok(fitting)
    }
}

/// Patterns that begin alike are compared with every key in one pass.
fn fitting(patterns: &[Pattern], index: &InvertedIndexReader) -> tantivy::Result<Fitting> {
    let mut by_start: HashMap<String, Vec<&Pattern>> = HashMap::new();
    for pattern in patterns {
        by_start.entry(pattern.start()).or_default().push(pattern);
    }
    let mut fitting = Fitting::new();
    for (start, patterns) in by_start {
        let mut stream = index.terms().range().ge(start.as_bytes()).into_stream()?;
        while stream.advance() {
            let Ok(term) = std::str::from_utf8(stream.key()) else { continue };
            if !term.starts_with(&start) {
                break;
            }
            let key = Key::stored(term);
            for pattern in patterns.iter().filter(|pattern| fits(pattern, &key)) {
                let keys = fitting.entry((*pattern).clone()).or_default();
                keys.push((key.clone(), stream.value().clone()));
            }
        }
    }
    Ok(fitting)
}
