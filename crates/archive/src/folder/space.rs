//! Room on the disk: when there is too little of it, nothing more is fetched until there is enough again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

/// After a write that found the disk full, this long passes before the next try. A quota may be smaller than what the
/// file system says is free.
const REST: Duration = Duration::from_mins(1);

/// Asks the system how many bytes are free where a path lies.
pub(crate) type FreeSpace = Box<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// Too little room: fetching waits until there is more.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoRoom {
    /// The reserve that the settings ask for is touched.
    #[error(
        "only {free_bytes} bytes are free where `{dir}` lies, and [archive] min_free_bytes asks for {min_free_bytes}: \
         fetching waits until there is room"
    )]
    Little {
        /// The folder of the archive.
        dir: String,
        /// What is free.
        free_bytes: u64,
        /// What should be.
        min_free_bytes: u64,
    },
    /// Nobody writes any more: a mistake in the program ended it.
    #[error(
        "the thread that writes the files of `{dir}` has ended: nothing is fetched until Qarauyl is started again"
    )]
    Ended {
        /// The folder of the archive.
        dir: String,
    },
    /// The disk took no more a moment ago.
    #[error("the disk or quota where `{dir}` lies took no more: fetching waits until there is room")]
    Full {
        /// The folder of the archive.
        dir: String,
    },
}

/// Watches the room on one disk.
pub(crate) struct Space {
    dir: PathBuf,
    min_free_bytes: u64,
    free: FreeSpace,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    rest_until: Option<Instant>,
    told: bool,
}

impl Space {
    /// Watches the disk of `dir`, by what `free` says of it.
    pub(crate) fn new(dir: &Path, min_free_bytes: u64, free: FreeSpace) -> Self {
        Self { dir: dir.to_owned(), min_free_bytes, free, state: Mutex::default() }
    }

    /// Returns whether there is room. The log tells once when it runs out, and once when it is back.
    pub(crate) fn check(&self) -> Result<(), NoRoom> {
        let free = (self.free)(&self.dir);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let resting = state.rest_until.is_some_and(|until| Instant::now() < until);
        let verdict = self.judge(free.ok(), resting);
        match &verdict {
            Err(why) if !state.told => tracing::error!("{why}"),
            Ok(()) if state.told => tracing::info!("there is room on the disk again: fetching goes on"),
            _ => {}
        }
        state.told = verdict.is_err();
        verdict
    }

    /// Takes note of a write that failed; returns whether the disk was full.
    pub(crate) fn note(&self, error: &io::Error) -> bool {
        let full = is_full(error);
        if full {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.rest_until = Some(Instant::now() + REST);
        }
        full
    }

    /// Returns the folder that is watched.
    pub(crate) fn dir(&self) -> String {
        self.dir.display().to_string()
    }

    fn judge(&self, free: Option<u64>, resting: bool) -> Result<(), NoRoom> {
        let dir = self.dir();
        match free {
            Some(free_bytes) if free_bytes < self.min_free_bytes => {
                Err(NoRoom::Little { dir, free_bytes, min_free_bytes: self.min_free_bytes })
            }
            _ if resting => Err(NoRoom::Full { dir }),
            // A system that does not say is believed to have room: the write will tell.
            _ => Ok(()),
        }
    }
}

/// Returns whether an error says that there is no room, by the disk, a quota, or a limit of the process.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// Returns how many bytes an ordinary user may still write where `path`, or the folder that it will be in, lies.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let path = std::path::absolute(path)?;
    let there = path.ancestors().find(|folder| folder.exists()).unwrap_or(&path);
    let system = rustix::fs::statvfs(there)?;
    Ok(system.f_bavail.saturating_mul(system.f_frsize))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn fetching_stops_below_the_reserve_and_resumes_by_itself() {
        let free = Arc::new(AtomicU64::new(10));
        let seen = Arc::clone(&free);
        let space = Space::new(Path::new("a"), 5, Box::new(move |_| Ok(seen.load(Ordering::Relaxed))));
        assert_eq!(space.check(), Ok(()));
        free.store(4, Ordering::Relaxed);
        let told = space.check().unwrap_err().to_string();
        assert!(told.contains("only 4 bytes are free") && told.contains("min_free_bytes"), "{told}");
        free.store(5, Ordering::Relaxed);
        assert_eq!(space.check(), Ok(()));
    }

    #[test]
    fn a_write_that_found_the_disk_full_makes_a_pause() {
        let space = Space::new(Path::new("a"), 0, Box::new(|_| Ok(u64::MAX)));
        assert!(!space.note(&io::Error::other("something else")));
        assert_eq!(space.check(), Ok(()));
        assert!(space.note(&io::ErrorKind::StorageFull.into()));
        assert!(matches!(space.check(), Err(NoRoom::Full { .. })));
    }

    #[test]
    fn the_system_says_how_much_is_free_even_of_a_folder_to_come() {
        let dir = tempfile::tempdir().unwrap();
        assert!(free_bytes(&dir.path().join("not/yet")).unwrap() > 0);
    }
}
