//! Where a site may announce its news. Pure: what a page and a robots.txt say, and where feeds usually lie.

use std::fmt;

use model::{CanonicalUrl, EndpointKind, registered_domain};
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::formats::{page_text, telegram, youtube};

/// Where feeds of common software lie: `WordPress`, Bitrix, Drupal, Joomla, Blogger, Ghost, Hugo, Jekyll.
const FEEDS: &[&str] =
    &["/feed/", "/rss/", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/rss/all.xml", "/feed.json"];
/// Where sitemaps lie that no robots.txt names.
const SITEMAPS: &[&str] =
    &["/sitemap-news.xml", "/news-sitemap.xml", "/sitemap_news.xml", "/sitemap.xml", "/sitemap_index.xml"];
/// Feeds of one kind are enough from one page: some link one for every tag.
const MOST: usize = 12;
/// What is longer is a sentence, not a name.
const LONGEST_NAME: usize = 60;

/// An address that may be an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it may hold.
    pub kind: EndpointKind,
    /// Where it is.
    pub url: Url,
    /// What the page calls it; empty when it gives it no name.
    pub title: String,
    /// How it was found.
    pub origin: Origin,
}

/// How an endpoint was found, what is trusted most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It is the address that was asked for.
    Itself,
    /// The page announces it (`<link rel="alternate">`).
    Announced,
    /// The site's robots.txt names it.
    Robots,
    /// The page links to it.
    Linked,
    /// Such things often lie there.
    WellKnown,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Itself => "the address itself",
            Self::Announced => "announced by the page",
            Self::Robots => "named in robots.txt",
            Self::Linked => "linked from the page",
            Self::WellKnown => "found at a usual place",
        })
    }
}

/// What a page says of its site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Site {
    /// The site's name; empty when it has none.
    pub(super) name: String,
    pub(super) candidates: Vec<Candidate>,
}

/// Reads a site's name and its endpoints from one of its pages.
pub(super) fn of_page(bytes: &[u8], content_type: &str, url: &Url) -> Site {
    let html = Html::parse_document(&page_text(bytes, content_type));
    let mut candidates = announced(&html, url);
    candidates.extend(linked(&html, url));
    Site { name: name_of(&html), candidates: distinct(candidates) }
}

/// Returns an endpoint that shows by its address alone.
pub(super) fn of_address(url: &Url) -> Option<Candidate> {
    let itself = |kind, url| Candidate { kind, url, title: String::new(), origin: Origin::Itself };
    if let Some(preview) = telegram::preview_of(url) {
        return Some(itself(EndpointKind::Telegram, preview));
    }
    youtube::is_youtube(url).then(|| itself(EndpointKind::Youtube, url.clone()))
}

/// Reads the sitemaps that a robots.txt names (sitemaps.org, "Specifying the Sitemap location").
pub(super) fn of_robots(text: &str, site: &Url) -> Vec<Candidate> {
    let named = text.lines().filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let url = name.trim().eq_ignore_ascii_case("sitemap").then(|| site.join(value.trim()).ok())??;
        is_near(&url, site).then_some(url)
    });
    let mut urls: Vec<Url> = named.collect();
    // News first: a list of all pages of twenty years comes behind.
    urls.sort_by_key(|url| !url.path().to_ascii_lowercase().contains("news"));
    let candidates = urls.into_iter().map(|url| Candidate {
        kind: EndpointKind::Sitemap,
        url,
        title: String::new(),
        origin: Origin::Robots,
    });
    distinct(candidates.collect())
}

/// Returns where feeds or sitemaps usually lie on a site.
pub(super) fn usual(kind: EndpointKind, site: &Url) -> Vec<Candidate> {
    let paths = if kind == EndpointKind::Sitemap { SITEMAPS } else { FEEDS };
    let urls = paths.iter().filter_map(|path| site.join(path).ok());
    urls.map(|url| Candidate { kind, url, title: String::new(), origin: Origin::WellKnown }).collect()
}

fn announced(html: &Html, base: &Url) -> Vec<Candidate> {
    let links = elements(html, "link[rel~=alternate][href]");
    let feeds = links.into_iter().filter(|link| {
        let kind = link.attr("type").unwrap_or_default().to_ascii_lowercase();
        ["rss+xml", "atom+xml", "rdf+xml", "feed+json"].iter().any(|end| kind.ends_with(end))
            || kind == "application/json" && link.attr("href").is_some_and(|href| href.contains("feed"))
    });
    let candidate = |link: ElementRef<'_>| {
        let url = base.join(link.attr("href")?.trim()).ok()?;
        let title = link.attr("title").unwrap_or_default().trim().to_owned();
        Some(Candidate { kind: EndpointKind::Feed, url, title, origin: Origin::Announced })
    };
    // A feed of comments holds no article.
    feeds.filter_map(candidate).filter(|one| !one.url.path().contains("comments")).collect()
}

