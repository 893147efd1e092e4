//! The index's folder: a folder for each build, the file that names the living one, and who may write.
//!
//! ```text
//! CURRENT      the name of the living build
//! LOCK         held for a moment by whoever begins a build
//! WRITER       held by the one process that writes
//! v1-1-3/      a build: version of the fields, version of the analyser, number
//! v1-1-3/UNBUILT   there as long as the build was begun empty and never filled from the store
//! ```

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::IndexError;
use crate::fields::FIELDS_VERSION;

const CURRENT: &str = "CURRENT";
const UNBUILT: &str = "UNBUILT";

/// What tells that a file was written anew: it is another file, or of another time or length.
pub(crate) type Look = (u64, SystemTime, u64);

/// The folder that holds all builds.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// The right to write: held until dropped, and gone with the process.
#[derive(Debug)]
pub(crate) struct WriteLock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Self, IndexError> {
        fs::create_dir_all(path).map_err(IndexError::file(path))?;
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn build(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Returns the living build, if its fields and analyser are ours.
    pub(crate) fn living(&self) -> Result<Option<String>, IndexError> {
        Ok(self.current()?.filter(|name| is_ours(name) && self.build(name).is_dir()))
    }

    /// Returns what `CURRENT` looks like, if it is there: whoever knows what it said then need not read it again.
    pub(crate) fn look(&self) -> Option<Look> {
        look(&self.0.join(CURRENT)).ok()
    }

    /// Returns the build that `CURRENT` names, of whatever version.
    pub(crate) fn current(&self) -> Result<Option<String>, IndexError> {
        let path = self.0.join(CURRENT);
        match fs::read_to_string(&path) {
            Ok(name) => Ok(Some(name.trim().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(IndexError::File { path, source }),
        }
    }

    /// Runs `work` while no other process does, for the moment in which a first build begins.
    pub(crate) fn alone<T>(&self, work: impl FnOnce() -> Result<T, IndexError>) -> Result<T, IndexError> {
        let path = self.0.join("LOCK");
        let lock = lock_file(&path)?;
        lock.lock().map_err(IndexError::file(&path))?;
        work()
    }

    /// Takes the right to write, or says that another has it.
    pub(crate) fn lock_writing(&self) -> Result<WriteLock, IndexError> {
        let path = self.0.join("WRITER");
        let lock = lock_file(&path)?;
        match lock.try_lock() {
            Ok(()) => Ok(WriteLock(lock)),
            Err(TryLockError::WouldBlock) => Err(IndexError::Busy),
            Err(TryLockError::Error(source)) => Err(IndexError::File { path, source }),
        }
    }

    /// Makes an empty build under a number that was never used, marked as not filled.
    pub(crate) fn begin(&self) -> Result<String, IndexError> {
        let entries = fs::read_dir(&self.0).map_err(IndexError::file(&self.0))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let number = |name: String| name.rsplit('-').next()?.parse::<u64>().ok();
        let last = names.filter(|name| is_ours(name)).filter_map(number).max().unwrap_or(0);
        let name = format!("{}{}", prefix(), last.saturating_add(1));
        let path = self.build(&name);
        let make = || {
            fs::create_dir(&path)?;
            fs::write(path.join(UNBUILT), "")
        };
        make().map_err(IndexError::file(&path))?;
        Ok(name)
    }

    pub(crate) fn is_unbuilt(&self, name: &str) -> bool {
        self.build(name).join(UNBUILT).exists()
    }

    /// Notes that a build holds all that the store does.
    pub(crate) fn mark_built(&self, name: &str) -> Result<(), IndexError> {
        let path = self.build(name).join(UNBUILT);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(IndexError::File { path, source }),
            _ => Ok(()),
        }
    }

    /// Makes `name` the living build, at once or not at all.
    pub(crate) fn point_at(&self, name: &str) -> Result<(), IndexError> {
        let (open, path) = (self.0.join("CURRENT.part"), self.0.join(CURRENT));
        let write = || -> io::Result<()> {
            fs::write(&open, format!("{name}\n"))?;
            File::open(&open)?.sync_all()?;
            fs::rename(&open, &path)?;
            sync_folder(&self.0)
        };
        write().map_err(IndexError::file(&path))
    }

    /// Removes all builds of our version but `kept`: those before it and those that were cut short.
    pub(crate) fn remove_others(&self, kept: &str) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_ours(&name) && name != kept && fs::remove_dir_all(entry.path()).is_err() {
                tracing::warn!(folder = %entry.path().display(), "an old index could not be removed");
            }
        }
    }
}

/// Looks at a file without reading it.
pub(crate) fn look(file: &Path) -> io::Result<Look> {
    let meta = fs::metadata(file)?;
    Ok((meta.ino(), meta.modified()?, meta.len()))
}

/// What the names of builds of these fields and this analyser begin with. Others are left alone and not read.
fn prefix() -> String {
    format!("v{FIELDS_VERSION}-{}-", text::ANALYSER_VERSION)
}

fn is_ours(name: &str) -> bool {
    name.starts_with(&prefix())
}

fn lock_file(path: &Path) -> Result<File, IndexError> {
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    options.open(path).map_err(IndexError::file(path))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Other systems have no way to do so, and need none.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
