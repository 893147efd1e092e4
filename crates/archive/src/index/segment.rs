//! One sorted file of the index: any line is found in it by a binary search over its bytes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Below this distance the search goes on line by line: a disk gives no less at a time.
const BLOCK: u64 = 4096;
/// How much is read at first when lines are walked backwards.
const CHUNK: u64 = 16 * 1024;

/// A sorted file that is open for searching.
pub(crate) struct Segment {
    file: Arc<File>,
    length: u64,
}

/// Reads on from a place in a file that others read at the same time.
pub(crate) struct Onward {
    file: Arc<File>,
    at: u64,
}

impl Read for Onward {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += count(read);
        Ok(read)
    }
}

impl Segment {
    /// Opens the sorted file at `path`.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), length })
    }

    /// Writes sorted lines to a new file, and returns how many there are once they are on the disk.
    pub(crate) fn write(path: &Path, lines: impl Iterator<Item = io::Result<String>>) -> io::Result<u64> {
        let mut file = BufWriter::new(File::create(path)?);
        let mut count = 0;
        for line in lines {
            file.write_all(line?.as_bytes())?;
            file.write_all(b"\n")?;
            count += 1;
        }
        file.into_inner()?.sync_all()?;
        Ok(count)
    }

    /// Returns all lines from the first that is not less than `from`, in order.
    pub(crate) fn lines_from(&self, from: &str) -> io::Result<io::Lines<BufReader<Onward>>> {
        let start = self.lower_bound(from.as_bytes())?;
        Ok(self.reader(start).lines())
    }

    /// Returns the last line in `from..to` for which `wanted` answers, looking backwards from `to`.
    pub(crate) fn last_in<T>(
        &self,
        (from, to): (&str, &str),
        mut wanted: impl FnMut(&str) -> Option<T>,
    ) -> io::Result<Option<T>> {
        let (floor, mut end) = (self.lower_bound(from.as_bytes())?, self.lower_bound(to.as_bytes())?);
        let mut size = CHUNK;
        while floor < end {
            let start = floor.max(end.saturating_sub(size));
            let mut bytes = vec![0; usize::try_from(end - start).unwrap_or_default()];
            self.file.read_exact_at(&mut bytes, start)?;
            // The first line may have begun before the chunk: then it is left for the next.
            let skipped = if start == floor { 0 } else { after_line_end(&bytes) };
            if skipped == bytes.len() {
                size = size.saturating_mul(2);
                continue;
            }
            let whole = bytes.get(skipped..).unwrap_or_default();
            let found =
                whole.rsplit(|byte| *byte == b'\n').find_map(|line| wanted(std::str::from_utf8(line).ok()?));
            if found.is_some() {
                return Ok(found);
            }
            end = start + u64::try_from(skipped).unwrap_or_default();
        }
        Ok(None)
    }

    /// Returns where the first line begins that is not less than `target`.
    fn lower_bound(&self, target: &[u8]) -> io::Result<u64> {
        // Every line before `low` is less than the target; the line at `high` is not.
        let (mut low, mut high) = (0, self.length);
        while high - low > BLOCK {
            let middle = low + (high - low) / 2;
            let mut reader = self.reader(middle);
            let mut line = Vec::new();
            let start = middle + count(reader.read_until(b'\n', &mut line)?);
            if start >= high {
                break;
            }
            line.clear();
            let length = count(reader.read_until(b'\n', &mut line)?);
            if line.as_slice() < target { low = start + length } else { high = start }
        }
        let mut reader = self.reader(low);
        let mut line = Vec::new();
        while low < high {
            line.clear();
            let length = count(reader.read_until(b'\n', &mut line)?);
            if length == 0 || line.as_slice() >= target {
                break;
            }
            low += length;
        }
        Ok(low)
    }

    fn reader(&self, at: u64) -> BufReader<Onward> {
        let onward = Onward { file: Arc::clone(&self.file), at };
        BufReader::with_capacity(usize::try_from(BLOCK).unwrap_or(4096), onward)
    }
}

fn after_line_end(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1)
}

fn count(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(lines: &[String]) -> (tempfile::TempDir, Segment) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.cdxj");
        Segment::write(&path, lines.iter().cloned().map(Ok)).unwrap();
        let segment = Segment::open(&path).unwrap();
        (dir, segment)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
        #[test]
        fn a_search_finds_what_a_look_at_every_line_finds(
            keys in prop::collection::btree_set("[a-c]{1,3} [0-9]{1,4}", 0..300),
            long in 0_usize..9000,
            (from, to) in ("[a-d]{0,2}", "[a-d]{0,2}"),
        ) {
            let lines: Vec<String> = keys.iter().map(|key| format!("{key} {}", "x".repeat(long * key.len() % 9001))).collect();
            let (_dir, segment) = written(&lines);
            let found: Vec<String> = segment.lines_from(&from).unwrap().map(Result::unwrap).collect();
            let expected: Vec<String> = lines.iter().filter(|line| line.as_str() >= from.as_str()).cloned().collect();
            prop_assert_eq!(found, expected);
            let last = |wanted: fn(&str) -> bool| {
                let found = segment.last_in((&from, &to), |line| wanted(line).then(|| line.to_owned())).unwrap();
                let is_within = |line: &&String| (from.as_str()..to.as_str()).contains(&line.as_str());
                (found, lines.iter().rfind(|line| is_within(line) && wanted(line)).cloned())
            };
            for (found, expected) in [last(|line| !line.is_empty()), last(|line| line.contains(" 1"))] {
                prop_assert_eq!(found, expected);
            }
        }
    }
}
