//! Any bytes, taken for any format, are read or refused: nothing panics, nothing hangs, and the limits hold.
//!
//! `cargo +nightly fuzz run formats` in `crates/fetcher`. The first byte chooses format and header.
#![no_main]

use fetcher::listing::Selectors;
use fetcher::{Arrived, Parsed, Sitemap, feed, listing, opml, sitemap, telegram, youtube};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

const HEADERS: [&str; 5] = ["", "application/rss+xml", "text/xml; charset=windows-1251", "text/html; charset=gb2312", "application/json"];

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let url = "https://news.example/feed".parse().unwrap();
    let at = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(500_000);
    let content_type = HEADERS[usize::from(choice >> 3) % HEADERS.len()];
    let arrived = Arrived { url: &url, content_type, zone: TimeZone::UTC, at };
    let parsed = match choice & 7 {
        0 | 1 => feed::parse(bytes, &arrived).ok(),
        2 => match sitemap::parse(bytes, &arrived, 1 << 20) {
            Ok(Sitemap::Pages(parsed)) => Some(parsed),
            _ => None,
        },
        3 => listing::parse(bytes, &arrived, &Selectors::default()).ok(),
        4 => telegram::parse(bytes, &arrived).ok().map(|preview| preview.parsed),
        5 => youtube::feed_named_by(bytes, content_type).ok().map(|_| Parsed::default()),
        _ => opml::parse(bytes).ok().map(|_| Parsed::default()),
    };
    let entries = parsed.map(|parsed| parsed.entries).unwrap_or_default();
    assert!(entries.len() <= 2_000);
    assert!(entries.iter().all(|entry| entry.published.is_none_or(|time| time <= at)));
});
