//! Positions of keys in one field of one segment, document after document.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use query::{Pattern, Positions, Spans};
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, Term};
use text::{Key, KeyKind};

use crate::docset::DocBits;

/// Patterns, each with the keys of a segment that it fits.
type Fitting = HashMap<Pattern, Vec<Key>>;

/// The postings of one field.
pub(crate) struct FieldPostings {
    field: Field,
    index: Arc<InvertedIndexReader>,
    bound: u32,
}

impl FieldPostings {
    pub(crate) fn open(segment: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        Ok(Self { field, index: segment.inverted_index(field)?, bound: segment.max_doc() })
    }

    fn postings(&self, key: &Key, option: IndexRecordOption) -> tantivy::Result<Option<SegmentPostings>> {
        Ok(self.index.read_postings(&Term::from_field_text(self.field, key.as_str()), option)?)
    }

    /// Returns the keys of this segment that each pattern of `spans` fits. Patterns that begin alike are compared with
    /// every key in one pass.
    fn fitting(&self, spans: &Spans) -> tantivy::Result<Fitting> {
        let mut by_start: HashMap<String, Vec<&Pattern>> = HashMap::new();
        for pattern in spans.patterns() {
            by_start.entry(pattern.start()).or_default().push(pattern);
        }
        let mut fitting = Fitting::new();
        for (start, patterns) in by_start {
            let mut stream = self.index.terms().range().ge(start.as_bytes()).into_stream()?;
            while stream.advance() {
                let Ok(term) = std::str::from_utf8(stream.key()) else { continue };
                if !term.starts_with(&start) {
                    break;
                }
                let key = Key::stored(term);
                for pattern in patterns.iter().filter(|pattern| pattern.fits(&key)) {
                    fitting.entry((*pattern).clone()).or_default().push(key.clone());
                }
            }
        }
        Ok(fitting)
    }

    fn docs_of_key(&self, key: &Key) -> tantivy::Result<DocBits> {
        let mut docs = DocBits::none(self.bound);
        let Some(mut postings) = self.postings(key, IndexRecordOption::Basic)? else { return Ok(docs) };
        while postings.doc() != tantivy::TERMINATED {
            docs.insert(postings.doc());
            postings.advance();
        }
        Ok(docs)
    }

    /// Returns the documents in which `spans` may stand: for words exactly those, for phrases those that hold all of
    /// their words.
    fn candidates(&self, spans: &Spans, fitting: &Fitting) -> tantivy::Result<DocBits> {
        let union = |keys: &[Key]| {
            keys.iter()
                .try_fold(DocBits::none(self.bound), |docs, key| Ok(docs.union(&self.docs_of_key(key)?)))
        };
        match spans {
            Spans::Keys(keys) => union(keys),
            Spans::Pattern(pattern) => union(fitting.get(pattern).map_or(&[], Vec::as_slice)),
            Spans::Any(parts) => parts.iter().try_fold(DocBits::none(self.bound), |docs, part| {
                Ok(docs.union(&self.candidates(part, fitting)?))
            }),
            Spans::Phrase(parts) | Spans::Sloppy { parts, .. } | Spans::Window { parts, .. } => {
                parts.iter().try_fold(DocBits::all(self.bound), |docs, part| {
                    Ok(docs.intersection(&self.candidates(part, fitting)?))
                })
            }
            Spans::Near { left, right, .. } => {
                Ok(self.candidates(left, fitting)?.intersection(&self.candidates(right, fitting)?))
            }
        }
    }

    /// Returns the documents in which `spans` stands.
    pub(crate) fn docs(&self, spans: &Spans) -> tantivy::Result<DocBits> {
        let fitting = self.fitting(spans)?;
        let candidates = self.candidates(spans, &fitting)?;
        if !needs_positions(spans) {
            return Ok(candidates);
        }
        let reader = DocPositions::open(self, spans, fitting)?;
        let mut docs = DocBits::none(self.bound);
        for doc in candidates.iter() {
            reader.go_to(doc);
            if !spans.find(&reader).is_empty() {
                docs.insert(doc);
            }
        }
        Ok(docs)
    }

    /// Adds to each document's score what the words of `spans` are worth in it: rare words more, words exactly as
    /// asked for more than their other forms.
    pub(crate) fn score(
        &self,
        spans: &Spans,
        scores: &mut HashMap<u32, f32>,
        weight: f32,
    ) -> tantivy::Result<()> {
        let fitting = self.fitting(spans)?;
        let mut keys = keys_of(spans, &fitting);
        keys.sort_unstable_by(|(one, heard), (other, heard_too)| (one, heard).cmp(&(other, heard_too)));
        // A key that is asked for and heard, too, counts as asked for.
        keys.dedup_by(|(later, _), (kept, _)| later == kept);
        for (key, heard) in keys {
            let Some(mut postings) = self.postings(&key, IndexRecordOption::WithFreqs)? else { continue };
            let (all, with) = (count(self.bound), count(postings.doc_freq()));
            let rarity = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
            let exact = match heard {
                Some(heard) => heard.weight(),
                None if key.is_surface() => 1.5,
                None => 1.0,
            };
            while postings.doc() != tantivy::TERMINATED {
                if let Some(score) = scores.get_mut(&postings.doc()) {
                    let often = count(postings.term_freq());
                    *score += weight * exact * rarity * often / (often + 1.2);
                }
                postings.advance();
            }
        }
        Ok(())
    }
}

