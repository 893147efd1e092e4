//! Appends packed records to the current file, and shares one flush to disk among all who wait for it.
//!
//! A flush takes milliseconds on a slow disk, and one captures a hundred pages a second. So whoever comes
//! first flushes for all whose bytes are written by then, and the others wait for that flush or the next.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use model::CaptureLocation;

use crate::config::{Class, Config};
use crate::folder::files;
use crate::folder::sealer::{Closed, Notice};
use crate::index::cdxj::Index;
use crate::warc::packing::{Packed, Packer};

/// Writes the files of one class, one at a time; any number of threads may call [`WarcWriter::append`].
pub(crate) struct WarcWriter {
    class: Class,
    config: Config,
    packer: Arc<Packer>,
    index: Index,
    closed: Notice,
    state: Mutex<State>,
    flushed: Condvar,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// Counts the files, so that a waiter notices that its own was closed or given up.
    generation: u64,
    flushing: bool,
    /// The generations whose flush failed: what was written to them and not yet flushed is lost.
    failed: BTreeSet<u64>,
}

struct Current {
    name: String,
    file: Arc<File>,
    day: Date,
    written: u64,
    on_disk: u64,
    records: u64,
    /// Where the index learns of each record; `None` after a write to it that failed.
    journal: Option<File>,
}

impl WarcWriter {
    /// Starts a writer for `class`, which tells `closed` of each file that it has closed. No file is begun before
    /// there is something to write.
    pub(crate) fn new(class: Class, config: &Config, packer: &Arc<Packer>, closed: Notice) -> Self {
        let (state, flushed) = (Mutex::new(State::default()), Condvar::new());
        let (config, packer, index) = (config.clone(), Arc::clone(packer), Index::of(&config.dir));
        Self { class, config, packer, index, closed, state, flushed }
    }

