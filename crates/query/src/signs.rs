//! Signs that mean the same: full-width ones, the many quotation marks, the digits of every script.

/// Families of quotation marks. Whatever mark of a family opens, the next one of that family closes.
const FAMILIES: [&str; 8] = ["\"“”„‟＂〝〞〟", "«»", "‹›", "「」｢｣﹁﹂", "『』﹃﹄", "《》", "〈〉", "⟪⟫"];

/// The pairs in which a text is printed, the usual one first.
const PRINTED: [(char, char); 8] =
    [('"', '"'), ('«', '»'), ('‹', '›'), ('「', '」'), ('『', '』'), ('《', '》'), ('〈', '〉'), ('⟪', '⟫')];

/// Returns the usual sign for a full-width or look-alike one. Letters of other scripts stay as they are.
pub(crate) fn usual(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        '−' | '﹣' => '-',
        '﹕' => ':',
        '〜' => '~',
        '،' | '、' => ',',
        '؛' => ';',
        other => other,
    }
}

/// Returns whether a character parts terms and says nothing. Marks of direction come with text that is copied.
pub(crate) fn parts_terms(c: char) -> bool {
    c.is_whitespace()
        || matches!(usual(c), ',' | ';')
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a character between terms is only a dash or a stop of running text.
pub(crate) fn is_idle(c: char) -> bool {
    matches!(c, '–' | '—' | '―' | '…' | '•' | '·' | '。')
}

/// Returns the marks that close what a quotation mark opens; `None` for what is none.
pub(crate) fn closers(open: char) -> Option<&'static str> {
    // Nearly every character of a query is a letter.
    if open.is_alphanumeric() || open == ' ' {
        return None;
    }
    FAMILIES.into_iter().find(|family| family.contains(open))
}

/// Returns the mark that closes what an apostrophe-like one opens.
pub(crate) fn single_closer(open: char) -> Option<&'static str> {
    match open {
        '‘' | '‛' => Some("’"),
        '‚' => Some("‘’"),
        '\'' | '＇' => Some("'＇"),
        _ => None,
    }
}

/// Writes a text in quotation marks that do not stand in it.
pub(crate) fn quoted(text: &str) -> String {
    let text = text.trim();
    let fits = |(open, _): &(char, char)| {
        closers(*open).is_some_and(|family| !text.contains(|c| family.contains(c)))
    };
    match PRINTED.iter().find(|pair| fits(pair)) {
        Some((open, close)) => format!("{open}{text}{close}"),
        // No parser makes such a text; marks are nothing to look for.
        None => format!("\"{}\"", text.replace(|c| closers(c).is_some(), " ")),
    }
}

/// Reads a whole number in the digits of any script that has its own; at most seven of them.
pub(crate) fn number(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 7 {
        return None;
    }
    text.chars().try_fold(0, |value, c| Some(value * 10 + digit(c)?))
}

/// Returns what a digit stands for.
pub(crate) fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        _ => return usual(c).to_digit(10),
    };
    u32::from(c).checked_sub(zero)
}

/// Writes a text with its full-width signs as usual ones.
pub(crate) fn usually(text: &str) -> String {
    text.chars().map(usual).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_by_marks_that_it_does_not_have() {
        assert_eq!(quoted("dry port"), "\"dry port\"");
        assert_eq!(quoted("a „dry“ port"), "«a „dry“ port»");
        assert_eq!(quoted("\"«‹「『《〈⟪"), "\"        \"");
    }

    #[test]
    fn numbers_are_read_in_every_script() {
        for text in ["15", "１５", "١٥", "۱۵"] {
            assert_eq!(number(text), Some(15), "{text}");
        }
        assert_eq!((number(""), number("1x"), number("99999999")), (None, None, None));
    }
}
