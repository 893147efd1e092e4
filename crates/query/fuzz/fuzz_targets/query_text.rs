//! Any text is read or refused, strictly and by the search box: nothing panics, every error has its place, and what was
//! read prints so that it reads back to itself.
//!
//! `cargo +nightly fuzz run query_text` in `crates/query`.
#![no_main]

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use query::{Lexicon, Query, parse, parse_at, parse_lenient, parse_watch, plan};

fuzz_target!(|text: &str| {
    let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(500_000);
    let lexicon = Lexicon::empty();
    match parse_at(text, now) {
        Ok(query) => holds(&query),
        Err(error) => {
            assert!(text.get(error.place.clone()).is_some(), "{error}");
            assert!(!error.pointed_at(text).is_empty());
        }
    }
    if let Ok(query) = parse_watch(text) {
        assert_eq!(parse_watch(&query.to_string()).as_ref(), Ok(&query));
    }
    let (query, error) = parse_lenient(text, now, &lexicon);
    assert!(query.is_some() || error.is_some());
    assert!(error.is_none_or(|error| text.get(error.place).is_some()));
    if let Some(query) = query {
        assert!(plan(&query, &lexicon).is_ok(), "{query}");
        // What the search box shows may be longer than what it takes.
        if query.to_string().len() <= 8 * 1024 {
            holds(&query);
        }
    }
});

fn holds(query: &Query) {
    let printed = query.to_string();
    assert_eq!(parse(&printed).as_ref(), Ok(query), "{printed}");
}
