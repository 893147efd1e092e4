//! `qarauyl doctor`: what is broken is named with what to do, and stops no other check.

use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::house::{qarauyl, said, settled};
use crate::mail_server::{GOOD, Manners, serve};
use crate::name_server::{self, Data};

/// Returns the findings of the doctor by name: state, what it says, and what to do.
pub(crate) fn findings(home: &Path, arguments: &[&str]) -> Vec<(String, String, String, String)> {
    let output = qarauyl(home, &[&["--json", "doctor"], arguments].concat());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    let rows = found.as_array().unwrap().iter();
    rows.map(|one| (text(one, "what"), text(one, "state"), text(one, "says"), text(one, "todo"))).collect()
}

/// Holds one finding against its state and words of what it says and of what is to be done.
pub(crate) fn check(
    findings: &[(String, String, String, String)],
    what: &str,
    state: &str,
    says: &str,
    todo: &str,
) {
    let one = findings.iter().find(|one| one.0 == what).unwrap_or_else(|| panic!("{what}: {findings:?}"));
    assert!(one.1 == state && one.2.contains(says) && one.3.contains(todo), "{one:?}");
}

/// A house whose mails go to a server on loopback; it reads no source, so that nobody outside is asked.
pub(crate) fn mailing(manners: Manners, tls: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let (server, _) = serve(manners);
    let password = home.path().join("password");
    fs::write(&password, "sesame\n").unwrap();
    let server = format!("localhost:{}", server.port());
    let flags = [
        "init",
        "--no-check",
        "--mail-server",
        &server,
        "--smtp-tls",
        tls,
        "--smtp-user",
        "watch",
        "--from",
        "watch@team.test",
        "--smtp-password-file",
        password.to_str().unwrap(),
    ];
    let made = qarauyl(home.path(), &flags);
    assert!(made.status.success(), "{}", said(&made));
    let file = home.path().join("qarauyl.toml");
    let settings = fs::read_to_string(&file).unwrap();
    fs::create_dir(home.path().join("none")).unwrap();
    fs::write(file, format!("{settings}\n[sources]\ndirectory = \"none\"\n")).unwrap();
    home
}

const DOMAIN: &[name_server::Entry] = &[
    ("team.test", Data::Text("v=spf1 ip4:198.51.100.7 -all")),
    ("team.test", Data::Exchanger("mail.team.test")),
    ("_dmarc.team.test", Data::Text("v=DMARC1; p=none")),
];

const SERVER: &[name_server::Entry] = &[
    ("team.test", Data::Text("v=spf1 include:_spf.team.test -all")),
    ("_spf.team.test", Data::Text("v=spf1 mx:team.test ?all")),
    ("team.test", Data::Exchanger("mail.team.test")),
    ("team.test", Data::Address(Ipv4Addr::new(198, 51, 100, 9))),
    ("mail.team.test", Data::Address(Ipv4Addr::new(198, 51, 100, 7))),
    ("7.100.51.198.in-addr.arpa", Data::Pointer("mail.team.test")),
];

#[test]
fn a_refused_password_is_named_in_the_servers_own_words() {
    let resolver = name_server::serve(DOMAIN).to_string();
    let home = mailing(Manners { login: "another", ..GOOD }, "none");
    let found = findings(home.path(), &["--resolver", &resolver]);
    let words = "refuses user and password: \"535 5.7.8 Error: authentication failed for ***\"";
    check(&found, "mail", "look", words, "qarauyl config password");
    assert!(found.iter().all(|one| !one.2.contains("sesame") && !one.3.contains("sesame")));
    let known = mailing(GOOD, "none");
    let found = findings(known.path(), &["--resolver", &resolver]);
    check(
        &found,
        "mail",
        "fine",
        "takes mails of this sender (no TLS, on this machine, logged in); nothing was sent",
        "",
    );
}

#[test]
fn a_mail_server_is_held_to_its_protection_and_its_senders() {
    let resolver = name_server::serve(DOMAIN).to_string();
    let open = mailing(GOOD, "starttls");
    check(&findings(open.path(), &["--resolver", &resolver]), "mail", "look", "offers no STARTTLS", "465");
    let strict = mailing(Manners { sender: "553 5.7.1 not your address", ..GOOD }, "none");
    let found = findings(strict.path(), &["--resolver", &resolver]);
    check(&found, "mail", "look", "refuses the sender: \"553 5.7.1 not your address\"", "[mailer] from");
}

