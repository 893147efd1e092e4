//! The manifest proves what is there, names what is broken, and explains what was dropped.

use std::fs;
use std::path::Path;

use archive::{Archive, Config, PublicKey, ReadError, Verified, verify, verify_newest};
use jiff::SignedDuration;
use model::Clock;

use crate::keeping::{config, exchange, open, warc_files};

const URL: &str = "http://sample.test/a";

fn key(dir: &Path) -> PublicKey {
    PublicKey::of_signing_key(&dir.join("manifest.key")).unwrap().unwrap()
}

fn verified(dir: &Path) -> Verified {
    verify(dir, &[key(dir)], None, |_| ()).unwrap()
}

/// Returns what is broken, as `file@offset: what`.
fn problems(dir: &Path) -> Vec<String> {
    let problem = |one: archive::Problem| format!("{}@{:?}: {}", one.file, one.record_offset, one.what);
    verified(dir).problems.into_iter().map(problem).collect()
}

/// Keeps three files of two pages each.
fn three_files(dir: &Path) -> Vec<model::CaptureLocation> {
    let archive = open(&config(dir));
    let mut kept = Vec::new();
    for number in 0..6 {
        kept.push(archive.keep(&exchange(URL, format!("page {number}").as_bytes())).unwrap().location);
        if number % 2 == 1 {
            archive.close().unwrap();
        }
    }
    kept
}

#[test]
fn closed_files_are_proven_whole() {
    let dir = tempfile::tempdir().unwrap();
    three_files(dir.path());
    let verified = verified(dir.path());
    assert!(verified.is_whole(), "{:?}", verified.problems);
    // One entry begins the chain.
    assert_eq!((verified.entries, verified.files, verified.records, verified.unsealed.len()), (4, 3, 21, 0));
    let stranger = tempfile::tempdir().unwrap();
    three_files(stranger.path());
    let by_stranger = verify(dir.path(), &[key(stranger.path())], None, |_| ()).unwrap();
    assert_eq!(by_stranger.problems.len(), 4);
    assert!(verify(dir.path(), &[key(stranger.path()), key(dir.path())], None, |_| ()).unwrap().is_whole());
}

#[test]
fn a_quick_look_proves_the_newest_and_counts_the_bytes_of_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let kept = three_files(dir.path());
    let look = || verify_newest(dir.path(), &[key(dir.path())], 1, |_| ()).unwrap();
    assert_eq!((look().is_whole(), look().files), (true, 1));
    let [oldest, newest] = [&kept[0].file, &kept[5].file].map(|file| dir.path().join(file));
    let whole = fs::read(&oldest).unwrap();
    let changed: Vec<u8> = whole.iter().map(|byte| byte ^ 1).collect();
    fs::write(&oldest, &changed).unwrap();
    assert!(look().is_whole(), "an old file of the same size takes `verify`");
    fs::write(&oldest, &changed[1..]).unwrap();
    assert_eq!(look().problems.len(), 1);
    fs::write(&oldest, whole).unwrap();
    let changed: Vec<u8> = fs::read(&newest).unwrap().iter().map(|byte| byte ^ 1).collect();
    fs::write(&newest, changed).unwrap();
    assert_eq!(look().problems.len(), 1);
}

#[test]
fn a_changed_byte_names_file_and_record_wherever_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let kept = three_files(dir.path());
    let path = dir.path().join(&kept[3].file);
    let whole = fs::read(&path).unwrap();
    let first = usize::try_from(kept[2].offset).unwrap();
    for at in (first..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let problems = problems(dir.path());
        assert_eq!(problems.len(), 1, "byte {at}");
        assert!(problems[0].starts_with(&kept[3].file), "{problems:?}");
        // Four bytes of a gzip head say nothing that matters; all else is found in its record.
        let told = problems[0].contains("@Some(");
        assert!(told || problems[0].contains("was rewritten"), "{problems:?}");
    }
    let last = usize::try_from(kept[3].offset + 40).unwrap();
    let mut bytes = whole.clone();
    bytes[last] ^= 0x10;
    fs::write(&path, &bytes).unwrap();
    assert!(problems(dir.path())[0].contains(&format!("@Some({})", kept[3].offset)));
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(problems(dir.path()).len(), 1);
    fs::remove_file(&path).unwrap();
    assert!(problems(dir.path())[0].contains("is missing"));
    fs::write(&path, &whole).unwrap();
    assert!(problems(dir.path()).is_empty());
}

