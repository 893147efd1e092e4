//! Words that names are made of: `region`, `centre`, `camp`. They are translated, never compared by their sound.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::fold::{Reading, closed};
use crate::peel::untwinned;
use crate::spellings::{Around, Spelling};
use crate::{Key, Lang, Script};

/// The columns of `data/name_words.tsv`, each with how its words are folded.
const COLUMNS: [Reading; 5] = [
    Reading::Skeleton(Spelling::KkCyrl),
    Reading::Skeleton(Spelling::UgArab),
    Reading::Plain(Lang::RuCyrl),
    Reading::Plain(Lang::EnLatn),
    Reading::Plain(Lang::TrLatn),
];

/// Fewest letters of a Latin stem that says which word it is of.
const SHORTEST: usize = 4;

struct NameWords {
    /// All spellings of each word, folded to their shortest forms.
    words: Vec<Vec<Key>>,
    by_form: HashMap<Key, usize>,
    /// Words that no name is told by: `of`.
    stops: HashSet<Key>,
}

static NAME_WORDS: LazyLock<NameWords> = LazyLock::new(|| {
    let mut found = NameWords { words: Vec::new(), by_form: HashMap::new(), stops: HashSet::new() };
    for row in include_str!("../data/name_words.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut keys: Vec<Key> = Vec::new();
        for (cell, reading) in row.split('\t').zip(COLUMNS) {
            keys.extend(cell.split('|').flat_map(|word| forms(word, reading)));
        }
        for key in &keys {
            found.by_form.entry(key.clone()).or_insert(found.words.len());
        }
        found.words.push(keys);
    }
    let stops = include_str!("../data/name_stops.tsv").lines().filter(|line| !line.starts_with('#'));
    for word in stops.flat_map(str::split_whitespace) {
        found.stops.extend(COLUMNS.iter().flat_map(|reading| forms(word, *reading)));
    }
    found
});

/// The word itself and its stem; not every shorter form, lest words meet that have nothing in common.
fn forms(word: &str, reading: Reading) -> Vec<Key> {
    let folded = reading.fold(word, &Around::of_word(word));
    let stem = folded.peeled.iter().filter(|_| matches!(reading, Reading::Plain(_)));
    let surface = folded.surfaces.iter().take(1);
    surface.map(|form| Key::peeled(form)).chain(stem.map(|form| Key::peeled(form))).collect()
}

/// What a word is in a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameWord {
    /// One of the words that names are made of, by its number.
    Common(usize),
    /// A word that no name is told by.
    Stop,
}

/// Returns what the keys of a token are in a name; `None` for what may be a name itself.
pub fn name_word(keys: &[Key]) -> Option<NameWord> {
    let whole = || keys.iter().filter(|key| key.is_surface());
    // A Latin stem of two or three letters is a word that only begins alike: İli is no il, Kulca no kul.
    let tells =
        |key: &&Key| Script::of_word(key.text()) != Script::Latin || key.text().chars().count() >= SHORTEST;
    let stems = || keys.iter().filter(|key| !key.is_surface()).filter(tells);
    let peeled = || whole().chain(stems()).map(|key| Key::peeled(&closed(untwinned(key.text()))));
    if peeled().any(|key| NAME_WORDS.stops.contains(&key)) {
        return Some(NameWord::Stop);
    }
    peeled().find_map(|key| NAME_WORDS.by_form.get(&key).copied()).map(NameWord::Common)
}

/// Returns the keys of a common word of names in all languages.
pub fn translations(number: usize) -> &'static [Key] {
    NAME_WORDS.words.get(number).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze;

    fn word(text: &str, lang: Lang) -> Option<NameWord> {
        analyze(text, lang).first().and_then(|token| name_word(&token.keys))
    }

    #[test]
    fn words_of_names_meet_in_every_language() {
        let camp = word("лагері", Lang::KkCyrl);
        assert!(matches!(camp, Some(NameWord::Common(_))));
        assert_eq!(word("лагеря", Lang::RuCyrl), camp);
        assert_eq!(word("camps", Lang::EnLatn), camp);
        assert_eq!(word("لاگېرى", Lang::UgArab), camp);
        assert_eq!(word("of", Lang::EnLatn), Some(NameWord::Stop));
        assert_eq!(word("Серікжан", Lang::KkCyrl), None);
    }
}
