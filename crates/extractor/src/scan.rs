//! One pass over a page's characters before it is parsed: what cannot be text goes, and limits hold.
//!
//! Scripts, styles, comments, drawings and pictures hold no text of an article; left out here, the parser never pays
//! for them. JSON that scripts carry is kept beside the page. The parser of the HTML standard looks up its stack of
//! open elements at every tag, so that deep nesting costs its square, and copies open formatting elements into every
//! paragraph; both are bounded here, as browsers bound them.

use memchr::{memchr, memchr3, memmem};

use crate::flight;

/// Longest text that is parsed, in bytes. The longest articles that were ever published stay below.
const LONGEST: usize = 6 * 1024 * 1024;
/// Deepest nesting that is parsed; browsers draw 512, and flatten what lies deeper.
const DEEPEST: u32 = 512;
/// Most work that tags may make: one for each, one more for each formatting element that is open there, for the parser
/// may have to open each of them again.
const MOST_WORK: usize = 300_000;
/// Most formatting elements that are open at once.
const MOST_FORMATTING: usize = 12;
/// Longest tag whose attributes are not counted, in bytes, and most attributes of one: the parser compares each with all
/// before it.
const LONG_TAG: usize = 512;
const MOST_ATTRIBUTES: usize = 128;

/// What the pass leaves to be parsed, and what it found.
#[derive(Debug)]
pub(crate) struct Scanned<'a> {
    /// The page without what cannot be text.
    pub(crate) html: String,
    /// JSON-LD scripts.
    pub(crate) linked_data: Vec<&'a str>,
    /// Other scripts of JSON: the state from which a script would draw the page.
    pub(crate) state: Vec<&'a str>,
    /// Calls that stream such state, piece by piece.
    pub(crate) flight: Vec<&'a str>,
    /// Whether something was cut off that may have been text.
    pub(crate) partial: bool,
    /// How many elements lay too deep to be told apart; their text is kept.
    pub(crate) flattened: u32,
}

/// Reads `html` once. `pictures` are kept when the selectors of a site rule may ask for them.
pub(crate) fn scan(html: &str, pictures: bool) -> Scanned<'_> {
    let mut scanner = Scanner::new(html, pictures);
    scanner.run();
    scanner.scanned
}

struct Scanner<'a> {
    source: &'a str,
    bytes: &'a [u8],
    pictures: bool,
    /// Where the text begins that is not yet copied.
    from: usize,
    depth: u32,
    /// Start tags that were left out because they lie too deep.
    flattened: u32,
    formatting: usize,
    work: usize,
    /// Names of which no end tag follows any more.
    never_closed: Vec<&'a str>,
    scanned: Scanned<'a>,
}

impl<'a> Scanner<'a> {
    fn new(source: &'a str, pictures: bool) -> Self {
        let html = String::with_capacity(source.len().min(LONGEST));
        let scanned = Scanned {
            html,
            linked_data: Vec::new(),
            state: Vec::new(),
            flight: Vec::new(),
            partial: false,
            flattened: 0,
        };
        Self {
            source,
            bytes: source.as_bytes(),
            pictures,
            from: 0,
            depth: 0,
            flattened: 0,
            formatting: 0,
            work: 0,
            never_closed: Vec::new(),
            scanned,
        }
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(tag) = self.find(at, b'<') {
            let next = self.bytes.get(tag + 1).copied().unwrap_or(0);
            at = match next {
                b'!' => self.declaration(tag),
                b'/' => self.end_tag(tag),
                _ if next.is_ascii_alphabetic() => self.start_tag(tag),
                _ => tag + 1,
            };
            if self.work > MOST_WORK || self.scanned.html.len() > LONGEST {
                self.scanned.partial = true;
                self.copy_to(tag);
                break;
            }
        }
        if !self.scanned.partial {
            self.copy_to(self.bytes.len());
        }
        if self.scanned.html.len() > LONGEST {
            self.scanned.partial = true;
            let end = (0..=LONGEST).rev().find(|end| self.scanned.html.is_char_boundary(*end)).unwrap_or(0);
            self.scanned.html.truncate(end);
        }
    }

    fn find(&self, from: usize, byte: u8) -> Option<usize> {
        memchr(byte, self.bytes.get(from..)?).map(|found| from + found)
    }

    fn copy_to(&mut self, end: usize) {
        if let Some(text) = self.source.get(self.from..end) {
            self.scanned.html.push_str(text);
        }
        self.from = self.from.max(end);
    }

    /// Leaves out what lies between `start` and `end`.
    fn skip(&mut self, start: usize, end: usize) -> usize {
        self.copy_to(start);
        self.from = end;
        end
    }

    fn declaration(&mut self, tag: usize) -> usize {
        let rest = self.bytes.get(tag..).unwrap_or_default();
        if !rest.starts_with(b"<!--") {
            return tag + 2;
        }
        // `<!-->` and `<!--->` are whole comments.
        let end = memmem::find(rest.get(2..).unwrap_or_default(), b"-->")
            .map_or(self.bytes.len(), |at| tag + 5 + at);
        self.skip(tag, end)
    }

