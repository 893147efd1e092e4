//! The reading aid: a text in the letters of another script, for a reader who does not know its own.
//!
//! For display only. No key is made of it, and nothing is searched in it: Kazakh in Arabic letters leaves vowels to
//! the reader, which `vowels` restores as far as rules can. The letters are in `data/display.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::fold::small;
use crate::vowels::kazakh_cyrillic;
use crate::words::{Piece, pieces};
use crate::{Lang, Script};

/// Letters and groups of them, each with what is written for it: by the language and script they are of, and the one
/// they are shown in.
type Tables = HashMap<(Lang, Script), Vec<(&'static str, &'static str)>>;

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables::new();
    for row in include_str!("../data/display.tsv").lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&'static str> = row.split('\t').collect();
        let &[from, to, letters, written] = cells.as_slice() else { continue };
        let script = if to == "Cyrl" { Script::Cyrillic } else { Script::Latin };
        let Some(from) = Lang::parse(from) else { continue };
        tables.entry((from, script)).or_default().push((letters, written));
    }
    // Groups before the letters they begin with, starts of words before what stands anywhere.
    for table in tables.values_mut() {
        table.sort_by_key(|(letters, _)| std::cmp::Reverse((letters.starts_with('^'), letters.len())));
    }
    tables
});

/// Returns a text of `from` as it is written in `to`; `None` where there is nothing to help with: the script is the same,
/// or the language has no other one here. Kazakh and Uyghur in Arabic letters are shown in Cyrillic and Latin, Kazakh in
/// Cyrillic in Latin.
pub fn transliterate(text: &str, from: Lang, to: Script) -> Option<String> {
    let word = |word: &str| -> Option<String> {
        match (from, to) {
            (Lang::KkArab, Script::Cyrillic) => Some(kazakh_cyrillic(&small_arabic(word))),
            (Lang::KkArab, Script::Latin) => {
                written(&kazakh_cyrillic(&small_arabic(word)), Lang::KkCyrl, Script::Latin)
            }
            _ => written(word, from, to),
        }
    };
    let by_vowels = from == Lang::KkArab && matches!(to, Script::Cyrillic | Script::Latin);
    if !by_vowels && !TABLES.contains_key(&(from, to)) {
        return None;
    }
    let mut shown = String::with_capacity(text.len());
    let mut copied = 0;
    for piece in pieces(text) {
        let (Piece::Word(range) | Piece::Han(range)) = piece;
        shown.extend(text.get(copied..range.start).unwrap_or_default().chars().filter_map(punctuation));
        let letters = text.get(range.clone()).unwrap_or_default();
        let of_script = letters.chars().any(|letter| Script::of(letter) == from.script());
        match word(letters).filter(|_| of_script) {
            Some(word) => push_word(&mut shown, &word, from.script() == Script::Arabic),
            None => shown.extend(letters.chars().map(digit)),
        }
        copied = range.end;
    }
    shown.extend(text.get(copied..).unwrap_or_default().chars().filter_map(punctuation));
    Some(shown)
}

/// How a reader is helped with a text in a script that they do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingAid {
    from: Lang,
    to: Script,
}

impl ReadingAid {
    /// Returns what helps a reader of a language (`ru`) with a text of `from`: Cyrillic those who read Kazakh and Russian,
    /// Latin all others; `None` where the script is that of their own language, or nothing can be done.
    pub fn find(from: Lang, reader: &str) -> Option<Self> {
        let to = match (from, reader) {
            (Lang::KkArab | Lang::UgArab, "ug") | (Lang::KkCyrl, "kk" | "ru") => return None,
            (Lang::KkArab | Lang::UgArab, "kk" | "ru") => Script::Cyrillic,
            (Lang::KkArab | Lang::UgArab | Lang::KkCyrl, _) => Script::Latin,
            _ => return None,
        };
        Some(Self { from, to })
    }

    /// Returns the name under which the words of faces and mails say which letters these are.
    pub fn label(self) -> &'static str {
        if self.to == Script::Cyrillic { "in_cyrillic" } else { "in_latin" }
    }

    /// Returns the language tag of what is shown: `kk-Latn` (BCP 47).
    pub fn tag(self) -> String {
        format!("{}-{}", self.from.code(), if self.to == Script::Cyrillic { "Cyrl" } else { "Latn" })
    }

    /// Returns a text in the letters that the reader knows.
    pub fn read(self, text: &str) -> String {
        transliterate(text, self.from, self.to).unwrap_or_default()
    }
}

/// Arabic letters know no capitals: the first word of a sentence gets one.
fn push_word(shown: &mut String, word: &str, capitals: bool) {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '…');
    let before = shown.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '«' | '“' | '"' | '('));
    let begins = before.is_empty() || (before.len() < shown.len() && before.ends_with(ends));
    let mut letters = word.chars();
    match letters.next().filter(|_| capitals && begins) {
        Some(first) => {
            shown.extend(first.to_uppercase());
            shown.push_str(letters.as_str());
        }
        None => shown.push_str(word),
    }
}

