//! How a word of a language is folded to its surface key, and which shorter forms it has.

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::normalise::is_invisible;
use crate::peel::{peel, peel_names};
use crate::script::{each_small, is_plain, push_small};
use crate::spellings::{Around, Skeletons, Spelling, skeletons};
use crate::stems::stems;
use crate::{Lang, Script};

/// One way to read a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Kazakh or Uyghur: to the skeleton.
    Skeleton(Spelling),
    /// Any other language: small letters, and Snowball where it knows the language.
    Plain(Lang),
}

/// Returns the readings that a word without a known language has, by its script.
pub(crate) fn readings(word: &str) -> &'static [Reading] {
    use Reading::{Plain, Skeleton};
    use Spelling::{KkArab, KkCyrl, KkLatn, UgArab, UgCyrl, UgLatn};
    match Some(Script::of_word(word)) {
        Some(Script::Cyrillic) => &[Plain(Lang::RuCyrl), Skeleton(KkCyrl), Skeleton(UgCyrl)],
        Some(Script::Arabic) => &[Skeleton(KkArab), Skeleton(UgArab), Plain(Lang::ArArab)],
        Some(Script::Latin) => {
            &[Plain(Lang::EnLatn), Plain(Lang::TrLatn), Skeleton(KkLatn), Skeleton(UgLatn)]
        }
        _ => &[Plain(Lang::Unknown)],
    }
}

impl Reading {
    /// Returns how a text of `lang` is read.
    pub(crate) fn of(lang: Lang) -> Self {
        match lang {
            Lang::KkCyrl => Self::Skeleton(Spelling::KkCyrl),
            Lang::KkArab => Self::Skeleton(Spelling::KkArab),
            Lang::KkLatn => Self::Skeleton(Spelling::KkLatn),
            Lang::UgArab => Self::Skeleton(Spelling::UgArab),
            Lang::UgLatn => Self::Skeleton(Spelling::UgLatn),
            Lang::UgCyrl => Self::Skeleton(Spelling::UgCyrl),
            other => Self::Plain(other),
        }
    }

    /// Returns the folded word as its own letters say, the likeliest way first, and nothing shorter.
    pub(crate) fn surfaces(self, word: &str, around: &Around) -> Vec<String> {
        match self {
            Self::Skeleton(spelling) => {
                let sure = skeletons(spelling, &small(word), around).sure;
                if spelling.code() == "ug" { sure.iter().map(|key| closed(key)).collect() } else { sure }
            }
            Self::Plain(_) => Some(plain(word)).filter(|surface| !surface.is_empty()).into_iter().collect(),
        }
    }

    /// Returns the folded word in each way that it may be read, the likeliest first, and its shorter forms; nothing
    /// when nothing is left of it. `around` is read from the text that the word stands in, from itself where there is
    /// no other: which of the spellings that contradict one another is meant.
    pub(crate) fn fold(self, word: &str, around: &Around) -> Folded {
        match self {
            Self::Skeleton(spelling) => {
                let word = small(word);
                let Skeletons { mut sure, bare } = skeletons(spelling, &word, around);
                let front = spelling.front(&word);
                let mut peeled = Vec::with_capacity(8);
                for skeleton in &sure {
                    peeled.append(&mut peel(spelling.code(), skeleton, front));
                }
                for skeleton in &bare {
                    peeled.append(&mut peel_names(spelling.code(), skeleton));
                }
                sure.extend(bare);
                if spelling.code() != "ug" {
                    return Folded { surfaces: sure, peeled };
                }
                peeled.extend(sure.iter().filter(|key| is_open(key) && is_short(key)).map(SmolStr::new));
                for key in peeled.iter_mut().filter(|key| is_open(key) && !is_short(key)) {
                    *key = closed(key).into();
                }
                Folded { surfaces: sure.iter().map(|key| closed(key)).collect(), peeled }
            }
            Self::Plain(lang) => {
                let surface = plain(word);
                // Turkish stems are told by the letters that folding takes away: kampı, ülkesi.
                let stems = match lang {
                    Lang::TrLatn => stems(lang, &small_turkish(word)),
                    _ => stems(lang, &surface),
                };
                let peeled = stems.iter().map(|stem| plain(stem)).filter(|stem| *stem != surface);
                let peeled = peeled.map(SmolStr::from).collect();
                let surfaces = if surface.is_empty() { Vec::new() } else { vec![surface] };
                Folded { surfaces, peeled }
            }
        }
    }
}

/// In a short stem ې and ە make two words: بېر- of بار, بەر.
fn is_short(stem: &str) -> bool {
    stem.trim_end_matches('-').chars().count() <= 4
}

