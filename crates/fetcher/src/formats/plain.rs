//! Takes the markup out of a feed's texts. No parser of pages: a feed's text is short, and nothing hangs on it
//! but a line of summary.

/// Elements whose content is no text.
const SILENT: &[&str] = &["script", "style", "template", "iframe"];
/// Elements that keep the words before and after them on one line and unparted.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "u", "wbr",
];
/// No entity's name is longer (HTML standard, 13.5), its semicolon included.
const LONGEST_ENTITY: usize = 33;

/// Returns the text of a fragment of HTML: tags gone, entities read, white space single.
pub(super) fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        rest = skip_tag(tag, &mut text);
    }
    text.push_str(rest);
    squeeze(&decoded(&text))
}

/// Returns what follows the tag that `rest` begins with; a `<` that opens no tag is text.
fn skip_tag<'a>(rest: &'a str, text: &mut String) -> &'a str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.split_once("-->").map_or("", |(_, after)| after);
    }
    let inside = rest.strip_prefix('<').unwrap_or(rest);
    if !inside.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?')) {
        text.push('<');
        return inside;
    }
    // What never ends is a sign of comparison, unless it is a link that was cut off.
    if !inside.contains(['>', '=']) {
        text.push('<');
        return inside;
    }
    let (tag, after) = split_tag(inside);
    let closing = tag.starts_with('/');
    let name =
        tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let name = name.to_ascii_lowercase();
    if !INLINE.contains(&name.as_str()) {
        text.push(' ');
    }
    if closing || !SILENT.contains(&name.as_str()) {
        return after;
    }
    let is_end = |at: &usize| {
        let found = after.get(at + 2..at + 2 + name.len());
        found.is_some_and(|found| found.eq_ignore_ascii_case(&name))
    };
    let end = memchr::memmem::find_iter(after.as_bytes(), "</").find(is_end);
    end.and_then(|at| after.get(at..)).unwrap_or_default()
}

/// Splits behind the `>` that ends a tag; one inside quotes does not.
fn split_tag(inside: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in inside.char_indices() {
        match (quote, c) {
            (None, '>') => {
                return (inside.get(..at).unwrap_or_default(), inside.get(at + 1..).unwrap_or_default());
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    // A quote that never closes: the first `>` then ends the tag after all.
    inside.split_once('>').unwrap_or((inside, ""))
}

/// Returns the text with its entities read, once.
pub(super) fn decoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let end = after.char_indices().take(LONGEST_ENTITY).find(|(_, c)| *c == ';').map(|(at, _)| at);
        let read = end.and_then(|end| Some((entity(after.get(..end)?)?, after.get(end + 1..)?)));
        if let Some((c, tail)) = read {
            plain.push_str(&c);
            rest = tail;
        } else {
            plain.push('&');
            rest = after;
        }
    }
    plain.push_str(rest);
    plain
}

/// Returns what an entity stands for. Names are HTML's: feeds use them though XML knows five.
fn entity(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        let written = format!("&{name};");
        let read = html_escape::decode_html_entities(&written);
        return (read != written).then(|| read.into_owned());
    };
    let hex = number.strip_prefix(['x', 'X']);
    let code: Option<u32> = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
    // Numbers of windows-1252 are read as all browsers read them (HTML standard, "numeric character reference end state").
    if let Some(byte) =
        code.and_then(|code| u8::try_from(code).ok()).filter(|byte| (0x80..=0x9f).contains(byte))
    {
        return Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(&[byte]).0.into_owned());
    }
    code.and_then(char::from_u32).filter(|c| !c.is_control() || c.is_whitespace()).map(String::from)
}

fn squeeze(text: &str) -> String {
    let gap = |c: char| c.is_whitespace() || c.is_control();
    let words: Vec<&str> = text.split(gap).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(plain(html), expected, "{html}");
    }

    #[test]
    fn tags_go_and_words_stay_apart() {
        check("<p>Қор<b>ғас</b></p><p>бекеті</p>", "Қорғас бекеті");
        check("one<br/>two<img src='a>b'>three", "one two three");
        check("a <script>var x = '<b>';</script> b <!-- c --> d", "a b d");
        check("5 < 6 and 7 > 3", "5 < 6 and 7 > 3");
        check("a<b is true", "a<b is true");
        check("a\u{1f}b\0c", "a b c");
        check("cut off <a href=\"http://", "cut off");
    }

    #[test]
    fn entities_are_read_once() {
        check("A &amp; B &#1178;&#x49b; &laquo;x&raquo;&nbsp;y", "A & B Ққ «x» y");
        check("&Ccedil;in&#150;&hearts;", "Çin–♥");
        check("&amp;lt; &unknown; & &#0; &#xD800;", "&lt; &unknown; & &#0; &#xD800;");
    }

    proptest::proptest! {
        #[test]
        fn nothing_panics(html in "[<>&;/a-z\"'! қ-]{0,80}") {
            let _text = plain(&html);
        }
    }
}
