//! The command line on a house of its own: setting up, mistakes, and what they say.

use std::process::Command;

use crate::house::{qarauyl, said};

#[test]
fn a_house_is_set_up_and_nothing_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let first = qarauyl(home.path(), &["init", "--timezone", "Asia/Almaty"]);
    assert!(first.status.success(), "{}", said(&first));
    let again = qarauyl(home.path(), &["init"]);
    assert!(!again.status.success() && said(&again).contains("not overwritten"), "{}", said(&again));
    let added = qarauyl(home.path(), &["watch", "add", "Border", "Қорғас AND (detain* OR ұстал*)"]);
    assert!(added.status.success(), "{}", said(&added));
    let twice = qarauyl(home.path(), &["watch", "add", "Border", "port"]);
    assert!(!twice.status.success() && said(&twice).contains("of that name"), "{}", said(&twice));
    let subscribed = qarauyl(home.path(), &["subscriber", "add", "aigul@example.org", "--watch", "Border"]);
    assert!(subscribed.status.success() && !said(&subscribed).contains("aigul"), "{}", said(&subscribed));
    let listed = qarauyl(home.path(), &["subscriber", "list"]);
    assert!(said(&listed).contains("Border (daily@08:00, full)"), "{}", said(&listed));
    let checked = qarauyl(home.path(), &["config", "check"]);
    assert!(checked.status.success(), "{}", said(&checked));
}

#[test]
fn mistakes_are_named_with_their_remedy() {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let check = |arguments: &[&str], word: &str| {
        let output = qarauyl(home.path(), arguments);
        assert!(!output.status.success() && said(&output).contains(word), "{arguments:?} {}", said(&output));
    };
    check(&["watch", "add", "x", "(khorgos"], "add a ) where its group ends");
    check(&["watch", "add", "x", "@nowhere"], "no such entity");
    check(&["watch", "remove", "x"], "watch list");
    check(&["subscriber", "add", "no-address"], "name@example.org");
    check(&["subscriber", "add", "a@example.org"], "watch add");
    check(&["run", "--only", "printer"], "fetcher");
    std::fs::write(home.path().join("qarauyl.toml"), "[web]\nlisten = 8391\n").unwrap();
    check(&["config", "check"], "qarauyl.toml, line 2");
}

