//! Any bytes, served with any `Content-Type`, are extracted or refused: nothing panics, nothing hangs.
//!
//! `cargo +nightly fuzz run extract` in `crates/extractor`. The first byte chooses the header, the rest is the page.
#![no_main]

use extractor::{Page, SiteRules, extract};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

const HEADERS: [&str; 6] = [
    "",
    "text/html",
    "text/html; charset=utf-8",
    "text/html; charset=gb2312",
    "text/html; charset=windows-1251",
    "application/xhtml+xml; charset=\"utf-16\"",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let rules = SiteRules::parse("content = 'div, p'\nremove = 'a'\ndate = 'time'\nbyline = 'i'").ok().flatten();
    let url = "https://herald.test/2026/11/23/border".parse().ok();
    let page = Page {
        bytes,
        url: url.as_ref(),
        content_type: HEADERS[usize::from(*choice) % HEADERS.len()],
        rules: rules.as_ref().filter(|_| choice & 0x40 != 0),
        zone: TimeZone::UTC,
        fetched: Timestamp::UNIX_EPOCH,
    };
    if let Ok(read) = extract(&page) {
        assert!(!read.blocks.is_empty());
        assert!(read.published.is_none_or(|time| time.timestamp() <= page.fetched));
    }
});
