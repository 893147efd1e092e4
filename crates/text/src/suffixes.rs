//! What can be peeled off the words of a language, and what its words are that only look as if: in skeleton letters.
//!
//! The tables are `data/suffixes.tsv`, `whole.tsv`, `short.tsv`, `elided.tsv` and `verbs.tsv`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::skeleton::Orthography::{self, KkCyrl, UgArab};

/// Where a suffix stands among those of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    Particle,
    Case,
    Possessive,
    Plural,
    Person,
    Verb,
    Negation,
    Voice,
}

impl Slot {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "particle" => Self::Particle,
            "case" => Self::Case,
            "possessive" => Self::Possessive,
            "plural" => Self::Plural,
            "person" => Self::Person,
            "verb" => Self::Verb,
            "negation" => Self::Negation,
            "voice" => Self::Voice,
            _ => return None,
        })
    }
}

/// A suffix in skeleton letters.
pub(crate) struct Suffix {
    pub(crate) text: String,
    /// The classes of letters that it stands after.
    after: &'static str,
    /// What its vowel demands: back, front, or nothing.
    back: Option<bool>,
}

/// What is known of the words of one language.
#[derive(Default)]
pub(crate) struct Grammar {
    /// Whether it is Kazakh, and not Uyghur.
    pub(crate) is_kazakh: bool,
    /// By slot and last letter.
    suffixes: FxHashMap<(Slot, char), Vec<Suffix>>,
    /// Words that are words of their own.
    pub(crate) whole: FxHashSet<String>,
    /// Nouns of two letters.
    pub(crate) short: FxHashSet<String>,
    /// Stems that lose a vowel before a suffix, by the short form: орн, орын.
    pub(crate) elided: FxHashMap<String, String>,
}

static KAZAKH: LazyLock<Grammar> = LazyLock::new(|| Grammar::read("kk"));
static UYGHUR: LazyLock<Grammar> = LazyLock::new(|| Grammar::read("ug"));

/// Stems of Kazakh verbs with back vowels, and with front ones.
pub(crate) static VERBS: LazyLock<[FxHashSet<String>; 2]> = LazyLock::new(|| {
    let mut verbs = [FxHashSet::default(), FxHashSet::default()];
    for stem in include_str!("../data/verbs.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [back, front] = &mut verbs;
        let side = if stem.contains(['ә', 'ө', 'ү', 'і', 'е', 'э']) { front } else { back };
        side.insert(KkCyrl.skeleton(stem));
    }
    verbs
});

/// The cells of a table behind the first, of the rows of one language.
fn rows(table: &'static str, code: &'static str) -> impl Iterator<Item = &'static str> {
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(move |row| row.split_once('\t').filter(|(of, _)| *of == code).map(|(_, rest)| rest))
}

impl Grammar {
    /// Returns what is known of the words of `kk` or `ug`.
    pub(crate) fn of(code: &str) -> &'static Self {
        if code == "kk" { &KAZAKH } else { &UYGHUR }
    }

    fn read(code: &'static str) -> Self {
        let is_kazakh = code == "kk";
        let skeleton = |word: &str| if is_kazakh { KkCyrl.skeleton(word) } else { UgArab.skeleton(word) };
        let pair =
            |row: &'static str| row.split_once('\t').map(|(one, other)| (skeleton(one), skeleton(other)));
        Self {
            is_kazakh,
            suffixes: suffixes(code),
            whole: rows(include_str!("../data/whole.tsv"), code).map(skeleton).collect(),
            short: rows(include_str!("../data/short.tsv"), code).map(|word| KkCyrl.skeleton(word)).collect(),
            elided: rows(include_str!("../data/elided.tsv"), code).filter_map(pair).collect(),
        }
    }

    /// Returns the suffixes of a slot that end in a letter.
    pub(crate) fn suffixes(&self, slot: Slot, last: char) -> &[Suffix] {
        self.suffixes.get(&(slot, last)).map_or(&[], Vec::as_slice)
    }
}