/// How a key was heard rather than asked for; the surer way first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    InLetters,
    InCharacters,
}

impl Heard {
    /// What such a key counts against one that was asked for.
    fn weight(self) -> f32 {
        match self {
            Self::InLetters => 0.25,
            Self::InCharacters => 0.1,
        }
    }
}

/// All keys that `spans` speaks of, and how each was heard; for a peeled key its surface key as well, which scores more.
fn keys_of(spans: &Spans, fitting: &Fitting) -> Vec<(Key, Option<Heard>)> {
    match spans {
        Spans::Keys(keys) => {
            let exact = keys.iter().filter(|key| key.kind() == KeyKind::Peeled);
            let all = keys.iter().cloned().chain(exact.map(|key| Key::surface(key.text())));
            all.map(|key| (key, None)).collect()
        }
        Spans::Pattern(pattern) => {
            let heard = match pattern {
                Pattern::Signs(_) => None,
                Pattern::Sounds(_) => Some(Heard::InLetters),
                Pattern::Syllables(..) => Some(Heard::InCharacters),
            };
            fitting.get(pattern).into_iter().flatten().map(|key| (key.clone(), heard)).collect()
        }
        Spans::Phrase(parts)
        | Spans::Sloppy { parts, .. }
        | Spans::Window { parts, .. }
        | Spans::Any(parts) => parts.iter().flat_map(|part| keys_of(part, fitting)).collect(),
        Spans::Near { left, right, .. } => [keys_of(left, fitting), keys_of(right, fitting)].concat(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a score needs no more than seven digits")]
fn count(number: u32) -> f32 {
    number as f32
}

/// Words alone are found by their postings; only their order and distance need positions.
fn needs_positions(spans: &Spans) -> bool {
    match spans {
        Spans::Keys(_) | Spans::Pattern(_) => false,
        Spans::Any(parts) => parts.iter().any(needs_positions),
        Spans::Phrase(_) | Spans::Sloppy { .. } | Spans::Window { .. } | Spans::Near { .. } => true,
    }
}

/// The positions of the keys of one query, in the document that it was sent to last. Documents come in ascending order.
struct DocPositions {
    keys: HashMap<Key, RefCell<Cursor>>,
    patterns: Fitting,
}

/// One key's postings, and where they stand in the present document.
struct Cursor {
    postings: SegmentPostings,
    here: Vec<u32>,
}

impl DocPositions {
    fn open(field: &FieldPostings, spans: &Spans, patterns: Fitting) -> tantivy::Result<Self> {
        let mut reader = Self { keys: HashMap::new(), patterns };
        reader.add(field, spans)?;
        Ok(reader)
    }

    fn add(&mut self, field: &FieldPostings, spans: &Spans) -> tantivy::Result<()> {
        match spans {
            Spans::Keys(keys) => keys.iter().try_for_each(|key| self.add_key(field, key)),
            Spans::Pattern(pattern) => {
                let keys = self.patterns.get(pattern).cloned().unwrap_or_default();
                keys.iter().try_for_each(|key| self.add_key(field, key))
            }
            Spans::Phrase(parts)
            | Spans::Sloppy { parts, .. }
            | Spans::Window { parts, .. }
            | Spans::Any(parts) => parts.iter().try_for_each(|part| self.add(field, part)),
            Spans::Near { left, right, .. } => {
                self.add(field, left)?;
                self.add(field, right)
            }
        }
    }

    fn add_key(&mut self, field: &FieldPostings, key: &Key) -> tantivy::Result<()> {
        if let Some(postings) = field.postings(key, IndexRecordOption::WithFreqsAndPositions)? {
            self.keys.insert(key.clone(), RefCell::new(Cursor { postings, here: Vec::new() }));
        }
        Ok(())
    }

    fn go_to(&self, doc: u32) {
        for cursor in self.keys.values() {
            let Cursor { postings, here } = &mut *cursor.borrow_mut();
            here.clear();
            if postings.doc() < doc {
                postings.seek(doc);
            }
            if postings.doc() == doc {
                postings.positions(here);
            }
        }
    }
}

impl Positions for DocPositions {
    fn of_key(&self, key: &Key) -> Vec<u32> {
        let mut here = self.keys.get(key).map(|cursor| cursor.borrow().here.clone()).unwrap_or_default();
        here.dedup();
        here
    }

    fn of_pattern(&self, pattern: &Pattern) -> Vec<u32> {
        let keys = self.patterns.get(pattern).map(Vec::as_slice).unwrap_or_default();
        let mut here: Vec<u32> = keys.iter().flat_map(|key| self.of_key(key)).collect();
        here.sort_unstable();
        here.dedup();
        here
    }
}