    fn end_tag(&mut self, tag: usize) -> usize {
        let name = self.name(tag + 2);
        let end = self.find(tag, b'>').map_or(self.bytes.len(), |at| at + 1);
        self.work += 1 + self.formatting;
        if is_formatting(name) {
            self.formatting = self.formatting.saturating_sub(1);
        }
        if !nests(name) {
            return end;
        }
        if self.flattened > 0 {
            self.flattened -= 1;
            return self.skip(tag, end);
        }
        self.depth = self.depth.saturating_sub(1);
        end
    }

    fn start_tag(&mut self, tag: usize) -> usize {
        let name = self.name(tag + 1);
        let end = self.tag_end(tag + 1 + name.len());
        if let Some(after) = self.without_text(name, tag, end) {
            return after;
        }
        if end - tag > LONG_TAG && attributes(self.bytes.get(tag..end).unwrap_or_default()) > MOST_ATTRIBUTES
        {
            self.copy_to(tag + 1 + name.len());
            self.scanned.html.push('>');
            self.from = end;
        }
        self.work += 1 + self.formatting;
        if is_formatting(name) {
            if self.formatting >= MOST_FORMATTING {
                return self.skip(tag, end);
            }
            self.formatting += 1;
        }
        if nests(name)
            && !self.source.get(tag..end).is_some_and(|tag| tag.ends_with("/>") && is_foreign(name))
        {
            if self.depth >= DEEPEST {
                self.flattened += 1;
                self.scanned.flattened += 1;
                return self.skip(tag, end);
            }
            self.depth += 1;
        }
        end
    }

    /// Passes over an element that holds no text; `None` for all others.
    fn without_text(&mut self, name: &'a str, tag: usize, end: usize) -> Option<usize> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        if is("script") {
            let close = self.close_of_script(end);
            self.keep_json(tag, end, close);
            let after = self.find(close, b'>').map_or(self.bytes.len(), |at| at + 1);
            return Some(self.skip(tag, after));
        }
        if ["style", "noscript", "iframe", "noframes", "noembed"].iter().any(|raw| is(raw)) {
            let close = self.close_of(name, end).unwrap_or(self.bytes.len());
            let after = self.find(close, b'>').map_or(self.bytes.len(), |at| at + 1);
            return Some(self.skip(tag, after));
        }
        // What these hold is text to the parser, whatever it looks like.
        if ["title", "textarea", "xmp"].iter().any(|raw| is(raw)) {
            return Some(self.close_of(name, end).unwrap_or(self.bytes.len()));
        }
        if is("svg") {
            let close = self.close_of(name, end)?;
            return (!self.pictures).then(|| {
                let after = self.find(close, b'>').map_or(self.bytes.len(), |at| at + 1);
                self.skip(tag, after)
            });
        }
        // A shadow tree that the page declares is drawn like any other element: its template is left out around it.
        if is("template") && self.source.get(tag..end).is_some_and(|tag| tag.contains("shadowroot")) {
            return Some(self.skip(tag, end));
        }
        let picture = ["img", "source", "picture"].iter().any(|one| is(one));
        (picture && !self.pictures).then(|| self.skip(tag, end))
    }

    fn keep_json(&mut self, tag: usize, end: usize, close: usize) {
        let attributes = self.source.get(tag..end).unwrap_or_default();
        let Some(content) = self.source.get(end..close) else { return };
        if attributes.contains("ld+json") {
            self.scanned.linked_data.push(content);
        } else if attributes.contains("application/json") {
            self.scanned.state.push(content);
        } else if let Some(call) = content.trim_start().strip_prefix(flight::CALL) {
            self.scanned.flight.push(call);
        } else if let Some((name, value)) = content.split_once('=')
            && name.len() < 64
            && name.trim_start().starts_with("window.")
            && value.trim_start().starts_with('{')
        {
            self.scanned.state.push(value);
        }
    }

    /// A script that opens a comment and another script in it ends with the second one's end (HTML standard, "script
    /// data double escaped state").
    fn close_of_script(&mut self, from: usize) -> usize {
        let close = self.close_of("script", from).unwrap_or(self.bytes.len());
        let content = self.source.get(from..close).unwrap_or_default();
        let escaped = content.rfind("<!--").is_some_and(|open| {
            let inside = content.get(open..).unwrap_or_default();
            !inside.contains("-->") && inside.contains("<script")
        });
        if escaped { self.close_of("script", close + 2).unwrap_or(close) } else { close }
    }

    /// Returns where the end tag of `name` begins.
    fn close_of(&mut self, name: &'a str, from: usize) -> Option<usize> {
        if self.never_closed.iter().any(|one| one.eq_ignore_ascii_case(name)) {
            return None;
        }
        let mut at = from;
        while let Some(found) = self.bytes.get(at..).and_then(|rest| memmem::find(rest, b"</")) {
            let tag = at + found;
            if self.name(tag + 2).eq_ignore_ascii_case(name) {
                return Some(tag);
            }
            at = tag + 2;
        }
        self.never_closed.push(name);
        None
    }

    fn name(&self, from: usize) -> &'a str {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest
            .iter()
            .take(24)
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
            .unwrap_or(rest.len().min(24));
        self.source.get(from..from + length).unwrap_or_default()
    }

    /// Returns where a tag ends, quoted values passed over.
    fn tag_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(found) = self.bytes.get(at..).and_then(|rest| memchr3(b'>', b'"', b'\'', rest)) {
            let here = at + found;
            let byte = self.bytes.get(here).copied().unwrap_or(b'>');
            if byte == b'>' {
                return here + 1;
            }
            at = here + 1;
            let before = self.bytes.get(from..here).unwrap_or_default();
            if before.iter().rev().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'=') {
                at = self.find(at, byte).map_or(self.bytes.len(), |close| close + 1);
            }
        }
        self.bytes.len()
    }
}

