//! The archive as other crates see it: keep an exchange, read a response back, find one.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::process;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};

use jiff::{SignedDuration, Timestamp};
use model::{CaptureLocation, Clock};
use thiserror::Error;
use url::Url;

use crate::config::{Class, Config};
use crate::exchange::Exchange;
use crate::folder::files::{self, RepairError};
use crate::folder::sealer::{SealError, Sealer, lock, walk};
use crate::folder::space::{FreeSpace, NoRoom, Space, free_bytes};
use crate::folder::writer::{Order, WarcWriter};
use crate::index::cdxj::{Index, IndexError};
use crate::index::line::IndexLine;
use crate::index::rebuild::Rebuild;
use crate::manifest::chain::Chain;
use crate::warc::ids::RecordIds;
use crate::warc::packing::{Earlier, Packer};
use crate::warc::read::{ReadError, Revisit, Stored, Unpacked};

/// The kept exchanges. Any number of threads may keep and read at once.
///
/// Opening touches nothing: a process that only reads never disturbs one that writes.
pub struct Archive {
    config: Config,
    clock: Clock,
    configuration_sha256: String,
    space: Arc<Space>,
    index: Index,
    writing: OnceLock<Writing>,
    starting: Mutex<()>,
}

/// What only a process has that keeps something. The writers close their files before the sealer ends.
struct Writing {
    captures: WarcWriter,
    relooks: WarcWriter,
    sealer: Sealer,
}

/// What is known of an exchange once it is on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where the record of the last answer lies.
    pub location: CaptureLocation,
    /// SHA-256 of that answer's body as received, in small hexadecimal letters. For a revisit: of the body that it
    /// refers to.
    pub payload_sha256: String,
    /// Whether the answer repeats an earlier capture, and is kept as a reference to it.
    pub is_revisit: bool,
}