#[test]
fn the_senders_domain_is_read_and_what_is_missing_is_given_to_publish() {
    let home = mailing(GOOD, "none");
    let good = name_server::serve(DOMAIN).to_string();
    let found = findings(home.path(), &["--resolver", &good]);
    check(&found, "spf", "fine", "its operator knows", "");
    check(&found, "dmarc", "fine", "p=none", "");
    check(&found, "mx", "fine", "mail.team.test", "");
    let empty = name_server::serve(&[]).to_string();
    let found = findings(home.path(), &["--resolver", &empty]);
    check(&found, "spf", "look", "does not say who", "team.test. IN TXT \"v=spf1 mx ip4:");
    check(&found, "dmarc", "look", "no DMARC", "_dmarc.team.test. IN TXT \"v=DMARC1; p=none;");
    check(&found, "mx", "look", "takes no mail", "IN MX 10");
    // A port at which nobody answers: nothing is taken for missing.
    let found = findings(home.path(), &["--resolver", "127.0.0.1:9"]);
    check(&found, "spf", "look", "nobody answered", "resolv.conf");
}

#[tokio::test]
async fn records_are_read_as_they_stand_and_a_name_leads_back_to_its_address() {
    let resolver = name_server::serve(SERVER);
    let defaults: toml::Table = include_str!("../../../../config/qarauyl.toml").parse().unwrap();
    let mut config: mailer::Config = defaults["mailer"].clone().try_into().unwrap();
    config.from = "watch@team.test".to_owned();
    config.smtp.host = "mail.team.test".to_owned();
    let records = mailer::check::records(&config, Some(resolver)).await;
    assert_eq!(records.spf, mailer::check::Walked::Passes, "by way of mx: {records:?}");
    assert_eq!(records.txt.as_deref(), Ok(&["v=spf1 include:_spf.team.test -all".to_owned()][..]));
    assert_eq!((records.mx.as_ref().map(Vec::len), records.own.as_ref().map(Vec::len)), (Ok(1), Ok(1)));
    assert!(records.pointer.as_ref().unwrap().leads_back, "{records:?}");
    let verdicts = mailer::check::domain(&records);
    let (_, ptr) = verdicts.iter().find(|(what, _)| *what == "ptr").unwrap();
    assert!(ptr.fine, "{ptr:?}");
}

#[test]
fn what_is_broken_stops_no_other_check() {
    let home = tempfile::tempdir().unwrap();
    let bare = findings(home.path(), &["--offline"]);
    check(&bare, "settings", "look", "there is no qarauyl.toml", "qarauyl init");
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    check(&findings(home.path(), &["--offline"]), "key", "fine", "lies in", "");
    fs::write(home.path().join("data/key"), "no key").unwrap();
    let found = findings(home.path(), &["--offline"]);
    check(&found, "key", "look", "holds no key", "[seal]");
    // The first look sealed the store with the key of the time; another one does not open it.
    fs::write(home.path().join("data/key"), "1f".repeat(32)).unwrap();
    check(&findings(home.path(), &["--offline"]), "key", "look", "cannot be opened", "put that one back");
    check(&found, "archive", "fine", "can be written", "");
    fs::write(home.path().join("qarauyl.toml"), "[mailer]\nform = \"x\"\n").unwrap();
    let found = findings(home.path(), &["--offline"]);
    check(&found, "settings", "look", "line 2", "config check");
}

#[test]
fn what_others_may_read_is_named_with_the_command_that_ends_it() {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let (data, key) = (home.path().join("data"), home.path().join("data/key"));
    mode(home.path(), 0o700);
    check(&findings(home.path(), &["--offline"]), "permissions", "fine", "closed", "");
    mode(&key, 0o644);
    mode(&data, 0o755);
    check(&findings(home.path(), &["--offline"]), "permissions", "fine", "closed", "");
    mode(home.path(), 0o755);
    let found = findings(home.path(), &["--offline"]);
    check(&found, "permissions", "look", "data/key", "chmod 600 'data/key'; chmod 700 'data'");
}

#[test]
fn the_page_fits_a_terminal_and_the_exit_code_says_whether_all_is_fine() {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let output = qarauyl(home.path(), &["doctor", "--offline"]);
    let page = said(&output);
    assert_eq!(output.status.code(), Some(1), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
    assert!(page.contains("to look at") && page.contains("-> qarauyl run reads them"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sources_are_asked_where_it_is_wished_and_their_clocks_are_compared() {
    let (home, newsroom) = settled().await;
    assert!(qarauyl(home.path(), &["run", "--once"]).status.success());
    let found = findings(home.path(), &["--online"]);
    let answers = found.iter().find(|one| one.0 == "answers").unwrap();
    assert!(answers.2.contains("endpoints answer"), "{answers:?}");
    check(&found, "names", "fine", "lead to public addresses", "");
    assert!(found.iter().any(|one| one.0 == "clock"));
    check(&found, "evidence", "fine", "proven byte by byte", "");
    check(&findings(home.path(), &["--offline", "--deep"]), "evidence", "fine", "each byte proven", "");
    newsroom.stop().await;
}
