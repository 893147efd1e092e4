//! Proves an archive against its manifest. Needs the folder and the public key: no store, no network, no settings.
//!
//! What it proves: every file that the manifest names is there, unchanged, or was dropped by a signed entry; no entry
//! was changed, added or taken out since the last one. What it cannot prove alone: that the newest entries
//! were not cut off. For that, compare the head with one that was written down or mailed before (`root`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

use crate::folder::files;
use crate::manifest::chain::{MANIFEST, read};
use crate::manifest::entry::{Event, Signed};
use crate::manifest::key::PublicKey;
use crate::warc::scan::{ScanError, scan};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// How many entries the manifest has.
    pub entries: u64,
    /// How many files are proven unchanged.
    pub files: u64,
    /// How many records these hold.
    pub records: u64,
    /// How many files were dropped by signed entries.
    pub dropped: u64,
    /// SHA-256 of the last entry: the root to write down.
    pub root: String,
    /// What is broken; empty when all is proven.
    pub problems: Vec<Problem>,
    /// Files that no entry names yet: the last ones of a process that was killed. Nothing is proven of them.
    pub unsealed: Vec<String>,
}

/// One thing that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, in the folder of the archive.
    pub file: String,
    /// Where the broken record begins, when it could be told.
    pub record_offset: Option<u64>,
    /// What is wrong.
    pub what: String,
}

#[derive(Debug)]
struct Sealed {
    size: u64,
    sha256: String,
    records: u64,
}

impl Verified {
    /// Returns whether all is proven.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, file: &str, record_offset: Option<u64>, what: impl Into<String>) {
        self.problems.push(Problem { file: file.to_owned(), record_offset, what: what.into() });
    }
}

/// Proves the archive in `dir`. With `root`, the chain must hold the entry with that hash.
/// Calls `each` with the name of every file before it is read.
pub fn verify(
    dir: &Path,
    keys: &[PublicKey],
    root: Option<&str>,
    each: impl FnMut(&str),
) -> io::Result<Verified> {
    prove(dir, keys, root, usize::MAX, each)
}

/// Proves the chain of entries, that every file is there in its size, and of the newest `count` files each byte: a look that
/// takes seconds where [`verify`] takes hours.
pub fn verify_newest(
    dir: &Path,
    keys: &[PublicKey],
    count: usize,
    each: impl FnMut(&str),
) -> io::Result<Verified> {
    prove(dir, keys, None, count, each)
}

fn prove(
    dir: &Path,
    keys: &[PublicKey],
    root: Option<&str>,
    newest: usize,
    mut each: impl FnMut(&str),
) -> io::Result<Verified> {
    let mut verified = Verified::default();
    let sealed = check_chain(&read(&dir.join(MANIFEST))?, keys, (root, &mut verified));
    let present = files::closed(dir)?;
    verified.unsealed = present.iter().filter(|name| !sealed.contains_key(*name)).cloned().collect();
    if verified.entries == 0 && !present.is_empty() {
        verified.problem(MANIFEST, None, "there is no manifest: nothing can be proven");
    }
    // Dropped ones are gone.
    let mut kept: Vec<(&String, &Sealed)> =
        sealed.iter().filter_map(|(name, file)| Some((name, file.as_ref()?))).collect();
    kept.sort_by_key(|(name, _)| moment(name));
    let known_by_size = kept.len().saturating_sub(newest);
    for (at, (name, file)) in kept.into_iter().enumerate() {
        each(name);
        if at < known_by_size && dir.join(name).metadata().is_ok_and(|found| found.len() == file.size) {
            continue;
        }
        match check_file(dir, name, file)? {
            None => {
                verified.files += 1;
                verified.records += file.records;
            }
            Some(problem) => verified.problems.push(problem),
        }
    }
    Ok(verified)
}

