//! Turns the bytes of feeds and sitemaps into text, whatever their labels say.
//!
//! Order of trust: a byte order mark, the shape of UTF-16, bytes that are UTF-8 (no other charset of our languages looks
//! like it by chance), the XML declaration, the HTTP header, and at last what the bytes look like.

use encoding_rs::{
    BIG5, Encoding, GB18030, GBK, IBM866, ISO_8859_5, KOI8_R, KOI8_U, UTF_8, UTF_16BE, UTF_16LE,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1254, WINDOWS_1256,
};

/// Charsets in which outlets of our languages publish, beside UTF-8.
const OURS: &[&Encoding] = &[
    GB18030,
    GBK,
    BIG5,
    WINDOWS_1251,
    KOI8_U,
    KOI8_R,
    ISO_8859_5,
    IBM866,
    WINDOWS_1256,
    WINDOWS_1254,
    WINDOWS_1252,
];
/// The declaration stands this near to the beginning.
const DECLARATION_BYTES: usize = 400;

/// Text, and whether the bytes were what they claimed to be.
#[derive(Debug, PartialEq)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether a label was wrong, or bytes were broken or not allowed in XML.
    pub(super) is_mended: bool,
}

/// Returns the bytes as text without declaration, and without the characters that XML forbids.
pub(super) fn to_text(bytes: &[u8], content_type: &str) -> Text {
    let (text, is_mended) = decoded(bytes, content_type);
    let body = body_of(&text);
    let clean: String = body.chars().filter(|c| is_allowed(*c)).collect();
    let is_mended = is_mended || clean.len() != body.len();
    Text { text: clean, is_mended }
}

/// Returns a page as text, by mark, UTF-8, its own `meta`, the header, or what it looks like.
pub(crate) fn page_text(bytes: &[u8], content_type: &str) -> String {
    let start =
        String::from_utf8_lossy(bytes.get(..bytes.len().min(4096)).unwrap_or_default()).to_ascii_lowercase();
    let label = start.split_once("charset=").map(|(_, after)| after.trim_start_matches(['"', '\'']));
    let label = label.and_then(|after| after.split(['"', '\'', ' ', ';', '>', '/']).next());
    match label {
        // The declaration of XML and the `meta` of HTML say the same; one reader serves both.
        Some(label) if std::str::from_utf8(bytes).is_err() && from_header(content_type).is_none() => {
            decoded(bytes, &format!("text/html; charset={label}")).0
        }
        _ => decoded(bytes, content_type).0,
    }
}

fn decoded(bytes: &[u8], content_type: &str) -> (String, bool) {
    if let Some(text) = utf32(bytes) {
        return (text, false);
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let (text, broken) = encoding.decode_without_bom_handling(bytes.get(length..).unwrap_or_default());
        if encoding != UTF_8 || !broken {
            return (text.into_owned(), broken);
        }
    }
    if let Some(encoding) = wide(bytes) {
        return (encoding.decode_without_bom_handling(bytes).0.into_owned(), true);
    }
    let declared = declared(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let lies = !text.is_ascii() && declared.is_some_and(|encoding| encoding != UTF_8);
        return (text.to_owned(), lies);
    }
    let candidates = [declared, from_header(content_type)].into_iter().flatten();
    for encoding in candidates.filter(|encoding| *encoding != UTF_8) {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        if !broken {
            return (text.into_owned(), false);
        }
    }
    (guessed(bytes, declared), true)
}

/// A few broken bytes in UTF-8 are kept as such; a text full of them was never UTF-8.
fn guessed(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let foreign = text.chars().filter(|c| !c.is_ascii()).count();
    if broken * 2 <= foreign {
        return text;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = likely(bytes, detector.guess(None, chardetng::Utf8Detection::Deny));
    // A label that is nearly right is worth more than a guess: one bad byte in a long feed.
    let fits = |encoding: &'static Encoding| {
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count() * 100
            <= text.chars().filter(|c| !c.is_ascii()).count()
    };
    let label = declared.filter(|encoding| *encoding != UTF_8 && fits(encoding));
    label.unwrap_or(guess).decode_without_bom_handling(bytes).0.into_owned()
}

