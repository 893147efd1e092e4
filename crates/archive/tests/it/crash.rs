//! What a killed process leaves behind.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::keeping::{config, exchange, kinds, open, warc_files};

/// Keeps `pages` and leaves the folder as a kill would: the file open, nothing closed.
fn killed_after(dir: &Path, pages: usize) -> (Vec<model::CaptureLocation>, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let archive = open(&config(scratch.path()));
    let page = |number| exchange("http://sample.test/a", format!("page {number}").as_bytes());
    let kept: Vec<_> = (0..pages).map(|number| archive.keep(&page(number)).unwrap().location).collect();
    let open = warc_files(scratch.path()).remove(0);
    let copy = dir.join(open.file_name().unwrap());
    assert_eq!(copy.extension().unwrap(), "open");
    fs::copy(&open, &copy).unwrap();
    (kept, copy)
}

#[test]
fn a_torn_record_is_cut_and_every_acknowledged_one_stays() {
    for torn in [&b""[..], b"\x1f\x8b\x08\x00 half a record", &[0; 4096]] {
        let dir = tempfile::tempdir().unwrap();
        let (kept, torn_file) = killed_after(dir.path(), 3);
        OpenOptions::new().append(true).open(&torn_file).unwrap().write_all(torn).unwrap();
        let archive = open(&config(dir.path()));
        archive.keep(&exchange("http://sample.test/b", b"next run")).unwrap();
        for (number, location) in kept.iter().enumerate() {
            let body = archive.read(location).unwrap().response.body;
            assert_eq!(body, format!("page {number}").into_bytes());
        }
        archive.close().unwrap();
        assert_eq!(kinds(dir.path()).len(), 1 + 9 + 1 + 3);
    }
}

#[test]
fn an_exchange_cut_at_any_byte_leaves_a_file_that_opens() {
    let dir = tempfile::tempdir().unwrap();
    let (kept, torn_file) = killed_after(dir.path(), 2);
    let whole = fs::read(&torn_file).unwrap();
    let second = usize::try_from(kept[1].offset).unwrap();
    // Every byte of the last record, and every fifth of the others.
    for end in (second..whole.len()).filter(|end| end % 5 == 0 || whole.len() - end < 300) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(torn_file.file_name().unwrap()), &whole[..end]).unwrap();
        let archive = open(&config(dir.path()));
        archive.keep(&exchange("http://sample.test/b", b"next run")).unwrap();
        assert_eq!(archive.read(&kept[0]).unwrap().response.body, b"page 0");
        archive.close().unwrap();
        kinds(dir.path());
    }
}

#[test]
fn a_file_without_a_whole_record_vanishes() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("qarauyl-20200101000000-00000.warc.gz.open"), b"\x1f\x8b").unwrap();
    let archive = open(&config(dir.path()));
    archive.keep(&exchange("http://sample.test/b", b"next run")).unwrap();
    archive.close().unwrap();
    assert_eq!(kinds(dir.path()).len(), 4);
}

#[test]
fn the_file_of_a_living_writer_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (one, other) = (open(&config(dir.path())), open(&config(dir.path())));
    let first = one.keep(&exchange("http://sample.test/a", b"first")).unwrap().location;
    let second = other.keep(&exchange("http://sample.test/a", b"second")).unwrap().location;
    let third = one.keep(&exchange("http://sample.test/a", b"third")).unwrap().location;
    assert_eq!(first.file, third.file);
    assert_ne!(first.file, second.file);
    assert_eq!(other.read(&third).unwrap().response.body, b"third");
}
