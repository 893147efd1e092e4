//! Peels suffixes off Kazakh and Uyghur words, in skeleton letters: case, then possessive, then plural.
//!
//! Every step is kept: `قالالارىندا` gives the word itself and each shorter form on the way, so that the form a
//! reader looks for is among them. At least three letters are left.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The slots in the order in which they are peeled.
const SLOTS: [&str; 3] = ["case", "possessive", "plural"];

/// Fewest letters that a stem keeps.
const STEM: usize = 3;

type Suffixes = HashMap<(&'static str, &'static str), Vec<&'static str>>;

static SUFFIXES: LazyLock<Suffixes> = LazyLock::new(|| {
    let mut suffixes = Suffixes::new();
    for row in include_str!("../data/suffixes.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = row.split('\t');
        if let (Some(code), Some(slot), Some(suffix)) = (cells.next(), cells.next(), cells.next()) {
            suffixes.entry((code, slot)).or_default().push(suffix);
        }
    }
    suffixes
});

static WHOLE: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    let rows = include_str!("../data/whole.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once('\t')).collect()
});

/// Returns the shorter forms of `word`, a skeleton of the language `code` (`kk`, `ug`), longest first.
pub(crate) fn peel(code: &'static str, word: &str) -> Vec<String> {
    let whole =
        WHOLE.iter().find(|(of, stem)| *of == code && word.starts_with(stem)).map_or("", |(_, stem)| stem);
    let mut forms: Vec<String> = vec![word.to_owned()];
    for slot in SLOTS {
        let suffixes = SUFFIXES.get(&(code, slot)).map_or(&[][..], Vec::as_slice);
        let shorter: Vec<String> = forms.iter().flat_map(|form| cut(form, suffixes, whole)).collect();
        for form in shorter {
            keep(&mut forms, form);
        }
    }
    for form in forms.clone().iter().skip(1) {
        for other in mended(code, form) {
            keep(&mut forms, other);
        }
    }
    forms.remove(0);
    forms
}

fn keep(forms: &mut Vec<String>, form: String) {
    if !forms.contains(&form) {
        forms.push(form);
    }
}

fn cut<'a>(form: &'a str, suffixes: &'a [&str], whole: &'a str) -> impl Iterator<Item = String> + 'a {
    suffixes
        .iter()
        .filter_map(move |suffix| form.strip_suffix(suffix))
        .filter(move |stem| stem.chars().count() >= STEM && stem.len() >= whole.len())
        .map(str::to_owned)
}

/// Undoes what a suffix did to the end of its stem.
fn mended(code: &str, form: &str) -> Vec<String> {
    let Some(last) = form.chars().next_back() else { return Vec::new() };
    let stem = form.strip_suffix(last).unwrap_or_default();
    let ends: &[char] = match (code, last) {
        // A voiceless end is voiced before a vowel: кітап, кітабы.
        ("kk", 'ب') => &['پ'],
        ("kk" | "ug", 'ع') => &['ق'],
        ("kk" | "ug", 'گ') => &['ك'],
        // Uyghur raises a last a or e before a suffix: غۇلجا, غۇلجىدا.
        ("ug", 'ى') => &['ا', 'ە'],
        _ => &[],
    };
    ends.iter().map(|end| format!("{stem}{end}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::Orthography::{KkCyrl, UgArab};

    fn check(form: &str, stem: &str, found: bool) {
        let forms = peel("kk", &KkCyrl.skeleton(form));
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
        let forms = peel("ug", &UgArab.skeleton("غۇلجىدا"));
        assert!(forms.contains(&UgArab.skeleton("غۇلجا")), "{forms:?}");
    }
}