/// A few bytes are guessed badly. What is taken for a charset that no outlet of our languages uses is Chinese when it
/// can be: GB 18030 refuses most other text.
fn likely(bytes: &[u8], guess: &'static Encoding) -> &'static Encoding {
    let (text, broken) = GB18030.decode_without_bom_handling(bytes);
    let foreign = || text.chars().filter(|c| !c.is_ascii());
    let is_chinese =
        !broken && foreign().all(|c| matches!(c, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'));
    if is_chinese && !OURS.contains(&guess) { GB18030 } else { guess }
}

/// UTF-32, which no browser reads and some exporters write.
fn utf32(bytes: &[u8]) -> Option<String> {
    let big = bytes.starts_with(&[0, 0, 0xfe, 0xff]);
    if !big && !bytes.starts_with(&[0xff, 0xfe, 0, 0]) {
        return None;
    }
    let units = bytes.chunks_exact(4).skip(1).filter_map(|unit| <[u8; 4]>::try_from(unit).ok());
    let code = |unit| if big { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
    Some(units.map(|unit| char::from_u32(code(unit)).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// UTF-16 without a mark shows by the zero beside the first `<`.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    }
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(bytes.get(..bytes.len().min(DECLARATION_BYTES)).unwrap_or_default())
        .into_owned();
    let declaration = start.split_once("<?xml")?.1.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next()?;
    // Bytes in which the declaration could be read are not UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE)
}

fn from_header(content_type: &str) -> Option<&'static Encoding> {
    let label = content_type.split(';').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })?;
    // `ISO-8859-1` is what servers say when they know nothing.
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != WINDOWS_1252)
}

/// Returns the text from its root element on: warnings of scripts, blank lines and declarations stand before it.
fn body_of(text: &str) -> &str {
    let roots =
        ["<rss", "<feed", "<rdf:RDF", "<RDF", "<urlset", "<sitemapindex", "<atom:feed", "<opml", "<channel"];
    let root = roots.iter().filter_map(|root| text.find(root)).min();
    root.and_then(|at| text.get(at..))
        .unwrap_or_else(|| text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n', '\0']))
}

fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], content_type: &str, expected: &str, is_mended: bool) {
        assert_eq!(to_text(bytes, content_type), Text { text: expected.to_owned(), is_mended });
    }

    #[test]
    fn the_charset_is_found_even_when_labels_lie() {
        let cyrillic = encoding_rs::WINDOWS_1251.encode("<rss>Хоргос</rss>").0;
        check(&cyrillic, "text/xml; charset=windows-1251", "<rss>Хоргос</rss>", false);
        check("<rss>Құлжа</rss>".as_bytes(), "text/xml; charset=windows-1251", "<rss>Құлжа</rss>", false);
        let labelled = |label: &str, bytes: &[u8]| {
            [format!("<?xml version=\"1.0\" encoding=\"{label}\"?>").as_bytes(), bytes].concat()
        };
        check(&labelled("windows-1251", "<rss>قۇلجا</rss>".as_bytes()), "", "<rss>قۇلجا</rss>", true);
        let chinese = "<rss>新疆霍尔果斯口岸今天开通新的货运列车</rss>";
        check(
            &labelled("UTF-8", &encoding_rs::GB18030.encode(chinese).0),
            "application/rss+xml",
            chinese,
            true,
        );
        check(
            &labelled("gb2312", &encoding_rs::GB18030.encode(chinese).0),
            "text/xml; charset=iso-8859-1",
            chinese,
            false,
        );
        let broken: Vec<u8> = ["<rss>Құл".as_bytes(), b"\xff", "жа қаласы</rss>".as_bytes()].concat();
        check(&broken, "", "<rss>Құл\u{fffd}жа қаласы</rss>", true);
        check(&labelled("UTF-8", &GB18030.encode("<rss>新疆</rss>").0), "", "<rss>新疆</rss>", true);
        check(
            &["<rss>Құл".as_bytes(), b"\xd0\xff</rss>"].concat(),
            "",
            "<rss>Құл\u{fffd}\u{fffd}</rss>",
            true,
        );
        let russian = "<rss>В Хоргосе открыт новый терминал, сообщили в министерстве транспорта</rss>";
        check(&labelled("UTF-8", &encoding_rs::WINDOWS_1251.encode(russian).0), "", russian, true);
    }

    #[test]
    fn wide_charsets_are_read_with_and_without_their_mark() {
        let text = "<rss>霍尔果斯</rss>";
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(&[&[0xff, 0xfe], wide.as_slice()].concat(), "", text, false);
        check(&wide, "", text, true);
        let widest: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        check(&[&[0, 0, 0xfe, 0xff], widest.as_slice()].concat(), "", text, false);
    }

    #[test]
    fn what_stands_before_the_feed_and_what_xml_forbids_is_dropped() {
        check(
            b"\xef\xbb\xbf\n<b>Warning</b>: x<?xml version=\"1.0\"?>\n<rss>a\0b\x0bc</rss>",
            "",
            "<rss>abc</rss>",
            true,
        );
        check(b"  not a feed", "", "not a feed", false);
    }
}
