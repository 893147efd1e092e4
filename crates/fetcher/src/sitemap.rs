//! Reads news sitemaps and sitemap indexes, packed or not. Pure: bytes in, entries and notes out.

use std::cmp::Reverse;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use model::Entry;
use quick_xml::Reader;
use quick_xml::events::Event;
use thiserror::Error;
use url::Url;

use crate::feed::{MAX_ENTRIES, Note, Parsed, Reading, clip};
use crate::plain::unescaped;
use crate::recover::{mend, to_text};

/// An index that lists more parts than this lists its archive: the newest parts are taken.
const MAX_PARTS: usize = 50;
/// No field of a sitemap is longer.
const MAX_FIELD_CHARS: usize = 4096;

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

/// One `url` or `sitemap` element.
#[derive(Debug, Default)]
struct Row {
    address: String,
    title: String,
    published: String,
    modified: String,
}

/// Reads a sitemap. `base_url` is where it was found; a file packed with gzip may unpack to `max_bytes`.
pub fn parse(
    bytes: &[u8],
    base_url: &Url,
    content_type: &str,
    max_bytes: usize,
) -> Result<Sitemap, SitemapError> {
    // `sitemap.xml.gz` is packed as a file, not by a content coding.
    let packed = if bytes.starts_with(&[0x1f, 0x8b]) { "gzip" } else { "" };
    let unpacked = archive::decode(packed, bytes, max_bytes)?;
    let text = to_text(&unpacked.bytes, content_type);
    let (rows, is_index, mended) = match read_rows(&text) {
        (rows, Some(is_index), true) => (rows, is_index, false),
        _ => match read_rows(&mend(&text)) {
            (rows, Some(is_index), _) => (rows, is_index, true),
            (_, None, _) => return Err(SitemapError::NotASitemap),
        },
    };
    if is_index {
        return Ok(Sitemap::Index(parts(rows, base_url)));
    }
    let mut parsed = pages(rows, base_url);
    if mended {
        parsed.notes.insert(0, Note::Mended);
    }
    Ok(Sitemap::Pages(parsed))
}

fn pages(mut rows: Vec<Row>, base_url: &Url) -> Parsed {
    let found = rows.len();
    rows.sort_by_cached_key(|row| Reverse(row.date()));
    let mut reading = Reading::new(base_url);
    for row in rows.into_iter().take(MAX_ENTRIES) {
        let published = reading.date(row.date());
        let Some(url) = reading.address(&row.address) else { continue };
        let title = clip(&unescaped(&row.title), 500);
        reading.push(Entry { url, title, summary: String::new(), content: String::new(), published });
    }
    reading.finish(found)
}

fn parts(mut rows: Vec<Row>, base_url: &Url) -> Vec<Url> {
    rows.sort_by_cached_key(|row| Reverse(row.date()));
    let addresses = rows.iter().filter_map(|row| base_url.join(row.address.trim()).ok());
    addresses.filter(|url| matches!(url.scheme(), "http" | "https")).take(MAX_PARTS).collect()
}

/// Returns the rows, whether this is an index (`None`: neither kind), and whether it was read to its end.
fn read_rows(text: &str) -> (Vec<Row>, Option<bool>, bool) {
    let mut reader = Reader::from_str(text);
    let (mut rows, mut is_index, mut field) = (Vec::new(), None, String::new());
    let mut row: Option<Row> = None;
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                field.clear();
                match start.local_name().as_ref() {
                    "urlset" => is_index = Some(false),
                    "sitemapindex" => is_index = Some(true),
                    "url" | "sitemap" => row = Some(Row::default()),
                    _ => {}
                }
            }
            Ok(Event::Text(text)) => push(&mut field, &text.into_inner()),
            Ok(Event::CData(text)) => push(&mut field, &text.into_inner()),
            Ok(Event::GeneralRef(name)) => push(&mut field, &format!("&{};", name.into_inner())),
            Ok(Event::End(end)) => match end.local_name().as_ref() {
                "url" | "sitemap" => rows.extend(row.take()),
                name => row.iter_mut().for_each(|row| row.take_field(name, &mut field)),
            },
            Ok(Event::Eof) => return (rows, is_index, true),
            Ok(_) => {}
            Err(_) => return (rows, is_index, false),
        }
    }
}

fn push(field: &mut String, text: &str) {
    if field.len() < MAX_FIELD_CHARS {
        field.push_str(text);
    }
}

impl Row {
    fn take_field(&mut self, name: &str, field: &mut String) {
        let place = match name {
            // An image has an address, too: the first one is the page's.
            "loc" if self.address.is_empty() => &mut self.address,
            "title" if self.title.is_empty() => &mut self.title,
            "publication_date" => &mut self.published,
            "lastmod" => &mut self.modified,
            _ => return,
        };
        *place = std::mem::take(field);
        if name == "loc" {
            *place = unescaped(place);
        }
    }

    fn date(&self) -> Option<Timestamp> {
        read_date(&self.published).or_else(|| read_date(&self.modified))
    }
}

/// Reads a W3C date: a day alone is taken as its beginning in UTC.
fn read_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let day: Date = text.get(..10).unwrap_or(text).parse().ok()?;
    Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Result<Sitemap, SitemapError> {
        parse(text, &Url::parse("https://news.sample.test/sitemap.xml").unwrap(), "text/xml", 1 << 20)
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
