//! The index as a whole: few sorted files, and a journal for each WARC file that is not in them yet.
//!
//! A WARC file that is being written has a journal, to which a line is appended for every capture. When the file is
//! closed, its lines are sorted into a file of their own, and now and then the small sorted files are merged.
//! The list `segments` says which sorted files count; it is replaced as a whole, so that a crash leaves the old
//! list or the new one. A line may stand twice for a moment; readers see it once.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use memchr::memmem;
use thiserror::Error;

use crate::folder::files;
use crate::index::line::{IndexLine, key, stamp};
use crate::index::merge::{self, Merged};
use crate::index::segment::Segment;

const FOLDER: &str = "index";
const LIST: &str = "segments";
const JOURNAL: &str = "journal";
/// Sorts behind every line of a key and second.
const BEHIND: char = '~';
/// How often a reader begins anew when a merge has taken a file from under it.
const TRIES: usize = 10;

/// An index that cannot be read or written.
#[derive(Debug, Error)]
#[error("archive index in `{dir}` cannot be used: `qarauyl archive index` makes it anew from the files")]
pub struct IndexError {
    /// The folder of the index.
    pub dir: String,
    /// What the system said.
    pub source: io::Error,
}

/// The index of one archive.
pub(crate) struct Index {
    archive: PathBuf,
    dir: PathBuf,
}

impl Index {
    /// Returns the index of the archive in `archive`. Nothing is opened before it is asked.
    pub(crate) fn of(archive: &Path) -> Self {
        Self { archive: archive.to_owned(), dir: archive.join(FOLDER) }
    }

    /// Returns whether there is an index at all.
    pub(crate) fn exists(&self) -> bool {
        self.dir.join(LIST).exists()
    }

    /// Begins the journal of the WARC file called `name`.
    pub(crate) fn begin_journal(&self, name: &str) -> io::Result<File> {
        fs::create_dir_all(&self.dir)?;
        OpenOptions::new().create(true).append(true).open(self.journal(name))
    }

