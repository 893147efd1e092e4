//! Reads a page that lists articles, for outlets that have neither feed nor sitemap.
//!
//! With the operator's CSS selectors, or without: then every link to the same site that reads like a headline counts,
//! outside menus and footers. What is no article after all is found out when its page is read.

use jiff::tz::TimeZone;
use model::registered_domain;
use scraper::{ElementRef, Html, Selector};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use super::charset::page_text;
use super::dates;
use super::entries::{Arrived, MAX_ENTRIES, Parsed, RawItem, Reading};

/// A headline has at least this many letters in an alphabet, and this many Chinese characters.
const HEADLINE: (usize, usize) = (18, 7);
/// How far above its link a date may stand.
const REACH: usize = 4;

/// CSS selectors (Selectors Level 4) that say where things stand on a listing page. Each may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selectors {
    /// What holds one article; without it, each link of `link` is one.
    pub item: String,
    /// Its link, inside the item; without it, the first link there.
    pub link: String,
    /// Its headline, inside the item; without it, the link's text.
    pub title: String,
    /// Its date, inside the item: a `datetime` attribute, else its text.
    pub date: String,
}

/// Selectors that cannot be used.
#[derive(Debug, Error)]
pub enum SelectorsError {
    /// One is no selector.
    #[error("`{text}` is no CSS selector for `{key}`: copy it from a browser's inspector")]
    Selector {
        /// The setting.
        key: &'static str,
        /// What stands there.
        text: String,
    },
    /// A selector is missing that the others need.
    #[error("`title` and `date` are looked for inside an item: say which element `item` is")]
    NoItem,
    /// The stored text is no TOML.
    #[error("the selectors cannot be read: {0}")]
    Unreadable(#[from] toml::de::Error),
}

/// Bytes that are no page.
#[derive(Debug, Error)]
#[error("no link on the page reads like a headline: name the places with `item`, `link` and `title`")]
pub struct NoLinks;

/// The selectors, compiled.
struct Compiled {
    item: Option<Selector>,
    link: Option<Selector>,
    title: Option<Selector>,
    date: Option<Selector>,
}

impl Selectors {
    /// Reads selectors from TOML text; empty text has none.
    ///
    /// # Errors
    /// When the text or one of the selectors cannot be read.
    pub fn parse(text: &str) -> Result<Self, SelectorsError> {
        let selectors: Self = toml::from_str(text)?;
        selectors.compiled()?;
        Ok(selectors)
    }

    fn compiled(&self) -> Result<Compiled, SelectorsError> {
        let one = |key, text: &str| {
            let read = (!text.trim().is_empty()).then(|| Selector::parse(text)).transpose();
            read.map_err(|_| SelectorsError::Selector { key, text: text.to_owned() })
        };
        let compiled = Compiled {
            item: one("item", &self.item)?,
            link: one("link", &self.link)?,
            title: one("title", &self.title)?,
            date: one("date", &self.date)?,
        };
        if compiled.item.is_none() && (compiled.title.is_some() || compiled.date.is_some()) {
            return Err(SelectorsError::NoItem);
        }
        Ok(compiled)
    }
}

/// Reads a listing page.
///
/// # Errors
/// When no article is found on it.
pub fn parse(bytes: &[u8], arrived: &Arrived<'_>, selectors: &Selectors) -> Result<Parsed, NoLinks> {
    let html = Html::parse_document(&page_text(bytes, arrived.content_type));
    let base = base_of(&html, arrived.url);
    let compiled = selectors.compiled().map_err(|_| NoLinks)?;
    let items = match (&compiled.item, &compiled.link) {
        (None, None) => headlines(&html, &base, &arrived.zone),
        (None, Some(link)) => {
            html.select(link).filter_map(|link| linked(link, link, &arrived.zone)).collect()
        }
        (Some(item), _) => html.select(item).filter_map(|item| chosen(item, &compiled)).collect(),
    };
    let based = Arrived { url: &base, ..arrived.clone() };
    let mut reading = Reading::new(&based);
    for item in items.iter().take(MAX_ENTRIES) {
        reading.add(item);
    }
    let parsed = reading.finish(items.len());
    if parsed.entries.is_empty() { Err(NoLinks) } else { Ok(parsed) }
}

fn base_of(html: &Html, url: &Url) -> Url {
    let base = select(html.root_element(), "base[href]").and_then(|base| url.join(base.attr("href")?).ok());
    base.unwrap_or_else(|| url.clone())
}

/// Selects with a selector of this file.
fn select<'a>(element: ElementRef<'a>, selector: &str) -> Option<ElementRef<'a>> {
    let selector = Selector::parse(selector).ok()?;
    element.select(&selector).next()
}

