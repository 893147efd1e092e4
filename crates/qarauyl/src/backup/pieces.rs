//! The file of the store in pieces: which of them have changed since the last backup, and the file made anew from them.
//!
//! What is noted beside the data is a hash of each piece. Nothing is taken for the same but what has the same SHA-256.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// The name of what is noted, in the folder of the data.
pub(crate) const PIECES: &str = "backups.pieces";
/// Bytes of a piece: four pages of the engine, for a new article changes single pages all over the file.
const PIECE: u64 = 16_384;
/// The same, as a length in memory.
const LENGTH: usize = 16_384;
/// How what is noted begins; another form is not read.
const FORM: &str = "pieces 1";

type Hash = [u8; 32];
/// The number of a piece, and how long it is.
type Head = [u8; 12];
const HEAD: u64 = 12;

/// What the pieces of a store were when it was backed up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    hashes: Vec<Hash>,
    /// Bytes of the whole file.
    pub(crate) size: u64,
}

impl Pieces {
    /// Returns one hash over all, in small hexadecimal letters.
    pub(crate) fn root(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.size.to_le_bytes());
        self.hashes.iter().for_each(|hash| hasher.update(hash));
        HEXLOWER.encode(&hasher.finalize())
    }

    /// Reads a file to its end and writes into `changes` what is not as `before`: the number of each piece, how long it is,
    /// and its bytes.
    pub(crate) fn changed(before: &Self, source: &mut dyn Read, changes: &mut dyn Write) -> io::Result<Self> {
        Self::each(source, |number, piece, hash| {
            if before.hashes.get(usize::try_from(number).unwrap_or(usize::MAX)) == Some(&hash) {
                return Ok(());
            }
            changes.write_all(&number.to_le_bytes())?;
            changes.write_all(&u32::try_from(piece.len()).unwrap_or(u32::MAX).to_le_bytes())?;
            changes.write_all(piece)
        })
    }

    /// Copies a file whole.
    pub(crate) fn copied(source: &mut dyn Read, copy: &mut dyn Write) -> io::Result<Self> {
        Self::each(source, |_, piece, _| copy.write_all(piece))
    }

    /// Measures a file.
    pub(crate) fn of(source: &mut dyn Read) -> io::Result<Self> {
        Self::each(source, |_, _, _| Ok(()))
    }

    fn each(
        source: &mut dyn Read,
        mut each: impl FnMut(u64, &[u8], Hash) -> io::Result<()>,
    ) -> io::Result<Self> {
        let (mut pieces, mut piece) = (Self::default(), Vec::with_capacity(LENGTH));
        for number in 0.. {
            piece.clear();
            Read::take(&mut *source, PIECE).read_to_end(&mut piece)?;
            if piece.is_empty() {
                break;
            }
            let hash = Hash::from(Sha256::digest(&piece));
            pieces.hashes.push(hash);
            pieces.size += u64::try_from(piece.len()).unwrap_or_default();
            each(number, &piece, hash)?;
        }
        Ok(pieces)
    }

    /// Reads what was noted with the backup `id`; none when that is not the last that was noted, or cannot be read.
    pub(crate) fn noted(path: &Path, id: &str) -> Option<Self> {
        let bytes = fs::read(path).ok()?;
        let at = bytes.iter().position(|byte| *byte == b'\n')?;
        let (head, rest) = bytes.split_at_checked(at + 1)?;
        let head = std::str::from_utf8(head).ok()?;
        let size = head.trim_end().strip_prefix(FORM)?.trim().strip_prefix(id)?.trim().parse().ok()?;
        let (hashes, []) = rest.as_chunks::<32>() else { return None };
        Some(Self { hashes: hashes.to_vec(), size })
    }

    /// Notes the pieces with the backup `id`. Half of it is never seen.
    pub(crate) fn note(&self, path: &Path, id: &str) -> anyhow::Result<()> {
        let part = path.with_extension("part");
        let cannot = || format!("cannot write `{}`: check whether the disk is full", part.display());
        let mut bytes = format!("{FORM} {id} {}\n", self.size).into_bytes();
        self.hashes.iter().for_each(|hash| bytes.extend_from_slice(hash));
        let mut options = OpenOptions::new();
        let opened = options.write(true).create(true).truncate(true).mode(0o600).open(&part);
        opened.and_then(|mut file| file.write_all(&bytes)).with_context(cannot)?;
        fs::rename(&part, path).with_context(cannot)
    }
}

