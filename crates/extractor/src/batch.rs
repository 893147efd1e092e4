//! Extracts a folder of pages, for measuring: `DIR/**/pages/ID.html.gz` to one JSON file of predictions.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use flate2::read::GzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use thiserror::Error;

use crate::{Page, extract};

/// Largest page that is unpacked, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How long one page may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Stack of the thread that reads, in bytes: as much as a program's first thread has.
const STACK: usize = 8 * 1024 * 1024;

/// What was read of one page, in the form of the scorer.
#[derive(Debug, Default, Serialize)]
struct Prediction {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    author: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
}

/// How a batch went.
#[derive(Debug, Clone, Serialize)]
pub struct BatchReport {
    /// How many pages there were.
    pub pages: usize,
    /// How many yielded text.
    pub with_text: usize,
    /// How many made the extractor panic.
    pub crashed: usize,
    /// How many took longer than ten seconds on the clock, and were given up.
    pub timed_out: usize,
    /// Pages per second of processor time, unpacking left out.
    pub pages_per_cpu_second: f64,
    /// The longest time that one page took, in milliseconds.
    pub slowest_ms: u64,
    /// The most memory that the process ever held, in megabytes.
    pub peak_rss_mb: u64,
}

/// Why a batch could not be run.
#[derive(Debug, Error)]
pub enum BatchError {
    /// A file could not be read or written.
    #[error("cannot use `{path}`: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gave no thread to read in.
    #[error("cannot start a thread to read pages in: {0}")]
    Thread(std::io::Error),
    /// The folder holds no pages.
    #[error("`{0}` holds no *.html.gz: name a folder of packed pages")]
    NoPages(PathBuf),
}

/// Extracts every `*.html.gz` below `folder` and writes what was read to `out`. A page that crashes, or takes longer than
/// ten seconds, is `{}` there.
/// `each` is told after every page.
///
/// # Errors
/// When a file cannot be read or written.
pub fn batch(
    folder: &Path,
    out: &Path,
    fetched: Timestamp,
    mut each: impl FnMut(),
) -> Result<BatchReport, BatchError> {
    let pages = pages_below(folder)?;
    if pages.is_empty() {
        return Err(BatchError::NoPages(folder.to_owned()));
    }
    let mut predictions = BTreeMap::new();
    let (mut crashed, mut timed_out, mut seconds, mut slowest) = (0, 0, 0.0, 0.0_f64);
    let mut reader = Reader::start(fetched)?;
    for path in &pages {
        let prediction = if let Some(Outcome { prediction, took }) = reader.read(unpack(path)?) {
            seconds += took;
            slowest = slowest.max(took);
            crashed += usize::from(prediction.is_none());
            prediction
        } else {
            timed_out += 1;
            reader = Reader::start(fetched)?;
            None
        };
        let id = path.file_name().map(|name| name.to_string_lossy().trim_end_matches(".html.gz").to_owned());
        predictions.insert(id.unwrap_or_default(), prediction.unwrap_or_default());
        each();
    }
    let with_text = predictions.values().filter(|prediction| prediction.text.is_some()).count();
    let file = File::create(out).map_err(|source| BatchError::File { path: out.to_owned(), source })?;
    let written = serde_json::to_writer(file, &predictions).map_err(std::io::Error::from);
    written.map_err(|source| BatchError::File { path: out.to_owned(), source })?;
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    Ok(BatchReport {
        pages: pages.len(),
        with_text,
        crashed,
        timed_out,
        pages_per_cpu_second: f64::from(count) / seconds.max(1e-9),
        slowest_ms: Duration::try_from_secs_f64(slowest)
            .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(0)),
        peak_rss_mb: peak_rss_mb(),
    })
}

/// What came of one page; no prediction when it made the extractor panic.
struct Outcome {
    prediction: Option<Prediction>,
    /// Seconds of processor time.
    took: f64,
}

/// A thread that reads one page after the other, so that one which never ends can be left behind.
struct Reader {
    pages: mpsc::SyncSender<Vec<u8>>,
    results: mpsc::Receiver<Outcome>,
}

impl Reader {
    fn start(fetched: Timestamp) -> Result<Self, BatchError> {
        let (pages, work) = mpsc::sync_channel::<Vec<u8>>(0);
        let (done, results) = mpsc::sync_channel(1);
        let work = move || {
            for bytes in work {
                let start = cpu_seconds();
                let prediction = std::panic::catch_unwind(|| predict(&bytes, fetched)).ok();
                if done.send(Outcome { prediction, took: cpu_seconds() - start }).is_err() {
                    return;
                }
            }
        };
        let started = std::thread::Builder::new().name("extract".to_owned()).stack_size(STACK).spawn(work);
        // It ends by itself when this reader goes; one that hangs ends with the program.
        started.map(|_left_to_itself| Self { pages, results }).map_err(BatchError::Thread)
    }

    /// Returns `None` when the page takes too long.
    fn read(&self, bytes: Vec<u8>) -> Option<Outcome> {
        self.pages.send(bytes).ok()?;
        self.results.recv_timeout(PATIENCE).ok()
    }
}

fn predict(bytes: &[u8], fetched: Timestamp) -> Prediction {
    let page =
        Page { bytes, url: None, content_type: "text/html", rules: None, zone: TimeZone::UTC, fetched };
    let Ok(read) = extract(&page) else { return Prediction::default() };
    Prediction {
        text: Some(read.text()),
        title: (!read.title.is_empty()).then_some(read.title),
        author: read.byline,
        date: read.published.map(|time| time.strftime("%Y-%m-%d").to_string()),
        language: read.language_hint,
    }
}

fn pages_below(folder: &Path) -> Result<Vec<PathBuf>, BatchError> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let wrong = |source| BatchError::File { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(wrong)? {
            let path = entry.map_err(wrong)?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(".html.gz") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn unpack(path: &Path) -> Result<Vec<u8>, BatchError> {
    let wrong = |source| BatchError::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(path).map_err(wrong)?).take(LARGEST).read_to_end(&mut bytes).map_err(wrong)?;
    Ok(bytes)
}

/// Processor time of this thread so far, to the nanosecond (Linux, `schedstat`).
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos: f64 = stat.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
    nanos / 1e9
}

fn peak_rss_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
