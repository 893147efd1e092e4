//! Mends feeds that are almost XML, so that one bare `&` or a broken byte does not silence an outlet.
//!
//! Used only after the strict reading failed. Five mends: the right charset, no characters that XML forbids, no
//! `&` that opens no entity, no markup loose in a text, and the end cut back to the last whole item.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// Entities that XML itself knows; HTML's others would break the strict reader.
const KNOWN: &[&str] = &["amp;", "lt;", "gt;", "quot;", "apos;"];
/// Elements whose content is a text for readers.
const TEXTS: &[&str] = &["title", "description", "summary", "content:encoded", "content"];
/// No entity name is longer than this.
const LONGEST_ENTITY: usize = 12;

/// Returns the bytes as text, by mark, declaration, HTTP header, or best guess; without a declaration.
pub(crate) fn to_text(bytes: &[u8], content_type: &str) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return without_declaration(&encoding.decode(bytes).0);
    }
    let declared = declared_encoding(bytes);
    let header = content_type.split(';').find_map(|part| part.trim().strip_prefix("charset="));
    let header = header.and_then(|label| Encoding::for_label(label.trim_matches('"').as_bytes()));
    let candidates = [declared, header, Some(UTF_8)];
    let fitting = candidates.into_iter().flatten().find_map(|encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        (!broken).then(|| without_declaration(&text))
    });
    fitting.unwrap_or_else(|| without_declaration(&decode_broken(bytes, declared)))
}

/// Returns text that a strict reader takes, as far as the damage is of the common kinds.
pub(crate) fn mend(text: &str) -> String {
    let clean: String = text.chars().filter(|c| is_allowed(*c)).collect();
    close_open(&escape_markup(&mend_ampersands(&clean)))
}

/// A few broken bytes in UTF-8 are kept as such; a text full of them was never UTF-8.
fn decode_broken(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    if broken * 4 <= foreign.max(1) * 3 && broken * 2 <= foreign {
        return text;
    }
    // Of the charsets that news in our languages is mislabelled with, GB 18030 alone refuses most other text.
    let guesses = [declared.unwrap_or(UTF_8), encoding_rs::GB18030, encoding_rs::WINDOWS_1251, WINDOWS_1252];
    let fitting = guesses.iter().find_map(|encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        (!broken).then(|| text.into_owned())
    });
    fitting.unwrap_or(text)
}

fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(200)).unwrap_or_default()).into_owned();
    let declaration = start.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    Encoding::for_label(label.as_bytes())
}

/// The text is UTF-8 now, whatever its declaration says.
fn without_declaration(text: &str) -> String {
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\0']);
    let declared = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    declared.map_or(text, |(_, rest)| rest).trim_start().to_owned()
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn mend_ampersands(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 64);
    let mut rest = text;
    loop {
        // Inside CDATA everything is text already.
        let cdata = rest.find("<![CDATA[");
        let Some(at) = rest.find('&') else { break };
        if let Some(start) = cdata.filter(|start| *start < at) {
            let tail = rest.get(start..).unwrap_or_default();
            let end = tail.find("]]>").map_or(rest.len(), |end| start + end + 3);
            let (whole, after) = rest.split_at(end);
            mended.push_str(whole);
            rest = after;
            continue;
        }
        let (before, amp) = rest.split_at(at);
        mended.push_str(before);
        let after = amp.strip_prefix('&').unwrap_or_default();
        mended.push_str(if is_reference(after) { "&" } else { "&amp;" });
        rest = after;
    }
    mended.push_str(rest);
    mended
}

fn is_reference(after: &str) -> bool {
    if KNOWN.iter().any(|name| after.starts_with(name)) {
        return true;
    }
    let Some(number) = after.strip_prefix('#') else { return false };
    let digits = number.chars().take(LONGEST_ENTITY).position(|c| c == ';');
    digits.is_some_and(|end| {
        end > 0 && number.chars().take(end).all(|c| c.is_ascii_hexdigit() || matches!(c, 'x' | 'X'))
    })
}

/// Escapes tags that stand in a title or text without CDATA: they are meant for a page, and often never close.
fn escape_markup(text: &str) -> String {
    TEXTS.iter().fold(text.to_owned(), |text, name| escape_markup_in(&text, name))
}

