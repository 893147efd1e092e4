//! Peels suffixes off Kazakh and Uyghur words, in skeleton letters: case, then possessive, then plural; or off verbs.
//!
//! Every step is kept: `قالالارىندا` gives the word itself and each shorter form on the way, so that the form a
//! reader looks for is among them. A suffix stands only where its language lets it stand: after the letters that its
//! first letter goes with, in harmony with the vowels before it. The table is `data/suffixes.tsv`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::skeleton::Orthography::{self, KkCyrl, UgArab};

/// The slots of nouns in the order in which they are peeled.
const NOUN: [&str; 4] = ["particle", "case", "possessive", "plural"];

/// Fewest letters that a noun keeps.
const STEM: usize = 3;

/// Fewest letters that a verb keeps.
const VERB_STEM: usize = 2;

/// A suffix in skeleton letters.
struct Suffix {
    text: String,
    /// The classes of letters that it stands after.
    after: &'static str,
    /// What its vowel demands: back, front, or nothing.
    back: Option<bool>,
}

/// By language, slot and last letter.
type Suffixes = FxHashMap<(&'static str, &'static str, char), Vec<Suffix>>;

static SUFFIXES: LazyLock<Suffixes> = LazyLock::new(|| {
    let mut suffixes = Suffixes::default();
    for row in include_str!("../data/suffixes.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = row.split('\t');
        let (Some(code), Some(slot), Some(pattern), Some(after)) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        for suffix in spelled_out(code, pattern, after) {
            if let Some(last) = suffix.text.chars().next_back() {
                suffixes.entry((code, slot, last)).or_default().push(suffix);
            }
        }
    }
    suffixes
});

/// Words that are words of their own, in skeleton letters, by language.
static WHOLE: LazyLock<FxHashSet<(&'static str, String)>> = LazyLock::new(|| {
    let rows = include_str!("../data/whole.tsv").lines().filter(|line| !line.starts_with('#'));
    let skeleton = |code, word| if code == "kk" { KkCyrl.skeleton(word) } else { UgArab.skeleton(word) };
    rows.filter_map(|row| row.split_once('\t')).map(|(code, word)| (code, skeleton(code, word))).collect()
});

/// Stems that lose a vowel before a suffix, by the short form, in skeleton letters: орн, орын.
static ELIDED: LazyLock<FxHashMap<(&'static str, String), String>> = LazyLock::new(|| {
    let rows = include_str!("../data/elided.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = rows
        .filter_map(|row| row.split_once('\t').and_then(|(code, rest)| Some((code, rest.split_once('\t')?))));
    cells.map(|(code, (short, full))| ((code, KkCyrl.skeleton(short)), KkCyrl.skeleton(full))).collect()
});

/// Nouns of two letters, in skeleton letters, by language.
static SHORT: LazyLock<FxHashSet<(&'static str, String)>> = LazyLock::new(|| {
    let rows = include_str!("../data/short.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once('\t')).map(|(code, word)| (code, KkCyrl.skeleton(word))).collect()
});

