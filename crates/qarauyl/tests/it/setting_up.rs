//! `qarauyl init`: at a terminal, by flags, and where nobody is asked.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::house::{qarauyl, said};
use crate::mail_server::{GOOD, serve};
use crate::terminal::Terminal;

fn text(home: &Path, file: &str) -> String {
    std::fs::read_to_string(home.join(file)).unwrap()
}

fn mode(home: &Path, file: &str) -> u32 {
    std::fs::metadata(home.join(file)).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_person_at_a_terminal_answers_six_questions_and_has_a_house() {
    let home = tempfile::tempdir().unwrap();
    let (server, heard) = serve(GOOD);
    let mut terminal = Terminal::running(home.path(), &["init"]);
    terminal.answer("Name", "Шекара қарауылы");
    terminal.answer("Time zone", "Almaty");
    terminal.answer("is no time zone", "Asia/Almaty");
    terminal.answer("Language", "kk");
    terminal.answer("Address", "aigul@example.org");
    for password in ["wrong", "sesame"] {
        terminal.answer("Mail server", &format!("localhost:{}", server.port()));
        terminal.answer("Protection", "none");
        terminal.answer("User", "watch");
        terminal.answer_unseen("Password", password);
        terminal.answer("Sender", "watch@example.org");
    }
    terminal.answer("Sources", "kk, trade");
    terminal.answer("Key", "file");
    let (status, shown) = terminal.end();
    assert!(status.success(), "{shown}");
    assert!(shown.contains("535 5.7.8 Error: authentication failed for ***"), "{shown}");
    assert!(!shown.contains("sesame"), "a password is not shown: {shown}");
    assert!(shown.contains("doctor") && shown.contains("keep a copy"), "{shown}");
    assert!(!heard.lock().unwrap().iter().any(|verb| verb == "DATA"), "nothing is sent");

    let settings = text(home.path(), "qarauyl.toml");
    for line in [
        "name = \"Шекара қарауылы\"",
        "language = \"kk\"",
        "switched_on = [\"kk\", \"trade\"]",
        "tls = \"none\"",
    ] {
        assert!(settings.contains(line), "{line}: {settings}");
    }
    assert!(!settings.contains("sesame"));
    assert_eq!(text(home.path(), "data/smtp-password"), "sesame");
    for (file, expected) in [("data", 0o700), ("data/key", 0o600), ("data/smtp-password", 0o600)] {
        assert_eq!(mode(home.path(), file), expected, "{file}");
    }
    let listed = said(&qarauyl(home.path(), &["subscriber", "list"]));
    assert!(listed.contains("Khorgos (instant, full)") && listed.contains("Asia/Almaty"), "{listed}");
    assert!(said(&qarauyl(home.path(), &["config", "check"])).contains("can be used"));
}

#[test]
fn flags_answer_as_well_and_a_login_is_tried_before_anything_is_written() {
    let home = tempfile::tempdir().unwrap();
    let (server, _) = serve(GOOD);
    let password = home.path().join("mail password");
    let server = format!("localhost:{}", server.port());
    let flags = |extra: &[&'static str]| {
        let mail: Vec<&str> = vec![
            "init",
            "--subscriber",
            "aigul@example.org",
            "--mail-server",
            &server,
            "--smtp-tls",
            "none",
            "--smtp-user",
            "watch",
            "--from",
            "watch@example.org",
            "--smtp-password-file",
            password.to_str().unwrap(),
        ];
        qarauyl(home.path(), &[mail, extra.to_vec()].concat())
    };
    std::fs::write(&password, "wrong\n").unwrap();
    let refused = flags(&[]);
    assert!(
        !refused.status.success() && said(&refused).contains("refuses user and password"),
        "{}",
        said(&refused)
    );
    assert!(!home.path().join("qarauyl.toml").exists() && !home.path().join("data").exists());
    std::fs::write(&password, "sesame\n").unwrap();
    let done = flags(&["--json"]);
    assert!(done.status.success(), "{}", said(&done));
    let written: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!((&written["watch"], &written["password"]), (&"Khorgos".into(), &"".into()));
    assert!(text(home.path(), "qarauyl.toml").contains("mail password\""));
}

#[test]
fn a_server_that_is_away_can_be_taken_unasked() {
    let home = tempfile::tempdir().unwrap();
    let flags =
        ["init", "--mail-server", "mail.example.org:465", "--from", "watch@example.org", "--no-check"];
    let done = qarauyl(home.path(), &flags);
    assert!(done.status.success(), "{}", said(&done));
    assert!(text(home.path(), "qarauyl.toml").contains("tls = \"tls\""));
    let open = tempfile::tempdir().unwrap();
    let refused = qarauyl(open.path(), &[&flags[..], &["--smtp-tls", "none"]].concat());
    assert!(
        !refused.status.success() && said(&refused).contains("on this machine only"),
        "{}",
        said(&refused)
    );
}

#[test]
fn where_nobody_can_be_asked_the_flags_are_named() {
    let home = tempfile::tempdir().unwrap();
    let bare = qarauyl(home.path(), &["init"]);
    assert!(!bare.status.success() && said(&bare).contains("--defaults"), "{}", said(&bare));
    assert!(!home.path().join("qarauyl.toml").exists());
    let check = |arguments: &[&str], word: &str| {
        let output = qarauyl(home.path(), &[&["init"], arguments].concat());
        assert!(!output.status.success() && said(&output).contains(word), "{arguments:?} {}", said(&output));
    };
    check(&["--timezone", "Almaty"], "Asia/Almaty");
    check(&["--language", "de"], "en, ru, kk");
    check(&["--subscriber", "aigul"], "name@example.org");
    check(&["--sources", "newspaper"], "newspaper");
    check(&["--mail-server", "mail.example.org"], "--from");
    check(&["--key", "passphrase", "--passphrase-file", "/nowhere/phrase"], "/nowhere/phrase");
    check(&["--smtp-password-file", "x"], "--smtp-user");
    assert!(!home.path().join("qarauyl.toml").exists());
}

#[test]
fn a_passphrase_opens_the_house_and_no_key_is_made() {
    let home = tempfile::tempdir().unwrap();
    let phrase = home.path().join("phrase");
    std::fs::write(&phrase, "correct horse battery").unwrap();
    let flags = [
        "init",
        "--key",
        "passphrase",
        "--passphrase-file",
        phrase.to_str().unwrap(),
        "--subscriber",
        "a@example.org",
    ];
    let done = qarauyl(home.path(), &flags);
    assert!(done.status.success(), "{}", said(&done));
    assert!(!home.path().join("data/key").exists());
    assert!(said(&qarauyl(home.path(), &["subscriber", "list"])).contains("Khorgos"));
}