fn escape_markup_in(text: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut mended = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&open) {
        let (before, element) = rest.split_at(at);
        mended.push_str(before);
        let attributes = element.get(open.len()..).unwrap_or_default();
        let whole = attributes.starts_with(['>', ' ', '\n', '\t', '\r']);
        let parts = attributes.split_once('>').filter(|(head, _)| whole && !head.ends_with('/'));
        let Some((head, (inside, after))) =
            parts.and_then(|(head, tail)| Some((head, tail.split_once(&close)?)))
        else {
            mended.push_str(&open);
            rest = attributes;
            continue;
        };
        mended.extend([open.as_str(), head, ">"]);
        if inside.contains("<![CDATA[") {
            mended.push_str(inside);
        } else {
            mended.push_str(&inside.replace('<', "&lt;"));
        }
        mended.push_str(&close);
        rest = after;
    }
    mended.push_str(rest);
    mended
}

/// Cuts a feed that breaks off behind its last whole item, and closes what stays open.
fn close_open(text: &str) -> String {
    let closed =
        ["</rss>", "</feed>", "</rdf:RDF>", "</urlset>"].iter().any(|end| text.trim_end().ends_with(end));
    let last = ["</item>", "</entry>", "</url>"]
        .iter()
        .filter_map(|end| text.rfind(end).map(|at| at + end.len()))
        .max();
    let (false, Some(last)) = (closed, last) else { return text.to_owned() };
    let whole = text.get(..last).unwrap_or_default();
    let end = match () {
        () if text.contains("<rss") => "</channel></rss>",
        () if text.contains("<rdf:RDF") => "</rdf:RDF>",
        () if text.contains("<urlset") => "</urlset>",
        () => "</feed>",
    };
    // In RSS 1.0 and in some broken feeds the channel is closed before the items.
    let end = if whole.contains("</channel>") { end.trim_start_matches("</channel>") } else { end };
    format!("{whole}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ampersand_that_opens_nothing_is_escaped() {
        let mended = mend("a & b &amp; c &#1178; &#x49b; &nbsp; <![CDATA[d & e]]> & f");
        assert_eq!(mended, "a &amp; b &amp; c &#1178; &#x49b; &amp;nbsp; <![CDATA[d & e]]> &amp; f");
    }

    #[test]
    fn markup_loose_in_a_text_is_escaped() {
        let mended = mend("<title>A <b> B</title><description/><description><![CDATA[<p>]]></description>");
        assert_eq!(
            mended,
            "<title>A &lt;b> B</title><description/><description><![CDATA[<p>]]></description>"
        );
        assert_eq!(mend("<titles>a<b></titles>"), "<titles>a<b></titles>");
        assert_eq!(
            mend("<content type=\"html\">a<br></content>"),
            "<content type=\"html\">a&lt;br></content>"
        );
    }

    #[test]
    fn what_xml_forbids_is_dropped() {
        assert_eq!(mend("a\0b\u{b}c\u{1f}d\u{ffff}e"), "abcde");
    }

    #[test]
    fn a_torn_feed_keeps_its_whole_items() {
        let torn = "<rss version=\"2.0\"><channel><item>1</item><item>2</item><item><title>hal";
        let mended = "<rss version=\"2.0\"><channel><item>1</item><item>2</item></channel></rss>";
        assert_eq!(mend(torn), mended);
        assert_eq!(mend(mended), mended);
    }

    #[test]
    fn the_charset_is_found_even_when_labels_lie() {
        let check = |bytes: &[u8], content_type, expected: &str| {
            assert_eq!(to_text(bytes, content_type), expected);
        };
        let cyrillic = encoding_rs::WINDOWS_1251.encode("<a>Хоргос</a>").0;
        check(&cyrillic, "text/xml; charset=windows-1251", "<a>Хоргос</a>");
        check("<a>Құлжа</a>".as_bytes(), "text/xml; charset=utf-8", "<a>Құлжа</a>");
        let chinese = encoding_rs::GB18030.encode("<a>新疆霍尔果斯口岸</a>").0;
        let labelled: Vec<u8> = [b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>", chinese.as_ref()].concat();
        check(&labelled, "application/rss+xml", "<a>新疆霍尔果斯口岸</a>");
        let broken: Vec<u8> = ["<a>Құл".as_bytes(), b"\xff", "жа қаласы</a>".as_bytes()].concat();
        check(&broken, "", "<a>Құл\u{fffd}жа қаласы</a>");
    }
}