    /// Returns the lines of the journal of `name`, sorted.
    pub(crate) fn journal_lines(&self, name: &str) -> io::Result<BTreeSet<String>> {
        let text = fs::read_to_string(self.journal(name))?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Adds the lines of the closed WARC file called `name`, and ends its journal.
    pub(crate) fn add(&self, name: &str, lines: BTreeSet<String>) -> Result<(), IndexError> {
        let added = self.write_beside(&[], lines)?;
        let listed = self.segments().and_then(|mut segments| {
            segments.push(added);
            self.replace(&segments, &[])
        });
        listed.map_err(|error| self.unusable(error))?;
        self.end_journal(name)
    }

    /// Ends the journal of a WARC file that is in the sorted files.
    pub(crate) fn end_journal(&self, name: &str) -> Result<(), IndexError> {
        match fs::remove_file(self.journal(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.unusable(error)),
            _ => Ok(()),
        }
    }

    /// Ends the journals of WARC files that are not there any more: they held nothing whole.
    pub(crate) fn end_orphans(&self) -> Result<(), IndexError> {
        for name in self.journals().map_err(|error| self.unusable(error))? {
            if !files::locate(&self.archive, &name).exists() {
                self.end_journal(&name)?;
            }
        }
        Ok(())
    }

    /// Merges sorted files until they are few, leaving out the lines of `dropped` WARC files.
    pub(crate) fn merge(&self, dropped: &HashSet<String>) -> Result<(), IndexError> {
        loop {
            let segments = self.segments().map_err(|error| self.unusable(error))?;
            let due = merge::due(&segments.iter().map(|(_, lines)| *lines).collect::<Vec<_>>());
            if due.is_empty() {
                return Ok(());
            }
            self.merge_these(&segments, &due, dropped).map_err(|error| self.unusable(error))?;
        }
    }

    /// Returns every capture of `url`, the oldest first.
    pub(crate) fn captures(&self, url: &str) -> Result<Vec<IndexLine>, IndexError> {
        let Some(key) = key(url) else { return Ok(Vec::new()) };
        let prefix = format!("{key} ");
        let lines = self.read(|journals, segments| {
            let mut lines: BTreeSet<String> =
                journals.iter().flat_map(|text| with_prefix(text, &prefix)).collect();
            for segment in segments {
                for line in segment.lines_from(&prefix)? {
                    let line = line?;
                    if !line.starts_with(&prefix) {
                        break;
                    }
                    lines.insert(line);
                }
            }
            Ok(lines)
        })?;
        Ok(lines.iter().filter_map(|line| IndexLine::parse(line)).filter(|line| self.has(line)).collect())
    }

    /// Returns the last capture of `url` not after `at` that is `wanted`.
    pub(crate) fn last_before(
        &self,
        url: &str,
        at: Timestamp,
        wanted: &dyn Fn(&IndexLine) -> bool,
    ) -> Result<Option<IndexLine>, IndexError> {
        let Some(key) = key(url) else { return Ok(None) };
        let (from, to) = (format!("{key} "), format!("{key} {}{BEHIND}", stamp(at)));
        let wanted = |line: &str| IndexLine::parse(line).filter(|line| wanted(line) && self.has(line));
        let found = self.read(|journals, segments| {
            let mut found: Vec<IndexLine> = journals
                .iter()
                .flat_map(|text| with_prefix(text, &from))
                .filter(|line| line.as_str() < to.as_str())
                .filter_map(|line| wanted(&line))
                .collect();
            for segment in segments {
                found.extend(segment.last_in((&from, &to), wanted)?);
            }
            Ok(found)
        })?;
        Ok(found.into_iter().max_by_key(|line| (line.fetched, line.location.offset)))
    }

    /// Returns the capture of `url` whose time is nearest to `at`.
    pub(crate) fn nearest(&self, url: &str, at: Timestamp) -> Result<Option<IndexLine>, IndexError> {
        let Some(key) = key(url) else { return Ok(None) };
        let (prefix, from) = (format!("{key} "), format!("{key} {}", stamp(at)));
        let after = self.read(|journals, segments| {
            let mut after: Vec<String> =
                journals.iter().flat_map(|text| with_prefix(text, &prefix)).collect();
            for segment in segments {
                let next = segment.lines_from(&from)?.next().transpose()?;
                after.extend(next.filter(|line| line.starts_with(&prefix)));
            }
            Ok(after)
        })?;
        let after = after.iter().filter_map(|line| IndexLine::parse(line)).filter(|line| self.has(line));
        let candidates = after.chain(self.last_before(url, at, &|_| true)?);
        Ok(candidates.min_by_key(|line| line.fetched.duration_until(at).abs()))
    }

    /// Writes a sorted file that does not count yet, beside those that do and the `others` that do not.
    pub(crate) fn write_beside(
        &self,
        others: &[(String, u64)],
        lines: BTreeSet<String>,
    ) -> Result<(String, u64), IndexError> {
        let written = fs::create_dir_all(&self.dir).and_then(|()| {
            let name = next_name(&[&self.segments()?, others].concat());
            let count = Segment::write(&self.dir.join(&name), lines.into_iter().map(Ok))?;
            Ok((name, count))
        });
        written.map_err(|error| self.unusable(error))
    }

    /// Lets `segments` count, and no others.
    pub(crate) fn replace_all(&self, segments: &[(String, u64)]) -> Result<(), IndexError> {
        let replaced = self.segments().and_then(|old| {
            let old: Vec<String> = old.into_iter().map(|(file, _)| file).collect();
            self.replace(segments, &old)
        });
        replaced.map_err(|error| self.unusable(error))
    }

    /// Reads journals and sorted files as they are together; begins anew when a merge comes between.
    fn read<T>(&self, read: impl Fn(&[String], &[Segment]) -> io::Result<T>) -> Result<T, IndexError> {
        let once = || {
            // Journals first: what leaves them meanwhile is in the list that is read after them.
            let texts = self
                .journals()?
                .iter()
                .map(|name| read_if_there(&self.journal(name)))
                .collect::<io::Result<Vec<_>>>()?;
            let open = |(file, _): &(String, u64)| Segment::open(&self.dir.join(file));
            let segments = self.segments()?.iter().map(open).collect::<io::Result<Vec<_>>>()?;
            read(&texts, &segments)
        };
        let mut outcome = once();
        for _ in 1..TRIES {
            match outcome {
                Err(error) if error.kind() == io::ErrorKind::NotFound => outcome = once(),
                _ => break,
            }
        }
        outcome.map_err(|error| self.unusable(error))
    }

    fn merge_these(
        &self,
        segments: &[(String, u64)],
        due: &[usize],
        dropped: &HashSet<String>,
    ) -> io::Result<()> {
        let (old, mut rest): (Vec<_>, Vec<_>) =
            segments.iter().cloned().enumerate().partition(|(at, _)| due.contains(at));
        let open =
            |(_, (file, _)): &(usize, (String, u64))| Segment::open(&self.dir.join(file))?.lines_from("");
        let inputs = old.iter().map(open).collect::<io::Result<Vec<_>>>()?;
        let stays =
            |line: &io::Result<String>| !line.as_ref().is_ok_and(|line| dropped.contains(file_of(line)));
        let name = next_name(segments);
        let count = Segment::write(&self.dir.join(&name), Merged::new(inputs).filter(stays))?;
        rest.push((segments.len(), (name, count)));
        let rest: Vec<_> = rest.into_iter().map(|(_, segment)| segment).collect();
        let old: Vec<_> = old.into_iter().map(|(_, (file, _))| file).collect();
        self.replace(&rest, &old)
    }

    /// Puts a new list in the place of the old one, and then removes the files that only the old one named.
    fn replace(&self, segments: &[(String, u64)], old: &[String]) -> io::Result<()> {
        let (list, new) = (self.dir.join(LIST), self.dir.join(format!("{LIST}.new")));
        let mut file = File::create(&new)?;
        segments.iter().try_for_each(|(segment, lines)| writeln!(file, "{segment} {lines}"))?;
        file.sync_all()?;
        fs::rename(new, list)?;
        File::open(&self.dir)?.sync_all()?;
        old.iter().try_for_each(|file| fs::remove_file(self.dir.join(file)))
    }

    /// Returns the sorted files that count, each with how many lines it has.
    fn segments(&self) -> io::Result<Vec<(String, u64)>> {
        let text = read_if_there(&self.dir.join(LIST))?;
        let segment = |line: &str| {
            let (file, lines) = line.split_once(' ')?;
            Some((file.to_owned(), lines.parse().ok()?))
        };
        Ok(text.lines().filter_map(segment).collect())
    }

    fn journals(&self) -> io::Result<Vec<String>> {
        let items = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            items => items?,
        };
        let mut names = Vec::new();
        for item in items {
            let name = item?.file_name().to_string_lossy().into_owned();
            names.extend(
                name.strip_suffix(JOURNAL).and_then(|name| name.strip_suffix('.')).map(str::to_owned),
            );
        }
        Ok(names)
    }