/// Small letters of Arabic script in their plain forms, the hamza kept.
fn small_arabic(word: &str) -> String {
    let plain = |letter| match letter {
        'ٴ' => 'ء',
        'ک' => 'ك',
        'ی' => 'ي',
        'ه' | 'ہ' => 'ە',
        other => other,
    };
    small(word).chars().map(plain).collect()
}

/// Writes a word letter by letter, capitals as capitals.
fn written(word: &str, from: Lang, to: Script) -> Option<String> {
    let table = TABLES.get(&(from, to))?;
    let folded = small(word);
    let capitals: Vec<bool> = word.chars().map(char::is_uppercase).collect();
    let all_capitals = capitals.len() > 1 && capitals.iter().all(|capital| *capital);
    let mut shown = String::with_capacity(word.len() * 2);
    let mut rest = folded.as_str();
    let mut at = 0;
    while let Some(letter) = rest.chars().next() {
        let starts = |letters: &str| match letters.strip_prefix('^') {
            Some(letters) => (at == 0 && rest.starts_with(letters)).then_some(letters.len()),
            None => rest.starts_with(letters).then_some(letters.len()),
        };
        let found = table.iter().find_map(|(letters, written)| Some((starts(letters)?, *written)));
        let (length, letters) = found.unwrap_or((letter.len_utf8(), ""));
        let capital = capitals.get(at).copied().unwrap_or(false);
        match found {
            Some(_) if all_capitals => shown.push_str(&letters.to_uppercase()),
            Some(_) if capital => push_capital(&mut shown, letters),
            Some(_) => shown.push_str(letters),
            None => shown.push(letter),
        }
        at += rest.get(..length).map_or(1, |taken| taken.chars().count());
        rest = rest.get(length..).unwrap_or_default();
    }
    Some(shown)
}

fn push_capital(shown: &mut String, letters: &str) {
    let mut letters = letters.chars();
    shown.extend(letters.next().into_iter().flat_map(char::to_uppercase));
    shown.push_str(letters.as_str());
}

/// Arabic signs as Latin and Cyrillic texts have them; marks of direction and tatweel go.
fn punctuation(sign: char) -> Option<char> {
    Some(match sign {
        '،' => ',',
        '؛' => ';',
        '؟' => '?',
        '۔' => '.',
        '٪' => '%',
        'ـ' => '–',
        'ء' | 'ٴ' => return None,
        other if crate::normalise::is_invisible(other) => return None,
        other => other,
    })
}

/// Arabic and Persian digits as European ones.
fn digit(letter: char) -> char {
    let value = match letter {
        '٠'..='٩' => u32::from(letter) - u32::from('٠'),
        '۰'..='۹' => u32::from(letter) - u32::from('۰'),
        _ => return letter,
    };
    char::from_digit(value, 10).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, from: Lang, to: Script, expected: &str) {
        assert_eq!(transliterate(text, from, to).as_deref(), Some(expected));
    }

    #[test]
    fn kazakh_in_arabic_letters_is_read_in_cyrillic_and_latin() {
        let text = "قورعاستا جاڭا كوپىر اشىلدى، دەپ حابارلادى. ءبىز كەلدىك؟";
        check(text, Lang::KkArab, Script::Cyrillic, "Қорғаста жаңа көпір ашылды, деп хабарлады. Біз келдік?");
        check(text, Lang::KkArab, Script::Latin, "Qorğasta jaña köpır aşyldy, dep habarlady. Bız keldık?");
        check("قازاقستان ۇكىمەتى ٢٠٢٦ جىلى", Lang::KkArab, Script::Cyrillic, "Қазақстан үкіметі 2026 жылы");
    }

    #[test]
    fn kazakh_in_cyrillic_is_read_in_the_latin_alphabet_of_2021() {
        check(
            "Қорғас — ҚХР шекарасы, Щучинск",
            Lang::KkCyrl,
            Script::Latin,
            "Qorğas — QHR şekarasy, Ştşuchinsk",
        );
    }

    #[test]
    fn uyghur_is_read_in_latin_and_cyrillic() {
        let text = "غۇلجا شەھىرىدە يېڭى زاۋۇت ئېچىلدى؛ سۈرئەت";
        check(text, Lang::UgArab, Script::Latin, "Ghulja shehiride yéngi zawut échildi; sür'et");
        check(text, Lang::UgArab, Script::Cyrillic, "Ғулҗа шәһиридә йеңи завут ечилди; сүрәт");
    }

    #[test]
    fn what_needs_no_help_gets_none() {
        assert_eq!(transliterate("Хоргос", Lang::RuCyrl, Script::Latin), None);
        assert_eq!(transliterate("Қорғас", Lang::KkCyrl, Script::Cyrillic), None);
        let script = |from, reader| ReadingAid::find(from, reader).map(|aid| aid.to);
        assert_eq!(script(Lang::KkArab, "ru"), Some(Script::Cyrillic));
        assert_eq!(script(Lang::KkArab, "ug"), None);
        assert_eq!(script(Lang::KkCyrl, "en"), Some(Script::Latin));
        assert_eq!(script(Lang::ZhHans, "en"), None);
    }
}
