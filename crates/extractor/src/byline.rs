//! The authors of an article.

use scraper::Html;

use crate::structured::{Structured, select};

/// Words before a name.
const BEFORE: &[&str] = &[
    "by ",
    "written by ",
    "author:",
    "автор:",
    "автор ",
    "авторы:",
    "текст:",
    "авторы ",
    "مۇئەللىپ:",
    "作者：",
    "作者:",
    "记者：",
    "记者 ",
    "文/",
    "yazan:",
    "yazar:",
    "von ",
    "par ",
    "por ",
    "di ",
];

/// Names that are no person's.
const NOBODY: &[&str] = &[
    "admin",
    "administrator",
    "editor",
    "редакция",
    "редактор",
    "staff",
    "newsroom",
    "web",
    "webmaster",
    "редакция сайта",
];

/// Returns the authors, as the page names them.
pub(crate) fn find(html: &Html, structured: &Structured) -> Vec<String> {
    let said = clean(structured.authors.iter().map(String::as_str));
    if !said.is_empty() {
        return said;
    }
    let meta = structured.meta(&[
        "author",
        "article:author",
        "dc.creator",
        "parsely-author",
        "sailthru.author",
        "byl",
        "twitter:data1",
    ]);
    let meta = clean(meta.into_iter());
    if !meta.is_empty() {
        return meta;
    }
    for selector in [
        "[itemprop=author] [itemprop=name]",
        "[itemprop=author]",
        "a[rel=author]",
        "[class*=author-name]",
        "[class*=byline]",
        "[class*=author]",
    ] {
        let texts: Vec<String> =
            select(html, selector).take(3).map(|element| element.text().collect::<String>()).collect();
        let found = clean(texts.iter().map(String::as_str));
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn clean<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names
        .flat_map(|names| names.split([',', ';', '\n', '|', '、']))
        .flat_map(|names| names.split(" and "))
    {
        let mut name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(before) = BEFORE.iter().find(|before| name.to_lowercase().starts_with(*before)) {
            let rest: String = name.chars().skip(before.chars().count()).collect();
            rest.trim().clone_into(&mut name);
        }
        if is_name(&name) && !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn is_name(name: &str) -> bool {
    let length = name.chars().count();
    (2..=50).contains(&length)
        && !name.contains(['@', '/', '<', '{', ':'])
        && !name.chars().any(|c| c.is_ascii_digit())
        && name.split(' ').count() <= 5
        && !NOBODY.contains(&name.to_lowercase().as_str())
}
