//! Reads markup that may be broken into tags and texts, as far as it goes: nothing is an error.
//!
//! For feeds and sitemaps alone, where element names are few and known. Pages are parsed by the HTML standard elsewhere.

use super::plain::decoded;

/// A piece of markup.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Piece<'a> {
    /// An opening tag.
    Open(Tag<'a>),
    /// The name of a closing tag, with its prefix.
    Close(&'a str),
    /// Text whose entities are not read yet.
    Text(&'a str),
    /// The content of a CDATA section.
    Literal(&'a str),
}

/// An opening tag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tag<'a> {
    /// Its name, with its prefix, as written.
    pub(super) name: &'a str,
    /// What stands between its brackets.
    written: &'a str,
    attributes: &'a str,
    /// Whether it closes itself.
    pub(super) is_empty: bool,
}

/// The pieces of a text, in order.
#[derive(Debug, Clone)]
pub(super) struct Soup<'a> {
    rest: &'a str,
}

impl<'a> Soup<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// Takes all up to the end of the element `name` whose opening tag was read last. Its own kind may lie inside
    /// (`content` in `content`). Where the end is missing, `is_limit` says which tag cannot be inside any more.
    pub(super) fn inside(&mut self, name: &str, is_limit: impl Fn(&str) -> bool) -> Inside<'a> {
        let (start, mut depth) = (self.rest, 0_usize);
        let mut pieces = Vec::new();
        loop {
            let before = self.rest;
            let Some(piece) = self.next() else { return Inside { pieces, is_whole: start.is_empty() } };
            match piece {
                Piece::Close(end) if end.eq_ignore_ascii_case(name) => match depth.checked_sub(1) {
                    None => return Inside { pieces, is_whole: true },
                    Some(less) => depth = less,
                },
                Piece::Close(end) if is_limit(end) => {
                    self.rest = before;
                    return Inside { pieces, is_whole: true };
                }
                Piece::Open(tag) if is_limit(tag.name) => {
                    self.rest = before;
                    return Inside { pieces, is_whole: true };
                }
                Piece::Open(tag) if tag.name.eq_ignore_ascii_case(name) && !tag.is_empty => depth += 1,
                _ => {}
            }
            pieces.push(piece);
        }
    }

    /// A section that never ends, or only beyond its item, was not meant: what follows is markup again.
    fn literal(&mut self, after: &'a str) -> Option<Piece<'a>> {
        let end = after.split_once("]]>");
        let end =
            end.filter(|(text, _)| !["</item>", "</entry>", "</url>"].iter().any(|tag| text.contains(tag)));
        let (text, rest) = end.map_or((None, after), |(text, rest)| (Some(text), rest));
        self.rest = rest;
        text.map(Piece::Literal)
    }

    fn tag(&mut self, inside: &'a str) -> Piece<'a> {
        let (tag, rest) = split_tag(inside);
        self.rest = rest;
        if let Some(name) = tag.strip_prefix('/') {
            return Piece::Close(name.trim());
        }
        let name = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
        let attributes = tag.get(name.len()..).unwrap_or_default();
        let is_empty = tag.ends_with('/');
        Piece::Open(Tag { name, written: tag, attributes: attributes.trim_end_matches('/'), is_empty })
    }
}

/// What stands inside an element.
#[derive(Debug)]
pub(super) struct Inside<'a> {
    pieces: Vec<Piece<'a>>,
    /// Whether something ended it: what the end of the bytes cut off is no value.
    pub(super) is_whole: bool,
}

impl Inside<'_> {
    /// Returns the text as it is meant: entities read, CDATA opened, tags of other elements kept as they stand.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(words) => text.push_str(&decoded(words)),
                Piece::Literal(words) => text.push_str(words),
                Piece::Open(tag) => text.extend(["<", tag.written, ">"]),
                Piece::Close(name) => text.extend(["</", name, ">"]),
            }
        }
        text
    }
}

