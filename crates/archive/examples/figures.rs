//! Measures the archive: what a capture costs, what a shared flush gains, and how quick a look-up is among many captures.
//!
//! Usage: `cargo run --release -p archive --example figures -- FOLDER [CAPTURES]`; prints one line of JSON.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use archive::{Answer, Archive, Config, Exchange, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use jiff::Timestamp;
use model::Clock;

/// The body of a page, in bytes: about what an outlet sends.
const BODY: usize = 30_000;
/// How many threads keep at once, as `[workers] fetch` has it.
const THREADS: usize = 16;
/// How many pages are kept for each figure.
const KEEPS: u64 = 800;
/// Over how many sorted files the captures are spread: about what merging leaves of a million.
const PARTS: u64 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("name a folder")?;
    let captures: u64 = arguments.next().map_or(Ok(1_000_000), |count| count.parse())?;
    let folder = |name: &str| Path::new(&dir).join(name);
    let plain = keeping(&folder("plain"), 1, false)?;
    let packed = keeping(&folder("packed"), 1, true)?;
    let together = keeping(&folder("together"), THREADS, false)?;
    let lookup = searching(&folder("many"), captures)?;
    let report = serde_json::json!({
        "plain_body": plain, "packed_body": packed, "plain_body_16_threads": together,
        "captures": captures, "sorted_files": PARTS, "lookup_microseconds": lookup,
    });
    Ok(writeln!(std::io::stdout(), "{report}")?)
}

/// Returns keeps per second, microseconds of processor time for each, and the bytes that each takes.
fn keeping(dir: &Path, threads: usize, is_packed: bool) -> Result<serde_json::Value, Box<dyn Error>> {
    let archive = Archive::open(&Config::at(dir), Clock::system());
    let pages = (0..KEEPS).map(|number| page(number, is_packed)).collect::<Result<Vec<_>, _>>()?;
    let (start, cpu) = (Instant::now(), processor_time()?);
    let keep = |pages: &[Exchange]| pages.iter().try_for_each(|page| archive.keep(page).map(drop));
    thread::scope(|scope| {
        let share = pages.chunks(pages.len().div_ceil(threads));
        let running: Vec<_> = share.map(|pages| scope.spawn(move || keep(pages))).collect();
        running.into_iter().all(|one| matches!(one.join(), Ok(Ok(()))))
    })
    .then_some(())
    .ok_or("a capture was not kept")?;
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), processor_time()?.saturating_sub(cpu).as_secs_f64());
    archive.close()?;
    let mut bytes = 0;
    for item in fs::read_dir(dir)? {
        bytes += item?.metadata()?.len();
    }
    let count = f64::from(u32::try_from(KEEPS)?);
    Ok(serde_json::json!({
        "per_second": (count / seconds).round(),
        "cpu_microseconds": (cpu * 1e6 / count).round(),
        "bytes": bytes / KEEPS,
    }))
}

/// Returns the microseconds that a look-up takes among `captures`.
fn searching(dir: &Path, captures: u64) -> Result<f64, Box<dyn Error>> {
    let archive = Archive::open(&Config::at(dir), Clock::system());
    archive.keep(&page(0, false)?)?;
    archive.close()?;
    // To write so many WARC files would take an hour; lines of the same form, all of the one file there is, take a minute.
    let line = fs::read_to_string(dir.join("index/00000001.cdxj"))?;
    let (_, json) = line.trim_end().split_once(" {").ok_or("the line has no JSON")?;
    let mut list = Vec::new();
    for part in 0..PARTS {
        let numbers = (part..captures).step_by(usize::try_from(PARTS)?);
        let key = |number: u64| {
            format!("example,outlet{:04})/news/{number} 20261123100000 {{{json}\n", number % 1000)
        };
        let mut lines: Vec<String> = numbers.map(key).collect();
        lines.sort();
        list.push(format!("{part:08}.cdxj {}\n", lines.len()));
        fs::write(dir.join(format!("index/{part:08}.cdxj")), lines.concat())?;
    }
    fs::write(dir.join("index/segments"), list.concat())?;
    let start = Instant::now();
    for number in (0..200).map(|step| step * 7919 % captures) {
        let url = format!("http://outlet{:04}.example/news/{number}", number % 1000).parse()?;
        if archive.find(&url, None)?.len() != 1 {
            return Err(format!("{url} was not found once").into());
        }
    }
    Ok((start.elapsed().as_secs_f64() * 1e6 / 200.0).round())
}

/// A page of words that pack about as well as news do, packed by its server or not.
fn page(number: u64, is_packed: bool) -> Result<Exchange, Box<dyn Error>> {
    let began: Timestamp = "2026-11-23T10:00:00Z".parse()?;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
    let mut state = number + 1;
    let mut body = Vec::with_capacity(BODY);
    while body.len() < BODY {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        body.extend_from_slice(format!("<p>word{} ", (state >> 33) % 3000).as_bytes());
    }
    if is_packed {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(&body)?;
        body = packer.finish()?;
        headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    }
    let response =
        Response { version: Version::HTTP_11, status: StatusCode::OK, headers, body, truncated: false };
    let answer = Answer {
        url: format!("http://outlet.example/{number}").parse()?,
        request: b"GET / HTTP/1.1\r\nhost: outlet.example\r\n\r\n".to_vec(),
        response,
        remote: Some([127, 0, 0, 1].into()),
        began,
        ended: began,
        tls: None,
        proxy: None,
    };
    Ok(Exchange { redirects: Vec::new(), answer })
}

/// Returns the processor time of this process so far.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).ok_or("no ticks");
    // Linux counts in hundredths of a second.
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
