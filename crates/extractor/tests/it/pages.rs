//! Pages of `tests/pages`, each with a label that was written by hand: title, byline, dates, and every block with its
//! kind. All persons and outlets on them are invented; the markup has the shape of `WordPress`, Drupal, Bitrix, Chinese
//! government systems, Telegram's preview and script-drawn sites.

use std::fs;
use std::path::{Path, PathBuf};

use extractor::{Extracted, Form, Page, TextOrigin, extract};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    /// The error that is expected; all else is empty then.
    refused: Option<String>,
    title: Option<String>,
    byline: Option<Vec<String>>,
    published: Option<String>,
    modified: Option<String>,
    /// The zone of dates that name none.
    zone: Option<String>,
    language: Option<String>,
    publisher: Option<String>,
    section: Option<String>,
    tags: Option<Vec<String>>,
    next_page: Option<String>,
    partial: Option<String>,
    #[serde(default = "markup")]
    origin: String,
    #[serde(default = "article")]
    form: String,
    #[serde(default)]
    blocks: Vec<(String, String)>,
}

fn markup() -> String {
    TextOrigin::Markup.as_str().to_owned()
}

fn article() -> String {
    Form::Article.as_str().to_owned()
}

#[test]
fn every_page_is_read_as_its_label_says() {
    let mut wrong = Vec::new();
    let pages = pages_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages"));
    assert!(pages.len() >= 24, "{} pages", pages.len());
    for path in &pages {
        let name = path.with_extension("");
        let label = fs::read_to_string(path.with_extension("json")).unwrap();
        let label: Label = serde_json::from_str(&label).unwrap();
        for difference in differences(&fs::read(path).unwrap(), &label) {
            wrong.push(format!("{}: {difference}", name.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

fn pages_below(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages.extend(pages_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "html") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

fn differences(bytes: &[u8], label: &Label) -> Vec<String> {
    let fetched: Timestamp = "2026-11-25T00:00:00Z".parse().unwrap();
    let hours = if label.zone.as_deref() == Some("+08:00") { 8 } else { 5 };
    let zone = TimeZone::fixed(jiff::tz::offset(hours));
    let url = "https://herald.test/news/khorgos".parse().unwrap();
    let page =
        Page { bytes, url: Some(&url), content_type: "text/html; charset=utf-8", rules: None, zone, fetched };
    match (extract(&page), &label.refused) {
        (Err(error), Some(refused)) if format!("{error:?}") == *refused => Vec::new(),
        (Err(error), _) => vec![format!("refused as {error:?}, expected {:?}", label.refused)],
        (Ok(_), Some(refused)) => vec![format!("was read, expected {refused}")],
        (Ok(read), None) => [fields(&read, label), blocks(&read, label)].concat(),
    }
}

fn fields(read: &Extracted, label: &Label) -> Vec<String> {
    let time =
        |text: &Option<String>| text.as_ref().map(|text| text.parse::<Timestamp>().unwrap().to_string());
    let mut wrong = Vec::new();
    let mut check = |name: &str, expected: Option<String>, found: Option<String>| {
        if expected.is_some() && expected != found {
            wrong.push(format!("{name}: expected {expected:?}, found {found:?}"));
        }
    };
    check("title", label.title.clone(), Some(read.title.clone()));
    check("byline", label.byline.as_ref().map(|names| names.join("|")), Some(read.byline.join("|")));
    check(
        "published",
        time(&label.published),
        read.published.as_ref().map(|time| time.timestamp().to_string()),
    );
    check("modified", time(&label.modified), read.modified.as_ref().map(|time| time.timestamp().to_string()));
    check("language", label.language.clone(), read.language_hint.clone());
    check("publisher", label.publisher.clone(), read.publisher.clone());
    check("section", label.section.clone(), read.section.clone());
    check("tags", label.tags.as_ref().map(|tags| tags.join("|")), Some(read.tags.join("|")));
    check("next page", label.next_page.clone(), read.next_page.as_ref().map(ToString::to_string));
    check("origin", Some(label.origin.clone()), Some(read.origin.as_str().to_owned()));
    check("form", Some(label.form.clone()), Some(read.form.as_str().to_owned()));
    let partial = read.partial.map(|partial| partial.as_str().to_owned());
    if partial != label.partial {
        wrong.push(format!("partial: expected {:?}, found {partial:?}", label.partial));
    }
    wrong
}

fn blocks(read: &Extracted, label: &Label) -> Vec<String> {
    let found: Vec<(String, String)> =
        read.blocks.iter().map(|block| (block.kind.as_str().to_owned(), block.text.clone())).collect();
    let missed =
        label.blocks.iter().filter(|block| !found.contains(block)).map(|block| format!("missed {block:?}"));
    let beside =
        found.iter().filter(|block| !label.blocks.contains(block)).map(|block| format!("took {block:?}"));
    let mut wrong: Vec<String> = missed.chain(beside).collect();
    if wrong.is_empty() && found != label.blocks {
        wrong.push("the blocks stand in another order".to_owned());
    }
    wrong
}