/// Puts changes into a file, which then has `size` bytes.
pub(crate) fn put_changes(file: &Path, changes: &mut dyn Read, size: u64) -> anyhow::Result<()> {
    let cannot = || format!("cannot write `{}`", file.display());
    let written = File::options().write(true).open(file).with_context(cannot)?;
    let mut head = Head::default();
    let mut piece = vec![0; LENGTH];
    while next(changes, &mut head)? {
        let (number, length) = head.split_at(8);
        let number = u64::from_le_bytes(number.try_into()?);
        let length = usize::try_from(u32::from_le_bytes(length.try_into()?))?;
        let Some(piece) = piece.get_mut(..length) else {
            bail!("the changes of the store have a piece of {length} bytes: take another copy of the backup")
        };
        changes.read_exact(piece).context("the changes of the store end early")?;
        written.write_all_at(piece, number.saturating_mul(PIECE)).with_context(cannot)?;
    }
    written.set_len(size).with_context(cannot)?;
    written.sync_all().with_context(cannot)
}

/// Fills `head` with what comes next; there may be nothing more, but not half of it.
fn next(changes: &mut dyn Read, head: &mut Head) -> anyhow::Result<bool> {
    let mut read = Vec::new();
    Read::take(&mut *changes, HEAD).read_to_end(&mut read)?;
    match Head::try_from(read) {
        Ok(whole) => *head = whole,
        Err(rest) if rest.is_empty() => return Ok(false),
        Err(_) => bail!("the changes of the store end early"),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Backs `before` up, and then what it became; both made anew from the two.
    fn check(before: &[u8], after: &[u8], most: usize) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store");
        let mut copy = Vec::new();
        let noted = Pieces::copied(&mut &*before, &mut copy).unwrap();
        noted.note(&folder.path().join(PIECES), "abc").unwrap();
        let noted = Pieces::noted(&folder.path().join(PIECES), "abc").unwrap();
        assert!(Pieces::noted(&folder.path().join(PIECES), "xyz").is_none());
        let mut changes = Vec::new();
        let now = Pieces::changed(&noted, &mut &*after, &mut changes).unwrap();
        assert!(changes.len() <= most, "{} bytes of changes", changes.len());
        fs::write(&file, copy).unwrap();
        put_changes(&file, &mut &*changes, now.size).unwrap();
        assert_eq!(fs::read(&file).unwrap(), after);
        assert_eq!(Pieces::of(&mut File::open(&file).unwrap()).unwrap().root(), now.root());
    }

    #[test]
    fn a_file_is_made_anew_from_what_has_changed() {
        let before: Vec<u8> = (0..100_000_u32).map(|number| (number % 251) as u8).collect();
        check(&before, &before, 0);
        let mut changed = before.clone();
        changed[50_000] ^= 1;
        check(&before, &changed, LENGTH + 12);
        let longer = [before.clone(), vec![7; 40_000]].concat();
        check(&before, &longer, 4 * (LENGTH + 12));
        check(&before, &before[..20_000], LENGTH);
        check(&[], &before, before.len() + 7 * 12);
        check(&before, &[], 0);
    }

    #[test]
    fn changes_that_are_cut_off_are_no_changes() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("store");
        fs::write(&file, [1; 10]).unwrap();
        let mut changes = Vec::new();
        Pieces::changed(&Pieces::default(), &mut &[2_u8; 10][..], &mut changes).unwrap();
        for length in [1, 11, 13, changes.len() - 1] {
            let error = put_changes(&file, &mut &changes[..length], 10).unwrap_err().to_string();
            assert!(error.contains("end early"), "{error}");
        }
    }
}
