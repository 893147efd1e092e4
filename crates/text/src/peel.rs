//! Peels suffixes off Kazakh and Uyghur words, in skeleton letters: case, then possessive, then plural; or off verbs.
//!
//! Every step is kept: `قالالارىندا` gives the word itself and each shorter form on the way, so that the form a
//! reader looks for is among them. A suffix stands only where its language lets it stand: after the letters that its
//! first letter goes with, in harmony with the vowels before it. A form is a part of the word wherever it can be: a
//! text has many words, and a word many forms.

use std::borrow::Cow;

use smol_str::{SmolStr, SmolStrBuilder};

use crate::suffixes::{Grammar, Slot, VERBS, class};

/// The slots of nouns in the order in which they are peeled.
const NOUN: [Slot; 4] = [Slot::Particle, Slot::Case, Slot::Possessive, Slot::Plural];

/// Fewest letters that a noun keeps.
const STEM: usize = 3;

/// Fewest letters that a verb keeps.
const VERB_STEM: usize = 2;

/// Forms of a word.
type Forms<'a> = Vec<Cow<'a, str>>;

/// Returns the shorter forms of `word`, a skeleton of the language `code` (`kk`, `ug`), longest first; stems of verbs
/// after them, with a hyphen, as dictionaries have them: what is peeled off a verb never meets a noun. `front` says
/// whether the word's vowels are front ones, where its letters tell: the skeleton does not part тұр- from түр-.
pub(crate) fn peel(code: &'static str, word: &str, front: Option<bool>) -> Vec<SmolStr> {
    let grammar = Grammar::of(code);
    let mut nouns: Forms<'_> = Vec::with_capacity(8);
    nouns.push(Cow::Borrowed(word));
    for slot in NOUN {
        step(grammar, slot, &mut nouns, STEM);
    }
    let mut verbs = nouns.clone();
    step(grammar, Slot::Person, &mut verbs, VERB_STEM);
    step(grammar, Slot::Verb, &mut verbs, VERB_STEM);
    verbs.drain(..nouns.len());
    step(grammar, Slot::Negation, &mut verbs, VERB_STEM);
    step(grammar, Slot::Voice, &mut verbs, VERB_STEM);
    verbs.push(Cow::Borrowed(word));
    mend(grammar, &mut nouns);
    let mut found = Vec::with_capacity(nouns.len() + 2);
    if grammar.is_kazakh {
        tell_apart(&nouns, front, &mut found);
    } else {
        found.extend(nouns.iter().skip(1).map(SmolStr::new));
    }
    for stem in &verbs {
        verb(grammar, stem, front, &mut found);
    }
    found
}

/// Longest stem that is parted from its twin with other vowels: тұр from түр, сан from сән.
const TWIN: usize = 3;

/// The vowels of a stem whose skeleton does not tell them, after a `+`.
const TWINS: [char; 2] = ['ا', 'ە'];

/// Parts short stems from their twins, the word itself among them, as its vowels say; where they say nothing, both are
/// meant.
fn tell_apart(nouns: &Forms<'_>, front: Option<bool>, found: &mut Vec<SmolStr>) {
    for (at, form) in nouns.iter().enumerate() {
        if !has_twin(form) {
            if at > 0 {
                found.push(SmolStr::new(form));
            }
            continue;
        }
        for (vowel, side) in TWINS.into_iter().zip([false, true]) {
            if front.is_none_or(|front| front == side) {
                found.push(joint(form, '+', Some(vowel)));
            }
        }
    }
}