/// Follows the chain, and returns the files that it names; `None` for those that were dropped.
fn check_chain(
    text: &str,
    keys: &[PublicKey],
    (root, verified): (Option<&str>, &mut Verified),
) -> BTreeMap<String, Option<Sealed>> {
    let keys: Vec<VerifyingKey> = keys.iter().map(|key| key.0).collect();
    let (mut sealed, mut seen, mut signers) = (BTreeMap::new(), root.is_none(), Signers::default());
    for (at, line) in text.lines().enumerate() {
        let place = format!("line {}", at + 1);
        let Some(signed) = Signed::parse(line) else {
            let torn = at + 1 == text.lines().count() && !text.ends_with('\n');
            let what = if torn { "was torn by a crash; the next start cuts it off" } else { "is damaged" };
            verified.problem(MANIFEST, None, format!("{place} {what}"));
            continue;
        };
        if !signed.is_signed_by(&keys) {
            verified.problem(MANIFEST, None, format!("{place} is not signed by a key that was given"));
        } else if !signers.follow(&signed) {
            verified.problem(
                MANIFEST,
                None,
                format!("{place} is signed by a key that did not sign at that time"),
            );
        }
        if signed.entry.previous != verified.root || signed.entry.number != verified.entries + 1 {
            verified.problem(MANIFEST, None, format!("{place} does not follow the line before it"));
        }
        seen |= root == Some(signed.hash.as_str());
        (verified.entries, verified.root) = (signed.entry.number, signed.hash);
        match signed.entry.event {
            Event::Begin { .. } => {}
            Event::Closed { file, size, sha256, records, .. } => {
                sealed.insert(file, Some(Sealed { size, sha256, records }));
            }
            Event::Dropped { file, .. } => {
                sealed.insert(file, None);
                verified.dropped += 1;
            }
        }
    }
    if !seen {
        verified.problem(
            MANIFEST,
            None,
            "no entry has the root that was given: entries were cut off or replaced",
        );
    }
    sealed
}

/// Whose turn it is to sign: a key begins its reign with an entry, and after it the one before signs no more. Whoever has
/// taken an old key can therefore add nothing to a chain that goes on with another.
#[derive(Default)]
struct Signers {
    now: Option<VerifyingKey>,
    before: Vec<VerifyingKey>,
}

impl Signers {
    /// Returns whether it was the turn of the key that has signed an entry.
    fn follow(&mut self, signed: &Signed) -> bool {
        let Event::Begin { public_key, .. } = &signed.entry.event else {
            return self.now.is_none_or(|key| signed.is_signed_by(&[key]));
        };
        let Some(PublicKey(key)) = PublicKey::parse(public_key) else { return false };
        if self.before.contains(&key) || !signed.is_signed_by(&[key]) {
            return false;
        }
        self.before.extend(self.now.replace(key).filter(|before| *before != key));
        true
    }
}

/// The moment in a file's name: `qarauyl-relooks-20261123100000-00000.warc.gz` is as old as its number says.
fn moment(name: &str) -> &str {
    name.rsplit('-').nth(1).unwrap_or_default()
}

fn check_file(dir: &Path, name: &str, sealed: &Sealed) -> io::Result<Option<Problem>> {
    let path = dir.join(name);
    let problem = |record_offset, what: String| Some(Problem { file: name.to_owned(), record_offset, what });
    let (size, sha256) = match digest(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(problem(None, "is missing, and no entry says that it was dropped".to_owned()));
        }
        found => found?,
    };
    if sha256 == sealed.sha256 {
        return Ok(None);
    }
    let mut whole = 0;
    let scanned = scan(&path, |record| whole = record.offset + record.length);
    Ok(match scanned {
        Err(ScanError::Damaged { offset, what }) => {
            problem(Some(offset), format!("was changed: a record is damaged ({what})"))
        }
        Err(ScanError::Unreadable(error)) => return Err(error),
        Ok(()) if size < sealed.size => {
            problem(Some(whole), format!("was cut from {} to {size} bytes", sealed.size))
        }
        Ok(()) if size > sealed.size => {
            problem(Some(sealed.size), format!("has grown from {} to {size} bytes", sealed.size))
        }
        Ok(()) => problem(
            None,
            "was rewritten: each record is whole in itself, and the bytes are not those sealed".to_owned(),
        ),
    })
}

/// Returns size and SHA-256 of a file.
pub(crate) fn digest(path: &Path) -> io::Result<(u64, String)> {
    digest_of(File::open(path)?)
}

/// Returns size and SHA-256 of what can be read.
pub(crate) fn digest_of(source: impl Read) -> io::Result<(u64, String)> {
    let (mut source, mut hasher) = (BufReader::with_capacity(1 << 16, source), Sha256::new());
    let mut size = 0;
    loop {
        let bytes = source.fill_buf()?;
        let count = bytes.len();
        if count == 0 {
            return Ok((size, HEXLOWER.encode(&hasher.finalize())));
        }
        hasher.update(bytes);
        size += u64::try_from(count).unwrap_or_default();
        source.consume(count);
    }
}
