//! What people do by hand: watches edited, paused and tried; stories marked; lists of names; what is kept of a person.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::house::{said, settled};

fn qarauyl(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_qarauyl"))
        .env("USER", "aigul")
        .env_remove("SUDO_USER")
        .arg("--home")
        .arg(home)
        .args(arguments)
        .output()
        .unwrap()
}

/// Runs what must succeed, and returns all that it says.
fn done(home: &Path, arguments: &[&str]) -> String {
    let output = qarauyl(home, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

/// Runs what must fail, and returns what it says.
fn refused(home: &Path, arguments: &[&str]) -> String {
    let output = qarauyl(home, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", said(&output));
    said(&output)
}

fn json(home: &Path, arguments: &[&str]) -> Value {
    let output = qarauyl(home, &[&["--json"], arguments].concat());
    serde_json::from_slice(&output.stdout).map_err(|_| said(&output)).unwrap()
}

fn counts(home: &Path) -> String {
    let findings = json(home, &["doctor"]);
    let store = findings.as_array().unwrap().iter().find(|one| one["what"] == "store").unwrap();
    store["says"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_watch_says_what_it_would_have_told() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    let empty = done(home, &["watch", "add", "Early", "@khorgos"]);
    assert!(empty.contains("No article has been read in 30 days"), "{empty}");
    done(home, &["run", "--once"]);

    let tried = json(home, &["watch", "add", "Border", "@khorgos -bozingen", "--dry-run"]);
    let tested = json(home, &["watch", "test", "@khorgos -bozingen", "--limit", "1000"]);
    let trial = &tried["trial"];
    assert!(trial["stories"].as_u64().unwrap() > 5, "{tried}");
    assert_eq!((&trial["stories"], &trial["alerts"]), (&tested["stories"], &tested["alerts"]));
    assert_eq!(trial["newest"].as_array().unwrap().len(), 5);
    assert_eq!(trial["finds_nothing"], serde_json::json!(["bozingen"]));
    assert_eq!((&tried["id"], &tried["state"]), (&Value::Null, &"not added".into()));
    assert!(!done(home, &["watch", "list"]).contains("Border"), "a dry run adds nothing");

    let shown = done(home, &["watch", "add", "Border", "@khorgos"]);
    assert!(shown.contains("In 30 days it would have matched") && shown.contains("Next: "), "{shown}");
    let dead = done(home, &["watch", "add", "Dead", "bozingenn"]);
    assert!(dead.contains("No article has: bozingenn") && dead.contains("It finds nothing"), "{dead}");
    let taken = refused(home, &["watch", "add", "Dead", "khorgos", "--dry-run"]);
    assert!(taken.contains("watch edit"), "{taken}");
    newsroom.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_is_edited_paused_and_remembered() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    done(home, &["watch", "add", "Border", "@khorgos"]);
    done(home, &["watch", "add", "Other", "football"]);
    done(home, &["subscriber", "add", "aigul@example.org", "--watch", "Border", "--frequency", "instant"]);
    done(home, &["watch", "pause", "Border"]);
    assert!(done(home, &["watch", "list"]).contains("paused"));
    done(home, &["run", "--once"]);
    assert!(
        !counts(home).starts_with("0 articles") && counts(home).contains(", 0 alerts"),
        "{}",
        counts(home)
    );
    assert!(done(home, &["watch", "pause", "Border"]).contains("already"));
    done(home, &["watch", "resume", "Border"]);
    done(home, &["run", "--once"]);
    assert!(counts(home).contains(", 0 alerts"), "what came meanwhile is not matched later");

    let dry = json(home, &["watch", "edit", "Border", "--query", "@khorgos NOT rail*", "--dry-run"]);
    assert_eq!((dry["changed"].as_bool(), dry["difference"]["won"].as_u64()), (Some(false), Some(0)));
    let won = json(home, &["watch", "edit", "Border", "--query", "@khorgos OR football", "--dry-run"]);
    assert!(won["difference"]["kept"].as_u64().unwrap() > 0, "{won}");
    let edited = json(home, &["watch", "edit", "Border", "--query", "@xinjiang", "--rename", "Region"]);
    assert_eq!((&edited["name"], &edited["query_before"]), (&"Region".into(), &"@khorgos".into()));
    assert!(edited["difference"]["lost"].as_u64().unwrap() > 0, "{edited}");
    assert!(
        done(home, &["subscriber", "list"]).contains("Region (instant, full)"),
        "it keeps its subscribers"
    );
    assert!(
        refused(home, &["watch", "edit", "Region", "--rename", "Other"])
            .contains("another watch of that name")
    );
    assert!(refused(home, &["watch", "edit", "Region", "--query", "(rail"]).contains("add a )"));
    assert!(refused(home, &["watch", "edit", "Region"]).contains("--query"));

    done(home, &["watch", "remove", "Region"]);
    let history = json(home, &["watch", "history", "Border"]);
    let events: Vec<&str> =
        history["events"].as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(events, ["added", "paused", "resumed", "renamed", "query changed", "removed"]);
    assert!(history["events"].as_array().unwrap().iter().all(|one| one["person"] == "aigul"), "{history}");
    assert_eq!(history["events"][4]["from"], "@khorgos");
    assert!(done(home, &["watch", "history", "Region"]).contains("@khorgos → @xinjiang"));
    assert!(refused(home, &["watch", "history", "Nobody"]).contains("watch list"));
    newsroom.stop().await;
}

#[test]
fn a_paused_watch_that_cannot_be_read_is_not_resumed_before_it_can() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    assert!(qarauyl(home, &["init", "--defaults"]).status.success());
    import(home, "name,id\nЖалбырақ Бозінген,cousin\n", &[]);
    done(home, &["watch", "add", "Cousin", "@cousin"]);
    done(home, &["watch", "pause", "Cousin"]);
    done(home, &["lexicon", "remove", "cousin"]);
    let said = refused(home, &["watch", "resume", "Cousin"]);
    assert!(said.contains("watch edit NAME --query") && said.contains("the lexicon has no"), "{said}");
    done(home, &["watch", "edit", "Cousin", "--query", "khorgos"]);
    done(home, &["watch", "resume", "Cousin"]);
    assert!(done(home, &["watch", "list"]).contains("active"));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_kept_of_a_person_is_told_and_taken_away() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    done(home, &["watch", "add", "Border", "@khorgos"]);
    done(home, &["watch", "add", "Quiet", "bozingen"]);
    let add = |more: &[&str]| json(home, &[&["subscriber", "add", "aigul@example.org"], more].concat());
    let first = add(&["--watch", "Border", "--frequency", "instant", "--language", "kk"]);
    assert_eq!((&first["new"], &first["subscriptions"][0]["is"]), (&true.into(), &"instant, full".into()));
    assert!(!first["address"].as_str().unwrap().contains("aigul"), "addresses are masked");
    let again = add(&["--mode", "counts", "--language", "zh", "--timezone", "Asia/Almaty"]);
    assert_eq!((&again["new"], &again["language"]["was"]), (&false.into(), &"kk".into()));
    let wish = &again["subscriptions"];
    assert_eq!(wish.as_array().unwrap().len(), 1, "the watches that they hear of: {again}");
    assert_eq!((&wish[0]["is"], &wish[0]["was"]), (&"instant, counts".into(), &"instant, full".into()));
    let same = done(home, &["subscriber", "add", "aigul@example.org"]);
    assert!(same.contains("Border: as before, instant, counts"), "{same}");
    assert!(
        refused(home, &["subscriber", "add", "b@example.org", "--language", "de"]).contains("zh, tr, ug")
    );

    // What is held back waits, and the house comes to rest meanwhile.
    done(home, &["subscriber", "pause", "aigul@example.org"]);
    done(home, &["run", "--once"]);
    let kept = json(home, &["subscriber", "export", "aigul@example.org"]);
    assert!(kept["waiting"].as_u64().unwrap() > 0 && kept["digests"] == serde_json::json!([]), "{kept}");
    assert!(done(home, &["subscriber", "resume", "aigul@example.org"]).contains("Mails go again"));
    done(home, &["run", "--once"]);
    let kept = json(home, &["subscriber", "export", "aigul@example.org"]);
    assert_eq!((&kept["address"], &kept["language"]), (&"aigul@example.org".into(), &"zh".into()));
    assert_eq!((&kept["subscriptions"][0]["watch"], &kept["waiting"]), (&"Border".into(), &0.into()));
    let mail = &kept["digests"][0];
    assert!(
        mail["number"] == 1 && mail["sent"].is_string() && mail["answers"][0]["answer"].is_string(),
        "{kept}"
    );
    assert!(!mail["articles"].as_array().unwrap().is_empty());

    let removed = done(home, &["subscriber", "remove", "aigul@example.org"]);
    assert!(removed.contains("What stays") && removed.contains("data/outbox"), "{removed}");
    assert!(refused(home, &["subscriber", "export", "aigul@example.org"]).contains("no subscriber"));
    newsroom.stop().await;
}

fn import(home: &Path, list: &str, more: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qarauyl"))
        .arg("--home")
        .arg(home)
        .args([&["--json", "lexicon", "import", "-"], more].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).map_err(|_| said(output)).unwrap()
}

#[test]
fn a_list_of_names_is_judged_before_it_is_kept() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    assert!(qarauyl(home, &["init", "--defaults"]).status.success());
    let list = "\u{feff}name;aliases;kind;note\nЖалбырақ Бозінген;\"Zhalbyraq Bozingen; 加勒布拉克\";person;a cousin\n\
                Qorğas;;place;\nZhusan;;;\nRex;;dog;\n";
    let first = import(home, list, &[]);
    let names = report(&first)["names"].clone();
    let verdicts: Vec<&str> =
        names.as_array().unwrap().iter().map(|one| one["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["kept", "refused", "kept, look", "refused"], "{names}");
    assert!(names[1]["why"].as_str().unwrap().contains("@khorgos"), "{names}");
    assert!(names[2]["why"].as_str().unwrap().contains("one word"), "{names}");
    assert_eq!((names[3]["line"].as_u64(), first.status.code()), (Some(5), Some(3)));
    assert_eq!(done(home, &["lexicon", "list"]).trim(), "", "nothing is kept before it was looked at");

    let kept = import(home, list, &["--accept", "--watch", "Relatives"]);
    assert_eq!(report(&kept)["kept"], true, "{}", said(&kept));
    let listed = done(home, &["lexicon", "list"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let watches = done(home, &["watch", "list"]);
    assert!(
        watches.contains("Relatives") && watches.contains(" OR @") && watches.contains("active"),
        "{watches}"
    );

    let taken = import(home, "name\nАлма Бек\n", &["--watch", "Relatives"]);
    assert!(!taken.status.success() && said(&taken).contains("a watch of that name"), "{}", said(&taken));
    assert_eq!(done(home, &["lexicon", "list"]).lines().count(), 2);
    let rows = (0..900).map(|number| format!("Алма{} Бек{}", letters(number), letters(number * 7)));
    let many = rows.collect::<Vec<_>>().join(
        "
",
    );
    let many = import(home, &format!("name\n{many}"), &["--accept", "--watch", "All"]);
    assert!(!many.status.success() && said(&many).contains("do not fit into one watch"), "{}", said(&many));
    let file = home.join("latin1.csv");
    fs::write(&file, b"name\nJos\xe9\n").unwrap();
    assert!(refused(home, &["lexicon", "import", file.to_str().unwrap()]).contains("line 2"));
}

/// A different word for every number.
fn letters(mut number: usize) -> String {
    let mut word = String::new();
    for _ in 0..3 {
        word.extend("абвгджзиклмн".chars().nth(number % 12));
        number /= 12;
    }
    word
}

#[tokio::test(flavor = "multi_thread")]
async fn stories_are_marked_and_noted_and_nothing_else_changes() {
    let (home, newsroom) = settled().await;
    let home = home.path();
    done(home, &["watch", "add", "Border", "@khorgos"]);
    done(home, &["run", "--once"]);
    let before = json(home, &["watch", "test", "Border", "--limit", "1"]);
    let story = before["list"][0]["story"].to_string();
    done(home, &["story", "mark", &story, "noise"]);
    done(home, &["story", "mark", &story, "relevant"]);
    done(home, &["story", "note", &story, "Asked the outlet for the bozingen picture."]);
    let shown = json(home, &["story", "show", &story]);
    assert_eq!((&shown["mark"], shown["said"].as_array().unwrap().len()), (&"relevant".into(), 3));
    assert_eq!(shown["articles"][0]["article"], before["list"][0]["article"]);
    assert!(done(home, &["story", "show", &story]).contains("aigul: Asked the outlet"));
    let after = json(home, &["watch", "test", "Border", "--limit", "1"]);
    assert_eq!((&after["list"][0]["mark"], &after["alerts"]), (&"relevant".into(), &before["alerts"]));
    let found = json(home, &["search", &format!("story:{story}")]);
    assert_eq!(found["hits"][0]["mark"], "relevant");
    let listed = json(home, &["story", "list", "--marked", "relevant"]);
    assert_eq!((listed.as_array().unwrap().len(), listed[0]["notes"].as_u64()), (1, Some(1)));
    assert_eq!(json(home, &["story", "list", "--marked", "noise"]).as_array().unwrap().len(), 0);
    done(home, &["story", "mark", &story, "none"]);
    assert_eq!(json(home, &["story", "show", &story])["mark"], Value::Null);
    assert!(refused(home, &["story", "mark", &story, "great"]).contains("relevant, noise"));
    assert!(refused(home, &["story", "note", "99999", "x"]).contains("no story 99999"));
    for file in fs::read_dir(home.join("data")).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = if file.is_file() { fs::read(&file).unwrap() } else { continue };
        assert!(
            !bytes.windows(8).any(|window| window == b"bozingen"),
            "a note lies open in {}",
            file.display()
        );
    }
    newsroom.stop().await;
}