/// A form, a sign, and what tells its vowels.
fn joint(form: &str, sign: char, vowel: Option<char>) -> SmolStr {
    let mut joint = SmolStrBuilder::new();
    joint.push_str(form);
    joint.push(sign);
    if let Some(vowel) = vowel {
        joint.push(vowel);
    }
    joint.finish()
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
pub(crate) fn peel_names(code: &'static str, word: &str) -> Vec<SmolStr> {
    let grammar = Grammar::of(code);
    let mut forms = vec![Cow::Borrowed(word)];
    step(grammar, Slot::Case, &mut forms, STEM);
    step(grammar, Slot::Plural, &mut forms, STEM);
    forms.iter().skip(1).map(SmolStr::new).collect()
}

/// Adds the keys of a verb's stem: one for each kind of vowels that it may have, `-а` or `-е` at its end.
fn verb(grammar: &Grammar, stem: &str, front: Option<bool>, found: &mut Vec<SmolStr>) {
    let mut keep = |key: SmolStr| {
        if !found.contains(&key) {
            found.push(key);
        }
    };
    if !grammar.is_kazakh {
        keep(joint(stem, '-', None));
        return;
    }
    for ((vowel, side), verbs) in TWINS.into_iter().zip([false, true]).zip(VERBS.iter()) {
        if front.is_none_or(|front| front == side) && verbs.contains(stem) {
            keep(joint(stem, '-', Some(vowel)));
        }
    }
}

/// Adds the forms that are left when the suffixes of one slot are peeled off.
fn step(grammar: &Grammar, slot: Slot, forms: &mut Forms<'_>, fewest: usize) {
    for at in 0..forms.len() {
        let Some(form) = forms.get(at).cloned() else { continue };
        let Some(last) = form.chars().next_back() else { continue };
        for suffix in grammar.suffixes(slot, last) {
            if let Some(stem) = form.strip_suffix(suffix.text.as_str())
                && is_long_enough(grammar, stem, fewest)
                && suffix.stands_after(stem)
                && !cuts_a_whole(grammar, &form, stem)
            {
                let raised = !grammar.is_kazakh && suffix.text.starts_with(['ى', 'ۇ', 'ۈ']);
                let lowered = if raised { lowered(stem) } else { Vec::new() };
                keep(forms, beginning(&form, stem.len()));
                for form in lowered {
                    keep(forms, Cow::Owned(form));
                }
            }
        }
    }
}

fn is_long_enough(grammar: &Grammar, stem: &str, fewest: usize) -> bool {
    let fewest = fewest + usize::from(!grammar.is_kazakh && fewest < STEM);
    stem.chars().count() >= fewest || grammar.short.contains(stem)
}

/// The first bytes of a form: borrowed, when the form is.
fn beginning<'a>(form: &Cow<'a, str>, length: usize) -> Cow<'a, str> {
    match form {
        Cow::Borrowed(form) => Cow::Borrowed(form.get(..length).unwrap_or_default()),
        Cow::Owned(form) => Cow::Owned(form.get(..length).unwrap_or_default().to_owned()),
    }
}

/// Whether the stem is a part of a longer word of its own, which `form` is, or is a form of.
fn cuts_a_whole(grammar: &Grammar, form: &str, stem: &str) -> bool {
    let suffix = form.get(stem.len()..).unwrap_or_default();
    suffix.char_indices().map(|(at, letter)| stem.len() + at + letter.len_utf8()).any(|end| {
        let (word, rest) = (form.get(..end).unwrap_or_default(), form.get(end..).unwrap_or_default());
        grammar.whole.contains(word)
            && rest.chars().next_back().is_none_or(|last| {
                let mut suffixes = NOUN.iter().flat_map(|slot| grammar.suffixes(*slot, last));
                suffixes.any(|suffix| suffix.text == rest && suffix.stands_after(word))
            })
    })
}

fn keep<'a>(forms: &mut Forms<'a>, form: Cow<'a, str>) {
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

/// Undoes what suffixes did to the ends of their stems.
fn mend(grammar: &Grammar, forms: &mut Forms<'_>) {
    for at in 1..forms.len() {
        let Some(form) = forms.get(at).cloned() else { continue };
        if grammar.is_kazakh
            && let Some(full) = grammar.elided.get(&*form)
        {
            keep(forms, Cow::Owned(full.clone()));
            continue;
        }
        let Some(last) = form.chars().next_back() else { continue };
        let stem = form.strip_suffix(last).unwrap_or_default();
        let ends: &[char] = match (grammar.is_kazakh, last) {
            // A voiceless end is voiced before a vowel: кітап, кітабы.
            (true, 'ب') => &['پ'],
            (_, 'ع') => &['ق'],
            (_, 'گ') => &['ك'],
            // Uyghur raises a last a or e before a suffix: غۇلجا, غۇلجىدا.
            (false, 'ى') => low(stem),
            _ => &[],
        };
        for end in ends {
            keep(forms, Cow::Owned(format!("{stem}{end}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::Orthography::{KkCyrl, UgArab};

    fn check(form: &str, stem: &str, found: bool) {
        let forms = peel("kk", &KkCyrl.skeleton(form), None);
        let stem = KkCyrl.skeleton(stem);
        assert_eq!(forms.iter().any(|form| *form == stem), found, "{form} {forms:?}");
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
        let stem = UgArab.skeleton("غۇلجا");
        assert!(forms.iter().any(|form| *form == stem), "{forms:?}");
    }
}