/// Uyghur ې, ۆ (here ۉ, for Kazakh has ۆ for в) and ۈ are kept while suffixes are peeled off; the skeleton has ە, و and ۇ for them, as Kazakh has.
pub(crate) fn closed(skeleton: &str) -> String {
    let close = |letter| match letter {
        'ې' => 'ە',
        'ۉ' => 'و',
        'ۈ' => 'ۇ',
        other => other,
    };
    skeleton.chars().map(close).collect()
}

/// Whether it has a letter that [`closed`] brings to another.
fn is_open(skeleton: &str) -> bool {
    skeleton.contains(['ې', 'ۉ', 'ۈ'])
}

/// What a word is folded to.
pub(crate) struct Folded {
    /// The word itself.
    pub(crate) surfaces: Vec<String>,
    /// Its shorter forms.
    pub(crate) peeled: Vec<SmolStr>,
}

/// Small letters in NFKC, without marks that no reader sees.
pub(crate) fn small(word: &str) -> String {
    if is_plain(word) {
        let mut folded = String::with_capacity(word.len());
        word.chars().for_each(|c| push_small(&mut folded, c));
        return folded;
    }
    word.nfkc().filter(|c| !is_invisible(*c) && *c != 'ـ').flat_map(char::to_lowercase).nfc().collect()
}

/// A letter or digit that every normal form of Unicode leaves as it is, and that joins with no other.
pub(crate) fn is_plain_letter(c: char) -> bool {
    matches!(c, '0'..='9' | 'a'..='z' | 'A'..='Z' | 'а'..='я' | 'А'..='Я' | 'Ґ'..='ӏ' | 'Ә'..='ӯ' | 'ء' | 'ا'..='غ' | 'ف'..='ي' | 'ٱ'..='ٴ' | 'ٹ'..='ۓ' | 'ە')
        || matches!(c, 'ё' | 'Ё' | 'і' | 'І' | 'ñ' | 'ğ' | 'ş' | 'ä' | 'ö' | 'ü' | 'ı' | 'ç' | 'ū' | 'é')
}

/// In Turkish I is the capital of ı, and İ of i.
fn small_turkish(word: &str) -> String {
    small(&word.replace('I', "ı").replace('İ', "i"))
}

/// Small letters without diacritics, except where the mark makes another letter (й, ї).
pub(crate) fn plain(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(word.len());
    if is_plain(word) {
        word.chars().for_each(|c| each_small(c, |small| push_plain(&mut folded, small)));
    } else {
        small(word).chars().for_each(|small| push_plain(&mut folded, small));
    }
    folded
}

fn push_plain(folded: &mut String, small: char) {
    match small {
        'ё' => folded.push('е'),
        // Turkish: İ and ı fold with i, because a query does not say its language.
        'ı' => folded.push('i'),
        '·' => {}
        'ک' => folded.push('ك'),
        'ی' | 'ى' => folded.push('ي'),
        'آ' | 'أ' | 'إ' => folded.push('ا'),
        // The letters of most words, which have no marks to lose but those that make another letter.
        'а'..='я' | 'ї' | 'a'..='z' | '0'..='9' | 'ا'..='ي' => folded.push(small),
        _ => folded.extend(small.nfd().filter(|c| !is_combining_mark(*c))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_letters_are_those_that_normal_forms_leave_alone() {
        for c in (0..0x1_0000).filter_map(char::from_u32).filter(|c| is_plain_letter(*c)) {
            let small: String = c.to_string().nfkc().flat_map(char::to_lowercase).nfc().collect();
            assert_eq!(small, c.to_lowercase().to_string(), "{c}");
            assert!(!is_combining_mark(c) && !is_invisible(c) && c != 'ـ', "{c}");
        }
    }

    #[test]
    fn letters_that_are_taken_as_they_are_have_no_marks() {
        for c in ('а'..='я').chain('a'..='z').chain('0'..='9').chain('ا'..='ي').filter(|c| *c != 'й') {
            assert_eq!(c.nfd().collect::<String>(), c.to_string());
        }
    }

    #[test]
    fn plain_words_lose_case_and_marks_and_keep_their_letters() {
        assert_eq!(plain("Doğu TÜRKİSTAN"), "dogu turkistan");
        assert_eq!(plain("Синьцзян, йод, Ёлка"), "синьцзян, йод, елка");
    }

    #[test]
    fn russian_cases_meet_in_the_stem() {
        let peeled = |word| Reading::Plain(Lang::RuCyrl).fold(word, &Around::of_word(word)).peeled;
        assert_eq!(peeled("хоргосе"), peeled("хоргоса"));
    }
}
