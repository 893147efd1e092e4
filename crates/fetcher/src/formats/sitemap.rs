//! Reads news sitemaps and sitemap indexes, packed or not. Pure: bytes in, entries and notes out.

use std::cmp::Reverse;

use thiserror::Error;
use url::Url;

use super::charset::to_text;
use super::dates;
use super::entries::{Arrived, Note, Parsed, RawItem, Reading};
use super::soup::{Piece, Soup, local};

/// An index that lists more parts than this lists its archive: the newest parts are taken.
const MAX_PARTS: usize = 50;
/// Rows beyond this are not looked at: no sitemap may have more (sitemaps.org, protocol).
const MAX_ROWS: usize = 50_000;

/// What a sitemap holds: pages, or further sitemaps.
#[derive(Debug, Clone, PartialEq)]
pub enum Sitemap {
    /// Pages, newest first as far as dates are given.
    Pages(Parsed),
    /// The addresses of further sitemaps, newest first as far as dates are given.
    Index(Vec<Url>),
}

/// Bytes that are no sitemap.
#[derive(Debug, Error)]
pub enum SitemapError {
    /// The XML is of another kind, or there is none.
    #[error("the answer is no sitemap: look at its address in a browser")]
    NotASitemap,
    /// A packed sitemap cannot be unpacked.
    #[error("the packed sitemap cannot be read")]
    Packed(#[from] archive::DecodeError),
}

/// Reads a sitemap, or an index of sitemaps; a file packed with gzip may unpack to `max_bytes`.
///
/// # Errors
/// When the bytes are no sitemap, or cannot be unpacked within the limit.
pub fn parse(bytes: &[u8], arrived: &Arrived<'_>, max_bytes: usize) -> Result<Sitemap, SitemapError> {
    // `sitemap.xml.gz` is packed as a file, not by a content coding.
    let packed = if bytes.starts_with(&[0x1f, 0x8b]) { "gzip" } else { "" };
    let unpacked = archive::decode(packed, bytes, max_bytes)?;
    let text = to_text(&unpacked.bytes, arrived.content_type);
    let mut read = Read::of(&text.text);
    read.rows.sort_by_cached_key(|row| Reverse(dates::read(&row.date, &arrived.zone)));
    match read.is_index {
        None => Err(SitemapError::NotASitemap),
        Some(true) => Ok(Sitemap::Index(parts(&read.rows, arrived))),
        Some(false) => {
            let mut parsed = pages(&read.rows, arrived);
            if text.is_mended || !read.is_whole {
                parsed.notes.insert(0, Note::Mended);
            }
            Ok(Sitemap::Pages(parsed))
        }
    }
}

fn pages(rows: &[RawItem], arrived: &Arrived<'_>) -> Parsed {
    let mut reading = Reading::new(arrived);
    for row in rows {
        if reading.is_full() {
            break;
        }
        reading.add(row);
    }
    reading.finish(rows.len())
}

fn parts(rows: &[RawItem], arrived: &Arrived<'_>) -> Vec<Url> {
    let addresses = rows.iter().filter_map(|row| arrived.url.join(row.address.trim()).ok());
    addresses.filter(|url| matches!(url.scheme(), "http" | "https")).take(MAX_PARTS).collect()
}

/// The `url` or `sitemap` elements of a file.
#[derive(Default)]
struct Read {
    rows: Vec<RawItem>,
    /// `None`: it is of neither kind.
    is_index: Option<bool>,
    is_whole: bool,
}

impl Read {
    fn of(text: &str) -> Self {
        let mut read = Self::default();
        let mut soup = Soup::new(text);
        while let Some(piece) = soup.next() {
            match piece {
                Piece::Open(tag) => match tag.local() {
                    "urlset" => read.is_index = Some(false),
                    "sitemapindex" => read.is_index = Some(true),
                    "url" | "sitemap" if read.rows.len() < MAX_ROWS => {
                        read.rows.extend(row(tag.name, &mut soup));
                    }
                    _ => {}
                },
                Piece::Close(name) => read.is_whole |= matches!(local(name), "urlset" | "sitemapindex"),
                _ => {}
            }
        }
        read
    }
}

/// Reads one row up to its end; one that the end of the bytes cut off counts when its address is whole.
fn row(name: &str, soup: &mut Soup<'_>) -> Option<RawItem> {
    let mut row = RawItem::default();
    let mut modified = String::new();
    while let Some(piece) = soup.next() {
        match piece {
            Piece::Close(end) if end == name => break,
            Piece::Open(tag) => {
                let place = match tag.name {
                    // Pictures and films have addresses and titles of their own; only the page's is asked for.
                    "loc" => &mut row.address,
                    "news:title" | "n:title" | "title" => &mut row.title,
                    "news:publication_date" | "n:publication_date" | "publication_date" => &mut row.date,
                    "lastmod" => &mut modified,
                    _ if tag.local() == "loc" && !is_medium(tag.name) => &mut row.address,
                    _ => continue,
                };
                let inside =
                    soup.inside(tag.name, |other| local(other) == "url" || local(other) == "sitemap");
                if inside.is_whole && place.is_empty() {
                    *place = inside.text();
                }
            }
            _ => {}
        }
    }
    if row.date.trim().is_empty() {
        row.date = modified;
    }
    (!row.address.trim().is_empty()).then_some(row)
}

fn is_medium(name: &str) -> bool {
    ["image:", "video:", "media:"].iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Sitemap, SitemapError> {
        let url = Url::parse("https://news.sample.test/sitemap.xml").unwrap();
        let at = "2026-11-23T10:00:00Z".parse().unwrap();
        let arrived = Arrived { url: &url, content_type: "text/xml", zone: jiff::tz::TimeZone::UTC, at };
        parse(text, &arrived, 1 << 20)
    }

    const NEWS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
        <url><loc>https://news.sample.test/old?a=1&amp;b=2</loc><lastmod>2026-11-20</lastmod></url>
        <url><loc> https://news.sample.test/new </loc><news:news><news:publication><news:name>N</news:name></news:publication>
          <news:publication_date>2026-11-23T10:00+06:00</news:publication_date><news:title>Қорғас &amp; бекет</news:title></news:news>
          <image:image xmlns:image="i"><image:loc>https://news.sample.test/a.jpg</image:loc></image:image></url>
        </urlset>"#;

    #[test]
    fn pages_come_newest_first_with_their_titles() {
        let Ok(Sitemap::Pages(parsed)) = read(NEWS.as_bytes()) else { panic!("no pages") };
        let addresses: Vec<&str> = parsed.entries.iter().map(|entry| entry.url.as_str()).collect();
        assert_eq!(addresses, ["https://news.sample.test/new", "https://news.sample.test/old?a=1&b=2"]);
        assert_eq!(parsed.entries[0].title, "Қорғас & бекет");
        assert_eq!(parsed.entries[0].published, Some("2026-11-23T04:00:00Z".parse().unwrap()));
        assert_eq!(parsed.entries[1].published, Some("2026-11-20T00:00:00Z".parse().unwrap()));
        assert_eq!(parsed.notes, []);
    }

    #[test]
    fn a_packed_sitemap_is_unpacked_within_its_limit() {
        use std::io::Write;
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(NEWS.as_bytes()).unwrap();
        packer.write_all(&vec![b' '; 2 << 20]).unwrap();
        let bomb = packer.finish().unwrap();
        assert!(matches!(read(&bomb), Err(SitemapError::Packed(_))));
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(NEWS.as_bytes()).unwrap();
        assert!(
            matches!(read(&packer.finish().unwrap()), Ok(Sitemap::Pages(parsed)) if parsed.entries.len() == 2)
        );
    }

    #[test]
    fn pictures_and_comments_are_no_pages() {
        let text = "<urlset xmlns:image='i'><url><image:image><image:loc>/a.jpg</image:loc><image:title>x</image:title>\
            </image:image><loc><![CDATA[https://news.sample.test/1?a=1&b=2]]></loc><lastmod>2026-11-23T10:00:00+06:00\
            </lastmod></url><!-- <url><loc>/2</loc></url> --></urlset>";
        let Ok(Sitemap::Pages(parsed)) = read(text.as_bytes()) else { panic!("no pages") };
        let [entry] = parsed.entries.as_slice() else { panic!("{parsed:?}") };
        assert_eq!((entry.url.as_str(), entry.title.as_str()), ("https://news.sample.test/1?a=1&b=2", ""));
        assert_eq!(entry.published, Some("2026-11-23T04:00:00Z".parse().unwrap()));
    }

    #[test]
    fn an_index_names_its_newest_parts_first() {
        let text = "<sitemapindex><sitemap><loc>/1.xml</loc><lastmod>2020-01-01</lastmod></sitemap>\
            <sitemap><loc>/2.xml</loc><lastmod>2026-11-23</lastmod></sitemap></sitemapindex>";
        let Ok(Sitemap::Index(parts)) = read(text.as_bytes()) else { panic!("no index") };
        let addresses: Vec<&str> = parts.iter().map(Url::as_str).collect();
        assert_eq!(addresses, ["https://news.sample.test/2.xml", "https://news.sample.test/1.xml"]);
    }

    #[test]
    fn a_torn_sitemap_keeps_its_whole_rows_and_a_page_is_none() {
        let torn = "<urlset><url><loc>https://news.sample.test/1</loc></url><url><loc>https://news.sam";
        let Ok(Sitemap::Pages(parsed)) = read(torn.as_bytes()) else { panic!("no pages") };
        assert_eq!(parsed.entries.len(), 1);
        for text in ["", "<html><body>404</body></html>", "{}"] {
            assert!(matches!(read(text.as_bytes()), Err(SitemapError::NotASitemap)), "{text}");
        }
    }
}
