//! The normal form of a text for display and comparison: no letter is lost, no word changed.

use unicode_normalization::UnicodeNormalization;

/// Brings text to NFKC and drops what no reader sees: bidi controls, zero-width marks, soft hyphens, byte order
/// marks. Doing it twice changes nothing more.
pub fn normalise(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).nfkc().collect();
    // NFKC makes some of them itself.
    if seen.chars().any(is_invisible) {
        seen.chars().filter(|c| !is_invisible(*c)).nfkc().collect()
    } else {
        seen
    }
}

/// Returns whether a character shows nothing and parts no words.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_sees_goes() {
        assert_eq!(normalise("Хор\u{ad}гос\u{200f}"), "Хоргос");
        assert_eq!(normalise("ﻗﻮﺭﻋﺎﺱ"), "قورعاس");
        assert_eq!(normalise("Ｋｈｏｒｇｏｓ"), "Khorgos");
    }
}
