//! The demo: every expected alert in a mail, and none beside them.

use std::process::Command;

use serde_json::Value;

#[test]
fn the_demo_tells_what_it_should_and_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let output = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
        .args(["demo", "--once", "--json", "--dir"])
        .arg(&dir)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["found"], report["expected"]);
    assert!(report["expected"].as_array().unwrap().len() >= 20);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mails: Vec<_> = std::fs::read_dir(dir.join("outbox")).unwrap().filter_map(Result::ok).collect();
    let written = mails.iter().filter(|mail| mail.path().extension().is_some_and(|end| end == "eml")).count();
    assert_eq!(report["mails"].as_u64().unwrap(), u64::try_from(written).unwrap());
}
