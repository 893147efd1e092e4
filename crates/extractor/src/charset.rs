//! From bytes to text: byte order mark, header, meta element, and detection, in this order.
//!
//! The WHATWG Encoding Standard names the labels. A page that says UTF-8 and is not is detected instead: its label
//! came with a template, its text from elsewhere.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, ISO_2022_JP, UTF_8};

/// How far into a page a meta element may stand.
const META_WITHIN: usize = 4_096;

/// Returns the text of a page.
pub(crate) fn decode<'a>(bytes: &'a [u8], content_type: &str) -> Cow<'a, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return text;
    }
    let said = of_header(content_type).or_else(|| of_meta(bytes));
    // Bytes beyond ASCII that are UTF-8 throughout are UTF-8, whatever the template says: no other charset's text comes
    // out right by chance. ISO-2022-JP is the exception, for it never leaves ASCII.
    if let Ok(text) = std::str::from_utf8(bytes)
        && said.is_none_or(|said| said != ISO_2022_JP)
    {
        return Cow::Borrowed(text);
    }
    if let Some(encoding) = said {
        let (text, broken) = encoding.decode_without_bom_handling(bytes);
        if !broken {
            return text;
        }
    }
    let encoding = said
        .filter(|encoding| *encoding != UTF_8 && mostly_fits(encoding, bytes))
        .unwrap_or_else(|| detect(bytes));
    encoding.decode_without_bom_handling(bytes).0
}

/// A few broken bytes do not make a label wrong.
fn mostly_fits(encoding: &'static Encoding, bytes: &[u8]) -> bool {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let broken = text.chars().filter(|c| *c == '\u{fffd}').count();
    broken * 200 < text.len()
}

fn detect(bytes: &[u8]) -> &'static Encoding {
    // A UTF-8 page with a broken character here and there is still UTF-8.
    let lossy = String::from_utf8_lossy(bytes);
    let broken = lossy.chars().filter(|c| *c == '\u{fffd}').count();
    let beyond_ascii = lossy.chars().filter(|c| !c.is_ascii()).count();
    if broken * 20 < beyond_ascii {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

fn of_header(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let (_, label) = lower.split_once("charset=")?;
    Encoding::for_label(label.split([';', ' ']).next()?.trim_matches(['"', '\'']).as_bytes())
}

fn of_meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(META_WITHIN))?;
    let lower = String::from_utf8_lossy(head).to_ascii_lowercase();
    for (at, _) in lower.match_indices("charset") {
        let rest = lower.get(at + "charset".len()..)?.trim_start();
        let Some(value) = rest.strip_prefix('=') else { continue };
        let label = value.trim_start().trim_start_matches(['"', '\'']);
        let label: String =
            label.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c)).collect();
        if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
            return Some(encoding);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{BIG5, GB18030, KOI8_R, WINDOWS_1251, WINDOWS_1254};

    fn check(encoding: &'static Encoding, text: &str, content_type: &str, meta: &str) {
        let page = format!("<html><head>{meta}</head><p>{text}</p>");
        let (bytes, _, _) = encoding.encode(&page);
        assert!(decode(&bytes, content_type).contains(text), "{} {content_type} {meta}", encoding.name());
    }

    const RUSSIAN: &str = "На границе с Китаем открыли новый терминал, сообщили в министерстве транспорта";
    const CHINESE: &str = "霍尔果斯口岸开通了新的铁路线，记者从海关获悉，今年以来货运列车数量明显增加。";

    #[test]
    fn a_header_a_meta_element_or_the_bytes_themselves_name_the_charset() {
        check(WINDOWS_1251, RUSSIAN, "text/html; charset=windows-1251", "");
        check(WINDOWS_1251, RUSSIAN, "text/html", "<meta charset=windows-1251>");
        check(WINDOWS_1251, RUSSIAN, "", "");
        check(KOI8_R, RUSSIAN, "", "");
        check(GB18030, CHINESE, "", "<meta http-equiv='Content-Type' content='text/html; charset=gb2312'>");
        check(GB18030, CHINESE, "", "");
        check(BIG5, "霍爾果斯口岸開通了新的鐵路線，記者從海關獲悉，今年以來貨運列車數量明顯增加。", "", "");
        check(
            WINDOWS_1254,
            "Türkiye ile Çin arasında yeni bir demiryolu hattı açıldı, yetkililer söyledi",
            "",
            "<meta charset='windows-1254'>",
        );
        check(UTF_8, RUSSIAN, "", "");
    }

    #[test]
    fn a_wrong_label_is_not_believed() {
        check(GB18030, CHINESE, "text/html; charset=utf-8", "");
        check(WINDOWS_1251, RUSSIAN, "", "<meta charset=utf-8>");
    }

    #[test]
    fn one_broken_character_does_not_turn_a_page_into_another_charset() {
        let mut bytes = format!("<p>{RUSSIAN}").into_bytes();
        bytes.push(0xd0);
        assert!(decode(&bytes, "").contains(RUSSIAN));
    }
}
