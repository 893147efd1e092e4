//! Backups through the program itself: what comes back is the house, and nothing is told twice or lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::house::{qarauyl, settled};

pub(crate) fn done(home: &Path, arguments: &[&str]) -> String {
    let output = qarauyl(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn json(home: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&done(home, &[&["--json"], arguments].concat())).unwrap()
}

pub(crate) fn refused(home: &Path, arguments: &[&str]) -> String {
    let output = qarauyl(home, arguments);
    assert!(!output.status.success(), "{arguments:?} is refused");
    String::from_utf8(output.stderr).unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn mails(home: &Path) -> usize {
    let Ok(items) = fs::read_dir(home.join("data/outbox")) else { return 0 };
    items.flatten().filter(|item| item.path().extension().is_some_and(|end| end == "eml")).count()
}

/// A folder beside the house, for backups and what becomes of them; with an identity, whose public key the house has.
pub(crate) fn desk(home: &Path) -> (TempDir, PathBuf) {
    let desk = tempfile::tempdir().unwrap();
    let identity = desk.path().join("identity");
    let made = json(home, &["backup", "keygen", text(&identity)]);
    let settings = home.join("qarauyl.toml");
    let before = fs::read_to_string(&settings).unwrap();
    let recipient = made["recipient"].as_str().unwrap();
    fs::write(settings, format!("{before}[backup]\nrecipient = \"{recipient}\"\n")).unwrap();
    (desk, identity)
}

/// A house that has read the sample newsroom, and told one subscriber of it.
async fn told() -> (TempDir, newsroom::Newsroom) {
    let (home, newsroom) = settled().await;
    done(home.path(), &["watch", "add", "Border", "@khorgos"]);
    done(home.path(), &["subscriber", "add", "aigul@example.org", "--frequency", "instant"]);
    done(home.path(), &["run", "--once"]);
    (home, newsroom)
}

pub(crate) fn found(home: &Path) -> Vec<String> {
    let found = json(home, &["search", "@khorgos", "--limit", "200"]);
    let mut found: Vec<String> =
        found["hits"].as_array().unwrap().iter().map(|hit| hit["url"].to_string()).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_backup_and_its_increment_give_the_house_back_and_no_mail_is_repeated() {
    let (home, newsroom) = told().await;
    let (desk, identity) = desk(home.path());
    let at = |name: &str| desk.path().join(name);
    let (full_file, increment_file) = (at("full"), at("increment"));
    let missing = refused(home.path(), &["backup", text(&at("early")), "--increment"]);
    assert!(missing.contains("make a full one first"), "{missing}");
    let full = json(home.path(), &["backup", text(&full_file)]);
    assert!(full["archive_files_inside"].as_u64().unwrap() > 0);
    assert!(refused(home.path(), &["backup", text(&full_file)]).contains("not overwritten"));
    // Later looks, and with them one more file.
    done(home.path(), &["watch", "add", "Later", "border"]);
    done(home.path(), &["run", "--once"]);
    let increment = json(home.path(), &["backup", text(&increment_file), "--increment"]);
    let (inside, all) = (&increment["archive_files_inside"], &increment["archive_files"]);
    assert!(inside.as_u64().unwrap() < all.as_u64().unwrap(), "{increment}");
    let (before, hits) = (json(home.path(), &["ledger"]), found(home.path()));
    let proven = json(home.path(), &["archive", "verify"]);
    assert!(mails(home.path()) > 0 && !hits.is_empty());
    fs::remove_dir_all(home.path()).unwrap();

    let new = at("new");
    let alone = ["restore", "--identity", text(&identity), text(&increment_file), text(&new)];
    let error = refused(desk.path(), &alone);
    assert!(error.contains(full["id"].as_str().unwrap()) && error.contains("not named"), "{error}");
    assert!(!new.exists());
    let both = [&alone[..3], &["--verify", text(&increment_file), text(&full_file), text(&new)]].concat();
    let said = done(desk.path(), &both);
    for word in ["archive files", "manifest", proven["root"].as_str().unwrap(), "store", "search index"] {
        assert!(said.contains(word), "{word} in {said}");
    }
    assert_eq!(json(&new, &["archive", "verify"])["root"], proven["root"]);
    assert_eq!((json(&new, &["ledger"]), found(&new)), (before, hits));
    done(&new, &["run", "--once"]);
    assert_eq!(mails(&new), 0, "what was told is not told again");
    assert!(!at("new.part").exists() && !new.join(".being-restored").exists());
    newsroom.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_increment_holds_of_the_store_what_has_changed_and_all_of_it_where_that_is_not_known() {
    let (home, newsroom) = told().await;
    let (desk, identity) = desk(home.path());
    let names = ["full", "first", "second", "third"];
    let files = names.map(|name| desk.path().join(name));
    let [full, first, second, third] = files.each_ref().map(|path| text(path));
    done(home.path(), &["backup", full]);
    done(home.path(), &["watch", "add", "First", "border"]);
    let changed = json(home.path(), &["backup", first, "--increment"]);
    done(home.path(), &["watch", "add", "Second", "border"]);
    done(home.path(), &["backup", second, "--increment"]);
    fs::remove_file(home.path().join("data/backups.pieces")).unwrap();
    let whole = json(home.path(), &["backup", third, "--increment"]);
    let bytes = |one: &Value| one["bytes"].as_u64().unwrap();
    assert!(bytes(&changed) * 2 < bytes(&whole), "{changed} {whole}");
    let watches = |backups: &[&str], name: &str| {
        let new = desk.path().join(name);
        done(desk.path(), &[&["restore", "--identity", text(&identity)], backups, &[text(&new)]].concat());
        json(&new, &["watch", "list"]).as_array().unwrap().len()
    };
    assert_eq!(watches(&[second, full, first], "changed"), 3);
    assert_eq!(watches(&[first, full], "earlier"), 2);
    assert_eq!(watches(&[third, full], "whole"), 3);
    let lacking = refused(
        desk.path(),
        &["restore", "--identity", text(&identity), second, full, text(&desk.path().join("x"))],
    );
    assert!(lacking.contains(changed["id"].as_str().unwrap()) && lacking.contains("not named"), "{lacking}");
    newsroom.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_due_at_the_backup_waits_for_a_person_and_is_sent_on_request() {
    let (home, newsroom) = settled().await;
    done(home.path(), &["watch", "add", "Border", "@khorgos"]);
    done(home.path(), &["subscriber", "add", "aigul@example.org", "--frequency", "instant"]);
    done(home.path(), &["run", "--once", "--only", "fetcher,extractor,matcher,indexer"]);
    let (desk, identity) = desk(home.path());
    let (backup, new) = (desk.path().join("backup"), desk.path().join("new"));
    done(home.path(), &["backup", text(&backup)]);
    // The old house mails what was due, after the backup.
    done(home.path(), &["run", "--once", "--only", "mailer"]);
    let told = mails(home.path());
    assert!(told > 0);
    fs::create_dir(&new).unwrap();
    let said = done(desk.path(), &["restore", "--identity", text(&identity), text(&backup), text(&new)]);
    assert!(said.contains("qarauyl jobs"), "{said}");
    done(&new, &["run", "--once"]);
    assert_eq!(mails(&new), 0);
    let jobs = json(&new, &["jobs"]);
    let why = jobs["parked"][0][4].as_str().unwrap();
    assert!(why.starts_with("may have been sent by the old server after the backup of"), "{why}");
    done(&new, &["jobs", "--retry", "all"]);
    done(&new, &["run", "--once", "--only", "mailer"]);
    assert_eq!(mails(&new), told, "nothing is lost");
    let mail = fs::read_dir(new.join("data/outbox")).unwrap().flatten().next().unwrap().path();
    assert!(fs::read_to_string(mail).unwrap().contains("was restored on"));
    newsroom.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_identity_a_damaged_file_and_a_missing_recipient_are_named() {
    let (home, newsroom) = told().await;
    let spare = tempfile::tempdir().unwrap();
    let error = refused(home.path(), &["backup", text(&spare.path().join("none"))]);
    assert!(error.contains("qarauyl backup keygen FILE"), "{error}");
    let (desk, identity) = desk(home.path());
    let (backup, new) = (desk.path().join("backup"), desk.path().join("new"));
    done(home.path(), &["backup", text(&backup)]);
    let stranger = desk.path().join("stranger");
    done(home.path(), &["backup", "keygen", text(&stranger)]);
    let error = refused(desk.path(), &["restore", "--identity", text(&stranger), text(&backup), text(&new)]);
    assert!(error.contains("another key") && error.contains("backup"), "{error}");
    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = desk.path().join("damaged");
    fs::write(&damaged, bytes).unwrap();
    let error = refused(desk.path(), &["restore", "--identity", text(&identity), text(&damaged), text(&new)]);
    assert!(error.contains("damaged or cut off"), "{error}");
    assert!(!new.exists() && !desk.path().join("new.part").exists());
    fs::create_dir(&new).unwrap();
    fs::write(new.join("something"), "of mine").unwrap();
    let error = refused(desk.path(), &["restore", "--identity", text(&identity), text(&backup), text(&new)]);
    assert!(error.contains("is not empty"), "{error}");
    newsroom.stop().await;
}

/// Kills the program after `delay`, and returns whether it had ended by itself.
fn killed(home: &Path, arguments: &[&str], delay: Duration) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
        .arg("--home")
        .arg(home)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(delay);
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_leaves_nothing_or_the_whole() {
    let (home, newsroom) = told().await;
    let (desk, identity) = desk(home.path());
    let counts = json(home.path(), &["ledger"]);
    let (mut cut, mut delay) = (0, 5);
    loop {
        let file = desk.path().join(format!("backup-{delay}"));
        let ended = killed(home.path(), &["backup", text(&file)], Duration::from_millis(delay));
        cut += usize::from(!ended);
        if file.exists() {
            let new = desk.path().join(format!("house-{delay}"));
            done(desk.path(), &["restore", "--identity", text(&identity), text(&file), text(&new)]);
            assert_eq!(json(&new, &["ledger"]), counts);
        }
        if ended {
            break;
        }
        delay = delay * 2 + 1;
    }
    assert!(cut > 3, "it was killed on the way");
    let backup = desk.path().join("backup");
    done(home.path(), &["backup", text(&backup)]);
    let left = |folder: &Path, word: &str| {
        let items = fs::read_dir(folder).unwrap().flatten();
        items.filter(|item| item.file_name().to_string_lossy().contains(word)).count()
    };
    assert_eq!((left(desk.path(), ".part"), left(&home.path().join("data"), "backup-store")), (0, 0));

    let new = desk.path().join("new");
    let restore = ["restore", "--identity", text(&identity), text(&backup), text(&new)];
    let mut delay = 5;
    while !killed(desk.path(), &restore, Duration::from_millis(delay)) && !new.exists() {
        delay = delay * 2 + 1;
    }
    assert_eq!(json(&new, &["ledger"]), counts);
    assert_eq!(left(desk.path(), "new.part"), 0);
    newsroom.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drill_shows_that_the_restored_house_is_this_house() {
    let (home, newsroom) = told().await;
    let drilled = json(home.path(), &["backup", "drill"]);
    assert_eq!(drilled["differences"], 0, "{drilled}");
    let said = drilled["checks"].to_string();
    let answers = said.split(" answers here").next().unwrap().rsplit(' ').next().unwrap();
    assert!(answers.parse::<u64>().unwrap() > 0, "{said}");
    assert!(!home.path().join("data/drill").exists() && !home.path().join("data/backups.jsonl").exists());
    let (desk, identity) = desk(home.path());
    let stranger = desk.path().join("stranger");
    done(home.path(), &["backup", "keygen", text(&stranger)]);
    let error = refused(home.path(), &["backup", "drill", "--identity", text(&stranger)]);
    assert!(error.contains("not that of [backup] recipient"), "{error}");
    done(home.path(), &["backup", "drill", "--identity", text(&identity)]);
    newsroom.stop().await;
}
