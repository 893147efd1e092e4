//! A disk that takes no more: fetching stops, nothing acknowledged is lost, and all goes on when there is room.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use archive::{Archive, Config, NoRoom, PublicKey, verify};
use model::{CaptureLocation, Clock};

use crate::keeping::{config, exchange, kinds, open};

const DIR: &str = "QARAUYL_TEST_LIMITED_DIR";

/// A body that no packing makes smaller.
fn body(number: u64) -> Vec<u8> {
    let mut state = number + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..3000).map(|_| next()).collect()
}

#[test]
fn below_the_reserve_there_is_no_room_and_what_was_fetched_is_kept_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let free = Arc::new(AtomicU64::new(1 << 30));
    let said = Arc::clone(&free);
    let config = Config { min_free_bytes: 1 << 20, ..config(dir.path()) };
    let archive =
        Archive::open_on(&config, Clock::system(), Box::new(move |_| Ok(said.load(Ordering::Relaxed))));
    assert_eq!(archive.room(), Ok(()));
    free.store(1 << 19, Ordering::Relaxed);
    assert!(matches!(archive.room(), Err(NoRoom::Little { .. })));
    archive.keep(&exchange("http://sample.test/a", b"under way")).unwrap();
    free.store(1 << 30, Ordering::Relaxed);
    assert_eq!(archive.room(), Ok(()));
}

#[test]
fn when_nobody_writes_any_more_nothing_is_fetched() {
    let dir = tempfile::tempdir().unwrap();
    let archive = open(&config(dir.path()));
    archive.keep(&exchange("http://sample.test/a", b"kept")).unwrap();
    archive.keep_then(exchange("http://sample.test/b", b"kept"), |_| panic!("a mistake of whoever asked"));
    let ended = || matches!(archive.room(), Err(NoRoom::Ended { .. }));
    let began = Instant::now();
    while !ended() && began.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(ended());
    archive.keep(&exchange("http://sample.test/c", b"not kept")).unwrap_err();
    drop(archive);
    // The next process goes on with what is whole.
    open(&config(dir.path())).keep(&exchange("http://sample.test/d", b"kept")).unwrap();
    assert_eq!(kinds(dir.path()).iter().filter(|kind| *kind == "response").count(), 3);
}

/// Keeps pages until the system takes no more, and prints where the acknowledged ones lie.
#[test]
#[ignore = "started by the test below, under a limit of the system"]
fn keeps_until_nothing_is_taken() {
    let dir = env::var(DIR).expect("the test below sets it");
    let archive = open(&config(Path::new(&dir)));
    for number in 0.. {
        match archive.keep(&exchange("http://sample.test/a", &body(number))) {
            Ok(kept) => {
                println!("kept {} {} {}", kept.location.file, kept.location.offset, kept.location.length);
            }
            Err(error) => {
                println!("stopped {error}");
                break;
            }
        }
    }
    assert!(matches!(archive.room(), Err(NoRoom::Full { .. })));
    // What fits is still taken: the file was left whole.
    let small = archive.keep(&exchange("http://sample.test/a", b"small"));
    if let Ok(kept) = small {
        println!("small {} {} {}", kept.location.file, kept.location.offset, kept.location.length);
    }
    std::process::exit(0);
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    // The shell counts in blocks of 512 or 1024 bytes; the signal that comes with the limit is ignored, so that
    // the write fails as it does on a full disk.
    let limited = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let output = Command::new("sh")
        .args(["-c", limited])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "full::keeps_until_nothing_is_taken", "--ignored", "--nocapture"])
        .env(DIR, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("stopped archive folder"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let location = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| word.ends_with(".warc.gz")).unwrap();
        CaptureLocation {
            file: words[at].to_owned(),
            offset: words[at + 1].parse().unwrap(),
            length: words[at + 2].parse().unwrap(),
        }
    };
    let kept: Vec<CaptureLocation> =
        said.lines().filter(|line| line.contains("kept qarauyl")).map(location).collect();
    assert!(kept.len() > 5, "{said}");
    let archive = open(&config(dir.path()));
    archive.keep(&exchange("http://sample.test/a", b"there is room again")).unwrap();
    for (number, location) in (0..).zip(&kept) {
        assert_eq!(archive.read(location).unwrap().response.body, body(number));
    }
    archive.close().unwrap();
    kinds(dir.path());
    let key = PublicKey::of_signing_key(&dir.path().join("manifest.key")).unwrap().unwrap();
    assert!(verify(dir.path(), &[key], None, |_| ()).unwrap().is_whole());
}