    fn journal(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.{JOURNAL}"))
    }

    /// A line whose WARC file was dropped stays until its sorted file is merged.
    fn has(&self, line: &IndexLine) -> bool {
        files::locate(&self.archive, &line.location.file).exists()
    }

    fn unusable(&self, source: io::Error) -> IndexError {
        IndexError { dir: self.dir.display().to_string(), source }
    }
}

/// Returns the lines of an unsorted text that begin with `prefix`; a torn last line is none.
fn with_prefix(text: &str, prefix: &str) -> Vec<String> {
    let starts = memmem::find_iter(text.as_bytes(), prefix);
    let begins = |at: &usize| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n');
    let line = |at: usize| text.get(at..)?.split_once('\n').map(|(line, _)| line.to_owned());
    starts.filter(begins).filter_map(line).collect()
}

fn read_if_there(path: &Path) -> io::Result<String> {
    match fs::read(path) {
        // A crash may leave half a letter at the end of a journal.
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}

fn next_name(segments: &[(String, u64)]) -> String {
    let number =
        |(file, _): &(String, u64)| file.split('.').next().and_then(|digits| digits.parse::<u64>().ok());
    let last = segments.iter().filter_map(number).max().unwrap_or_default();
    format!("{:08}.cdxj", last + 1)
}

/// Returns the WARC file that a line names last.
fn file_of(line: &str) -> &str {
    line.rsplit_once("\"filename\":\"").and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default()
}
