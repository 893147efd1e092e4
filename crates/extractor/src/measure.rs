//! How much a text says, in any script: letters, sentence ends and commas.
//!
//! A Chinese character says as much as two and a half letters of an alphabet, and Chinese, Arabic-script and Indic
//! sentences end and pause with marks of their own.

/// What was counted in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Measure {
    /// Letters and digits; a Han character counts for two and a half.
    pub(crate) weight: f32,
    /// Marks that end a sentence.
    pub(crate) ends: u16,
    /// Marks that part a sentence.
    pub(crate) pauses: u16,
    /// Digits.
    pub(crate) digits: u16,
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const END: u8 = 3;
const PAUSE: u8 = 4;
const HAN: u8 = 5;

impl Measure {
    /// Counts all of `text`.
    pub(crate) fn of(text: &str) -> Self {
        let mut measure = Self::default();
        text.chars().for_each(|c| measure.add(c));
        measure
    }

    /// Counts one character.
    #[inline]
    pub(crate) fn add(&mut self, c: char) {
        match class_of(c) {
            LETTER => self.weight += 1.0,
            HAN => self.weight += 2.5,
            DIGIT => {
                self.weight += 1.0;
                self.digits = self.digits.saturating_add(1);
            }
            END => self.ends = self.ends.saturating_add(1),
            PAUSE => self.pauses = self.pauses.saturating_add(1),
            _ => {}
        }
    }

    /// Whether it has the punctuation of running text.
    pub(crate) fn has_sentence(&self) -> bool {
        self.ends > 0 || self.pauses > 0
    }
}

#[inline]
fn class_of(c: char) -> u8 {
    match c {
        // Cyrillic and Latin come first: they are the most. Vowel signs of Indic scripts and of Arabic are no letters to
        // Unicode, and carry the text all the same.
        'a'..='z'
        | 'A'..='Z'
        | '\u{400}'..='\u{52f}'
        | '\u{64b}'..='\u{65f}'
        | '\u{900}'..='\u{963}'
        | '\u{966}'..='\u{dff}'
        | '\u{e00}'..='\u{eff}' => LETTER,
        '0'..='9' => DIGIT,
        '.' | '!' | '?' | '\u{6d4}' | '\u{61f}' | '。' | '！' | '？' | '…' | '।' | '．' | '\u{203c}' => {
            END
        }
        ',' | ';' | '\u{60c}' | '\u{61b}' | '，' | '、' | '；' | '：' | '“' | '”' | '«' | '»' | '「'
        | '」' | '„' => PAUSE,
        '\0'..='\u{7f}' => 0,
        // A syllable of Hangul is two or three letters.
        '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{20000}'..='\u{3134f}' => HAN,
        _ if c.is_alphanumeric() => LETTER,
        _ => 0,
    }
}

/// Returns whether `text` ends as sentences do, closing quotes and brackets passed over.
pub(crate) fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(|c: char| "\"'”’»)）」』]】*".contains(c) || c.is_whitespace())
        .ends_with(['.', '!', '?', '。', '！', '？', '؟', '۔', '…', '।', '：', ':', '．'])
}

/// The letters and digits of a text in small letters, to compare what two places say.
pub(crate) fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_its_own_marks() {
        for text in ["One, two.", "Бір, екі.", "بىر، ئىككى۔", "一，二。", "एक, दो।"]
        {
            let measure = Measure::of(text);
            assert_eq!((measure.ends, measure.pauses), (1, 1), "{text}");
            assert!(ends_sentence(text), "{text}");
        }
        assert!(Measure::of("边境口岸").weight >= Measure::of("borderport").weight);
        assert!(ends_sentence("“We came back.”") && !ends_sentence("Read more"));
    }

    #[test]
    fn folding_keeps_what_a_reader_would_compare() {
        assert_eq!(folded("Border – «Opened»!"), folded("border opened"));
    }
}
