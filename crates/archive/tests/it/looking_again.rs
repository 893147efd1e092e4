//! Later looks: what has not changed is kept as a reference, and reads back as if it were kept whole.

use std::fs;
use std::path::Path;

use archive::{Answer, Exchange, ReadError};
use http::StatusCode;
use jiff::SignedDuration;

use crate::keeping::{answer, config, exchange, kinds, open, warc_files};

const URL: &str = "http://sample.test/a";

fn later(mut exchange: Exchange, hours: i64) -> Exchange {
    for answer in exchange.redirects.iter_mut().chain([&mut exchange.answer]) {
        answer.began += SignedDuration::from_hours(hours);
        answer.ended += SignedDuration::from_hours(hours);
    }
    exchange
}

fn not_modified(hours: i64) -> Exchange {
    let answer: Answer = answer(URL, 304, b"");
    later(Exchange { redirects: Vec::new(), answer }, hours)
}

/// Unpacks all records of the files whose names begin so.
fn text(dir: &Path, prefix: &str) -> String {
    let of_class =
        |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().starts_with(prefix);
    let mut text = String::new();
    for file in warc_files(dir).into_iter().filter(of_class) {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(
            &mut flate2::read::MultiGzDecoder::new(fs::File::open(file).unwrap()),
            &mut bytes,
        )
        .unwrap();
        text.push_str(&String::from_utf8_lossy(&bytes));
    }
    text
}

#[test]
fn what_is_asked_again_and_again_lies_whole_once_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let keep = |body: &[u8], hours| archive.keep_repeated(&later(exchange(URL, body), hours)).unwrap();
    let kept = [
        keep(b"five entries", 0),
        keep(b"five entries", 1),
        keep(b"five entries", 24),
        keep(b"five entries", 25),
        keep(b"six entries", 26),
        keep(b"five entries", 27),
    ];
    assert_eq!(kept.each_ref().map(|one| one.is_revisit), [false, true, true, false, false, false]);
    assert!(archive.keep_repeated(&not_modified(28)).unwrap().is_revisit);
    for one in &kept[1..4] {
        assert_eq!(archive.read(&one.location).unwrap().response.body, b"five entries");
    }
}

#[test]
fn an_unchanged_page_is_a_revisit_in_a_file_of_its_own_class() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let first = archive.keep(&exchange(URL, b"the story")).unwrap();
    let again = archive.keep_relook(&later(exchange(URL, b"the story"), 1), &first.location).unwrap();
    let third = archive.keep_relook(&later(exchange(URL, b"the story"), 24), &again.location).unwrap();
    let changed = archive.keep_relook(&later(exchange(URL, b"another story"), 48), &again.location).unwrap();
    assert_eq!(
        [first.is_revisit, again.is_revisit, third.is_revisit, changed.is_revisit],
        [false, true, true, false]
    );
    assert_eq!(again.payload_sha256, first.payload_sha256);
    for _still_open_then_closed in 0..2 {
        let stored = archive.read(&third.location).unwrap();
        assert_eq!(stored.fetched.to_string(), "2026-11-24T10:00:00.125Z");
        assert_eq!((stored.response.status.as_u16(), stored.response.body), (200, b"the story".to_vec()));
        assert_eq!(archive.read(&changed.location).unwrap().response.body, b"another story");
        archive.close().unwrap();
    }
    assert_eq!(kinds(dir.path()).iter().filter(|kind| *kind == "revisit").count(), 2);
    let relooks = text(dir.path(), "qarauyl-relooks-");
    assert!(!relooks.contains("\r\nthe story") && relooks.contains("\r\nanother story"), "{relooks}");
    assert!(relooks.contains("isPartOf: relooks"));
    for field in [
        "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "WARC-Refers-To-Target-URI: http://sample.test/a",
        "WARC-Refers-To-Date: 2026-11-23T10:00:00.125Z",
        "WARC-Refers-To: <urn:uuid:",
    ] {
        assert_eq!(relooks.matches(field).count(), 2, "{field}");
    }
}

#[test]
fn a_304_refers_to_the_last_page_and_stands_alone_without_one() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let alone = archive.keep(&not_modified(0)).unwrap();
    assert!(!alone.is_revisit);
    assert_eq!(archive.read(&alone.location).unwrap().response.status, StatusCode::NOT_MODIFIED);
    archive.keep(&later(exchange(URL, b"older"), 1)).unwrap();
    archive.keep(&later(exchange(URL, b"newer"), 2)).unwrap();
    archive.close().unwrap();
    for hours in 3..6 {
        let kept = archive.keep(&not_modified(hours)).unwrap();
        assert!(kept.is_revisit);
        let stored = archive.read(&kept.location).unwrap();
        assert_eq!((stored.response.status.as_u16(), stored.response.body), (200, b"newer".to_vec()));
        assert_eq!(stored.response.headers.len(), 1);
    }
    archive.close().unwrap();
    let profile = "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/server-not-modified";
    assert_eq!(text(dir.path(), "qarauyl-2").matches(profile).count(), 3);
}

#[test]
fn what_cannot_be_referred_to_is_kept_whole() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let mut lost = archive.keep(&exchange(URL, b"the story")).unwrap().location;
    lost.file = "qarauyl-20200101000000-00000.warc.gz".to_owned();
    let kept = archive.keep_relook(&later(exchange(URL, b"the story"), 1), &lost).unwrap();
    assert!(!kept.is_revisit);
    assert_eq!(archive.read(&kept.location).unwrap().response.body, b"the story");
    assert!(matches!(archive.read(&lost), Err(ReadError::Unreadable { .. })));
}
