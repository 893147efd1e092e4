//! Writes exchanges to the files of one class on a thread of its own, and shares one flush among many of them.
//!
//! A flush takes milliseconds on a slow disk, and one captures hundreds of pages a second. So the thread packs and
//! writes all that has come while it flushed, flushes once, and only then tells each that it is on the disk.
//! Whoever waits for that needs no thread to wait with.

use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use crate::archive::Kept;
use crate::config::{Class, Config};
use crate::exchange::Exchange;
use crate::folder::current::{Current, Torn};
use crate::folder::sealer::Notice;
use crate::index::cdxj::Index;
use crate::warc::packing::{Earlier, Packed, Packer};

/// No more exchanges than this wait for one flush.
const MOST: usize = 256;

/// What is called, on the thread that writes, when an exchange is on the disk, or cannot be. It must not wait.
pub(crate) type Tell = Box<dyn FnOnce(io::Result<Kept>) + Send>;

/// An exchange that is to be kept.
pub(crate) struct Order {
    pub(crate) exchange: Exchange,
    /// The capture that it may repeat.
    pub(crate) earlier: Option<Earlier>,
    pub(crate) tell: Tell,
}

/// Writes the files of one class, one at a time; any number of threads may hand it exchanges.
pub(crate) struct WarcWriter {
    /// Holds no more than there are callers: each waits for what it has handed over.
    queue: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
}

enum Work {
    Keep(Box<Order>),
    /// Answered when the current file is closed.
    Close(Sender<io::Result<()>>),
}

impl WarcWriter {
    /// Starts the thread for `class`, which tells `closed` of each file that it has closed. No file is begun before
    /// there is something to write.
    pub(crate) fn start(class: Class, config: &Config, packer: &Arc<Packer>, closed: Notice) -> Self {
        let (queue, orders) = mpsc::channel();
        let (config, packer, index) = (config.clone(), Arc::clone(packer), Index::of(&config.dir));
        let writing = Writing { class, config, packer, index, closed, current: None, waiting: Vec::new() };
        let thread = thread::spawn(move || writing.serve(&orders));
        Self { queue: Some(queue), thread: Some(thread) }
    }

    /// Hands an exchange over, and returns at once.
    pub(crate) fn keep(&self, order: Order) {
        if let Err(Work::Keep(order)) = self.send(Work::Keep(Box::new(order))) {
            (order.tell)(Err(ended()));
        }
    }

    /// Closes the current file, so that other tools may read it under its own name, and waits for that.
    pub(crate) fn close(&self) -> io::Result<()> {
        let (answer, done) = mpsc::channel();
        self.send(Work::Close(answer)).map_err(|_| ended())?;
        done.recv().map_err(|_| ended())?
    }

    /// Returns whether the thread has ended, which only a mistake in it can bring about.
    pub(crate) fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    fn send(&self, work: Work) -> Result<(), Work> {
        let Some(queue) = &self.queue else { return Err(work) };
        queue.send(work).map_err(|unsent| unsent.0)
    }
}

impl Drop for WarcWriter {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::warn!("the thread that writes archive files has ended early");
        }
    }
}

fn ended() -> io::Error {
    io::Error::other("the thread that writes archive files has ended early")
}

/// What the thread works with.
struct Writing {
    class: Class,
    config: Config,
    packer: Arc<Packer>,
    index: Index,
    closed: Notice,
    current: Option<Current>,
    /// Those whose records are written to the current file, and not flushed yet.
    waiting: Vec<(Kept, Tell)>,
}

impl Writing {
    fn serve(mut self, orders: &Receiver<Work>) {
        while let Ok(first) = orders.recv() {
            for work in [first].into_iter().chain(orders.try_iter().take(MOST)) {
                match work {
                    Work::Keep(order) => self.keep(*order),
                    Work::Close(answer) => {
                        let _nobody_waits_any_more = answer.send(self.close());
                    }
                }
            }
            let _each_was_told = self.flush();
        }
        if let Err(error) = self.close() {
            tracing::warn!(%error, "the current archive file stays open and is repaired at the next start");
        }
    }

    fn keep(&mut self, order: Order) {
        let Order { exchange, earlier, tell } = order;
        match self.write(&exchange, earlier.as_ref()) {
            Ok(kept) => self.waiting.push((kept, tell)),
            Err(error) => tell(Err(error)),
        }
    }

