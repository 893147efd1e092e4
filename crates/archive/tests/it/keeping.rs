//! Keeping and reading back.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use archive::{Answer, Archive, Config, Exchange, ReadError, Response, scan};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use proptest::prelude::*;

pub(crate) fn config(dir: &Path) -> Config {
    Config { max_file_bytes: 1 << 20, max_record_bytes: 1 << 20, ..Config::at(dir) }
}

pub(crate) fn exchange(url: &str, body: &[u8]) -> Exchange {
    Exchange { redirects: Vec::new(), answer: answer(url, 200, body) }
}

pub(crate) fn answer(url: &str, status: u16, body: &[u8]) -> Answer {
    let began: Timestamp = "2026-11-23T10:00:00.125Z".parse().unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert("transfer-encoding", HeaderValue::from_static("chunked"));
    Answer {
        url: url.parse().unwrap(),
        request: b"GET /a HTTP/1.1\r\nhost: sample.test\r\n\r\n".to_vec(),
        response: Response {
            version: Version::HTTP_11,
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: body.to_vec(),
            truncated: false,
        },
        remote: Some([127, 0, 0, 1].into()),
        began,
        ended: began + SignedDuration::from_millis(80),
        tls: None,
        proxy: None,
    }
}

pub(crate) fn open(config: &Config) -> Archive {
    Archive::open(config, Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap()))
}

/// Returns the WARC files in the folder, in order.
pub(crate) fn warc_files(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).unwrap().map(|item| item.unwrap().path());
    let mut files: Vec<_> = paths.filter(|path| path.to_string_lossy().contains(".warc.gz")).collect();
    files.sort();
    files
}

/// Returns the kinds of all records of all files, in order; all of them must be closed.
pub(crate) fn kinds(dir: &Path) -> Vec<String> {
    let mut kinds = Vec::new();
    for file in warc_files(dir) {
        assert_eq!(file.extension().unwrap(), "gz", "{}", file.display());
        scan(&file, |record| kinds.push(record.kind)).unwrap();
    }
    kinds
}

#[test]
fn a_kept_page_reads_back_as_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let kept = archive.keep(&exchange("http://sample.test/a#top", "Қорғас".as_bytes())).unwrap();
    for _still_open_then_closed in 0..2 {
        let stored = archive.read(&kept.location).unwrap();
        assert_eq!(stored.url, "http://sample.test/a");
        assert_eq!(stored.fetched.to_string(), "2026-11-23T10:00:00.125Z");
        assert_eq!(stored.response.status, 200);
        assert_eq!(stored.response.content_type(), "text/html; charset=utf-8");
        assert_eq!(stored.response.header("transfer-encoding"), None);
        assert_eq!(stored.response.decoded(100).unwrap().bytes, "Қорғас".as_bytes());
        archive.close().unwrap();
    }
    assert_eq!(kinds(dir.path()), ["warcinfo", "response", "request", "metadata"]);
    assert_eq!(kept.payload_sha256.len(), 64);
}

#[test]
fn redirects_are_kept_before_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let mut page = exchange("http://sample.test/new", b"page");
    page.redirects = vec![answer("http://sample.test/old", 301, b"")];
    let kept = archive.keep(&page).unwrap();
    assert_eq!(archive.read(&kept.location).unwrap().url, "http://sample.test/new");
    archive.close().unwrap();
    let answer = ["response", "request", "metadata"];
    assert_eq!(kinds(dir.path()), [&["warcinfo"][..], &answer, &answer].concat());
}

#[test]
fn a_full_file_and_a_new_day_begin_the_next_file() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&Config { max_file_bytes: 2400, ..config(dir.path()) });
    let mut page = exchange("http://sample.test/a", b"page");
    let mut names = BTreeSet::new();
    for _ in 0..4 {
        names.insert(archive.keep(&page).unwrap().location.file);
    }
    assert_eq!(names.len(), 2, "{names:?}");
    page.answer.ended += SignedDuration::from_hours(24);
    names.insert(archive.keep(&page).unwrap().location.file);
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn many_threads_keep_at_once_and_every_page_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let archive = Arc::new(open(&Config { max_file_bytes: 20_000, ..config(dir.path()) }));
    let keep = |thread: usize| {
        let archive = Arc::clone(&archive);
        move || {
            let page = |number| format!("page {number} of {thread}");
            let keep =
                |number| archive.keep(&exchange("http://sample.test/a", page(number).as_bytes())).unwrap();
            let kept: Vec<_> = (0..20).map(|number| (page(number), keep(number))).collect();
            for (body, kept) in kept {
                assert_eq!(archive.read(&kept.location).unwrap().response.body, body.as_bytes());
            }
        }
    };
    let threads: Vec<_> = (0..8).map(|thread| thread::spawn(keep(thread))).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    archive.close().unwrap();
    assert_eq!(kinds(dir.path()).iter().filter(|kind| *kind == "response").count(), 160);
}

#[test]
fn a_changed_byte_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let kept = archive.keep(&exchange("http://sample.test/a", &[7; 5000])).unwrap();
    archive.close().unwrap();
    let path = dir.path().join(&kept.location.file);
    let mut bytes = fs::read(&path).unwrap();
    let middle = usize::try_from(kept.location.offset + kept.location.length / 2).unwrap();
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(archive.read(&kept.location), Err(ReadError::Damaged { .. })));
    assert!(scan(&path, |_| ()).is_err());
}

#[test]
fn a_location_never_leads_out_of_the_folder() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    let mut location = archive.keep(&exchange("http://sample.test/a", b"page")).unwrap().location;
    location.file = format!("../{}", location.file);
    assert!(matches!(archive.read(&location), Err(ReadError::Damaged { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]
    #[test]
    fn any_head_and_any_body_survive(
        fields in prop::collection::vec(("[a-z][a-z0-9-]{0,12}", prop::collection::vec(0x21_u8..=0xfe, 0..40)), 0..8),
        body in prop::collection::vec(any::<u8>(), 0..3000),
        status in 100_u16..=599,
    ) {
        let mut page = exchange("http://sample.test/a", &body);
        page.answer.response.status = StatusCode::from_u16(status).unwrap();
        page.answer.response.headers = HeaderMap::new();
        for (name, value) in &fields {
            let value = HeaderValue::from_bytes(value);
            if let (false, Ok(value)) = (name == "transfer-encoding", value) {
                page.answer.response.headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let archive = open(&config(dir.path()));
        let kept = archive.keep(&page).unwrap();
        let stored = archive.read(&kept.location).unwrap().response;
        prop_assert_eq!(stored.body, body);
        prop_assert_eq!(stored.status.as_u16(), status);
        prop_assert_eq!(stored.headers, page.answer.response.headers);
    }
}