/// Reads an item that the operator's selectors chose.
fn chosen(item: ElementRef<'_>, selectors: &Compiled) -> Option<RawItem> {
    let own = Some(item).filter(|item| item.value().name() == "a");
    let link = match &selectors.link {
        Some(link) => item.select(link).next(),
        None => own.or_else(|| select(item, "a[href]")),
    }?;
    let title = selectors.title.as_ref().and_then(|title| item.select(title).next());
    let title = title.or_else(|| select(item, "h1, h2, h3, h4")).map(words).filter(|title| !title.is_empty());
    let date = match &selectors.date {
        Some(date) => item.select(date).next(),
        None => select(item, "time"),
    };
    Some(RawItem {
        address: link.attr("href")?.to_owned(),
        title: title.unwrap_or_else(|| title_of(link)),
        date: date.map(said).unwrap_or_default(),
        ..RawItem::default()
    })
}

/// Finds the links that read like headlines.
fn headlines(html: &Html, base: &Url, zone: &TimeZone) -> Vec<RawItem> {
    let home = registered_domain(base.host_str().unwrap_or_default());
    let Ok(links) = Selector::parse("a[href]") else { return Vec::new() };
    let mut items: Vec<RawItem> = Vec::new();
    for link in html.select(&links).filter(|link| !is_aside(*link)) {
        let Some(item) = linked(link, surrounding(link), zone) else { continue };
        let Ok(url) = base.join(item.address.trim()) else { continue };
        let is_near = registered_domain(url.host_str().unwrap_or_default()) == home && url.path().len() > 1;
        if !is_near || url.path() == base.path() {
            continue;
        }
        // A picture and a headline often lead to one article: the words win.
        match items.iter_mut().find(|known| known.address == item.address) {
            Some(known) if known.title.len() < item.title.len() => *known = item,
            Some(_) => {}
            None => items.push(item),
        }
    }
    items.retain(|item| is_headline(&item.title));
    items
}

fn linked(link: ElementRef<'_>, around: ElementRef<'_>, zone: &TimeZone) -> Option<RawItem> {
    let date = select(around, "time, [datetime], [class*=date], [class*=time]").map(said);
    Some(RawItem {
        address: link.attr("href")?.to_owned(),
        title: title_of(link),
        date: date.filter(|date| dates::read(date, zone).is_some()).unwrap_or_default(),
        ..RawItem::default()
    })
}

