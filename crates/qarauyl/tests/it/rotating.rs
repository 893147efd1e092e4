//! `qarauyl key`: another key opens the house, the old one nothing; a change that is cut short anywhere loses neither.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::backup::{desk, done, json, refused, text};
use crate::house::{qarauyl, running, said, settled};

/// A house without sources, with a watch and a subscriber.
fn house() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    done(home.path(), &["init", "--defaults"]);
    done(home.path(), &["watch", "add", "Border", "@khorgos"]);
    done(home.path(), &["subscriber", "add", "aigul@example.org", "--watch", "Border"]);
    home
}

fn is_open(home: &Path) -> bool {
    let watches = qarauyl(home, &["watch", "list"]);
    watches.status.success() && said(&watches).contains("Border")
}

fn key(home: &Path) -> String {
    fs::read_to_string(home.join("data/key")).unwrap()
}

/// The files of keys, whole or half erased, that lie in the house.
fn keys(home: &Path) -> Vec<String> {
    let names = fs::read_dir(home.join("data")).unwrap().map(|file| file.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("key")).collect();
    names.sort();
    names
}

#[test]
fn another_key_opens_what_the_old_one_did_and_the_old_one_nothing() {
    let home = house();
    let home = home.path();
    let old = key(home);
    let said_of = json(home, &["key", "rotate"]);
    assert!(said_of["values"].as_u64().unwrap() >= 4, "{said_of}");
    assert_ne!(key(home), old);
    assert_eq!(keys(home), ["key"]);
    assert!(is_open(home));
    let listed = done(home, &["subscriber", "list", "--expose"]);
    assert!(listed.contains("aigul@example.org"), "{listed}");
    assert!(done(home, &["watch", "history", "Border"]).contains("added"));
    fs::write(home.join("data/key"), old).unwrap();
    assert!(!is_open(home));
}

/// Where a change can be cut short, as the files then lie.
#[test]
fn a_change_that_is_cut_short_is_ended_by_whoever_comes_next() {
    let home = house();
    let home = home.path();
    let data = |name: &str| home.join("data").join(name);
    let (old, before) = (key(home), fs::read(data("qarauyl.db")).unwrap());
    done(home, &["key", "rotate"]);
    let (new, after) = (key(home), fs::read(data("qarauyl.db")).unwrap());
    let check = |store: &[u8], files: &[(&str, &str)], left: &[&str], what: &str| {
        for name in keys(home).iter().map(String::as_str).chain(["qarauyl.db-wal", "qarauyl.db-shm"]) {
            // Most are not there.
            let _gone = fs::remove_file(data(name));
        }
        fs::write(data("qarauyl.db"), store).unwrap();
        for (name, text) in files {
            fs::write(data(name), text).unwrap();
        }
        assert!(is_open(home), "{what}: {}", said(&qarauyl(home, &["watch", "list"])));
        assert_eq!(keys(home), left, "{what}");
    };
    check(&before, &[("key", &old), ("key.next", &new[..20])], &["key"], "while it was written");
    check(&before, &[("key", &old), ("key.next", &new)], &["key"], "before the store was sealed");
    assert_eq!(key(home), old);
    check(&after, &[("key", &old), ("key.next", &new)], &["key"], "once it was");
    assert_eq!(key(home), new);
    check(
        &after,
        &[("key.erasing", &old), ("key.next", &new)],
        &["key"],
        "while the old key was written over",
    );
    check(&after, &[("key.next", &new)], &["key"], "before the new key was in its place");
    check(&after, &[("key", &new), ("key.erasing", &old)], &["key"], "with the old one left");
    // Sealing the house takes the right key with it.
    fs::write(data("key"), &old).unwrap();
    fs::write(data("key.next"), &new).unwrap();
    let (_desk, identity) = desk(home);
    done(home, &["seal"]);
    assert_eq!(keys(home), Vec::<String>::new());
    done(home, &["unseal", "--identity", text(&identity)]);
    assert!(is_open(home));
}