impl<'a> Tag<'a> {
    /// Returns an attribute's value with its entities read. `name` is in small letters.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        while let Some((head, after)) = rest.split_once('=') {
            let found = head.trim().rsplit([' ', '\t', '\r', '\n']).next().unwrap_or_default();
            let after = after.trim_start();
            let (value, tail) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let after = after.get(1..).unwrap_or_default();
                    after.split_once(quote).unwrap_or((after, ""))
                }
                _ => after.split_once([' ', '\t', '\r', '\n']).unwrap_or((after, "")),
            };
            if found.eq_ignore_ascii_case(name) {
                return Some(decoded(value));
            }
            rest = tail;
        }
        None
    }

    /// Returns the name without its prefix.
    pub(super) fn local(&self) -> &'a str {
        local(self.name)
    }
}

/// Returns a name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

impl<'a> Iterator for Soup<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(inside) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                return Some(Piece::Text(text));
            };
            if let Some(after) = inside.strip_prefix("![CDATA[") {
                match self.literal(after) {
                    None => continue,
                    literal => return literal,
                }
            }
            if let Some(comment) = inside.strip_prefix("!--") {
                // A comment that never ends hides one line, not the feed.
                let end = comment.split_once("-->").or_else(|| comment.split_once('\n'));
                self.rest = end.map_or("", |(_, after)| after);
                continue;
            }
            if inside.starts_with(['!', '?']) {
                self.rest = after_declaration(inside);
                continue;
            }
            if inside.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '_')) {
                return Some(self.tag(inside));
            }
            // A `<` that opens nothing is text.
            let (text, rest) = self.rest.split_at(1);
            self.rest = rest;
            return Some(Piece::Text(text));
        }
    }
}

/// Passes over a declaration; a document type may hold others in brackets.
fn after_declaration(inside: &str) -> &str {
    let end = inside.find('>').unwrap_or(inside.len());
    let bracket = inside.find('[').filter(|at| *at < end && inside.starts_with('!'));
    let end = bracket.and_then(|at| Some(at + inside.get(at..)?.find("]>")? + 1)).unwrap_or(end);
    inside.get(end + 1..).unwrap_or_default()
}

/// Splits behind the `>` that ends a tag; one inside quotes does not.
fn split_tag(inside: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => {
                return (inside.get(..at).unwrap_or_default(), inside.get(at + 1..).unwrap_or_default());
            }
            // The next tag begins: this one was never ended.
            (None, b'<') => return inside.split_at(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            _ => {}
        }
    }
    // A quote that never closes: the first `>` then ends the tag after all.
    inside.split_once('>').unwrap_or((inside, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_markup_is_read_as_far_as_it_goes() {
        let mut soup = Soup::new(
            "<!DOCTYPE l [<!ENTITY a \"b\">]><a x='1>2' y=3>1 < 2<!-- c --><b/>&amp;</a><![CDATA[<",
        );
        let Some(Piece::Open(tag)) = soup.next() else { panic!("no tag") };
        assert_eq!(
            (tag.name, tag.attribute("x"), tag.attribute("y")),
            ("a", Some("1>2".to_owned()), Some("3".to_owned()))
        );
        let inside = soup.inside("a", |_| false);
        assert_eq!((inside.text().as_str(), inside.is_whole), ("1 < 2<b/>&", true));
        assert_eq!(soup.next(), Some(Piece::Text("<")));
        assert_eq!(soup.next(), None);
    }

    #[test]
    fn a_literal_section_ends_with_its_item() {
        let pieces: Vec<Piece<'_>> = Soup::new("<![CDATA[a<b]]>c<![CDATA[d</item><![CDATA[e").collect();
        assert_eq!(
            pieces,
            [
                Piece::Literal("a<b"),
                Piece::Text("c"),
                Piece::Text("d"),
                Piece::Close("item"),
                Piece::Text("e")
            ]
        );
    }

    #[test]
    fn an_element_without_its_end_stops_at_the_limit() {
        let mut soup = Soup::new("a<b>c</item>d");
        assert_eq!(soup.inside("title", |name| name == "item").text(), "a<b>c");
        assert_eq!(soup.next(), Some(Piece::Close("item")));
        assert!(!Soup::new("https://example.org/cut").inside("link", |_| false).is_whole);
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics_and_nothing_is_read_twice(text in "[<>&;/a-b\"'!=\\[\\]\\- қ]{0,80}") {
            assert!(Soup::new(&text).count() <= text.len());
        }
    }
}