fn suffixes(code: &'static str) -> FxHashMap<(Slot, char), Vec<Suffix>> {
    let mut suffixes: FxHashMap<(Slot, char), Vec<Suffix>> = FxHashMap::default();
    for row in rows(include_str!("../data/suffixes.tsv"), code) {
        let mut cells = row.split('\t');
        let (Some(slot), Some(pattern), Some(after)) =
            (cells.next().and_then(Slot::parse), cells.next(), cells.next())
        else {
            continue;
        };
        for suffix in spelled_out(code, pattern, after) {
            if let Some(last) = suffix.text.chars().next_back() {
                suffixes.entry((slot, last)).or_default().push(suffix);
            }
        }
    }
    suffixes
}

/// Replaces the capitals of a suffix by the letters of back and of front vowels.
fn spelled_out(code: &str, pattern: &str, after: &'static str) -> Vec<Suffix> {
    let sides: &[(bool, &[(char, &str)])] = if code == "kk" {
        &[(true, &[('А', "а"), ('Ғ', "ғ"), ('Қ', "қ")]), (false, &[('А', "е"), ('Ғ', "г"), ('Қ', "к")])]
    } else {
        &[
            (true, &[('A', "a"), ('G', "gh"), ('Q', "q"), ('I', "i")]),
            (true, &[('A', "a"), ('G', "gh"), ('Q', "q"), ('I', "u")]),
            (false, &[('A', "e"), ('G', "g"), ('Q', "k"), ('I', "ü")]),
        ]
    };
    let mut suffixes: Vec<Suffix> = Vec::new();
    for (back, side) in sides {
        let spelled =
            side.iter().fold(pattern.to_owned(), |text, (sign, letters)| text.replace(*sign, letters));
        let text = if code == "kk" {
            Orthography::KkCyrl.skeleton(&spelled)
        } else {
            Orthography::UgLatn.skeleton(&spelled)
        };
        let vowel = pattern.contains(['А', 'A', 'Ғ', 'G', 'Қ', 'Q']);
        if suffixes.iter().all(|known| known.text != text) {
            suffixes.push(Suffix { text, after, back: vowel.then_some(*back) });
        }
    }
    suffixes
}

impl Suffix {
    /// Whether it may stand after what is left without it.
    pub(crate) fn stands_after(&self, stem: &str) -> bool {
        let Some(class) = stem.chars().next_back().map(class) else { return false };
        let fits = match self.after {
            "*" => true,
            "C" => class != 'V',
            classes => classes.contains(class),
        };
        // аты is no form of a noun in -д: алады, кетті.
        let of_verb = self.text == "ى" && (stem.ends_with('د') || stem.ends_with("تت"));
        fits && !of_verb && self.back.is_none_or(|back| harmony(stem).is_none_or(|stem| stem == back))
    }
}

/// The class of a letter, as the table names it.
pub(crate) fn class(letter: char) -> char {
    match letter {
        'ا' | 'ە' | 'و' | 'ۇ' | 'ى' | 'ې' | 'ۉ' | 'ۈ' => 'V',
        'ي' | 'ۋ' => 'G',
        'ر' => 'R',
        'ل' => 'L',
        'ز' | 'ج' => 'Z',
        'م' | 'ن' | 'ڭ' => 'M',
        _ => 'T',
    }
}

/// Whether the vowels of a stem are back; `None` when the skeleton does not say.
fn harmony(stem: &str) -> Option<bool> {
    // у and й go with both: Ақсуға, Ақсуге are both written.
    if stem.ends_with(['ۋ', 'ي']) {
        return None;
    }
    match stem.chars().rev().find(|letter| class(*letter) == 'V') {
        Some('ە') => Some(false),
        Some('ا') if stem.contains(['ق', 'ع']) => Some(true),
        _ => None,
    }
}
