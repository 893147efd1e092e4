//! Measures the archive: what a capture costs, what a shared flush gains, and how quick a look-up is among many captures.
//!
//! Usage: `cargo run --release -p archive --example figures -- FOLDER [CAPTURES]`; prints one line of JSON.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use archive::{Answer, Archive, Config, Exchange, Response};
use http::{HeaderMap, HeaderValue, StatusCode, Version};
use jiff::{SignedDuration, Timestamp};
use model::Clock;

/// The body of a page, in bytes: about what an outlet sends.
const BODY: usize = 30_000;
/// How many threads keep at once, as `[workers] fetch` has it.
const THREADS: u64 = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let dir = arguments.next().ok_or("name a folder")?;
    let captures: u64 = arguments.next().map_or(Ok(1_000_000), |count| count.parse())?;
    let (alone, alone_cpu) = keeping(&Path::new(&dir).join("alone"), 1, 500)?;
    let (together, together_cpu) = keeping(&Path::new(&dir).join("together"), THREADS, 100)?;
    let (lines, sorted, found) = searching(&Path::new(&dir).join("many"), captures)?;
    let report = serde_json::json!({
        "keeps_per_second_alone": alone,
        "keeps_per_second_16_threads": together,
        "cpu_microseconds_per_keep": [alone_cpu, together_cpu],
        "lines": lines,
        "sorted_files": sorted,
        "lookup_microseconds": found,
    });
    let text = format!("{report}\n");
    std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes())?;
    Ok(())
}

/// Returns keeps per second, and microseconds of processor time for each.
fn keeping(dir: &Path, threads: u64, each: u64) -> Result<(f64, f64), Box<dyn Error>> {
    let archive = Archive::open(&Config::at(dir), Clock::system());
    archive.keep(&page(0, began(0)?, false)?)?;
    let (start, cpu) = (Instant::now(), processor_time()?);
    let keep = |thread: u64| {
        for number in 0..each {
            let page = page(thread * each + number, Timestamp::UNIX_EPOCH, true)
                .map_err(|error| error.to_string())?;
            archive.keep(&page).map_err(|error| error.to_string())?;
        }
        Ok::<(), String>(())
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || keep(thread))).collect();
        running.into_iter().try_for_each(|one| one.join().map_err(|_| "a thread ended early".to_owned())?)
    })?;
    let (seconds, cpu) = (start.elapsed().as_secs_f64(), processor_time()?.saturating_sub(cpu));
    let count = f64::from(u32::try_from(threads * each)?);
    Ok((count / seconds, cpu.as_secs_f64() * 1e6 / count))
}

/// Returns how many lines and sorted files an index of `captures` has, and microseconds for a look-up in it.
fn searching(dir: &Path, captures: u64) -> Result<(u64, usize, f64), Box<dyn Error>> {
    let archive = Archive::open(&Config { max_file_bytes: 1 << 24, ..Config::at(dir) }, Clock::system());
    archive.keep(&page(0, began(0)?, false)?)?;
    archive.close()?;
    // The WARC files would take an hour to write; lines of the same form, all of the one file there is, take a minute.
    let sample = fs::read_dir(dir.join("index"))?
        .filter_map(|item| fs::read_to_string(item.ok()?.path()).ok())
        .find(|text| text.starts_with("example,"))
        .ok_or("the index has no line")?;
    let (_, json) = sample.split_once(" {").ok_or("the line has no JSON")?;
    let mut list = Vec::new();
    for part in 0..20_u64 {
        let mut lines: Vec<String> = (0..captures / 20)
            .map(|number| {
                format!(
                    "example,outlet{:04})/news/{} 20261123100000 {{{json}",
                    (number * 20 + part) % 1000,
                    number * 20 + part
                )
            })
            .collect();
        lines.sort();
        list.push(format!("{part:08}.cdxj {}\n", lines.len()));
        fs::write(dir.join(format!("index/{part:08}.cdxj")), lines.concat())?;
    }
    fs::write(dir.join("index/segments"), list.concat())?;
    let start = Instant::now();
    for number in 0..200_u64 {
        let number = number * 7919 % captures;
        let url = format!("http://outlet{:04}.example/news/{number}", number % 1000).parse()?;
        if archive.find(&url, None)?.len() != 1 {
            return Err(format!("{url} was not found once").into());
        }
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / 200.0;
    Ok((captures, 20, micros))
}

fn began(minute: i64) -> Result<Timestamp, Box<dyn Error>> {
    let start: Timestamp = "2026-11-23T10:00:00Z".parse()?;
    Ok(start + SignedDuration::from_mins(minute))
}

/// A page of words that pack about as well as news do.
fn page(number: u64, began: Timestamp, long: bool) -> Result<Exchange, Box<dyn Error>> {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
    let mut state = number + 1;
    let mut body = Vec::with_capacity(BODY);
    while long && body.len() < BODY {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        body.extend_from_slice(format!("<p>word{} ", (state >> 33) % 3000).as_bytes());
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
