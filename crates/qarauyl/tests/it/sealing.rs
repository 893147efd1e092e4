//! A house that is sealed shows its secrets to nobody, and is what it was once it is unsealed.

use std::fs;
use std::path::{Path, PathBuf};

use crate::backup::{desk, done, found, json, mails, refused, text};
use crate::house::{qarauyl, running, settled};

const NAME: &str = "Zhalbyrak canary name";
const ADDRESS: &str = "canary.zhusan@example.org";
const TERM: &str = "bozingen";

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Returns the files in which one of the canaries can be read.
fn betraying(folder: &Path, but: &str) -> Vec<PathBuf> {
    let holds = |bytes: &[u8], word: &str| {
        bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
    };
    let betrays = |path: &PathBuf| {
        let bytes = fs::read(path).unwrap();
        [NAME, ADDRESS, TERM].iter().any(|word| holds(&bytes, word))
    };
    let searched =
        files(folder).into_iter().filter(|path| but.is_empty() || !path.to_string_lossy().contains(but));
    searched.filter(betrays).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_house_holds_no_secret_in_the_open_and_comes_back() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    let (desk, identity) = desk(home);
    done(home, &["watch", "add", NAME, &format!("{TERM} OR @khorgos")]);
    done(home, &["subscriber", "add", ADDRESS, "--frequency", "instant"]);
    done(home, &["run", "--once"]);
    let (hits, told) = (found(home), mails(home));
    assert!(told > 0 && !betraying(home, "").is_empty(), "the outbox names the watch, as mails do");
    let mut running = running(home, "fetcher,matcher");
    assert_eq!(betraying(home, "outbox"), Vec::<PathBuf>::new(), "while it runs, with the write-ahead log");
    let backup = desk.path().join("backup");
    done(home, &["backup", text(&backup)]);
    assert_eq!(betraying(desk.path(), ""), Vec::<PathBuf>::new(), "a backup is encrypted");

    let sealed = json(home, &["seal"]);
    assert_eq!(sealed["stopped"], 1);
    assert!(running.wait().unwrap().success(), "it ended in order");
    assert_eq!(betraying(home, ""), Vec::<PathBuf>::new());
    assert_eq!(mails(home), 0);
    let key = "1f".repeat(32);
    let holds_key =
        |path: &PathBuf| fs::read(path).unwrap().windows(key.len()).any(|part| part == key.as_bytes());
    assert!(!files(home).iter().any(holds_key) && !home.join("data/manifest.key").exists());
    for command in [&["run", "--once"][..], &["watch", "list"], &["backup", text(&desk.path().join("other"))]]
    {
        assert!(refused(home, command).contains("sealed: `qarauyl unseal --identity FILE`"), "{command:?}");
    }
    let again = qarauyl(home, &["seal"]);
    assert!(again.status.success() && String::from_utf8_lossy(&again.stderr).contains("sealed already"));

    let stranger = desk.path().join("stranger");
    done(home, &["backup", "keygen", text(&stranger)]);
    assert!(refused(home, &["unseal", "--identity", text(&stranger)]).contains("another key"));
    done(home, &["unseal", "--identity", text(&identity)]);
    assert_eq!((found(home), mails(home)), (hits, told));
    done(home, &["run", "--once"]);
    assert_eq!(mails(home), told);
    assert!(!home.join("data/sealed.age").exists() && home.join("data/manifest.key").exists());
    newsroom.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_appear_in_a_sealed_house_are_sealed_as_well() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    let (_desk, identity) = desk(home);
    done(home, &["seal"]);
    fs::create_dir_all(home.join("data/outbox")).unwrap();
    fs::write(home.join("data/outbox/late.eml"), ADDRESS).unwrap();
    done(home, &["seal"]);
    assert!(betraying(home, "").is_empty() && home.join("data/sealed-2.age").exists());
    done(home, &["unseal", "--identity", text(&identity)]);
    assert_eq!(fs::read_to_string(home.join("data/outbox/late.eml")).unwrap(), ADDRESS);
    assert!(home.join("data/key").exists() && !home.join("data/sealed-2.age").exists());
    newsroom.stop().await;
}
