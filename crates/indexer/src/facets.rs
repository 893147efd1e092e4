//! Counts over all documents that match.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tantivy::SegmentReader;

use crate::Facets;
use crate::docset::DocBits;

/// Gathers counts segment by segment.
#[derive(Debug, Default)]
pub(crate) struct Counting {
    words: HashMap<&'static str, HashMap<String, u64>>,
    months: BTreeMap<String, u64>,
}

const WORDS: [&str; 4] = ["source", "lang", "country", "kind"];

impl Counting {
    pub(crate) fn add(&mut self, reader: &SegmentReader, docs: &DocBits) -> tantivy::Result<()> {
        for field in WORDS {
            let Some(column) = reader.fast_fields().str(field)? else { continue };
            let mut by_ord: HashMap<u64, u64> = HashMap::new();
            for ord in docs.iter().flat_map(|doc| column.term_ords(doc)) {
                *by_ord.entry(ord).or_default() += 1;
            }
            let counts = self.words.entry(field).or_default();
            for (ord, count) in by_ord {
                let mut text = String::new();
                if column.ord_to_str(ord, &mut text)? {
                    *counts.entry(text).or_default() += count;
                }
            }
        }
        let published = reader.fast_fields().i64("published")?;
        for time in docs.iter().filter_map(|doc| published.first(doc)) {
            *self.months.entry(month(time)).or_default() += 1;
        }
        Ok(())
    }

    pub(crate) fn into_facets(mut self) -> Facets {
        let mut take = |field| {
            let mut counts: Vec<(String, u64)> =
                self.words.remove(field).unwrap_or_default().into_iter().collect();
            counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            counts
        };
        Facets {
            sources: take("source"),
            langs: take("lang"),
            countries: take("country"),
            kinds: take("kind"),
            months: self.months.into_iter().collect(),
        }
    }
}

fn month(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m").to_string()
}
