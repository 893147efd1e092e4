//! How a word of a language is folded to its surface key, and which shorter forms it has.

use std::cell::RefCell;
use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::normalise::is_invisible;
use crate::peel::peel;
use crate::spellings::{Around, Spelling, skeletons};
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
            other => Self::Plain(other),
        }
    }

    /// Returns the folded word in each way that it may be read, the likeliest first; none when nothing is left of it.
    /// `around` is read from the text that the word stands in, from itself where there is no other: which of the
    /// spellings that contradict one another is meant.
    pub(crate) fn surfaces(self, word: &str, around: &Around) -> Vec<String> {
        let mut surfaces = match self {
            Self::Skeleton(spelling) => skeletons(spelling, &small(word), around),
            Self::Plain(_) => vec![plain(word)],
        };
        surfaces.retain(|surface| !surface.is_empty());
        surfaces
    }

    /// Returns the shorter forms of a folded word.
    pub(crate) fn peeled(self, surface: &str) -> Vec<String> {
        use Spelling::{KkArab, KkCyrl, KkLatn, UgArab, UgCyrl, UgLatn};
        match self {
            Self::Skeleton(KkCyrl | KkArab | KkLatn) => peel("kk", surface),
            Self::Skeleton(UgArab | UgLatn | UgCyrl) => peel("ug", surface),
            Self::Plain(lang) => stem(lang, surface).into_iter().filter(|stem| stem != surface).collect(),
        }
    }
}

/// Small letters in NFKC, without marks that no reader sees.
pub(crate) fn small(word: &str) -> String {
    word.nfkc().filter(|c| !is_invisible(*c) && *c != 'ـ').flat_map(char::to_lowercase).nfc().collect()
}

/// Small letters without diacritics, except where the mark makes another letter (й, ї).
pub(crate) fn plain(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(word.len());
    for c in small(word).chars() {
        match c {
            'ё' => folded.push('е'),
            // Turkish: İ and ı fold with i, because a query does not say its language.
            'ı' => folded.push('i'),
            '·' => {}
            'й' | 'ї' => folded.push(c),
            'ک' => folded.push('ك'),
            'ی' | 'ى' => folded.push('ي'),
            'آ' | 'أ' | 'إ' => folded.push('ا'),
            _ => folded.extend(c.nfd().filter(|c| !is_combining_mark(*c))),
        }
    }
    folded
}

fn stem(lang: Lang, word: &str) -> Option<String> {
    thread_local! {
        static STEMMERS: RefCell<HashMap<Lang, Stemmer>> = RefCell::new(HashMap::new());
    }
    let algorithm = match lang {
        Lang::RuCyrl => Algorithm::Russian,
        Lang::EnLatn => Algorithm::English,
        Lang::TrLatn => Algorithm::Turkish,
        Lang::ArArab => Algorithm::Arabic,
        _ => return None,
    };
    STEMMERS.with_borrow_mut(|stemmers| {
        let stemmer = stemmers.entry(lang).or_insert_with(|| Stemmer::new(algorithm));
        Some(stemmer.stem(word).to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_lose_case_and_marks_and_keep_their_letters() {
        assert_eq!(plain("Doğu TÜRKİSTAN"), "dogu turkistan");
        assert_eq!(plain("Синьцзян, йод, Ёлка"), "синьцзян, йод, елка");
    }

    #[test]
    fn russian_cases_meet_in_the_stem() {
        let peeled = |word| Reading::Plain(Lang::RuCyrl).peeled(word);
        assert_eq!(peeled("хоргосе"), peeled("хоргоса"));
    }
}
