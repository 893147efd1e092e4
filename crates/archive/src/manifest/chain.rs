//! The manifest file as its only writer sees it: what it names, and how the next entry is added.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use thiserror::Error;

use crate::folder::files;
use crate::manifest::entry::{Entry, Event, FORMAT, Signed};
use crate::manifest::key::PublicKey;

/// The manifest's name in the folder of the archive.
pub(crate) const MANIFEST: &str = "manifest.jsonl";

/// A manifest that cannot be gone on with.
#[derive(Debug, Error)]
pub enum ChainError {
    /// The disk does not give or take it.
    #[error("the manifest of the archive cannot be read or written: check its owner and the disk")]
    File(#[from] io::Error),
    /// A line within it is none.
    #[error(
        "line {line} of `{MANIFEST}` is damaged: restore it from a backup; `qarauyl archive verify` says more"
    )]
    Damaged {
        /// Its number, from one.
        line: usize,
    },
    /// An entry has no JSON form.
    #[error("an entry of the manifest cannot be written")]
    Form(#[from] serde_json::Error),
}

/// The chain, read to its end.
pub(crate) struct Chain {
    path: PathBuf,
    number: u64,
    head: String,
    signer: Option<String>,
    closed: BTreeMap<String, Timestamp>,
    dropped: HashMap<String, Timestamp>,
}

impl Chain {
    /// Reads the manifest of the archive in `dir`, which may not be there yet. A torn last line, which a crash has left
    /// and which was never acknowledged, is cut off.
    pub(crate) fn open(dir: &Path) -> Result<Self, ChainError> {
        let path = dir.join(MANIFEST);
        let text = read(&path)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(&path)?;
            file.set_len(u64::try_from(whole).unwrap_or_default())?;
            file.sync_all()?;
        }
        let mut chain = Self::empty(path);
        for (number, line) in text.get(..whole).unwrap_or_default().lines().enumerate() {
            let signed = Signed::parse(line).ok_or(ChainError::Damaged { line: number + 1 })?;
            chain.follow(signed.entry, signed.hash);
        }
        Ok(chain)
    }

    /// Returns when the file called `name` was dropped, as far as the manifest in `dir` can be read.
    pub(crate) fn dropped_at(dir: &Path, name: &str) -> Option<Timestamp> {
        let text = read(&dir.join(MANIFEST)).ok()?;
        let found = text.lines().rev().filter(|line| line.contains(name)).find_map(Signed::parse)?;
        matches!(found.entry.event, Event::Dropped { .. }).then_some(found.entry.at)
    }

    /// Returns whether the chain has an entry of this file.
    pub(crate) fn has(&self, file: &str) -> bool {
        self.closed.contains_key(file)
    }

    /// Returns the files that are neither dropped nor unknown, and when each was closed.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (&String, Timestamp)> {
        self.closed.iter().filter(|(file, _)| !self.dropped.contains_key(*file)).map(|(file, at)| (file, *at))
    }

    /// Returns the files that were dropped.
    pub(crate) fn dropped(&self) -> HashSet<String> {
        self.dropped.keys().cloned().collect()
    }

    /// Adds an entry, and answers when it is on the disk. Another key than before begins its reign with an entry.
    pub(crate) fn append(&mut self, event: Event, at: Timestamp, key: &SigningKey) -> Result<(), ChainError> {
        self.begin(at, key)?;
        self.write(event, at, key)
    }

    /// Begins the reign of a key, unless it reigns already.
    pub(crate) fn begin(&mut self, at: Timestamp, key: &SigningKey) -> Result<(), ChainError> {
        let public_key = PublicKey(key.verifying_key()).to_string();
        if self.signer.as_ref() == Some(&public_key) {
            return Ok(());
        }
        self.write(Event::Begin { format: FORMAT.to_owned(), public_key }, at, key)
    }

    fn write(&mut self, event: Event, at: Timestamp, key: &SigningKey) -> Result<(), ChainError> {
        let entry = Entry { number: self.number + 1, previous: self.head.clone(), at, event };
        let line = entry.line(key)?;
        let is_new = !self.path.exists();
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        let whole = file.metadata()?.len();
        if let Err(error) = file.write_all(line.as_bytes()).and_then(|()| file.sync_all()) {
            // What cannot be taken back here is a torn line, which the next opening cuts off.
            file.set_len(whole)?;
            return Err(error.into());
        }
        if let (true, Some(dir)) = (is_new, self.path.parent()) {
            files::sync_dir(dir)?;
        }
        if let Some(signed) = Signed::parse(line.trim_end()) {
            self.follow(entry, signed.hash);
        }
        Ok(())
    }

    fn follow(&mut self, entry: Entry, hash: String) {
        (self.number, self.head) = (entry.number, hash);
        match entry.event {
            Event::Begin { public_key, .. } => self.signer = Some(public_key),
            Event::Closed { file, .. } => {
                self.closed.insert(file, entry.at);
            }
            Event::Dropped { file, .. } => {
                self.dropped.insert(file, entry.at);
            }
        }
    }

    fn empty(path: PathBuf) -> Self {
        let (closed, dropped) = (BTreeMap::new(), HashMap::new());
        Self { path, number: 0, head: String::new(), signer: None, closed, dropped }
    }
}

/// Returns the text of the manifest; empty when there is none.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    match fs::read(path) {
        // A torn line may end within a letter; a damaged one is found by its signature.
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}