#[test]
fn the_teams_own_names_are_sealed_and_found() {
    use std::io::Write;
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let mut child = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
        .arg("--home")
        .arg(home.path())
        .args(["lexicon", "add"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let entity = "[[entity]]\nid = \"cousin\"\nkind = \"person\"\nkk-Cyrl = [\"Жалбырақ Бозінген\"]\n";
    child.stdin.take().unwrap().write_all(entity.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(said(&qarauyl(home.path(), &["lexicon", "list"])).contains("cousin"));
    assert!(qarauyl(home.path(), &["watch", "add", "Cousin", "@cousin"]).status.success());
    assert!(said(&qarauyl(home.path(), &["watch", "list"])).contains("active"));

    // What reads no more is set apart in sight, and taken back.
    let removed = qarauyl(home.path(), &["lexicon", "remove", "cousin"]);
    assert!(removed.status.success(), "{}", said(&removed));
    let listed = said(&qarauyl(home.path(), &["watch", "list"]));
    assert!(
        listed.contains("quarantined") && listed.contains("at character 1: the lexicon has no"),
        "{listed}"
    );
    let findings: serde_json::Value =
        serde_json::from_slice(&qarauyl(home.path(), &["--json", "doctor", "--offline"]).stdout).unwrap();
    let watches = findings.as_array().unwrap().iter().find(|one| one["what"] == "watches").unwrap();
    assert_eq!(
        (&watches["state"], &watches["says"]),
        (&"look".into(), &"1 of 1 cannot be read and find nothing".into())
    );
}

#[test]
fn a_site_rule_is_shown_beside_the_general_algorithm() {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let page = home.path().join("page.html");
    let long = "The border crossing was opened again on Monday, said the ministry of transport. ".repeat(3);
    std::fs::write(
        &page,
        format!("<h1>Border</h1><div class=text><p>{long}</p></div><p class=note>{long} Twice.</p>"),
    )
    .unwrap();
    let source = |rules: &str| {
        format!(
            "[[source]]\nid = \"herald\"\nname = \"Herald\"\ncountry = \"KZ\"\nkind = \"independent\"\nlanguages = [\"en\"]\nowner = \"\"\nenabled = true\n[source.rules]\ncontent = \"{rules}\"\n"
        )
    };
    std::fs::create_dir_all(home.path().join("sources")).unwrap();
    std::fs::write(home.path().join("qarauyl.toml"), "[sources]\ndirectory = \"sources\"\n").unwrap();
    let shown = |rules: &str| -> serde_json::Value {
        std::fs::write(home.path().join("sources/herald.toml"), source(rules)).unwrap();
        let output =
            qarauyl(home.path(), &["--json", "extract", page.to_str().unwrap(), "--source", "herald"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    };
    let fine = shown(".text");
    assert_eq!(fine["rules"]["origin"], "rule");
    assert_eq!(fine["problem"], "");
    assert_eq!(fine["only_general"].as_array().unwrap().len(), 1);
    let empty = shown(".story");
    assert!(empty["problem"].as_str().unwrap().contains("found nothing"), "{empty}");
    assert_eq!(empty["rules"]["origin"], "markup");
    let unknown = qarauyl(home.path(), &["extract", page.to_str().unwrap(), "--source", "nobody"]);
    assert!(!unknown.status.success() && said(&unknown).contains("source list"), "{}", said(&unknown));
    let bare = qarauyl(home.path(), &["extract", "https://herald.test/1"]);
    assert!(!bare.status.success() && said(&bare).contains("--source"), "{}", said(&bare));
}

#[test]
fn the_doctor_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    assert!(qarauyl(home.path(), &["init", "--defaults"]).status.success());
    let output = qarauyl(home.path(), &["--json", "doctor", "--offline"]);
    let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let key = findings.as_array().unwrap().iter().find(|one| one["what"] == "key").unwrap();
    assert!(key["says"].as_str().unwrap().contains("copies and backups"));
    std::fs::remove_file(home.path().join("data/key")).unwrap();
    let locked = qarauyl(home.path(), &["doctor", "--offline"]);
    assert!(!locked.status.success() && said(&locked).contains("locked"), "{}", said(&locked));
}

#[test]
fn words_are_shown_with_their_keys_and_entities() {
    let home = tempfile::tempdir().unwrap();
    let output = qarauyl(home.path(), &["analyze", "Қорғастағы терминал"]);
    assert!(said(&output).contains("khorgos") && said(&output).contains("kk-Cyrl"), "{}", said(&output));
    let output = qarauyl(home.path(), &["detect", "قورعاس قالاسىندا جاڭا تەرمينال اشىلدى"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "kk-Arab");
}

#[test]
fn manual_and_completions_are_made_from_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let pages = home.path().join("man");
    let written = qarauyl(home.path(), &["man", pages.to_str().unwrap()]);
    assert!(written.status.success(), "{}", said(&written));
    let page = std::fs::read_to_string(pages.join("qarauyl-watch-add.1")).unwrap();
    assert!(page.contains("What the team calls it"), "{page}");
    let bash = said(&qarauyl(home.path(), &["completions", "bash"]));
    assert!(bash.contains("complete -F _qarauyl"), "{bash}");
    let unknown = qarauyl(home.path(), &["completions", "cmd"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
}

#[test]
fn the_version_names_where_the_program_comes_from() {
    let home = tempfile::tempdir().unwrap();
    let version = said(&qarauyl(home.path(), &["--version"]));
    let words = ["commit", "development build", "from no repository"];
    assert!(
        version.starts_with("qarauyl 0.") && words.iter().any(|word| version.contains(word)),
        "{version}"
    );
}
