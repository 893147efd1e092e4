//! Measures extraction beside the bare parse of the same pages: `cargo run --release -p extractor --example
//! beside_parse -- DIR...`. Ends with one line of JSON.
//!
//! The bare parse is what `scraper` needs to make a tree of the page and nothing more. Both are measured in turns, page
//! by page, so that whatever else the machine does hits both alike; the best of the rounds counts for each page.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};

use extractor::{Page, extract};
use flate2::read::GzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::Html;

/// How often each page is read.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folders: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let mut pages = Vec::new();
    for folder in &folders {
        collect(folder, &mut pages)?;
    }
    if pages.is_empty() {
        return Err("name folders that hold *.html.gz".into());
    }
    let fetched = model::Clock::system().now();
    let (mut bare, mut whole) = (0.0, 0.0);
    for bytes in &pages {
        let (mut parse_best, mut extract_best) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            parse_best = parse_best.min(seconds(|| {
                black_box(Html::parse_document(&String::from_utf8_lossy(bytes)));
            })?);
            extract_best = extract_best.min(seconds(|| {
                black_box(extract(&page(bytes, fetched)).is_ok());
            })?);
        }
        bare += parse_best;
        whole += extract_best;
    }
    let count = f64::from(u32::try_from(pages.len())?);
    println!(
        "{{\"pages\":{},\"bytes\":{},\"bare_parse_pages_per_cpu_second\":{:.0},\"extract_pages_per_cpu_second\":{:.0},\"ratio\":{:.3}}}",
        pages.len(),
        pages.iter().map(Vec::len).sum::<usize>(),
        count / bare,
        count / whole,
        bare / whole
    );
    Ok(())
}

fn page(bytes: &[u8], fetched: Timestamp) -> Page<'_> {
    Page { bytes, url: None, content_type: "text/html", rules: None, zone: TimeZone::UTC, fetched }
}

/// Processor time that `work` takes on this thread (proc(5), `schedstat`: nanoseconds).
fn seconds(work: impl FnOnce()) -> Result<f64, Box<dyn std::error::Error>> {
    let before = on_processor()?;
    work();
    Ok((on_processor()? - before) / 1e9)
}

fn on_processor() -> Result<f64, Box<dyn std::error::Error>> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split_whitespace().next().ok_or("no schedstat")?.parse()?)
}

fn collect(folder: &Path, pages: &mut Vec<Vec<u8>>) -> Result<(), Box<dyn std::error::Error>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, pages)?;
        } else if path.to_string_lossy().ends_with(".html.gz") {
            let mut bytes = Vec::new();
            GzDecoder::new(File::open(&path)?).read_to_end(&mut bytes)?;
            pages.push(bytes);
        }
    }
    Ok(())
}
