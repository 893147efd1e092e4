//! The ways in which Kazakh and Uyghur are spelled, and every skeleton that a word may have in them.
//!
//! Latin Kazakh has conventions that contradict one another (`ý` is у in one and й in another), Russian keyboards and
//! passports leave the letters of Kazakh out, and loan words are written with and without their double letters. A
//! convention counts only when it has all letters of the word, and of the text around it.

use crate::bare;
use crate::script::push_small;
use crate::skeleton::Orthography;
use crate::{Lang, Script};

/// How a language is spelled in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Spelling {
    KkCyrl,
    KkArab,
    KkLatn,
    UgArab,
    UgLatn,
    UgCyrl,
}

impl Spelling {
    /// Returns the code of its language.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::KkCyrl | Self::KkArab | Self::KkLatn => "kk",
            Self::UgArab | Self::UgLatn | Self::UgCyrl => "ug",
        }
    }

    /// Returns whether a Kazakh word in small letters has front vowels; `None` where its letters do not tell.
    pub(crate) fn front(self, word: &str) -> Option<bool> {
        // The ending of `with` has a front vowel after every stem.
        let word = WITH
            .iter()
            .find_map(|ending| word.strip_suffix(ending))
            .filter(|stem| !stem.is_empty())
            .unwrap_or(word);
        let has = |letters: &[char]| word.chars().any(|letter| letters.contains(&letter));
        match self {
            Self::KkCyrl => Some(has(&['ә', 'ө', 'ү', 'і', 'е', 'э'])),
            Self::KkArab => Some(has(&['ء', 'ٴ', 'ە', 'ك', 'گ', 'ه', 'ک'])),
            Self::KkLatn if has(&['ä', 'ö', 'ü', 'á', 'ó', 'ú', 'e']) => Some(true),
            Self::KkLatn if has(&['y', 'q', 'ğ', 'ǵ']) => Some(false),
            _ => None,
        }
    }
}

/// The ending of `with`, in every script.
pub(crate) const WITH: [&str; 9] = ["мен", "бен", "пен", "مەن", "بەن", "پەن", "men", "ben", "pen"];

/// The Latin conventions of Kazakh, those in use today first.
const LATIN: [Orthography; 4] =
    [Orthography::KkLatn2021, Orthography::KkLatn2018, Orthography::KkLatnWiki, Orthography::KkLatnBgn];

/// Letters of Kazakh alone, or Latin ones with marks.
fn is_marked(text: &str) -> bool {
    let foreign = |c: char| Script::of(c) == Script::Latin && !c.is_ascii();
    text.chars().any(|c| !c.is_ascii() && (foreign(c) || is_kazakh(c)))
}

/// The letters of Kazakh that a Russian keyboard lacks.
fn is_kazakh(letter: char) -> bool {
    matches!(
        letter,
        'ә' | 'ғ'
            | 'қ'
            | 'ң'
            | 'ө'
            | 'ұ'
            | 'ү'
            | 'һ'
            | 'і'
            | 'Ә'
            | 'Ғ'
            | 'Қ'
            | 'Ң'
            | 'Ө'
            | 'Ұ'
            | 'Ү'
            | 'Һ'
            | 'І'
    )
}

/// Returns whether a word has letters that Kazakh has and Russian has not.
pub(crate) fn has_kazakh_letters(word: &str) -> bool {
    word.chars().any(is_kazakh)
}

/// What the letters of a text say about how its words are spelled.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    /// Letters of Kazakh alone stand in it, so that their absence in a word means something.
    marked: bool,
    /// Which Latin conventions have all of its letters.
    latin: [bool; LATIN.len()],
}

impl Around {
    /// Reads the letters of a text, as far as its language has spellings that contradict one another.
    pub(crate) fn of(text: &str, lang: Lang) -> Self {
        match lang {
            Lang::KkCyrl => Self { marked: is_marked(text), ..Self::default() },
            Lang::KkLatn => Self::of_word(text),
            _ => Self::default(),
        }
    }

    /// Reads the letters of a word whose language is not known.
    pub(crate) fn of_word(text: &str) -> Self {
        let mut latin = String::new();
        let letters = text.chars().filter(|c| Script::of(*c) == Script::Latin);
        letters.for_each(|c| push_small(&mut latin, c));
        Self { marked: is_marked(text), latin: LATIN.map(|convention| convention.fits(&latin)) }
    }

    /// Returns a number that is another for whatever makes other skeletons.
    pub(crate) fn code(&self) -> u8 {
        self.latin.iter().fold(u8::from(self.marked), |code, fits| code * 2 + u8::from(*fits))
    }

