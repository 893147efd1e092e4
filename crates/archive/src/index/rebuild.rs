//! Makes the index anew beside the old one, and puts it in its place at once: a crash on the way leaves the old index.

use std::collections::BTreeSet;
use std::mem;

use crate::index::cdxj::{Index, IndexError};

/// So many lines are sorted in memory at a time: some sixty megabytes.
const BATCH: usize = 200_000;

/// An index in the making.
pub(crate) struct Rebuild<'a> {
    index: &'a Index,
    segments: Vec<(String, u64)>,
    lines: BTreeSet<String>,
    captures: u64,
}

impl<'a> Rebuild<'a> {
    /// Begins anew. The old index goes on answering.
    pub(crate) fn begin(index: &'a Index) -> Self {
        Self { index, segments: Vec::new(), lines: BTreeSet::new(), captures: 0 }
    }

    /// Adds the lines of one WARC file.
    pub(crate) fn add(&mut self, lines: BTreeSet<String>) -> Result<(), IndexError> {
        self.captures += u64::try_from(lines.len()).unwrap_or_default();
        self.lines.extend(lines);
        if self.lines.len() < BATCH { Ok(()) } else { self.flush() }
    }

    /// Puts the new index in the place of the old, and returns how many captures it names.
    pub(crate) fn finish(mut self) -> Result<u64, IndexError> {
        self.flush()?;
        self.index.replace_all(&self.segments)?;
        Ok(self.captures)
    }

    fn flush(&mut self) -> Result<(), IndexError> {
        let lines = mem::take(&mut self.lines);
        let segment = self.index.write_beside(&self.segments, lines)?;
        self.segments.push(segment);
        Ok(())
    }
}
