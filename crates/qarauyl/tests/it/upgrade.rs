//! A house of the first release is brought to this version, and answers as it did.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::backup::{done, json, refused};

/// The key with which the house of the first release was sealed.
const KEY: &str = "e548b526270f75399df11c260f3e1368bc65230d04ced797c5a8dd06ab64b55f";

fn first_release() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let packed = include_bytes!("first-release/qarauyl.db.gz");
    let mut store = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut store).unwrap();
    fs::create_dir_all(home.path().join("data")).unwrap();
    fs::write(home.path().join("data/qarauyl.db"), store).unwrap();
    fs::write(home.path().join("data/key"), KEY).unwrap();
    fs::write(home.path().join("qarauyl.toml"), "").unwrap();
    home
}

fn copies(home: &Path) -> Vec<String> {
    let items = fs::read_dir(home.join("data")).unwrap().flatten();
    let names = items.map(|item| item.file_name().to_string_lossy().into_owned());
    let mut copies: Vec<String> = names.filter(|name| name.starts_with("before-")).collect();
    copies.sort();
    copies
}

/// The house knows its watches, and a search finds for them what was told of them.
fn answers_as_before(home: &Path) {
    done(home, &["index", "rebuild"]);
    let watches = json(home, &["watch", "list"]);
    let watches = watches.as_array().unwrap();
    assert_eq!(watches.len(), 6);
    let total = |query: &str| json(home, &["search", query])["total"].as_u64().unwrap();
    assert_eq!(watches.iter().map(|watch| total(watch["query"].as_str().unwrap())).sum::<u64>(), 36);
    let ledger = json(home, &["ledger"]);
    assert_eq!((ledger["articles"].as_array().unwrap().len(), ledger["mails"].as_u64()), (60, Some(30)));
    assert_eq!(ledger["told"].as_array().unwrap().len(), 36);
}

#[test]
fn a_house_of_the_first_release_is_copied_and_upgraded_and_answers_as_it_did() {
    let home = first_release();
    let home = home.path();
    let before = fs::read(home.join("data/qarauyl.db")).unwrap();
    let planned = json(home, &["upgrade", "--dry-run"]);
    assert_eq!((&planned["migrations"][0], &planned["done"]), (&2.into(), &false.into()));
    assert!(planned["needed_bytes"].as_u64().unwrap() > 0 && planned["free_bytes"].as_u64().unwrap() > 0);
    assert!(fs::read(home.join("data/qarauyl.db")).unwrap() == before && copies(home).is_empty());
    let said = done(home, &["upgrade"]);
    assert!(said.contains("before-0002.db"), "{said}");
    assert_eq!(copies(home), ["before-0002.db"]);
    assert!(done(home, &["upgrade", "--dry-run"]).contains("nothing is to be done"));
    answers_as_before(home);
}

#[test]
fn a_newer_program_changes_no_store_with_which_an_older_one_works() {
    let home = first_release();
    let home = home.path();
    let before = fs::read(home.join("data/qarauyl.db")).unwrap();
    // What a program that runs the house holds.
    let lock = fs::OpenOptions::new().create(true).append(true).open(home.join("data/run.lock")).unwrap();
    lock.lock_shared().unwrap();
    for command in [&["watch", "list"][..], &["search", "@khorgos"], &["run", "--once"]] {
        assert!(refused(home, command).contains("systemctl restart qarauyl"), "{command:?}");
    }
    assert!(refused(home, &["upgrade"]).contains("stop it first"));
    assert!(fs::read(home.join("data/qarauyl.db")).unwrap() == before && copies(home).is_empty());
    drop(lock);
    assert_eq!(json(home, &["watch", "list"]).as_array().unwrap().len(), 6);
}

#[test]
fn a_kill_in_the_middle_of_an_upgrade_is_made_good_by_the_next_start() {
    let mut cut = 0;
    for delay in [1, 10, 20, 30, 40, 60, 80, 110, 150, 200, 260, 330] {
        let home = first_release();
        let mut child = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
            .arg("--home")
            .arg(home.path())
            .arg("upgrade")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        cut += usize::from(!ended);
        done(home.path(), &["upgrade"]);
        assert_eq!(json(home.path(), &["watch", "list"]).as_array().unwrap().len(), 6);
        if ended {
            break;
        }
    }
    assert!(cut > 1, "it was killed on the way");
}