/// An exchange that could not be kept; it must not be acknowledged.
#[derive(Debug, Error)]
pub enum KeepError {
    /// The disk does not take it.
    #[error("archive folder `{dir}` does not take a capture: free some space or check its owner")]
    NotWritten {
        /// The folder.
        dir: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file of an earlier run cannot be made whole.
    #[error(transparent)]
    NotRepaired(#[from] RepairError),
}

impl Archive {
    /// Opens the archive in `config.dir`; the folder need not be there before something is kept.
    pub fn open(config: &Config, clock: Clock) -> Self {
        Self::open_on(config, clock, Box::new(free_bytes))
    }

    /// Opens the archive with another way to ask how many bytes are free.
    pub fn open_on(config: &Config, clock: Clock, free: FreeSpace) -> Self {
        Self {
            config: config.clone(),
            clock,
            configuration_sha256: String::new(),
            space: Arc::new(Space::new(&config.dir, config.min_free_bytes, free)),
            index: Index::of(&config.dir),
            writing: OnceLock::new(),
            starting: Mutex::new(()),
        }
    }

    /// Lets every file say under which configuration it was written: its SHA-256, in small hexadecimal letters.
    #[must_use]
    pub fn configured_as(self, configuration_sha256: String) -> Self {
        Self { configuration_sha256, ..self }
    }

    /// Returns whether there is room for more. Ask before a fetch: what was fetched is kept as long as the disk takes it.
    pub fn room(&self) -> Result<(), NoRoom> {
        let writers = self.writing.get().map(|writing| [&writing.captures, &writing.relooks]);
        if writers.is_some_and(|writers| writers.into_iter().any(WarcWriter::has_ended)) {
            return Err(NoRoom::Ended { dir: self.config.dir.display().to_string() });
        }
        self.space.check()
    }

    /// Keeps an exchange and returns once it is on the disk: what this answers survives a power cut.
    ///
    /// A `304` is kept as a `revisit` of the last capture of that address, when there is one.
    /// Blocks for a flush, which all callers of the moment share; [`Archive::keep_then`] does not.
    pub fn keep(&self, exchange: &Exchange) -> Result<Kept, KeepError> {
        let earlier = self.repeated_by(exchange);
        self.keep_waiting(Class::Captures, exchange, earlier)
    }

    /// Hands an exchange over to be kept, and calls `told` once it is on the disk, or cannot be kept.
    ///
    /// `told` is called on the thread that writes, and must not wait for anything. The call itself returns at once, but
    /// where [`Archive::reads_first`] says that it reads the disk.
    pub fn keep_then(&self, exchange: Exchange, told: impl FnOnce(Result<Kept, KeepError>) + Send + 'static) {
        let earlier = self.repeated_by(&exchange);
        self.hand_over(Class::Captures, (exchange, earlier), told);
    }

    /// Returns whether [`Archive::keep_then`] has to read the disk before it can hand `exchange` over: the first capture
    /// repairs what an earlier run has left, and a `304` looks for the capture that it repeats.
    pub fn reads_first(&self, exchange: &Exchange) -> bool {
        self.writing.get().is_none() || exchange.answer.response.status == 304
    }

    /// Keeps an answer of an address that is asked again and again. Blocks as [`Archive::keep`] does.
    ///
    /// A body that has not changed since a capture of the last day is kept as a `revisit`. One that comes again and again
    /// lies whole in the archive once a day, whatever becomes of older files; a `304` brings none.
    pub fn keep_repeated(&self, exchange: &Exchange) -> Result<Kept, KeepError> {
        if exchange.answer.response.status == 304 {
            return self.keep(exchange);
        }
        let day_ago = exchange.answer.began.saturating_sub(SignedDuration::from_hours(24));
        let is_recent = |earlier: &Earlier| day_ago.is_ok_and(|day_ago| earlier.fetched >= day_ago);
        let earlier = self.last_page(exchange).filter(is_recent);
        self.keep_waiting(Class::Captures, exchange, earlier)
    }

    /// Keeps a later look at a page whose earlier capture lies at `refers_to`, in a file of the class `relooks`. Blocks as
    /// [`Archive::keep`] does.
    ///
    /// When the body has not changed, or the server says so, it is kept as a `revisit` without body. An earlier capture
    /// that was dropped or cannot be read is not referred to: then the answer is kept whole.
    pub fn keep_relook(&self, exchange: &Exchange, refers_to: &CaptureLocation) -> Result<Kept, KeepError> {
        let earlier = self.unpacked(refers_to).ok().and_then(|record| record.earlier());
        self.keep_waiting(Class::Relooks, exchange, earlier)
    }

    /// Reads a kept response back and proves it against the digest that was written with it. A revisit gives the body
    /// of the capture that it refers to, under its own address and time.
    pub fn read(&self, location: &CaptureLocation) -> Result<Stored, ReadError> {
        let damaged = |what| damaged(location, what);
        let record = self.unpacked(location)?;
        if record.field("WARC-Type") != Some("revisit") {
            return record.into_stored().map_err(damaged);
        }
        let revisit = record.into_revisit().map_err(damaged)?;
        let earlier =
            self.referred(&revisit).ok_or_else(|| damaged("the capture that it refers to is not found"))?;
        let earlier = self.unpacked(&earlier.location)?.into_stored().map_err(damaged)?;
        Ok(revisit.resolved(earlier))
    }

    /// Returns every capture of `url`, the oldest first; with `at`, the one nearest to that time.
    pub fn find(&self, url: &Url, at: Option<Timestamp>) -> Result<Vec<IndexLine>, IndexError> {
        match at {
            Some(at) => Ok(self.index.nearest(url.as_str(), at)?.into_iter().collect()),
            None => self.index.captures(url.as_str()),
        }
    }

    /// Makes the index anew from the closed files, and returns how many files and captures it names. Calls `each` with
    /// the name of every file before it is read. A file that is damaged stands in the third value, and is left out.
    pub fn reindex(&self, mut each: impl FnMut(&str)) -> Result<(u64, u64, Vec<String>), SealError> {
        let dir = &self.config.dir;
        let _others_wait = lock(dir)?;
        files::repair(dir)?;
        let (mut rebuild, mut whole, mut damaged) = (Rebuild::begin(&self.index), Vec::new(), Vec::new());
        for name in files::closed(dir)? {
            each(&name);
            match walk(dir, &name) {
                Ok((lines, _)) => {
                    rebuild.add(lines)?;
                    whole.push(name);
                }
                Err(error) => damaged.push(format!("{name}: {error}")),
            }
        }
        let captures = rebuild.finish()?;
        whole.iter().try_for_each(|name| self.index.end_journal(name))?;
        self.index.end_orphans()?;
        Ok((u64::try_from(whole.len()).unwrap_or_default(), captures, damaged))
    }

    /// Closes the files that are being written, so that other tools may read them under their own names, and waits
    /// until they are sealed. The next capture begins a new one.
    pub fn close(&self) -> Result<(), KeepError> {
        let Some(writing) = self.writing.get() else { return Ok(()) };
        let closed = [&writing.captures, &writing.relooks].map(WarcWriter::close);
        writing.sealer.wait();
        closed.into_iter().try_for_each(|closed| closed.map_err(|error| not_written(&self.space, error)))
    }

    /// Hands an exchange over and waits until it is on the disk.
    fn keep_waiting(
        &self,
        class: Class,
        exchange: &Exchange,
        earlier: Option<Earlier>,
    ) -> Result<Kept, KeepError> {
        let (tell, told) = mpsc::channel();
        let tell = move |kept| {
            let _nobody_waits_any_more = tell.send(kept);
        };
        self.hand_over(class, (exchange.clone(), earlier), tell);
        let ended = || io::Error::other("the thread that writes archive files has ended early");
        told.recv().unwrap_or_else(|_| Err(not_written(&self.space, ended())))
    }

    fn hand_over(
        &self,
        class: Class,
        (exchange, earlier): (Exchange, Option<Earlier>),
        told: impl FnOnce(Result<Kept, KeepError>) + Send + 'static,
    ) {
        let writing = match self.writing() {
            Ok(writing) => writing,
            Err(error) => return told(Err(error)),
        };
        let writer = match class {
            Class::Captures => &writing.captures,
            Class::Relooks => &writing.relooks,
        };
        let space = Arc::clone(&self.space);
        let tell = move |kept: io::Result<Kept>| told(kept.map_err(|error| not_written(&space, error)));
        writer.keep(Order { exchange, earlier, tell: Box::new(tell) });
    }

    /// Returns the capture that a `304` repeats.
    fn repeated_by(&self, exchange: &Exchange) -> Option<Earlier> {
        let is_unchanged = exchange.answer.response.status == 304;
        if is_unchanged { self.last_page(exchange) } else { None }
    }

    /// Returns the last page that was kept of an address, for a `304` to refer to.
    fn last_page(&self, exchange: &Exchange) -> Option<Earlier> {
        let Exchange { answer, .. } = exchange;
        let found = self.index.last_before(answer.url.as_str(), answer.began, &IndexLine::is_page);
        self.unpacked(&found.ok()??.location).ok()?.earlier()
    }

    /// Returns the capture that a revisit refers to.
    fn referred(&self, revisit: &Revisit) -> Option<IndexLine> {
        let same = |line: &IndexLine| !line.is_revisit() && line.payload_sha256 == revisit.payload_sha256;
        self.index.last_before(&revisit.earlier_url, revisit.earlier_fetched, &same).ok()?
    }

    /// Reads the record at `location`.
    fn unpacked(&self, location: &CaptureLocation) -> Result<Unpacked, ReadError> {
        let CaptureLocation { file, offset, length } = location;
        // The name comes from the store; one that leaves the folder is a damaged row.
        if Path::new(file).file_name().and_then(|name| name.to_str()) != Some(file.as_str()) {
            return Err(damaged(location, "its file name is a path"));
        }
        if *length > self.config.max_record_bytes {
            return Err(damaged(location, "it is longer than max_record_bytes"));
        }
        let unreadable = |source: io::Error| match Chain::dropped_at(&self.config.dir, file) {
            Some(at) if source.kind() == io::ErrorKind::NotFound => {
                ReadError::Dropped { file: file.clone(), at }
            }
            _ => ReadError::Unreadable { file: file.clone(), offset: *offset, source },
        };
        let member = self.member(file, *offset, *length).map_err(unreadable)?;
        Unpacked::from_member(&member, self.config.max_record_bytes).map_err(|what| damaged(location, what))
    }

    fn member(&self, file: &str, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        // Between the look for the name and the opening the writer may close the file: then it has its last name.
        let opened = File::open(files::locate(&self.config.dir, file));
        let mut opened = opened.or_else(|_| File::open(self.config.dir.join(file)))?;
        opened.seek(SeekFrom::Start(offset))?;
        let mut member = Vec::new();
        opened.take(length).read_to_end(&mut member)?;
        Ok(member)
    }

    /// Returns the writers; the first call repairs what an earlier run has left open.
    fn writing(&self) -> Result<&Writing, KeepError> {
        if let Some(writing) = self.writing.get() {
            return Ok(writing);
        }
        let _one_at_a_time = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(writing) = self.writing.get() {
            return Ok(writing);
        }
        let dir = &self.config.dir;
        fs::create_dir_all(dir).map_err(|error| not_written(&self.space, error))?;
        files::repair(dir)?;
        // Process, folder and two chances: no two writers share all of them.
        let seed = format!("{} {} {:032x}", process::id(), dir.display(), rand::random::<u128>());
        let packer = Arc::new(Packer {
            ids: RecordIds::new(&seed),
            vantage: self.config.vantage.clone(),
            configuration_sha256: self.configuration_sha256.clone(),
        });
        let (sealer, notice) = Sealer::start(&self.config, &self.clock);
        let writer = |class| WarcWriter::start(class, &self.config, &packer, notice.clone());
        let (captures, relooks) = (writer(Class::Captures), writer(Class::Relooks));
        Ok(self.writing.get_or_init(|| Writing { captures, relooks, sealer }))
    }
}

fn not_written(space: &Space, source: io::Error) -> KeepError {
    space.note(&source);
    KeepError::NotWritten { dir: space.dir(), source }
}

fn damaged(location: &CaptureLocation, what: &'static str) -> ReadError {
    ReadError::Damaged { file: location.file.clone(), offset: location.offset, what }
}
