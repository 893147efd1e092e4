//! What a watch would tell, what it told, and why: back-test, explanation, and matching from files.

use std::fs;
use std::path::Path;

use newsroom::Newsroom;
use serde_json::Value;

use crate::house::{qarauyl, settled};

fn json(home: &Path, arguments: &[&str]) -> Value {
    let output = qarauyl(home, &[&["--json"], arguments].concat());
    assert!(!output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A house whose one watch has read the sample newsroom.
async fn house(query: &str) -> (tempfile::TempDir, Newsroom) {
    let (home, newsroom) = settled().await;
    for arguments in [
        &["watch", "add", "Border", query][..],
        &["subscriber", "add", "aigul@example.org", "--frequency", "instant"],
        &["run", "--once"],
    ] {
        let output = qarauyl(home.path(), arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    (home, newsroom)
}

fn alerts(home: &Path) -> String {
    let findings = json(home, &["doctor"]);
    let store = findings.as_array().unwrap().iter().find(|one| one["what"] == "store").unwrap();
    store["says"].as_str().unwrap().split(", ").nth(2).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_back_test_tells_what_was_told_and_an_explanation_why() {
    let (home, newsroom) = house("@khorgos AND NOT football").await;
    let home = home.path();
    let tested = json(home, &["watch", "test", "Border", "--limit", "1000"]);
    assert_eq!(format!("{} alerts", tested["alerts"]), alerts(home), "{tested}");
    assert!(tested["alerts"].as_u64().unwrap() > 0);
    assert_eq!(tested["clauses"][0]["text"], "@khorgos");
    assert!(tested["clauses"][0]["matching"].as_u64() == tested["articles"].as_u64());
    assert_eq!(tested["clauses"][1]["matching"], 0, "what stands under a NOT is in nothing that matches");
    let same = json(home, &["watch", "test", "@khorgos -football", "--since", "2d", "--limit", "1000"]);
    assert_eq!((&same["alerts"], &same["articles"]), (&tested["alerts"], &tested["articles"]));
    assert_eq!(json(home, &["watch", "test", "Border", "--since", "..2020-01-01"])["articles"], 0);
    let wrong = qarauyl(home, &["watch", "test", "Border", "--since", "soon"]);
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("write 12h, 30d"));

    let told: Vec<&Value> = tested["list"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["told"] == "yes: first of its story")
        .collect();
    let article = told[0]["article"].to_string();
    let explained = json(home, &["explain", "Border", &article]);
    assert_eq!((&explained["matches"], &explained["news"]["told"]), (&true.into(), &told[0]["told"]));
    assert!(explained["clauses"][0]["places"][0].as_str().unwrap().contains('['), "{explained}");
    assert_eq!(explained["clauses"][1]["found"], 0);
    assert!(explained["ledger"]["noted"].is_string() && explained["alerts"][0]["told"] == 1, "{explained}");
    assert_eq!(explained["says"], "It matches, and the ledger says so.");
    assert_eq!(json(home, &["explain", "Border", told[0]["url"].as_str().unwrap()]), explained);
    let matching: Vec<u64> =
        tested["list"].as_array().unwrap().iter().map(|one| one["article"].as_u64().unwrap()).collect();
    let other = (1..1_000).find(|number| !matching.contains(number)).unwrap().to_string();
    let explained = json(home, &["explain", "Border", &other]);
    assert_eq!((&explained["matches"], &explained["ledger"]["noted"]), (&false.into(), &Value::Null));
    let missing = qarauyl(home, &["explain", "Border", "99999"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no article of that number"));
    newsroom.stop().await;
}

#[test]
fn queries_and_documents_from_files_are_matched_as_watches_match() {
    let folder = tempfile::tempdir().unwrap();
    let (queries, docs) = (folder.path().join("queries"), folder.path().join("docs"));
    fs::write(
        &queries,
        "{\"id\": 1, \"query\": \"@khorgos NOT lead\"}\n{\"id\": \"b\", \"query\": \"(broken\"}\n\n{\"id\": \"c\", \"query\": \"lang:kk source:one\"}\n",
    )
    .unwrap();
    fs::write(
        &docs,
        "{\"id\": \"d1\", \"lang\": \"kk-Cyrl\", \"source\": \"one\", \"title\": \"Қорғаста бекет\", \"body\": \"Кеше ашылды.\"}\n\
         {\"id\": 2, \"source\": \"two\", \"title\": \"The lead mine\", \"body\": \"near Khorgos\\n\\nis open\"}\n",
    )
    .unwrap();
    let run = |docs: &Path| {
        let (queries, docs) = (queries.to_str().unwrap(), docs.to_str().unwrap());
        qarauyl(folder.path(), &["match", "--queries", queries, "--docs", docs])
    };
    let output = run(&docs);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "{\"doc\":\"d1\",\"query\":1}\n{\"doc\":\"d1\",\"query\":\"c\"}\n"
    );
    assert_eq!(output.status.code(), Some(3), "one query was left out");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("query \"b\" is left out") && said.contains("add a )"), "{said}");
    fs::write(&docs, "{\"id\": 1}\n{broken\n").unwrap();
    let output = run(&docs);
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 2 of"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_like_one_and_words_that_begin_so_are_found() {
    let (home, _newsroom) = house("@khorgos").await;
    let home = home.path();
    let found = json(home, &["search", "=\"khorgos\""]);
    let article = found["hits"][0]["article"].as_i64().unwrap();
    let like = json(home, &["search", "--like", &article.to_string()]);
    let like = like.as_array().unwrap();
    assert!(!like.is_empty() && like.iter().all(|one| one["article"].as_i64() != Some(article)));
    let words = json(home, &["search", "khor", "--words"]);
    assert!(words.as_array().unwrap().iter().any(|one| one["word"].as_str() == Some("khorgos")), "{words}");
    let unknown = qarauyl(home, &["search", "--like", "999999"]);
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no article 999999"));
}