fn linked(html: &Html, base: &Url) -> Vec<Candidate> {
    let candidate = |link: ElementRef<'_>| {
        let url = base.join(link.attr("href")?.trim()).ok()?;
        let title = link.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let (kind, url) = if let Some(preview) = telegram::preview_of(&url) {
            (EndpointKind::Telegram, preview)
        } else if is_channel(&url) {
            (EndpointKind::Youtube, url)
        } else if is_near(&url, base) && looks_like_feed(&url) {
            (EndpointKind::Feed, url)
        } else {
            return None;
        };
        Some(Candidate { kind, url, title, origin: Origin::Linked })
    };
    elements(html, "a[href]").into_iter().filter_map(candidate).collect()
}

fn looks_like_feed(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    matches!(last, "rss" | "feed" | "atom" | "rss2" | "feeds" | "rss.php" | "feed.json")
        || ["rss", "atom", "rdf"]
            .iter()
            .any(|end| last.rsplit_once('.').is_some_and(|(_, last)| last == *end))
        || last.rsplit_once('.').is_some_and(|(_, end)| end == "xml")
            && ["rss", "feed", "atom"].iter().any(|word| path.contains(word))
}

fn is_channel(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
    youtube::is_youtube(url) && (first.starts_with('@') || matches!(first, "channel" | "c" | "user"))
}

fn is_near(url: &Url, site: &Url) -> bool {
    let domain = |url: &Url| registered_domain(url.host_str().unwrap_or_default());
    matches!(url.scheme(), "http" | "https") && domain(url) == domain(site)
}

fn name_of(html: &Html) -> String {
    let meta = elements(html, "meta[property='og:site_name'], meta[name='application-name']");
    let named = meta.first().and_then(|meta| meta.attr("content")).map(str::to_owned);
    let title = || elements(html, "title").first().map(|title| title.text().collect::<String>());
    let name = named.or_else(title).unwrap_or_default();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() <= LONGEST_NAME {
        return name;
    }
    // "All the news of the steppe, day and night | Steppe Herald": the shortest part is mostly the name.
    let parted = [" - ", " — ", " – ", " :: "].iter().fold(name, |name, sign| name.replace(sign, " | "));
    let parts = parted.split(" | ").map(str::trim).filter(|part| !part.is_empty());
    parts.min_by_key(|part| part.chars().count()).unwrap_or_default().chars().take(LONGEST_NAME).collect()
}

fn elements<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(selector).map(|selector| html.select(&selector).collect()).unwrap_or_default()
}

/// Each address once, and no more than are worth asking.
fn distinct(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut seen = std::collections::HashSet::new();
    let fresh = candidates.into_iter().filter(|one| {
        CanonicalUrl::from_url(one.url.clone()).is_ok_and(|url| seen.insert((one.kind, url.identity())))
    });
    fresh.take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Url {
        Url::parse("https://www.steppe.example/kk/").unwrap()
    }

    #[test]
    fn a_page_names_its_feeds_and_channels() {
        let page = r#"<title>Steppe Herald</title>
            <link rel="alternate" type="application/rss+xml" title="Жаңалықтар" href="/feed/">
            <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
            <link rel="alternate" hreflang="ru" href="/ru/">
            <a href="/rss.xml">RSS</a> <a href="https://t.me/steppe_herald">Telegram</a> <a href="/feed">again</a>
            <a href="https://www.youtube.com/@steppe">YouTube</a> <a href="https://other.example/rss.xml">partner</a>
            <a href="/news/feeding-cattle">Мал азығы</a> <a href="javascript:x()">x</a>"#;
        let found = of_page(page.as_bytes(), "text/html; charset=utf-8", &site());
        let list: Vec<(&str, &str, Origin)> =
            found.candidates.iter().map(|one| (one.kind.as_str(), one.url.as_str(), one.origin)).collect();
        assert_eq!(
            list,
            [
                ("feed", "https://www.steppe.example/feed/", Origin::Announced),
                ("feed", "https://www.steppe.example/rss.xml", Origin::Linked),
                ("telegram", "https://t.me/s/steppe_herald", Origin::Linked),
                ("youtube", "https://www.youtube.com/@steppe", Origin::Linked),
            ]
        );
        assert_eq!(
            (found.name.as_str(), found.candidates[0].title.as_str()),
            ("Steppe Herald", "Жаңалықтар")
        );
    }

    #[test]
    fn robots_txt_names_sitemaps_of_its_own_site_alone() {
        let robots = "User-agent: *\nDisallow:\nSITEMAP: /sitemap.xml\nSitemap: https://steppe.example/news.xml\nSitemap: https://evil.example/s.xml\n";
        let found: Vec<String> = of_robots(robots, &site()).into_iter().map(|one| one.url.into()).collect();
        assert_eq!(found, ["https://steppe.example/news.xml", "https://www.steppe.example/sitemap.xml"]);
    }

    #[test]
    fn a_channel_shows_by_its_address() {
        let kind = |text: &str| of_address(&Url::parse(text).unwrap()).map(|one| one.kind);
        assert_eq!(kind("https://t.me/steppe_herald"), Some(EndpointKind::Telegram));
        assert_eq!(kind("https://www.youtube.com/@steppe"), Some(EndpointKind::Youtube));
        assert_eq!(kind("https://steppe.example/"), None);
    }
}
