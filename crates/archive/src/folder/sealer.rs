//! Seals closed files on a thread of its own: into the index, into the manifest. Drops what retention no longer keeps.
//!
//! What is to be done is read from the folder and the manifest, never only from memory: whatever a crash has left
//! undone is done at the next start, and doing it twice does no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use model::{CaptureLocation, Clock};
use thiserror::Error;

use crate::config::{Class, Config};
use crate::folder::files::{self, RepairError};
use crate::index::cdxj::{Index, IndexError};
use crate::manifest::chain::{Chain, ChainError};
use crate::manifest::entry::Event;
use crate::manifest::key::{KeyError, load_or_create};
use crate::manifest::verify::digest;
use crate::warc::scan::{ScanError, scan};

/// A file that its writer has closed.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) name: String,
    /// How many records it holds, when its journal names every capture; else it has to be walked through.
    pub(crate) records: Option<u64>,
}

/// What hinders the sealing. Captures go on meanwhile.
#[derive(Debug, Error)]
pub enum SealError {
    /// The folder cannot be worked in.
    #[error("the folder of the archive cannot be read or written: check its owner and the disk")]
    Folder(#[from] io::Error),
    /// A file of an earlier run cannot be made whole.
    #[error(transparent)]
    Repair(#[from] RepairError),
    /// There is no key to sign with.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The manifest cannot be gone on with.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The index cannot be written.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Tells the sealer of closed files.
#[derive(Clone)]
pub(crate) struct Notice(Sender<Work>);

enum Work {
    Closed(Closed),
    /// Answered when all that came before is done.
    Wait(Sender<()>),
}

/// The thread that seals.
pub(crate) struct Sealer {
    sender: Option<Sender<Work>>,
    thread: Option<JoinHandle<()>>,
    ending: Arc<AtomicBool>,
}

/// What sealing needs to know.
pub(crate) struct Sealing {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) ending: Arc<AtomicBool>,
}

impl Notice {
    /// Hands a closed file over.
    pub(crate) fn tell(&self, closed: Closed) {
        if self.0.send(Work::Closed(closed)).is_err() {
            tracing::warn!("a closed archive file is sealed at the next start");
        }
    }
}

impl Sealer {
    /// Starts the thread, which begins with what an earlier run has left, and returns how to tell it of closed files.
    /// It ends with the last of those who may tell.
    pub(crate) fn start(config: &Config, clock: &Clock) -> (Self, Notice) {
        let (sender, receiver) = mpsc::channel();
        let ending = Arc::new(AtomicBool::new(false));
        let sealing = Sealing { config: config.clone(), clock: clock.clone(), ending: Arc::clone(&ending) };
        let thread = thread::spawn(move || sealing.serve(&receiver));
        (Self { sender: Some(sender.clone()), thread: Some(thread), ending }, Notice(sender))
    }

    /// Waits until all that was closed before is sealed.
    pub(crate) fn wait(&self) {
        let (answer, done) = mpsc::channel();
        let asked = self.sender.as_ref().is_some_and(|sender| sender.send(Work::Wait(answer)).is_ok());
        if asked && done.recv().is_err() {
            tracing::warn!("the thread that seals archive files has ended early");
        }
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        self.sender = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::warn!("the thread that seals archive files has ended early");
        }
    }
}

impl Sealing {
    fn serve(&self, receiver: &Receiver<Work>) {
        self.settle_or_say(&BTreeMap::new());
        while let Ok(work) = receiver.recv() {
            match work {
                Work::Closed(closed) => {
                    self.settle_or_say(
                        &closed.records.map(|records| (closed.name, records)).into_iter().collect(),
                    );
                }
                Work::Wait(answer) => {
                    let _nobody_waits_any_more = answer.send(());
                }
            }
        }
    }

    fn settle_or_say(&self, counted: &BTreeMap<String, u64>) {
        if let Err(error) = self.settle(counted) {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "archive files wait to be sealed; capturing goes on");
        }
    }