    /// Appends the records of one exchange, the page's last, and returns where the last response lies
    /// once all of it is on the disk.
    pub(crate) fn append(&self, answers: &[Packed], at: Timestamp) -> io::Result<Option<CaptureLocation>> {
        let day = Offset::UTC.to_datetime(at).date();
        let mut state = self.lock();
        // A file is closed only when nobody flushes it: the flush must tell its error to those who wait for it.
        while state.flushing && !self.fits(&state, day) {
            state = self.flushed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if !self.fits(&state, day) {
            self.close_current(&mut state)?;
        }
        let begun = state.current.is_some();
        let written = self.write(&mut state, answers, (at, day));
        if written.is_err() && begun {
            self.take_back(&mut state);
        }
        let (location, end) = written?;
        let generation = state.generation;
        self.wait_for_disk(state, generation, end)?;
        Ok(location)
    }

    /// Closes the current file, so that other tools may read it under its own name.
    pub(crate) fn close(&self) -> io::Result<()> {
        let mut state = self.lock();
        while state.flushing {
            state = self.flushed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        self.close_current(&mut state)
    }

    fn write(
        &self,
        state: &mut State,
        answers: &[Packed],
        (at, day): (Timestamp, Date),
    ) -> io::Result<(Option<CaptureLocation>, u64)> {
        let current = match &mut state.current {
            Some(current) => current,
            empty => empty.insert(self.begin(at, day)?),
        };
        let (mut location, mut end, mut records) = (None, current.written, current.records);
        let mut lines = String::new();
        for answer in answers {
            let length = answer.members.first().map_or(0, |member| length(member));
            let at = CaptureLocation { file: current.name.clone(), offset: end, length };
            lines.extend(answer.captured.line(&at).into_iter().flat_map(|line| [line, "\n".to_owned()]));
            location = Some(at);
            for member in &answer.members {
                (&*current.file).write_all(member)?;
                end += self::length(member);
                records += 1;
            }
        }
        (current.written, current.records) = (end, records);
        current.tell_journal(&lines);
        Ok((location, end))
    }

    fn begin(&self, at: Timestamp, day: Date) -> io::Result<Current> {
        let dir = &self.config.dir;
        let (name, file) = files::create(dir, self.class, at)?;
        let info = self.packer.warcinfo(&name, self.class, at)?;
        if let Err(error) = (&file).write_all(&info) {
            // A full disk must not be littered with a new file at each try.
            files::discard(dir, &name)?;
            return Err(error);
        }
        let journal = self.index.begin_journal(&name).ok();
        let (file, written) = (Arc::new(file), length(&info));
        Ok(Current { name, file, day, written, on_disk: 0, records: 1, journal })
    }

    /// Cuts half a record off the end, so that the file goes on where it was whole.
    fn take_back(&self, state: &mut State) {
        let whole = state.current.as_ref().map(|current| current.file.set_len(current.written));
        if let Some(Err(_)) = whole {
            self.give_up(state);
        }
    }

    fn fits(&self, state: &State, day: Date) -> bool {
        let current = state.current.as_ref();
        current.is_none_or(|current| current.day == day && current.written < self.config.max_file_bytes)
    }

    fn wait_for_disk<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        generation: u64,
        end: u64,
    ) -> io::Result<()> {
        loop {
            if state.failed.contains(&generation) {
                return Err(io::Error::other("the flush to disk failed"));
            }
            // A file is closed only after its flush, so a younger one says that ours is safe.
            let Some(current) = state.current.as_ref().filter(|_| state.generation == generation) else {
                return Ok(());
            };
            if end <= current.on_disk {
                return Ok(());
            }
            if state.flushing {
                state = self.flushed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let (file, written) = (Arc::clone(&current.file), current.written);
            state.flushing = true;
            drop(state);
            let outcome = file.sync_data();
            state = self.lock();
            state.flushing = false;
            match outcome {
                Ok(()) => state.current.iter_mut().for_each(|current| current.on_disk = written),
                Err(_) => self.give_up(&mut state),
            }
            self.flushed.notify_all();
            outcome?;
        }
    }

    fn close_current(&self, state: &mut State) -> io::Result<()> {
        let Some(current) = &state.current else { return Ok(()) };
        if let Err(error) = current.file.sync_data() {
            self.give_up(state);
            return Err(error);
        }
        let Some(current) = state.current.take() else { return Ok(()) };
        state.generation += 1;
        self.flushed.notify_all();
        files::close(&self.config.dir, &current.name)?;
        // Only now may the lock go: an open file without it is one that a crash has left, and is repaired.
        let Current { name, file, records, journal, .. } = current;
        drop(file);
        self.closed.tell(Closed { name, records: journal.is_some().then_some(records) });
        Ok(())
    }

    /// Leaves the current file as it is; whoever waits for its flush is told that it failed.
    fn give_up(&self, state: &mut State) {
        if state.current.take().is_some() {
            state.failed.insert(state.generation);
            state.generation += 1;
        }
        self.flushed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    /// Writes lines to the journal. The index is derived: a journal that takes no more is given up, and the lines are
    /// made again from the file when it is closed.
    fn tell_journal(&mut self, lines: &str) {
        let outcome = self.journal.as_mut().map(|journal| journal.write_all(lines.as_bytes()));
        if let Some(Err(error)) = outcome {
            tracing::warn!(%error, file = self.name, "the journal of the archive index takes no more");
            self.journal = None;
        }
    }
}

impl Drop for WarcWriter {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::warn!(%error, "the current archive file stays open and is repaired at the next start");
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use model::Clock;

    use super::*;
    use crate::folder::sealer::Sealer;
    use crate::warc::ids::RecordIds;

    #[test]
    fn a_file_that_is_being_closed_never_looks_like_one_that_a_crash_has_left() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { max_file_bytes: 1, ..Config::at(dir.path()) };
        let (ids, vantage) = (RecordIds::new("seed"), config.vantage.clone());
        let packer = Arc::new(Packer { ids, vantage, configuration_sha256: String::new() });
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let (_sealer, notice) = Sealer::start(&config, &Clock::fixed(now));
        let writer = WarcWriter::new(Class::Captures, &config, &packer, notice);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    files::repair(dir.path()).unwrap();
                }
            });
            // Each finds the file before it full, and closes it.
            let outcome = (0..200).try_for_each(|_| writer.append(&[], now).map(|_| ()));
            done.store(true, Ordering::Relaxed);
            outcome.unwrap();
        });
    }
}
