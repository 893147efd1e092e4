//! The files of the archive: their names, their life from open to closed, and the repair after a crash.
//!
//! A file that is being written is called `….warc.gz.open` and locked; closing it takes the suffix away.
//! After a crash the next writer finds the suffix without the lock, cuts what was not whole (it was
//! never acknowledged) and closes the file. So every `.warc.gz` is whole, and other tools may read it.
//! A name tells class and moment: `qarauyl-20261123100000-00000.warc.gz`, `qarauyl-relooks-…`.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use thiserror::Error;

use crate::config::Class;
use crate::warc::scan::{ScanError, whole_length};

const OPEN: &str = "open";
const SUFFIX: &str = ".warc.gz";

/// A file of an earlier run that cannot be made whole.
#[derive(Debug, Error)]
#[error(
    "archive file `{file}` of an earlier run cannot be repaired: check the owner of the folder and the disk"
)]
pub struct RepairError {
    /// The file's name.
    pub file: String,
    /// What went wrong.
    pub source: ScanError,
}

/// Returns where the file called `name` lies now: closed, or still being written.
pub(crate) fn locate(dir: &Path, name: &str) -> PathBuf {
    let closed = dir.join(name);
    if closed.exists() { closed } else { open_path(dir, name) }
}

/// Creates the next file that nobody has used, and locks it.
pub(crate) fn create(dir: &Path, class: Class, at: Timestamp) -> io::Result<(String, File)> {
    let (prefix, stamp) = (class.prefix(), at.strftime("%Y%m%d%H%M%S").to_string());
    for serial in 0..u32::MAX {
        let name = format!("{prefix}{stamp}-{serial:05}{SUFFIX}");
        if dir.join(&name).exists() {
            continue;
        }
        match OpenOptions::new().append(true).create_new(true).open(open_path(dir, &name)) {
            // Another process that repairs right now may take the empty file for one that a crash has left.
            Ok(file) if file.try_lock().is_ok() && open_path(dir, &name).exists() => {
                sync_dir(dir)?;
                return Ok((name, file));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("no file name is left for this second"))
}

/// Removes an open file that nothing was written to.
pub(crate) fn discard(dir: &Path, name: &str) -> io::Result<()> {
    fs::remove_file(open_path(dir, name))
}

/// Takes the suffix of an open file away. Its bytes must be on the disk already.
pub(crate) fn close(dir: &Path, name: &str) -> io::Result<()> {
    fs::rename(open_path(dir, name), dir.join(name))?;
    sync_dir(dir)
}

/// Returns the names of the closed files in order.
pub(crate) fn closed(dir: &Path) -> io::Result<Vec<String>> {
    let items = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        items => items?,
    };
    let mut names = Vec::new();
    for item in items {
        let name = item?.file_name().to_string_lossy().into_owned();
        if name.ends_with(SUFFIX) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Removes a closed file, and answers when it is gone for good. One that is gone already is no error.
pub(crate) fn remove(dir: &Path, name: &str) -> io::Result<()> {
    match fs::remove_file(dir.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_dir(dir),
    }
}

/// Makes the files whole that a crash has left open. Files of a living writer are locked and left alone.
pub(crate) fn repair(dir: &Path) -> Result<(), RepairError> {
    let in_dir =
        |source| RepairError { file: dir.display().to_string(), source: ScanError::Unreadable(source) };
    for item in fs::read_dir(dir).map_err(in_dir)? {
        let path = item.map_err(in_dir)?.path();
        let (Some(stem), Some(OPEN)) = (
            path.file_stem().and_then(|name| name.to_str()),
            path.extension().and_then(|suffix| suffix.to_str()),
        ) else {
            continue;
        };
        repair_file(dir, &path, stem).map_err(|source| RepairError { file: stem.to_owned(), source })?;
    }
    Ok(())
}

fn repair_file(dir: &Path, path: &Path, name: &str) -> Result<(), ScanError> {
    let file = match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    // Locked: its writer lives. Gone: another process has repaired it since we looked.
    if file.try_lock().is_err() || !path.exists() {
        return Ok(());
    }
    let (whole, length) = (whole_length(path)?, file.metadata()?.len());
    if whole == 0 {
        return Ok(fs::remove_file(path)?);
    }
    if whole < length {
        tracing::warn!(
            file = name,
            cut_bytes = length - whole,
            "a crash left a torn record, which was never acknowledged"
        );
        file.set_len(whole)?;
    }
    file.sync_all()?;
    Ok(close(dir, name)?)
}

fn open_path(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.{OPEN}"))
}

/// A file is only there after a power cut when its folder was written, too.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
