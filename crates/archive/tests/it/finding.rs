//! The index: any capture is found by address and time, in open files and closed ones, before and after a rebuild.

use std::fs;
use std::path::Path;

use archive::{Archive, Config, IndexLine};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::keeping::{config, exchange, open};

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minute)
}

/// Keeps one page of each address in every minute of the range.
fn keep(archive: &Archive, urls: &[&str], minutes: std::ops::Range<i64>) {
    for minute in minutes {
        for url in urls {
            let mut page = exchange(url, format!("{url} {minute}").as_bytes());
            (page.answer.began, page.answer.ended) = (at(minute), at(minute));
            archive.keep(&page).unwrap();
        }
    }
}

fn times(found: &[IndexLine]) -> Vec<Timestamp> {
    found.iter().map(|line| line.fetched).collect()
}

const URLS: [&str; 3] =
    ["http://sample.test/a", "http://www.sample.test/A/?", "http://sample.test/a?id=2&lang=kk"];

#[test]
fn captures_are_found_by_address_and_time() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&Config { max_file_bytes: 12_000, ..config(dir.path()) });
    keep(&archive, &URLS, 0..30);
    let reader = open(&config(dir.path()));
    for _some_open_then_all_closed in 0..2 {
        // The first two addresses fall together, as they do for pywb.
        assert_eq!(reader.find(&url(URLS[0]), None).unwrap().len(), 60);
        let found = reader.find(&url("https://sample.test/a?lang=kk&id=2"), None).unwrap();
        assert_eq!(times(&found), (0..30).map(at).collect::<Vec<_>>());
        for line in found {
            let stored = reader.read(&line.location).unwrap();
            assert_eq!((stored.url, stored.fetched), (line.url, line.fetched));
        }
        let near =
            |seconds| reader.find(&url(URLS[2]), Some(at(7) + SignedDuration::from_secs(seconds))).unwrap();
        assert_eq!([times(&near(0)), times(&near(29)), times(&near(31))], [[at(7)], [at(7)], [at(8)]]);
        assert_eq!(times(&reader.find(&url(URLS[2]), Some(at(-99))).unwrap()), [at(0)]);
        assert_eq!(times(&reader.find(&url(URLS[2]), Some(at(9999))).unwrap()), [at(29)]);
        assert!(reader.find(&url("http://sample.test/ab"), None).unwrap().is_empty());
        archive.close().unwrap();
    }
}

/// Returns the sorted files of the index as one sorted list of lines.
fn lines(dir: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for item in fs::read_dir(dir.join("index")).unwrap() {
        let path = item.unwrap().path();
        if path.extension().is_some_and(|suffix| suffix == "cdxj") {
            lines.extend(fs::read_to_string(path).unwrap().lines().map(str::to_owned));
        }
    }
    lines.sort();
    lines
}

#[test]
fn a_rebuilt_index_is_the_one_that_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&Config { max_file_bytes: 4096, ..config(dir.path()) });
    keep(&archive, &URLS, 0..40);
    archive.close().unwrap();
    let written = lines(dir.path());
    assert_eq!(written.len(), 120);
    // Files of one size were merged on the way.
    assert!(fs::read_to_string(dir.path().join("index/segments")).unwrap().lines().count() < 8);
    let (files, captures, damaged) = archive.reindex(|_| ()).unwrap();
    assert_eq!((captures, damaged.len()), (120, 0));
    assert!(files > 8, "{files}");
    assert!(lines(dir.path()) == written, "the rebuilt index differs");
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    archive.reindex(|_| ()).unwrap();
    assert!(lines(dir.path()) == written, "the rebuilt index differs");
}

#[test]
fn files_of_before_there_was_an_index_are_found_after_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    keep(&archive, &URLS, 0..3);
    archive.close().unwrap();
    drop(archive);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    fs::remove_file(dir.path().join("manifest.jsonl")).unwrap();
    let archive = open(&config(dir.path()));
    keep(&archive, &URLS, 9..10);
    archive.close().unwrap();
    assert_eq!(times(&archive.find(&url(URLS[2]), None).unwrap()), [at(0), at(1), at(2), at(9)]);
}
