//! The bundled sample newsroom: thirteen invented outlets, sixty invented articles, six watches.

mod outlets;
mod page;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{Body, NewsroomError, Page, Site};

pub use outlets::MARK;

/// A watch of the demo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleWatch {
    /// The letter by which the articles name it.
    letter: char,
    /// Its name.
    pub name: &'static str,
    /// Its query.
    pub query: &'static str,
}

/// The six watches.
pub const WATCHES: [SampleWatch; 6] = [
    SampleWatch { letter: 'K', name: "Khorgos", query: "@khorgos" },
    SampleWatch { letter: 'G', name: "Ghulja", query: "@yining_ghulja" },
    SampleWatch { letter: 'A', name: "Atajurt Eriktileri", query: "@atajurt" },
    SampleWatch { letter: 'B', name: "Serikzhan Bilash", query: "@bilash" },
    SampleWatch {
        letter: 'D',
        name: "Detentions of Kazakhs in Xinjiang",
        query: "@detention AND (@kazakhs OR @xj_kazakhs) AND @xinjiang",
    },
    SampleWatch { letter: 'F', name: "Belt and Road freight", query: "@belt_and_road AND @freight" },
];

/// What a watch must find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The watch's name.
    pub watch: &'static str,
    /// The article's host and path.
    pub article: String,
    /// Its title.
    pub title: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Articles {
    article: Vec<Article>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Article {
    outlet: String,
    slug: String,
    title: String,
    watches: String,
    text: String,
}

impl Article {
    fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.text.lines().map(str::trim).filter(|line| !line.is_empty())
    }

    fn path(&self) -> String {
        format!("/news/{}.html", self.slug)
    }
}

fn articles() -> Result<Vec<Article>, NewsroomError> {
    let read: Articles = toml::from_str(include_str!("../sample/articles.toml"))
        .map_err(|error| NewsroomError::Sample(error.to_string()))?;
    Ok(read.article)
}

/// Returns the sites of the sample, with dates within the three days before `now`.
///
/// # Errors
/// When the bundled files are broken, which a test excludes.
pub fn sites(now: Timestamp) -> Result<Vec<Site>, NewsroomError> {
    let articles = articles()?;
    let titles: Vec<&str> = articles.iter().map(|article| article.title.as_str()).collect();
    let mut sites = Vec::new();
    for outlet in outlets::OUTLETS {
        let own: Vec<&Article> = articles.iter().filter(|article| article.outlet == outlet.id).collect();
        let mut pages = Vec::new();
        for (hours, article) in (1_i64..).zip(own) {
            let published = now - SignedDuration::from_hours(hours * 5);
            pages.push(Page {
                path: article.path(),
                title: article.title.clone(),
                summary: format!("[{}] {}", outlet.mark, article.paragraphs().next().unwrap_or_default()),
                content_type: outlet.content_type(),
                published,
                body: Body::Bytes(page::render(outlet, article, &titles, published)),
            });
        }
        sites.push(outlet.site(pages));
    }
    Ok(sites)
}

/// Returns what the watches must find in the sample, and nothing beside it.
///
/// # Errors
/// When the bundled files are broken, which a test excludes.
pub fn expected() -> Result<Vec<Expected>, NewsroomError> {
    let mut expected = Vec::new();
    for article in articles()? {
        for watch in WATCHES.iter().filter(|watch| article.watches.contains(watch.letter)) {
            let article_url = format!("{}.test{}", article.outlet, article.path());
            expected.push(Expected { watch: watch.name, article: article_url, title: article.title.clone() });
        }
    }
    Ok(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_as_large_as_it_should_be() {
        let sites = sites(Timestamp::UNIX_EPOCH).unwrap();
        assert!(sites.len() >= 12 && sites.iter().any(|site| site.sitemap));
        assert_eq!(sites.iter().map(|site| site.pages.len()).sum::<usize>(), 60);
        assert!(sites.iter().all(|site| !site.pages.is_empty()));
        assert!(expected().unwrap().len() >= 20);
        for watch in WATCHES {
            assert!(expected().unwrap().iter().any(|pair| pair.watch == watch.name), "{}", watch.name);
        }
    }

    #[test]
    fn every_page_and_feed_item_says_that_it_is_invented() {
        for site in sites(Timestamp::UNIX_EPOCH).unwrap() {
            for page in &site.pages {
                let bytes = page.body.read().unwrap();
                let marked = String::from_utf8_lossy(&bytes).contains(MARK);
                assert!(marked && page.summary.starts_with('['), "{}{}", site.host, page.path);
            }
        }
    }
}
