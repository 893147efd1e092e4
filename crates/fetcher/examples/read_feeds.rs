//! Reads a folder of feeds: `cargo run --release -p fetcher --example read_feeds -- DIR`. One line of JSON a file, in the
//! order of names: what was found, for comparison with another reader. A file `NAME.type` beside `NAME` holds the
//! `Content-Type` it was served with.
#![expect(clippy::print_stdout, reason = "an example shows its result")]

use std::fs;
use std::path::{Path, PathBuf};

use fetcher::{Arrived, feed};
use jiff::tz::TimeZone;
use url::Url;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("give a folder")?;
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_none_or(|end| end != "type"));
    files.sort();
    for path in &files {
        println!("{}", read(path)?);
    }
    Ok(())
}

fn read(path: &Path) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let bytes = fs::read(path)?;
    let content_type = fs::read_to_string(path.with_added_extension("type")).unwrap_or_default();
    let url = Url::parse("https://news.example/feed/rss.xml")?;
    let at = "2026-11-24T00:00:00Z".parse()?;
    let arrived = Arrived { url: &url, content_type: &content_type, zone: TimeZone::UTC, at };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(match feed::parse(&bytes, &arrived) {
        Ok(parsed) => serde_json::json!({
            "file": name,
            "notes": parsed.notes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "entries": parsed.entries.iter().map(|entry| serde_json::json!({
                "link": entry.url.as_str(),
                "title": entry.title,
                "text": !entry.summary.is_empty() || !entry.content.is_empty(),
                "published": entry.published.map(|time| time.to_string()),
            })).collect::<Vec<_>>(),
        }),
        Err(error) => serde_json::json!({ "file": name, "error": error.to_string(), "entries": [] }),
    })
}