/// How many attributes a tag has, about: runs outside quotes.
fn attributes(tag: &[u8]) -> usize {
    let (mut count, mut quote, mut before) = (0, 0_u8, b' ');
    for byte in tag.iter().copied() {
        match byte {
            _ if quote != 0 => quote = if byte == quote { 0 } else { quote },
            b'"' | b'\'' if before == b'=' => quote = byte,
            _ if byte.is_ascii_whitespace() && !before.is_ascii_whitespace() => count += 1,
            _ => {}
        }
        before = byte;
    }
    count
}

fn is_formatting(name: &str) -> bool {
    // `a` closes the one before it.
    const NAMES: [&str; 13] =
        ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
    NAMES.iter().any(|one| name.eq_ignore_ascii_case(one))
}

fn is_foreign(name: &str) -> bool {
    ["svg", "math", "g"].iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// Elements that nest as often as they are written. Others close themselves or hold little.
fn nests(name: &str) -> bool {
    const CLOSED_BY_THEMSELVES: [&str; 26] = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "input", "li", "link", "meta", "option", "p",
        "param", "source", "td", "th", "tr", "track", "wbr", "tbody", "thead", "img", "html", "body",
    ];
    !name.is_empty() && !CLOSED_BY_THEMSELVES.iter().any(|one| name.eq_ignore_ascii_case(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(scan(html, false).html, expected, "{html}");
    }

    #[test]
    fn what_cannot_be_text_is_left_out() {
        check("<p>a<!-- b --><script>var a='<p>';</script><style>p{}</style>c", "<p>ac");
        check("<p>a<!-->b", "<p>ab");
        check("<a title='<script>'>x</a>", "<a title='<script>'>x</a>");
        check("<title>On <script> and <style></title><p>x", "<title>On <script> and <style></title><p>x");
        check("<p><svg><title>x</title></svg>a<img src=x alt='>'>b", "<p>ab");
        check("<div><template shadowrootmode=open><p>a</div>", "<div><p>a</div>");
        check("<script><!-- <script></script> --></script>a", "a");
        check("a < b and a <3", "a < b and a <3");
    }

    #[test]
    fn json_is_kept_beside_the_page() {
        let scanned = scan(
            "<script type='application/ld+json'>{\"a\":1}</script><SCRIPT id=__NEXT_DATA__ type=application/json>{}</SCRIPT>",
            false,
        );
        assert_eq!((scanned.linked_data, scanned.state), (vec!["{\"a\":1}"], vec!["{}"]));
    }

    #[test]
    fn what_lies_too_deep_is_flattened_and_kept() {
        let deep = format!("{}text{}<p>after", "<div>".repeat(20_000), "</div>".repeat(20_000));
        let scanned = scan(&deep, false);
        assert!(!scanned.partial && scanned.html.contains("text") && scanned.html.ends_with("<p>after"));
        assert!(scanned.html.matches("<div>").count() <= 512);
    }

    #[test]
    fn a_page_that_is_too_long_or_too_much_work_is_cut_and_says_so() {
        let long = "қ".repeat(4 * 1024 * 1024);
        let scanned = scan(&long, false);
        assert!(scanned.partial && scanned.html.len() <= LONGEST);
        let many = "<p>".repeat(1_500_000);
        let scanned = scan(&many, false);
        assert!(scanned.partial && scanned.html.len() < 1_100_000);
        let attributes = (0..1_000).map(|at| format!(" a{at}=1")).collect::<Vec<_>>().concat();
        let page = format!("<p{attributes}>text</p>");
        assert_eq!(scan(&page, false).html, "<p>text</p>");
        let page = "<div><p>text</p></div>".repeat(5_000);
        assert!(!scan(&page, false).partial);
    }
}
