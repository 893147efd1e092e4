//! The watch list is the most sensitive thing in the house: it stands in no log, no error and no file in the open.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::house::settled;

const NAME: &str = "Zhalbyrak canary name";
const ADDRESS: &str = "canary.zhusan@example.org";
const TERM: &str = "bozingen";

fn qarauyl(home: &Path, arguments: &[&str]) -> Vec<u8> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_qarauyl")).arg("--home").arg(home).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    [output.stdout, output.stderr].concat()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canary_is_found_nowhere() {
    let (home, newsroom) = settled().await;
    qarauyl(home.path(), &["watch", "add", NAME, &format!("{TERM} OR @khorgos")]);
    qarauyl(home.path(), &["subscriber", "add", ADDRESS, "--frequency", "instant"]);
    let log = qarauyl(home.path(), &["-vv", "run", "--once"]);
    assert!(log.len() > 1_000, "the log is at its loudest");
    let jobs = qarauyl(home.path(), &["--json", "jobs"]);
    for word in [NAME, ADDRESS, TERM] {
        assert!(!holds(&log, word), "{word} stands in the log");
        assert!(!holds(&jobs, word), "{word} stands in a job");
        // The outbox is where mails are meant to be.
        for file in files(&home.path().join("data"))
            .into_iter()
            .filter(|file| !file.to_string_lossy().contains("outbox"))
        {
            assert!(!holds(&fs::read(&file).unwrap(), word), "{word} lies in {}", file.display());
        }
    }
    let outbox = files(&home.path().join("data/outbox"));
    assert!(!outbox.is_empty(), "the watch found something, so that the house had a reason to speak of it");
    newsroom.stop().await;
}
