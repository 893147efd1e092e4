//! Feeds and sitemaps of a site.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{FeedKind, Page, Site};

/// How many items a feed holds.
const NEWEST: usize = 30;

/// Writes the feed of a site that is served at `base` (`http://host:port`).
pub(crate) fn feed(site: &Site, base: &str) -> String {
    let pages = site.pages.iter().take(NEWEST);
    match site.feed {
        FeedKind::Rss => rss(site, base, pages),
        FeedKind::Atom => atom(site, base, pages),
    }
}

fn rss<'a>(site: &Site, base: &str, pages: impl Iterator<Item = &'a Page>) -> String {
    let item = |page: &Page| {
        format!(
            "<item><title>{}</title><link>{base}{}</link><guid>{base}{}</guid><pubDate>{}</pubDate><description>{}</description></item>",
            escape(&page.title),
            escape(&page.path),
            escape(&page.path),
            rfc2822(page.published),
            escape(&page.summary)
        )
    };
    let items: String = pages.map(item).collect();
    let name = escape(&site.name);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss version=\"2.0\"><channel><title>{name}</title><link>{base}/</link>\
         <description>{name}</description><language>{}</language>{items}</channel></rss>",
        escape(&site.language)
    )
}

fn atom<'a>(site: &Site, base: &str, pages: impl Iterator<Item = &'a Page>) -> String {
    let entry = |page: &Page| {
        format!(
            "<entry><title>{}</title><link href=\"{base}{}\"/><id>{base}{}</id><updated>{}</updated><published>{}</published><summary>{}</summary></entry>",
            escape(&page.title),
            escape(&page.path),
            escape(&page.path),
            page.published,
            page.published,
            escape(&page.summary)
        )
    };
    let entries: String = pages.map(entry).collect();
    let updated = site.pages.first().map_or(Timestamp::UNIX_EPOCH, |page| page.published);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns=\"http://www.w3.org/2005/Atom\"><title>{}</title><id>{base}/</id>\
         <updated>{updated}</updated>{entries}</feed>",
        escape(&site.name)
    )
}

/// Writes the news sitemap of a site, all of its pages.
pub(crate) fn sitemap(site: &Site, base: &str) -> String {
    let url = |page: &Page| {
        format!(
            "<url><loc>{base}{}</loc><news:news><news:publication><news:name>{}</news:name><news:language>{}</news:language></news:publication>\
             <news:publication_date>{}</news:publication_date><news:title>{}</news:title></news:news></url>",
            escape(&page.path),
            escape(&site.name),
            escape(&site.language),
            page.published,
            escape(&page.title)
        )
    };
    let urls: String = site.pages.iter().map(url).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">{urls}</urlset>"
    )
}

/// Escapes text for XML and HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn rfc2822(time: Timestamp) -> String {
    time.to_zoned_datetime(TimeZone::UTC).strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