/// The largest element around a link that holds no other article's link.
fn surrounding(link: ElementRef<'_>) -> ElementRef<'_> {
    let own = link.attr("href");
    let mut around = link;
    for above in link.ancestors().filter_map(ElementRef::wrap).take(REACH) {
        let Ok(links) = Selector::parse("a[href]") else { break };
        let others = above.select(&links).take(20);
        if others.into_iter().any(|other| other.attr("href") != own && is_headline(&words(other))) {
            break;
        }
        around = above;
    }
    around
}

fn is_aside(link: ElementRef<'_>) -> bool {
    let names = link.ancestors().filter_map(ElementRef::wrap).map(|above| above.value().name());
    names.into_iter().any(|name| matches!(name, "nav" | "footer" | "form" | "noscript"))
}

fn is_headline(text: &str) -> bool {
    let ideographs = text.chars().filter(|c| ('\u{3400}'..='\u{9fff}').contains(c)).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    ideographs >= HEADLINE.1 || letters >= HEADLINE.0 && text.split_whitespace().count() >= 3
}

fn title_of(link: ElementRef<'_>) -> String {
    let heading = select(link, "h1, h2, h3, h4").map(words).filter(|text| !text.is_empty());
    let text = heading.unwrap_or_else(|| words(link));
    let shown = link.attr("title").map(str::trim).filter(|title| is_headline(title) && !is_headline(&text));
    shown.map_or(text, str::to_owned)
}

fn said(element: ElementRef<'_>) -> String {
    element.attr("datetime").map_or_else(|| words(element), str::to_owned)
}

fn words(element: ElementRef<'_>) -> String {
    let text: String = element.text().collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str, selectors: &str) -> Result<Parsed, NoLinks> {
        let url = Url::parse("https://news.sample.test/kk/").unwrap();
        let at = "2026-11-23T10:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Asia/Almaty").unwrap();
        let arrived = Arrived { url: &url, content_type: "text/html; charset=utf-8", zone, at };
        parse(page.as_bytes(), &arrived, &Selectors::parse(selectors).unwrap())
    }

    const PAGE: &str = r#"<html><nav><a href="/about-the-editors">Біздің редакция туралы толық мәлімет</a></nav>
        <div class="list">
        <div class="card"><a href="/kk/news/1"><img></a><span class="date">23 қараша 2026, 10:00</span>
          <a href="/kk/news/1"><h3>Қорғас арқылы жүк тасымалы қайта басталды</h3></a></div>
        <div class="card"><span class="date">22 қараша 2026, 10:00</span><a href="news/2">قورعاس كەدەنىندە جاڭا تەرمينال اشىلدى</a></div>
        <div class="card"><a href="/zh/3" title="霍尔果斯口岸开通新的货运列车">霍尔果斯…</a></div>
        <div class="card"><a href="/ru/4">Ещё</a> <a href="https://other.test/5">Новости нашего партнёра о погоде в Алматы</a></div>
        </div><footer><a href="/rules">Материалдарды пайдалану ережелері туралы</a></footer>"#;

    #[test]
    fn headlines_are_found_without_selectors() {
        let parsed = read(PAGE, "").unwrap();
        let found: Vec<(&str, &str)> =
            parsed.entries.iter().map(|entry| (entry.url.url().path(), entry.title.as_str())).collect();
        assert_eq!(
            found,
            [
                ("/kk/news/1", "Қорғас арқылы жүк тасымалы қайта басталды"),
                ("/kk/news/2", "قورعاس كەدەنىندە جاڭا تەرمينال اشىلدى"),
                ("/zh/3", "霍尔果斯口岸开通新的货运列车"),
            ]
        );
        assert_eq!(parsed.entries[0].published, Some("2026-11-23T05:00:00Z".parse().unwrap()));
        assert_eq!(parsed.entries[2].published, None);
    }

    #[test]
    fn selectors_name_what_is_an_article() {
        let parsed = read(PAGE, "item = '.card'\ntitle = 'h3, a'\ndate = '.date'").unwrap();
        assert_eq!(parsed.entries.len(), 4);
        assert_eq!(parsed.entries[1].published, Some("2026-11-22T05:00:00Z".parse().unwrap()));
        assert_eq!(parsed.entries[3].title, "Ещё");
        assert_eq!(read(PAGE, "link = '.card > a[title]'").unwrap().entries.len(), 1);
        assert!(read(PAGE, "item = '.story'").is_err());
    }

    #[test]
    fn a_bad_selector_is_named() {
        let error = |text| Selectors::parse(text).unwrap_err().to_string();
        assert!(error("item = 'a['").contains("`a[` is no CSS selector for `item`"));
        assert!(error("date = 'time'").contains("item"));
        assert!(error("items = 'a'").contains("items"));
        assert_eq!(Selectors::parse("").unwrap(), Selectors::default());
    }

    #[test]
    fn a_page_without_articles_is_said() {
        assert!(read("<html><title>404</title><a href='/'>Home</a>", "").is_err());
    }
}