    fn write(&mut self, exchange: &Exchange, earlier: Option<&Earlier>) -> io::Result<Kept> {
        let mut records = Vec::with_capacity(exchange.answer.response.body.len() + 4096);
        let answers = self.pack(exchange, earlier, &mut records)?;
        let at = exchange.answer.ended;
        if self.current.as_ref().is_some_and(|current| !current.takes(at, self.config.max_file_bytes)) {
            self.close()?;
        }
        let current = match &mut self.current {
            Some(current) => current,
            empty => empty.insert(Current::begin((&self.config, self.class), &self.packer, &self.index, at)?),
        };
        let location = match current.append(&records, &answers) {
            Ok(location) => location,
            Err(Torn { error, is_whole }) => {
                if !is_whole {
                    self.give_up();
                }
                return Err(error);
            }
        };
        let nothing = || io::Error::other("there was no answer to keep");
        let (location, last) = location.zip(answers.into_iter().last()).ok_or_else(nothing)?;
        let is_revisit = last.captured.is_revisit();
        Ok(Kept { location, payload_sha256: last.captured.payload_sha256, is_revisit })
    }

    /// Packs an exchange. One that no code foresaw must not keep the others from being written.
    fn pack(
        &self,
        exchange: &Exchange,
        earlier: Option<&Earlier>,
        records: &mut Vec<u8>,
    ) -> io::Result<Vec<Packed>> {
        let pack = AssertUnwindSafe(|| self.packer.pack(exchange, earlier, records));
        catch_unwind(pack).unwrap_or_else(|_| Err(io::Error::other("its records cannot be made")))
    }

    /// Flushes what was written, and tells all who wait for it.
    fn flush(&mut self) -> io::Result<()> {
        let waiting = mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return Ok(());
        }
        let outcome = self.current.as_mut().map_or(Ok(()), Current::flush);
        if outcome.is_err() {
            self.current = None;
        }
        for (kept, tell) in waiting {
            let failed = |error: &io::Error| io::Error::new(error.kind(), "the flush to disk failed");
            tell(outcome.as_ref().map(|()| kept).map_err(failed));
        }
        outcome
    }

    fn close(&mut self) -> io::Result<()> {
        self.flush()?;
        let Some(mut current) = self.current.take() else { return Ok(()) };
        // Half a record may have been cut off since the last flush.
        current.flush()?;
        self.closed.tell(current.close(&self.config)?);
        Ok(())
    }

    /// Leaves the current file as it is: the sealer's repair cuts off what is not whole.
    fn give_up(&mut self) {
        let _each_was_told = self.flush();
        self.current = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use http::{HeaderMap, StatusCode, Version};
    use jiff::Timestamp;
    use model::Clock;

    use super::*;
    use crate::exchange::{Answer, Response};
    use crate::folder::files;
    use crate::folder::sealer::Sealer;
    use crate::warc::ids::RecordIds;

    fn exchange(at: Timestamp) -> Exchange {
        let (version, status, headers) = (Version::HTTP_11, StatusCode::OK, HeaderMap::new());
        let response = Response { version, status, headers, body: b"page".to_vec(), truncated: false };
        let answer = Answer {
            url: "http://news.example/a".parse().unwrap(),
            request: b"GET /a HTTP/1.1\r\n\r\n".to_vec(),
            response,
            remote: None,
            began: at,
            ended: at,
            tls: None,
            proxy: None,
        };
        Exchange { redirects: Vec::new(), answer }
    }

    #[test]
    fn a_file_that_is_being_closed_never_looks_like_one_that_a_crash_has_left() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { max_file_bytes: 1, ..Config::at(dir.path()) };
        let (ids, vantage) = (RecordIds::new("seed"), config.vantage.clone());
        let packer = Arc::new(Packer { ids, vantage, configuration_sha256: String::new() });
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let (_sealer, notice) = Sealer::start(&config, &Clock::fixed(now));
        let writer = WarcWriter::start(Class::Captures, &config, &packer, notice);
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    files::repair(dir.path()).unwrap();
                }
            });
            // Each finds the file before it full, and closes it.
            let (tell, told) = mpsc::channel();
            for _ in 0..200 {
                let tell = tell.clone();
                let tell: Tell = Box::new(move |kept| tell.send(kept.map(|kept| kept.location)).unwrap());
                writer.keep(Order { exchange: exchange(now), earlier: None, tell });
            }
            let kept: io::Result<Vec<_>> = told.iter().take(200).collect();
            done.store(true, Ordering::Relaxed);
            let mut files: Vec<_> = kept.unwrap().into_iter().map(|location| location.file).collect();
            files.dedup();
            assert_eq!(files.len(), 200);
        });
    }
}
