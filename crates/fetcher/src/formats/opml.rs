//! Reads and writes OPML 2.0 (opml.org/spec2.opml), the form in which feed readers hand on their lists.
//!
//! Real files nest their outlines, leave types out, write `xmlurl` small, and hold bare `&`: all of that is read.

use std::collections::HashSet;
use std::fmt::Write;

use model::CanonicalUrl;
use thiserror::Error;

use super::charset::to_text;
use super::soup::{Piece, Soup};

/// One subscription.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// Its name.
    pub title: String,
    /// The address of its feed.
    pub feed: String,
    /// The address of its site; empty when not said.
    pub site: String,
    /// The language that the list gives it; empty when not said.
    pub language: String,
    /// The names of the folders it lies in, outermost first.
    pub folders: Vec<String>,
}

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List {
    /// The subscriptions, each address once.
    pub outlines: Vec<Outline>,
    /// Addresses that stood there again.
    pub duplicates: Vec<String>,
    /// Addresses that are not on the web.
    pub unusable: Vec<String>,
}

/// Bytes that are no OPML.
#[derive(Debug, Error)]
#[error("the file is no OPML: export the list of feeds from the reader again, as OPML")]
pub struct NotOpml;

/// Reads a list.
///
/// # Errors
/// When there is no `opml` element.
pub fn parse(bytes: &[u8]) -> Result<List, NotOpml> {
    let text = to_text(bytes, "");
    let (mut list, mut folders, mut is_opml) = (List::default(), Vec::new(), false);
    let mut seen = HashSet::new();
    for piece in Soup::new(&text.text) {
        match piece {
            Piece::Open(tag) if tag.name.eq_ignore_ascii_case("opml") => is_opml = true,
            Piece::Open(tag) if tag.name.eq_ignore_ascii_case("outline") => {
                let of = |name| tag.attribute(name).map(|value| value.trim().to_owned()).unwrap_or_default();
                let title =
                    [of("title"), of("text")].into_iter().find(|text| !text.is_empty()).unwrap_or_default();
                let feed = of("xmlurl");
                if !feed.is_empty() {
                    let outline = Outline {
                        title: title.clone(),
                        feed,
                        site: of("htmlurl"),
                        language: of("language"),
                        folders: folders.iter().filter(|name: &&String| !name.is_empty()).cloned().collect(),
                    };
                    list.add(outline, &mut seen);
                }
                if !tag.is_empty {
                    folders.push(title);
                }
            }
            Piece::Close(name) if name.eq_ignore_ascii_case("outline") => {
                folders.pop();
            }
            _ => {}
        }
    }
    if is_opml { Ok(list) } else { Err(NotOpml) }
}

impl List {
    fn add(&mut self, outline: Outline, seen: &mut HashSet<String>) {
        // `feed:` is how some readers write http (draft of 2003, never registered).
        let address = outline.feed.strip_prefix("feed://").map_or_else(
            || outline.feed.strip_prefix("feed:").unwrap_or(&outline.feed).to_owned(),
            |rest| format!("https://{rest}"),
        );
        match CanonicalUrl::parse(&address) {
            Err(_) => self.unusable.push(outline.feed),
            Ok(url) if !seen.insert(url.identity()) => self.duplicates.push(outline.feed),
            Ok(_) => self.outlines.push(Outline { feed: address, ..outline }),
        }
    }
}

/// Writes a list, one folder deep: outlines are grouped by their first folder, in the order given.
pub fn write(title: &str, outlines: &[Outline]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n");
    // Writing into a string cannot fail.
    let _written = write!(text, "  <head>\n    <title>{}</title>\n  </head>\n  <body>\n", quoted(title));
    let mut folders: Vec<&str> = Vec::new();
    for outline in outlines {
        let folder = outline.folders.first().map(String::as_str).unwrap_or_default();
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    for folder in folders {
        let inside = outlines
            .iter()
            .filter(|one| one.folders.first().map(String::as_str).unwrap_or_default() == folder);
        if folder.is_empty() {
            inside.for_each(|one| line(&mut text, "    ", one));
            continue;
        }
        let _written = writeln!(text, "    <outline text=\"{}\">", quoted(folder));
        inside.for_each(|one| line(&mut text, "      ", one));
        text.push_str("    </outline>\n");
    }
    text.push_str("  </body>\n</opml>\n");
    text
}

fn line(text: &mut String, indent: &str, outline: &Outline) {
    let title = quoted(&outline.title);
    let _written = write!(
        text,
        "{indent}<outline type=\"rss\" text=\"{title}\" title=\"{title}\" xmlUrl=\"{}\"",
        quoted(&outline.feed)
    );
    for (name, value) in [("htmlUrl", &outline.site), ("language", &outline.language)] {
        if !value.is_empty() {
            let _written = write!(text, " {name}=\"{}\"", quoted(value));
        }
    }
    text.push_str("/>\n");
}

fn quoted(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).collect();
    clean.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_lists_are_read() {
        let list = parse(
            "<?xml version='1.0'?><opml version=\"1.1\"><head><title>x</title></head><body>\
             <outline text=\"Қазақстан\"><outline text=\"Steppe & Co\" xmlUrl=\"https://steppe.example/rss?a=1&b=2\" htmlUrl='https://steppe.example/'/>\
             <outline title='Ili' text='' xmlurl='feed://ili.example/feed'></outline></outline>\
             <outline type=rss text='Again' xmlUrl='http://www.steppe.example/rss?b=2&amp;a=1'/>\
             <outline text='Mail' xmlUrl='mailto:a@example.org'/><outline text='Note'/></body>"
                .as_bytes(),
        )
        .unwrap();
        let found: Vec<(&str, &str)> =
            list.outlines.iter().map(|one| (one.title.as_str(), one.feed.as_str())).collect();
        assert_eq!(
            found,
            [("Steppe & Co", "https://steppe.example/rss?a=1&b=2"), ("Ili", "https://ili.example/feed")]
        );
        assert_eq!(list.outlines[1].folders, ["Қазақстан"]);
        assert_eq!((list.duplicates.len(), list.unusable.len()), (1, 1));
        assert!(parse(b"<rss></rss>").is_err());
    }

    #[test]
    fn what_is_written_reads_back() {
        let outline = |title: &str, feed: &str, folder: &str| Outline {
            title: title.to_owned(),
            feed: feed.to_owned(),
            site: "https://steppe.example/".to_owned(),
            language: "kk".to_owned(),
            folders: if folder.is_empty() { Vec::new() } else { vec![folder.to_owned()] },
        };
        let outlines = [
            outline("A \"B\" <C> & D", "https://steppe.example/rss?a=1&b=2", "KZ"),
            outline("قورعاس", "https://ili.example/rss", ""),
        ];
        let mut read = parse(write("Qarauyl", &outlines).as_bytes()).unwrap().outlines;
        read.sort_by_key(|one| one.folders.is_empty());
        assert_eq!(read, outlines);
    }
}
