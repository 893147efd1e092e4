//! `qarauyl config dkim`: from a house whose mails nobody signs to one whose signature the doctor finds published.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::backup::{desk, done, text};
use crate::doctor::{check, findings, mailing};
use crate::house::{qarauyl, said, settled};
use crate::mail_server::GOOD;
use crate::name_server::{self, Data};

fn leaked(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

#[test]
fn a_key_is_made_noted_and_held_against_what_is_published() {
    let home = mailing(GOOD, "none");
    let empty = name_server::serve(&[]).to_string();
    let before = findings(home.path(), &["--resolver", &empty]);
    check(&before, "dkim", "fine", "your provider signs", "");
    let file = home.path().join("qarauyl.toml");
    let settings = fs::read_to_string(&file).unwrap();

    let made = qarauyl(home.path(), &["--json", "config", "dkim", "--ed25519", "--selector", "autumn"]);
    assert!(made.status.success(), "{}", said(&made));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!((&made["name"], &made["is_new"]), (&"autumn._domainkey.team.test".into(), &true.into()));
    let noted = fs::read_to_string(&file).unwrap();
    assert!(noted.starts_with(&settings) && noted.contains("[mailer.dkim]\n#"), "{noted}");
    let key = home.path().join("data/dkim.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);

    let record = made["record"].as_str().unwrap();
    let found = findings(home.path(), &["--resolver", &empty]);
    check(&found, "dkim", "look", "does not say by which key", made["zone"].as_str().unwrap());
    let entries: &'static [name_server::Entry] =
        vec![("autumn._domainkey.team.test", Data::Text(leaked(record)))].leak();
    let published = name_server::serve(entries).to_string();
    check(&findings(home.path(), &["--resolver", &published]), "dkim", "fine", "has the key", "");

    // Asked again it says the same, and a flag changes nothing that is noted.
    let again = qarauyl(home.path(), &["config", "dkim"]);
    assert!(said(&again).contains(record) && said(&again).contains("The key is"), "{}", said(&again));
    let other = qarauyl(home.path(), &["config", "dkim", "--selector", "winter"]);
    assert!(!other.status.success() && said(&other).contains("selector = \"autumn\""), "{}", said(&other));

    // Another key than the published one is seen, and one that is lost stops no other check.
    fs::remove_file(&key).unwrap();
    check(&findings(home.path(), &["--resolver", &published]), "dkim", "look", "dkim.key", "config dkim");
    assert!(qarauyl(home.path(), &["config", "dkim", "--ed25519"]).status.success());
    check(&findings(home.path(), &["--resolver", &published]), "dkim", "look", "another key", "IN TXT");
}

#[test]
fn a_house_whose_sender_is_of_this_machine_has_nothing_to_sign_for() {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let refused = qarauyl(home.path(), &["config", "dkim"]);
    assert!(!refused.status.success() && said(&refused).contains("[mailer] from"), "{}", said(&refused));
    assert!(!home.path().join("data/dkim.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_to_the_outbox_is_signed_with_the_key_of_the_house() {
    let (home, newsroom) = settled().await;
    let file = home.path().join("qarauyl.toml");
    let settings = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{settings}[mailer]\nfrom = \"watch@team.test\"\ndomain = \"team.test\"\n"))
        .unwrap();
    let made = qarauyl(home.path(), &["config", "dkim"]);
    assert!(made.status.success() && said(&made).contains("k=rsa; p="), "{}", said(&made));
    for arguments in [
        &["watch", "add", "Khorgos", "@khorgos"][..],
        &["subscriber", "add", "aigul@example.org", "--frequency", "instant"],
        &["run", "--once"],
    ] {
        let done = qarauyl(home.path(), arguments);
        assert!(done.status.success(), "{}", said(&done));
    }
    let mails: Vec<String> = fs::read_dir(home.path().join("data/outbox"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert!(!mails.is_empty());
    for mail in &mails {
        assert!(
            mail.starts_with("DKIM-Signature: v=1; a=rsa-sha256;") && mail.contains("d=team.test;"),
            "{mail}"
        );
    }
    // The key goes where the other secrets of the house go.
    let key = home.path().join("data/dkim.key");
    let text_of_key = fs::read_to_string(&key).unwrap();
    let (desk, identity) = desk(home.path());
    let (backup, restored) = (desk.path().join("backup"), desk.path().join("restored"));
    done(home.path(), &["backup", text(&backup)]);
    done(desk.path(), &["restore", "--identity", text(&identity), text(&backup), text(&restored)]);
    assert_eq!(fs::read_to_string(restored.join("data/dkim.key")).unwrap(), text_of_key);
    done(home.path(), &["seal"]);
    assert!(!key.exists());
    done(home.path(), &["unseal", "--identity", text(&identity)]);
    assert_eq!(fs::read_to_string(&key).unwrap(), text_of_key);
    newsroom.stop().await;
}
