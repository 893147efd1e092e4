//! Which processes run this house: a lock file in the folder of the data that each of them holds, with their numbers in it.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

const LOCK: &str = "run.lock";
/// So long a process may take to end its work.
const PATIENCE: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(50);

/// Says that this process runs the house, for as long as it is held. Several may, each with some of the services.
#[derive(Debug)]
pub(crate) struct Running {
    _lock: File,
}

/// Says that nobody runs the house, and lets nobody begin, for as long as it is held.
#[derive(Debug)]
pub(crate) struct Stopped {
    _lock: File,
    /// How many processes were stopped.
    pub(crate) processes: usize,
}

impl Running {
    /// Begins to run the house whose data lie in `folder`.
    pub(crate) fn begin(folder: &Path) -> anyhow::Result<Self> {
        let (mut lock, path) = open(folder)?;
        if lock.try_lock().is_ok() {
            // Nobody else runs: the numbers are of processes that are gone.
            lock.set_len(0)?;
        }
        let started = Instant::now();
        while lock.try_lock_shared().is_err() {
            if started.elapsed() > Duration::from_secs(1) {
                bail!("the house is being sealed");
            }
            std::thread::sleep(LOOK);
        }
        writeln!(lock, "{}", std::process::id())
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(Self { _lock: lock })
    }
}

/// Asks all processes that run the house to end, and waits until they have.
pub(crate) fn stop(folder: &Path) -> anyhow::Result<Stopped> {
    let (mut lock, path) = open(folder)?;
    let (mut asked, started) = (Vec::new(), Instant::now());
    while lock.try_lock().is_err() {
        // One that begins just now writes its number a moment after it holds the file.
        for pid in holders(&mut lock, &path)? {
            if !asked.contains(&pid) && kill_process(pid, Signal::TERM).is_ok() {
                asked.push(pid);
            }
        }
        if started.elapsed() > PATIENCE {
            let numbers: Vec<String> = asked.iter().map(|pid| pid.as_raw_nonzero().to_string()).collect();
            bail!(
                "the house still runs after {} seconds: end it with `kill -9 {}`, then seal again",
                PATIENCE.as_secs(),
                numbers.join(" ")
            );
        }
        std::thread::sleep(LOOK);
    }
    Ok(Stopped { _lock: lock, processes: asked.len() })
}

/// Makes sure that nobody runs the house, and lets nobody begin.
pub(crate) fn nobody(folder: &Path) -> anyhow::Result<Stopped> {
    let (lock, _) = open(folder)?;
    if lock.try_lock().is_err() {
        bail!("the house runs: stop it first, with `sudo systemctl stop qarauyl` where it is a service");
    }
    Ok(Stopped { _lock: lock, processes: 0 })
}

/// Returns whether a process runs the house. Nothing is made or changed.
pub(crate) fn is_running(folder: &Path) -> bool {
    let lock = OpenOptions::new().read(true).open(folder.join(LOCK));
    lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(fs::TryLockError::WouldBlock)))
}

fn open(folder: &Path) -> anyhow::Result<(File, PathBuf)> {
    let path = folder.join(LOCK);
    let opened = fs::create_dir_all(folder)
        .and_then(|()| OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(&path));
    let lock = opened.with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok((lock, path))
}

/// Returns the processes of the file that hold it open: a number alone may have been given to another process since.
fn holders(lock: &mut File, path: &Path) -> anyhow::Result<Vec<Pid>> {
    let mut text = String::new();
    lock.seek(SeekFrom::Start(0))?;
    lock.read_to_string(&mut text)?;
    let path = fs::canonicalize(path)?;
    let numbers = text.lines().filter_map(|line| line.trim().parse::<i32>().ok());
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    Ok(numbers.filter(|pid| *pid != own && holds(*pid, &path)).filter_map(Pid::from_raw).collect())
}

fn holds(pid: i32, path: &Path) -> bool {
    let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    let mut is_hidden = false;
    for item in open.flatten() {
        match fs::read_link(item.path()) {
            Ok(target) if target == path => return true,
            Ok(_) => {}
            Err(_) => is_hidden = true,
        }
    }
    // A service in a user namespace of its own shows its files to nobody, and can be asked to end all the same.
    is_hidden && fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "qarauyl")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn several_run_side_by_side_and_none_while_it_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) =
            (Running::begin(folder.path()).unwrap(), Running::begin(folder.path()).unwrap());
        assert!(nobody(folder.path()).unwrap_err().to_string().contains("stop it first"));
        assert!(is_running(folder.path()));
        drop((first, second));
        assert!(!is_running(folder.path()) && !is_running(&folder.path().join("elsewhere")));
        let mode = fs::metadata(folder.path().join(LOCK)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(nobody(folder.path()).unwrap());
        let stopped = stop(folder.path()).unwrap();
        assert_eq!(stopped.processes, 0);
        assert!(Running::begin(folder.path()).unwrap_err().to_string().contains("being sealed"));
        drop(stopped);
        Running::begin(folder.path()).unwrap();
        assert_eq!(
            fs::read_to_string(folder.path().join(LOCK)).unwrap().lines().count(),
            1,
            "who is gone is forgotten"
        );
    }
}
