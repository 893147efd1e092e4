//! Stems of the languages that Snowball knows, and of what its rules leave apart.

use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;

use crate::Lang;

/// English forms that no rule brings to their word.
static IRREGULAR: LazyLock<FxHashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("../data/irregular.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| row.split_once('\t')).collect()
});

/// Returns the stems of a word in small letters; none for a language that Snowball does not know.
pub(crate) fn stems(lang: Lang, word: &str) -> Vec<String> {
    let algorithm = match lang {
        Lang::RuCyrl => Algorithm::Russian,
        Lang::EnLatn => Algorithm::English,
        Lang::TrLatn => Algorithm::Turkish,
        Lang::ArArab => Algorithm::Arabic,
        _ => return Vec::new(),
    };
    let regular = if lang == Lang::EnLatn { IRREGULAR.get(word).copied() } else { None };
    let mut stems = vec![Stemmer::new(algorithm).stem(regular.unwrap_or(word)).into_owned()];
    if lang == Lang::RuCyrl {
        stems.extend(stems.first().and_then(|stem| without_fleeting_vowel(stem)));
        stems.extend(stems.first().and_then(|stem| without_verbal_suffix(stem)));
    }
    stems
}

/// китаец, китайцы; список, списки; точек, точка: the vowel goes where an ending follows.
fn without_fleeting_vowel(stem: &str) -> Option<String> {
    const SHORTEST: usize = 5;
    let ends = [
        ("аец", "айц"),
        ("оец", "ойц"),
        ("еец", "ейц"),
        ("лец", "льц"),
        ("ец", "ц"),
        ("ок", "к"),
        ("ек", "к"),
    ];
    let (head, end) = ends.iter().find_map(|(end, short)| Some((stem.strip_suffix(end)?, short)))?;
    (stem.chars().count() >= SHORTEST).then(|| format!("{head}{end}"))
}

/// использовать, использует.
fn without_verbal_suffix(stem: &str) -> Option<String> {
    const SHORTEST: usize = 6;
    let head = stem.strip_suffix("ова").or_else(|| stem.strip_suffix("ева"))?;
    (stem.chars().count() >= SHORTEST).then(|| head.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meet(lang: Lang, one: &str, other: &str) {
        let (one, other) = (stems(lang, one), stems(lang, other));
        assert!(one.iter().any(|stem| other.contains(stem)), "{one:?} {other:?}");
    }

    #[test]
    fn russian_words_meet_across_fleeting_vowels() {
        meet(Lang::RuCyrl, "китаец", "китайцев");
        meet(Lang::RuCyrl, "список", "списке");
        meet(Lang::RuCyrl, "использует", "использовать");
        meet(Lang::RuCyrl, "хоргосе", "хоргоса");
    }

    #[test]
    fn english_words_meet_their_irregular_forms() {
        meet(Lang::EnLatn, "fled", "flee");
        meet(Lang::EnLatn, "women", "woman");
    }
}