#[test]
fn a_change_that_is_killed_at_any_moment_leaves_a_house_that_opens() {
    let home = house();
    let home = home.path();
    let started = Instant::now();
    done(home, &["key", "rotate"]);
    let whole = started.elapsed();
    let mut cut = 0;
    for part in 1..=10 {
        let mut changing = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
            .args(["--home", text(home), "key", "rotate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(whole * part / 10);
        cut += usize::from(changing.try_wait().unwrap().is_none());
        changing.kill().unwrap();
        changing.wait().unwrap();
        assert!(is_open(home), "killed after {part}/10: {}", said(&qarauyl(home, &["watch", "list"])));
    }
    assert!(cut > 1, "it was killed on the way");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_changes_the_key_of_a_house_that_runs() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    done(home, &["watch", "add", "Border", "@khorgos"]);
    let mut running = running(home, "matcher");
    let before = key(home);
    for command in [&["key", "rotate"][..], &["key", "rotate", "--manifest"]] {
        assert!(refused(home, command).contains("systemctl stop qarauyl"), "{command:?}");
    }
    assert_eq!(key(home), before);
    running.kill().unwrap();
    running.wait().unwrap();
    done(home, &["key", "rotate"]);
    assert!(is_open(home));
    newsroom.stop().await;
}

#[test]
fn a_passphrase_is_changed_where_it_lies_and_where_somebody_has_it_in_mind() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let file = home.join("phrase");
    fs::write(&file, "correct horse battery").unwrap();
    done(home, &["init", "--defaults", "--key", "passphrase", "--passphrase-file", text(&file)]);
    done(home, &["watch", "add", "Border", "@khorgos"]);
    let change = |phrase: &str| {
        let line = format!(
            "printf '%s\\n' '{phrase}' | {} --home {} key passphrase",
            env!("CARGO_BIN_EXE_qarauyl"),
            text(home)
        );
        Command::new("sh").args(["-c", &line]).output().unwrap()
    };
    assert!(refused(home, &["key", "rotate"]).contains("qarauyl key passphrase"));
    let short = change("short");
    assert!(!short.status.success() && said(&short).contains("12 characters"), "{}", said(&short));
    let changed = change("another horse altogether");
    assert!(changed.status.success(), "{}", said(&changed));
    assert!(!said(&changed).contains("altogether"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "another horse altogether");
    assert!(is_open(home));
    fs::write(&file, "correct horse battery").unwrap();
    assert!(!is_open(home));
}

#[tokio::test(flavor = "multi_thread")]
async fn older_entries_of_the_manifest_are_proven_by_keys_that_sign_no_more() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    let (desk, identity) = desk(home);
    done(home, &["run", "--once"]);
    let first = fs::read_to_string(home.join("data/manifest.key.pub")).unwrap();
    let made = json(home, &["key", "rotate", "--manifest"]);
    assert_eq!(made["retired"][0], first.trim());
    assert_ne!(made["public_key"], first.trim());
    // Another look at everything brings entries that the new key signs.
    done(home, &["watch", "add", "Border", "@khorgos"]);
    done(home, &["run", "--once"]);
    let verified = json(home, &["archive", "verify"]);
    assert_eq!((&verified["whole"], verified["public_keys"].as_array().unwrap().len()), (&true.into(), 2));
    let signs = verified["public_keys"][0].as_str().unwrap();
    assert_eq!(qarauyl(home, &["archive", "verify", "--public-key", signs]).status.code(), Some(1));
    let backup = desk.path().join("backup");
    done(home, &["backup", text(&backup)]);
    let restored = desk.path().join("restored");
    let arguments = ["restore", "--verify", "--identity", text(&identity), text(&backup), text(&restored)];
    done(desk.path(), &arguments);
    assert_eq!(json(&restored, &["archive", "verify"])["whole"], true);
    newsroom.stop().await;
}