/// Stems of Kazakh verbs, in skeleton letters, and whether their vowels are front ones.
static VERBS: LazyLock<FxHashSet<(String, bool)>> = LazyLock::new(|| {
    let rows = include_str!("../data/verbs.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.map(|stem| (KkCyrl.skeleton(stem), stem.contains(['ә', 'ө', 'ү', 'і', 'е', 'э']))).collect()
});

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

/// Returns the shorter forms of `word`, a skeleton of the language `code` (`kk`, `ug`), longest first; stems of verbs
/// after them, with a hyphen, as dictionaries have them: what is peeled off a verb never meets a noun. `front` says
/// whether the word's vowels are front ones, where its letters tell: the skeleton does not part тұр- from түр-.
pub(crate) fn peel(code: &'static str, word: &str, front: Option<bool>) -> Vec<String> {
    let mut nouns: Vec<String> = vec![word.to_owned()];
    for slot in NOUN {
        step(code, slot, &mut nouns, STEM);
    }
    let mut verbs = nouns.clone();
    step(code, "person", &mut verbs, VERB_STEM);
    step(code, "verb", &mut verbs, VERB_STEM);
    verbs.drain(..nouns.len());
    step(code, "negation", &mut verbs, VERB_STEM);
    step(code, "voice", &mut verbs, VERB_STEM);
    verbs.push(word.to_owned());
    mend(code, &mut nouns);
    if code == "kk" {
        tell_apart(&mut nouns, front);
    }
    nouns.remove(0);
    for stem in verbs {
        for form in verb(code, stem, front) {
            keep(&mut nouns, form);
        }
    }
    nouns
}

/// Longest stem that is parted from its twin with other vowels: тұр from түр, сан from сән.
const TWIN: usize = 3;

/// The vowels of a stem whose skeleton does not tell them, after a `+`.
const TWINS: [char; 2] = ['ا', 'ە'];

/// Parts short stems from their twins, the word itself among them, as its vowels say; where they say nothing, both are
/// meant. The first form stays as it is.
fn tell_apart(nouns: &mut Vec<String>, front: Option<bool>) {
    let forms = std::mem::take(nouns);
    nouns.extend(forms.first().cloned());
    for (at, form) in forms.into_iter().enumerate() {
        if !has_twin(&form) {
            if at > 0 {
                keep(nouns, form);
            }
            continue;
        }
        for (vowel, side) in TWINS.into_iter().zip([false, true]) {
            if front.is_none_or(|front| front == side) {
                keep(nouns, format!("{form}+{vowel}"));
            }
        }
    }
}

/// Whether a skeleton is short, and has no letter that only front or only back words have.
fn has_twin(form: &str) -> bool {
    form.chars().count() <= TWIN
        && !form.contains(['ە', 'ك', 'گ', 'ق', 'ع'])
        && form.contains(['ا', 'و', 'ۇ', 'ى'])
}

/// Returns a form without the vowel that parts it from its twin.
pub(crate) fn untwinned(form: &str) -> &str {
    form.split('+').next().unwrap_or_default()
}

/// Returns under which keys the short forms of a word with this skeleton are filed, besides the skeleton itself.
pub(crate) fn twins(skeleton: &str) -> Vec<String> {
    if has_twin(skeleton) {
        TWINS.iter().map(|vowel| format!("{skeleton}+{vowel}")).collect()
    } else {
        Vec::new()
    }
}

/// Returns the shorter forms of a word of which only the sound is known: without plural and case, which names bear.
pub(crate) fn peel_names(code: &'static str, word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    step(code, "case", &mut forms, STEM);
    step(code, "plural", &mut forms, STEM);
    forms.remove(0);
    forms
}

/// The keys of a verb's stem: one for each kind of vowels that it may have, `-а` or `-е` at its end.
fn verb(code: &'static str, stem: String, front: Option<bool>) -> Vec<String> {
    if code != "kk" {
        return vec![format!("{stem}-")];
    }
    let mut found = (stem, false);
    let mut keys = Vec::new();
    for side in [false, true] {
        found.1 = side;
        if front.is_none_or(|front| front == side) && VERBS.contains(&found) {
            keys.push(format!("{}-{}", found.0, if side { 'ە' } else { 'ا' }));
        }
    }
    keys
}

fn mend(code: &'static str, forms: &mut Vec<String>) {
    for form in forms.clone().iter().skip(1) {
        for other in mended(code, form) {
            keep(forms, other);
        }
    }
}

/// Adds the forms that are left when the suffixes of one slot are peeled off.
fn step(code: &'static str, slot: &'static str, forms: &mut Vec<String>, fewest: usize) {
    let mut shorter = Vec::new();
    for form in forms.iter() {
        let Some(last) = form.chars().next_back() else { continue };
        for suffix in SUFFIXES.get(&(code, slot, last)).into_iter().flatten() {
            if let Some(stem) = form.strip_suffix(suffix.text.as_str())
                && (stem.chars().count() >= fewest + usize::from(code == "ug" && fewest < STEM)
                    || SHORT.contains(&(code, stem.to_owned())))
                && suffix.stands_after(stem)
                && !cuts_a_whole(code, form, stem)
            {
                shorter.push(stem.to_owned());
                if code == "ug" && suffix.text.starts_with(['ى', 'ۇ', 'ۈ']) {
                    shorter.extend(lowered(stem));
                }
            }
        }
    }
    for form in shorter {
        keep(forms, form);
    }
}

/// Whether the stem is a part of a longer word of its own, which `form` is, or is a form of.
fn cuts_a_whole(code: &'static str, form: &str, stem: &str) -> bool {
    let ends = form.char_indices().map(|(at, letter)| at + letter.len_utf8());
    ends.filter(|end| *end > stem.len()).any(|end| {
        let (word, rest) = (form.get(..end).unwrap_or_default(), form.get(end..).unwrap_or_default());
        let is_suffix = |suffixes: &Vec<Suffix>| {
            suffixes.iter().any(|suffix| suffix.text == rest && suffix.stands_after(word))
        };
        WHOLE.contains(&(code, word.to_owned()))
            && (rest.is_empty()
                || rest.chars().next_back().is_some_and(|last| {
                    NOUN.iter().filter_map(|slot| SUFFIXES.get(&(code, *slot, last))).any(is_suffix)
                }))
    })
}

impl Suffix {
    fn stands_after(&self, stem: &str) -> bool {
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
fn class(letter: char) -> char {
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

fn keep(forms: &mut Vec<String>, form: String) {
    if !forms.contains(&form) {
        forms.push(form);
    }
}

/// Undoes the raising of Uyghur vowels before a suffix that begins with one: مەكتىپى, مەكتەپ; بېشى, باش.
fn lowered(stem: &str) -> Vec<String> {
    let Some((at, vowel)) = stem.char_indices().rev().find(|(_, letter)| class(*letter) == 'V') else {
        return Vec::new();
    };
    let (head, tail) =
        (stem.get(..at).unwrap_or_default(), stem.get(at + vowel.len_utf8()..).unwrap_or_default());
    let first = !head.chars().any(|letter| class(letter) == 'V');
    let vowels: &[char] = match (vowel, first) {
        ('ې', true) => &['ا', 'ە'],
        ('ى', false) => low(head),
        _ => &[],
    };
    vowels.iter().map(|low| format!("{head}{low}{tail}")).collect()
}

/// The low vowels that may follow the vowels of `head`.
fn low(head: &str) -> &'static [char] {
    let vowel = head.chars().rev().find(|letter| matches!(letter, 'ا' | 'ە' | 'ۉ' | 'ۈ'));
    match vowel.or_else(|| head.chars().rev().find(|letter| matches!(letter, 'ق' | 'ع'))) {
        Some('ا' | 'ق' | 'ع') => &['ا'],
        Some(_) => &['ە'],
        None => &['ا', 'ە'],
    }
}

const KK: &str = "kk";

/// Undoes what a suffix did to the end of its stem.
fn mended(code: &str, form: &str) -> Vec<String> {
    let Some(last) = form.chars().next_back() else { return Vec::new() };
    if code == "kk"
        && let Some(full) = ELIDED.get(&(KK, form.to_owned()))
    {
        return vec![full.clone()];
    }
    let stem = form.strip_suffix(last).unwrap_or_default();
    let ends: &[char] = match (code, last) {
        // A voiceless end is voiced before a vowel: кітап, кітабы.
        ("kk", 'ب') => &['پ'],
        ("kk" | "ug", 'ع') => &['ق'],
        ("kk" | "ug", 'گ') => &['ك'],
        // Uyghur raises a last a or e before a suffix: غۇلجا, غۇلجىدا.
        ("ug", 'ى') => low(stem),
        _ => &[],
    };
    ends.iter().map(|end| format!("{stem}{end}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: &str, stem: &str, found: bool) {
        let forms = peel("kk", &KkCyrl.skeleton(form), None);
        assert_eq!(forms.contains(&KkCyrl.skeleton(stem)), found, "{form} {forms:?}");
    }

    #[test]
    fn a_kazakh_name_is_found_in_its_cases() {
        for form in ["қорғаста", "қорғастағы", "қорғастан", "қорғасқа", "қорғастың", "қорғаспен"]
        {
            check(form, "қорғас", true);
        }
        check("құлжадан", "құлжа", true);
        check("атажұрттың", "атажұрт", true);
        check("қалаларында", "қала", true);
        check("қазақтарын", "қазақ", true);
        check("кітабын", "кітап", true);
    }

    #[test]
    fn lead_the_metal_is_no_case_of_khorgos() {
        check("қорғасын", "қорғас", false);
        check("қорғасыннан", "қорғас", false);
        check("қорғасыннан", "қорғасын", true);
        check("достық", "дос", false);
    }

    #[test]
    fn uyghur_raising_is_undone() {
        let forms = peel("ug", &UgArab.skeleton("غۇلجىدا"), None);
        assert!(forms.contains(&UgArab.skeleton("غۇلجا")), "{forms:?}");
    }
}
