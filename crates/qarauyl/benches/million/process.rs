//! The running house: how long it takes to be ready, and how much memory it holds.

use std::os::unix::net::UnixDatagram;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::quantile;

/// A house that is not ready after so long never will be.
const PATIENCE: Duration = Duration::from_mins(2);
const SAMPLE: Duration = Duration::from_millis(500);

/// `qarauyl run`, until it is ended.
pub(crate) struct Process {
    child: Child,
    /// How long it took until it said that it is ready.
    pub(crate) ready_s: f64,
    /// Where it tells more, until its end.
    _told: UnixDatagram,
}

/// What a process holds, in megabytes, sample by sample: all of it, and what of it no file stands behind.
pub(crate) struct Memory {
    ended: Arc<AtomicBool>,
    samples: JoinHandle<Vec<(f64, f64)>>,
}

impl Process {
    /// Starts the house and waits for what it tells the service manager.
    pub(crate) fn start(folder: &Folder) -> Self {
        let socket = folder.path.join("ready.sock");
        drop(std::fs::remove_file(&socket));
        let told = UnixDatagram::bind(&socket).unwrap();
        told.set_read_timeout(Some(PATIENCE)).unwrap();
        let log =
            std::fs::File::options().create(true).append(true).open(folder.path.join("run.log")).unwrap();
        let began = Instant::now();
        let mut command = folder.program();
        let command = command.arg("run").env("NOTIFY_SOCKET", &socket).stdout(Stdio::null()).stderr(log);
        let child = command.spawn().unwrap();
        wait_until_ready(&told);
        Self { child, ready_s: began.elapsed().as_secs_f64(), _told: told }
    }

    /// Begins to sample its memory.
    pub(crate) fn memory(&self) -> Memory {
        let (ended, pid) = (Arc::new(AtomicBool::new(false)), self.child.id());
        let end = Arc::clone(&ended);
        let samples = std::thread::spawn(move || {
            let mut samples = Vec::new();
            while !end.load(Ordering::Relaxed) {
                let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
                samples.push((megabytes(&status, "VmRSS:"), megabytes(&status, "RssAnon:")));
                std::thread::sleep(SAMPLE);
            }
            samples
        });
        Memory { ended, samples }
    }

    /// Asks it to end, and waits for that.
    pub(crate) fn end(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap();
    }
}

impl Memory {
    /// Ends sampling. What is steady is what half of the samples stay below.
    pub(crate) fn end(self) -> (f64, Value) {
        self.ended.store(true, Ordering::Relaxed);
        let samples = self.samples.join().unwrap();
        let (all, anonymous): (Vec<f64>, Vec<f64>) = samples.into_iter().unzip();
        let steady = quantile(&all, 500);
        let value = json!({
            "rss_steady_mb": steady.round(),
            "rss_most_mb": quantile(&all, 1_000).round(),
            "anonymous_steady_mb": quantile(&anonymous, 500).round(),
            "anonymous_most_mb": quantile(&anonymous, 1_000).round(),
        });
        (steady, value)
    }
}

/// Waits for the message that a service manager waits for.
fn wait_until_ready(told: &UnixDatagram) {
    let mut message = [0; 4_096];
    loop {
        let length = told.recv(&mut message).expect("the house is not ready: see run.log in its folder");
        if String::from_utf8_lossy(&message[..length]).contains("READY=1") {
            return;
        }
    }
}

fn megabytes(status: &str, name: &str) -> f64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
}