    /// Seals every closed file that is not sealed, and drops what is too old. `counted` are the files whose journal
    /// can be trusted, with their records.
    pub(crate) fn settle(&self, counted: &BTreeMap<String, u64>) -> Result<(), SealError> {
        let dir = &self.config.dir;
        let _others_wait = lock(dir)?;
        files::repair(dir)?;
        let (index, key) = (Index::of(dir), load_or_create(&self.config.signing_key_file)?);
        let (mut chain, indexed) = (Chain::open(dir)?, index.exists());
        for name in files::closed(dir)? {
            let sealed = chain.has(&name);
            if sealed && indexed {
                continue;
            }
            if self.ending.load(Ordering::Relaxed) && !counted.contains_key(&name) {
                return Ok(());
            }
            let records = match enter(dir, &name, counted.get(&name).copied(), &index) {
                Ok(records) => records,
                Err(EnterError::Damaged(error)) => {
                    tracing::error!(file = name, %error, "an archive file cannot be sealed: restore it from a backup");
                    continue;
                }
                Err(EnterError::Index(error)) => return Err(error.into()),
            };
            if !sealed {
                let (size, sha256) = digest(&dir.join(&name))?;
                let class = Class::of(&name).as_str().to_owned();
                let event = Event::Closed { file: name, class, size, sha256, records };
                chain.append(event, self.clock.now(), &key)?;
            }
            index.merge(&chain.dropped())?;
        }
        index.end_orphans()?;
        self.retire(&mut chain, &key)
    }

    /// Drops the files that are older than the settings keep them: first the tombstone, then the file.
    fn retire(&self, chain: &mut Chain, key: &SigningKey) -> Result<(), SealError> {
        let (dir, now) = (&self.config.dir, self.clock.now());
        let kept: Vec<_> = chain.kept().map(|(file, at)| (file.clone(), at)).collect();
        for (file, closed) in kept {
            let class = Class::of(&file);
            let Some(days) = self.config.keep_days(class).filter(|days| is_over(closed, *days, now)) else {
                continue;
            };
            let reason = format!("{} are kept for {days} days", class.as_str());
            tracing::info!(file, reason, "an archive file is dropped");
            chain.append(Event::Dropped { file, reason }, now, key)?;
        }
        // A crash between tombstone and removal leaves a file that is dropped already.
        chain.dropped().iter().try_for_each(|file| files::remove(dir, file))?;
        Ok(())
    }
}

fn is_over(closed: Timestamp, days: u32, now: Timestamp) -> bool {
    closed.duration_until(now) > SignedDuration::from_hours(24 * i64::from(days))
}

enum EnterError {
    Damaged(ScanError),
    Index(IndexError),
}

/// Puts the captures of a closed file into the index, and returns how many records it holds.
fn enter(dir: &Path, name: &str, counted: Option<u64>, index: &Index) -> Result<u64, EnterError> {
    let journal = counted.and_then(|records| Some((index.journal_lines(name).ok()?, records)));
    let (lines, records) = match journal {
        Some(known) => known,
        None => walk(dir, name).map_err(EnterError::Damaged)?,
    };
    index.add(name, lines).map_err(EnterError::Index)?;
    Ok(records)
}

/// Reads the lines of a file's captures from the file itself, and counts its records.
pub(crate) fn walk(dir: &Path, name: &str) -> Result<(BTreeSet<String>, u64), ScanError> {
    let (mut lines, mut records) = (BTreeSet::new(), 0);
    scan(&dir.join(name), |record| {
        let location =
            CaptureLocation { file: name.to_owned(), offset: record.offset, length: record.length };
        lines.extend(record.captured.and_then(|captured| captured.line(&location)));
        records += 1;
    })?;
    Ok((lines, records))
}

/// Makes other processes wait that would seal in the same folder. The lock ends with the file that is returned.
pub(crate) fn lock(dir: &Path) -> io::Result<File> {
    let folder = dir.join("index");
    fs::create_dir_all(&folder)?;
    let file = OpenOptions::new().create(true).append(true).open(folder.join("lock"))?;
    file.lock()?;
    Ok(file)
}