#[test]
fn a_manifest_that_was_tampered_with_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    three_files(dir.path());
    let (path, root) = (dir.path().join("manifest.jsonl"), verified(dir.path()).root);
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let with = |lines: &[&str]| {
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        problems(dir.path())
    };
    assert!(with(&[lines[0], lines[1], lines[3]])[0].contains("line 3 does not follow"));
    assert!(with(&[lines[0], lines[2], lines[1], lines[3]])[0].contains("line 2 does not follow"));
    let other = lines[2].replace("\"records\":7", "\"records\":8");
    assert!(with(&[lines[0], lines[1], &other, lines[3]])[0].contains("line 3 is not signed"));
    // A chain that was cut proves itself, but not the root that was written down.
    assert!(with(&lines[..3]).is_empty());
    assert_eq!(verified(dir.path()).unsealed.len(), 1);
    let cut = verify(dir.path(), &[key(dir.path())], Some(&root), |_| ()).unwrap();
    assert!(cut.problems[0].what.contains("cut off"), "{:?}", cut.problems);
    fs::write(&path, &whole).unwrap();
    assert!(verify(dir.path(), &[key(dir.path())], Some(&root), |_| ()).unwrap().is_whole());
    fs::remove_file(&path).unwrap();
    assert!(problems(dir.path())[0].contains("there is no manifest"));
}

#[test]
fn a_manifest_torn_by_a_crash_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    three_files(dir.path());
    let path = dir.path().join("manifest.jsonl");
    let whole = fs::read(&path).unwrap();
    let last =
        whole.len() - 1 - whole[..whole.len() - 1].iter().rev().position(|byte| *byte == b'\n').unwrap();
    for end in (last..whole.len()).step_by(37) {
        fs::write(&path, &whole[..end]).unwrap();
        let archive = open(&config(dir.path()));
        archive.keep(&exchange(URL, b"next run")).unwrap();
        archive.close().unwrap();
        let verified = verified(dir.path());
        assert!(verified.is_whole() && verified.unsealed.is_empty(), "{:?}", verified.problems);
    }
}

#[test]
fn what_is_too_old_is_dropped_with_a_tombstone() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap());
    let config = Config { keep_relooks_days: 30, ..config(dir.path()) };
    let archive = Archive::open(&config, clock.clone());
    let page = archive.keep(&exchange(URL, b"the story")).unwrap().location;
    let relook = archive.keep_relook(&exchange(URL, b"changed"), &page).unwrap().location;
    archive.close().unwrap();
    let keep_one = || {
        archive.keep(&exchange("http://sample.test/b", b"later")).unwrap();
        archive.close().unwrap();
    };
    clock.advance(SignedDuration::from_hours(24 * 30));
    keep_one();
    assert_eq!(archive.read(&relook).unwrap().response.body, b"changed");
    clock.advance(SignedDuration::from_hours(1));
    keep_one();
    assert!(!dir.path().join(&relook.file).exists());
    let error = archive.read(&relook).unwrap_err();
    assert!(matches!(error, ReadError::Dropped { .. }), "{error}");
    assert_eq!(archive.read(&page).unwrap().response.body, b"the story");
    assert_eq!(archive.find(&URL.parse().unwrap(), None).unwrap().len(), 1);
    let verified = verified(dir.path());
    assert!(verified.is_whole(), "{:?}", verified.problems);
    assert_eq!((verified.dropped, verified.files), (1, 3));
    assert_eq!(warc_files(dir.path()).len(), 3);
}

#[test]
fn another_key_begins_its_reign_with_an_entry() {
    let dir = tempfile::tempdir().unwrap();
    three_files(dir.path());
    let (first, file) = (key(dir.path()), dir.path().join("manifest.key"));
    let taken = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let keep = |page: &[u8]| {
        let archive = open(&config(dir.path()));
        archive.keep(&exchange(URL, page)).unwrap();
        archive.close().unwrap();
    };
    keep(b"next run");
    let second = key(dir.path());
    assert_eq!(verified(dir.path()).problems.len(), 4);
    assert!(verify(dir.path(), &[first, second], None, |_| ()).unwrap().is_whole());
    // Whoever has taken the first key can add nothing any more.
    fs::write(&file, taken).unwrap();
    keep(b"forged");
    let forged = verify(dir.path(), &[first, second], None, |_| ()).unwrap();
    let said: Vec<&str> = forged.problems.iter().map(|one| one.what.as_str()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.iter().all(|what| what.contains("did not sign at that time")), "{said:?}");
}
