//! Letters of another script inside a word: typed for their looks, or by a keyboard that was not switched.
//!
//! `aйpылмaуға` has Latin a and p, `تiلدi` a Latin i. The script whose letters have
//! no twin in the other wins, then that of most letters, then Cyrillic.

use crate::Script;
use crate::script::Letters;
use crate::words::{Piece, pieces};

/// Latin capitals and small letters, each with its Cyrillic twin.
const TWINS: [(char, char); 24] = [
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('I', 'І'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('h', 'һ'),
    ('i', 'і'),
    ('k', 'к'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('ə', 'ә'),
];

/// Returns the word in one script, where letters of another only looked like it; `None` when nothing is to be done.
pub(crate) fn repair(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let Letters { latin, cyrillic, .. } = Letters::of(word);
    if latin == 0 || cyrillic == 0 {
        return None;
    }
    // A letter without a twin says which script was meant.
    let mut sure = Letters::default();
    word.chars().filter(|c| twin(*c).is_none()).for_each(|c| sure.add(c));
    let to_cyrillic = (sure.cyrillic, cyrillic) >= (sure.latin, latin);
    let meant = if to_cyrillic { Script::Cyrillic } else { Script::Latin };
    Some(word.chars().map(|c| twin(c).filter(|_| Script::of(c) != meant).unwrap_or(c)).collect())
}

/// Repairs every word of a text that has letters of both scripts.
pub(crate) fn repair_text(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len());
    let mut copied = 0;
    for piece in pieces(text) {
        if let Piece::Word(range) = piece
            && let Some(word) = text.get(range.clone()).and_then(repair)
        {
            repaired.push_str(text.get(copied..range.start).unwrap_or_default());
            repaired.push_str(&word);
            copied = range.end;
        }
    }
    repaired.push_str(text.get(copied..).unwrap_or_default());
    repaired
}

/// The letter of the other script that looks the same.
fn twin(c: char) -> Option<char> {
    TWINS.iter().find_map(|(latin, cyrillic)| match c {
        c if c == *latin => Some(*cyrillic),
        c if c == *cyrillic => Some(*latin),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_of_letters_without_a_twin_wins() {
        assert_eq!(repair("aйpылмaуға").as_deref(), Some("айрылмауға"));
        assert_eq!(repair("cүpуiнe").as_deref(), Some("сүруіне"));
        assert_eq!(repair("cұлу").as_deref(), Some("сұлу"));
        assert_eq!(repair("Khоrgоs").as_deref(), Some("Khorgos"));
        assert_eq!(repair("Хоргос"), None);
        assert_eq!(repair("2026"), None);
    }
}