    fn conventions(&self) -> impl Iterator<Item = Orthography> {
        // Letters that no convention has: every one of them may be meant.
        let none = !self.latin.contains(&true);
        LATIN
            .into_iter()
            .zip(self.latin)
            .filter(move |(_, fits)| none || *fits)
            .map(|(convention, _)| convention)
    }
}

/// The skeletons of a word.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Skeletons {
    /// As its letters say, the likeliest first.
    pub(crate) sure: Vec<String>,
    /// As they would say if the writer had no letters of Kazakh.
    pub(crate) bare: Vec<String>,
}

/// Returns the skeletons of a word in small letters.
pub(crate) fn skeletons(spelling: Spelling, word: &str, around: &Around) -> Skeletons {
    let mut sure = match spelling {
        Spelling::KkArab => vec![Orthography::KkArab.skeleton(word)],
        Spelling::UgArab => vec![Orthography::UgArab.skeleton(word)],
        Spelling::UgCyrl => vec![Orthography::UgCyrl.skeleton(word)],
        Spelling::UgLatn => uyghur_latin(word),
        Spelling::KkCyrl => loans(Orthography::KkCyrl.skeleton(word), word),
        Spelling::KkLatn => kazakh_latin(word, around),
    };
    let mut bare = match spelling {
        Spelling::KkCyrl if !around.marked => bare::cyrillic(word),
        Spelling::KkLatn if !around.marked => bare::latin(word),
        _ => Vec::new(),
    };
    if sure.len() + bare.len() > 1 {
        bare.retain(|skeleton| !sure.contains(skeleton));
        (sure, bare) = (each_once(sure), each_once(bare));
    }
    sure.retain(|skeleton| !skeleton.is_empty());
    bare.retain(|skeleton| !skeleton.is_empty());
    Skeletons { sure, bare }
}

/// They are few: a word has at most 64 readings.
fn each_once(skeletons: Vec<String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::with_capacity(skeletons.len());
    for skeleton in skeletons {
        if !known.contains(&skeleton) {
            known.push(skeleton);
        }
    }
    known
}

/// Each `ng` is ڭ, or ن and گ: engiliyning is ئەنگىلىينىڭ. Beyond two of them, all are read alike.
fn uyghur_latin(word: &str) -> Vec<String> {
    let mut spelled = vec![String::new()];
    for (number, part) in word.split("ng").enumerate() {
        if number > 2 {
            return vec![
                Orthography::UgLatn.skeleton(word),
                Orthography::UgLatn.skeleton(&word.replace("ng", "n'g")),
            ];
        }
        let joints: &[&str] = if number == 0 { &[""] } else { &["ng", "n'g"] };
        spelled = joints
            .iter()
            .flat_map(|joint| spelled.iter().map(move |head| format!("{head}{joint}{part}")))
            .collect();
    }
    spelled.iter().map(|word| Orthography::UgLatn.skeleton(word)).collect()
}

/// A loan word's skeleton as Russian has it, and as it is heard: with с for ц, у for в.
fn loans(skeleton: String, word: &str) -> Vec<String> {
    let signs = LoanSigns::of(word);
    let mut skeletons = vec![skeleton];
    for (there, from, to) in [
        (signs.ts, "تس", "س"),
        (signs.dzh, "دج", "ج"),
        (signs.v, "ۆ", "ۋ"),
        (signs.soft_ye, "ە", "يە"),
        (signs.hard_ye, "ە", "يە"),
        (signs.ae, "اە", "ايە"),
    ] {
        if there {
            let heard: Vec<String> = skeletons.iter().map(|known| known.replace(from, to)).collect();
            skeletons.extend(heard);
        }
    }
    skeletons
}

/// What in a word may be heard otherwise than it is written.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "six signs, each there or not")]
struct LoanSigns {
    ts: bool,
    dzh: bool,
    v: bool,
    soft_ye: bool,
    hard_ye: bool,
    ae: bool,
}

impl LoanSigns {
    fn of(word: &str) -> Self {
        let mut signs = Self::default();
        let mut before = ' ';
        for letter in word.chars() {
            match (before, letter) {
                (_, 'ц') => signs.ts = true,
                (_, 'в') => signs.v = true,
                ('д', 'ж') => signs.dzh = true,
                ('ь', 'е') => signs.soft_ye = true,
                ('ъ', 'е') => signs.hard_ye = true,
                ('а', 'е') => signs.ae = true,
                _ => {}
            }
            before = letter;
        }
        signs
    }
}

fn kazakh_latin(word: &str, around: &Around) -> Vec<String> {
    around.conventions().map(|convention| convention.skeleton(word)).collect()
}
