//! Any folder of `*.html.gz` pages as sites: each domain that the truth files beside them name, else each folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::{Body, FeedKind, NewsroomError, Page, Site};

/// Most pages of a site's sitemap: the reader of sitemaps takes two thousand entries a file.
const MOST: usize = 2_000;

/// Reads a folder: every `*.html.gz` below it becomes a page. Dates are made up: the two days before `now`.
///
/// # Errors
/// When the folder cannot be read or holds no pages.
pub fn sites(folder: &Path, now: Timestamp) -> Result<Vec<Site>, NewsroomError> {
    let mut hosts: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in pages_below(folder)? {
        hosts.entry(host_of(&path)).or_default().push(path);
    }
    if hosts.is_empty() {
        return Err(NewsroomError::Folder(format!(
            "`{}` holds no *.html.gz: name a folder of packed pages",
            folder.display()
        )));
    }
    Ok(hosts.into_iter().flat_map(|(host, paths)| split(&host, &paths, now)).collect())
}

fn split(host: &str, paths: &[PathBuf], now: Timestamp) -> Vec<Site> {
    let chunk = |(number, paths): (usize, &[PathBuf])| {
        let host = if number == 0 { host.to_owned() } else { format!("part{number}.{host}") };
        site(&host, paths, now)
    };
    paths.chunks(MOST).enumerate().map(chunk).collect()
}

fn site(host: &str, paths: &[PathBuf], now: Timestamp) -> Site {
    let step = SignedDuration::from_secs(60);
    let page = |(number, path): (i32, &PathBuf)| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let id = name.trim_end_matches(".html.gz");
        Page {
            path: format!("/{id}.html"),
            title: format!("Page {id}"),
            summary: String::new(),
            // The page's own meta element says its charset, if anything does.
            content_type: "text/html".to_owned(),
            published: now - step * (number % 2_880),
            body: Body::Packed(path.clone()),
        }
    };
    Site {
        host: host.to_owned(),
        name: host.trim_end_matches(".test").to_owned(),
        language: "en".to_owned(),
        country: "ZZ".to_owned(),
        kind: "independent".to_owned(),
        feed: FeedKind::Rss,
        sitemap: true,
        pages: (0_i32..).zip(paths).map(page).collect(),
    }
}

fn pages_below(folder: &Path) -> Result<Vec<PathBuf>, NewsroomError> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let wrong = |error| NewsroomError::Folder(format!("cannot read `{}`: {error}", folder.display()));
        for entry in fs::read_dir(&folder).map_err(wrong)? {
            let path = entry.map_err(wrong)?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(".html.gz") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The domain of the page's truth file, its dots as hyphens; else the name of the folder of its set.
fn host_of(path: &Path) -> String {
    let folder = path.parent().and_then(Path::parent).or(path.parent());
    let name =
        path.file_name().map(|name| name.to_string_lossy().replace(".html.gz", ".json")).unwrap_or_default();
    let truth = folder.map(|folder| folder.join("truth").join(name));
    let said = truth.and_then(|truth| fs::read_to_string(truth).ok()).and_then(|text| {
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        Url::parse(value.get("url")?.as_str()?).ok()?.host_str().map(str::to_owned)
    });
    let set = || {
        folder.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let host: String = said
        .unwrap_or_else(set)
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let words: Vec<&str> = host.split('-').filter(|word| !word.is_empty()).collect();
    let joined: String = words.join("-").chars().take(60).collect();
    format!("{}.test", if joined.is_empty() { "pages" } else { joined.trim_end_matches('-') })
}
