//! Names in Chinese characters, by their syllables: 谢里克江 is Serikzhan.
//!
//! Chinese writes the name of a foreigner by characters that sound like its syllables; which ones is up to the writer.
//! Kept of each is what the writers agree on: the class of its consonant, and whether it ends in a nasal. r and l are
//! one, for most of them write both alike. This ranks below what is heard in letters: it finds more, and proves less.

use std::collections::HashMap;
use std::sync::LazyLock;

/// No name is looked for in more ways than this.
const MOST_WAYS: usize = 24;

/// How many characters without a consonant (吾, 依) may stand within a name.
const MOST_VOWELS: usize = 2;

static SYLLABLES: LazyLock<HashMap<char, String>> = LazyLock::new(|| {
    let rows = include_str!("../data/transcription.tsv").lines().filter(|line| !line.starts_with('#'));
    let cells = rows.filter_map(|row| row.split_once('\t'));
    cells.flat_map(|(pinyin, characters)| characters.chars().map(move |c| (c, classes(pinyin)))).collect()
});

/// Returns the classes of a character's consonants, as [`crate::sounds`] names them; empty for a vowel alone, `None` for
/// a character that writes no names.
pub fn syllable(character: char) -> Option<&'static str> {
    SYLLABLES.get(&character).map(String::as_str)
}

/// The classes of a syllable in pinyin.
fn classes(pinyin: &str) -> String {
    let mut classes = String::new();
    if pinyin == "er" {
        return "L".to_owned();
    }
    classes.extend(match pinyin.chars().next() {
        Some('b' | 'p') => Some('P'),
        Some('m') => Some('M'),
        Some('f') => Some('F'),
        Some('d' | 't') => Some('T'),
        Some('n') => Some('N'),
        Some('l' | 'r') => Some('L'),
        Some('g' | 'k' | 'h') => Some('K'),
        Some('j' | 'q' | 'x' | 'z' | 'c' | 's') => Some('S'),
        _ => None,
    });
    if pinyin.len() > 1 && (pinyin.ends_with('n') || pinyin.ends_with("ng")) {
        classes.push('N');
    }
    classes
}

/// Returns the ways in which a name of this sound may be cut into syllables, each as the classes of its characters;
/// the likeliest first, none for a name too short to be told.
pub fn transcriptions(sound: &str) -> Vec<Vec<String>> {
    let consonants: Vec<char> = sound
        .chars()
        .filter(char::is_ascii_uppercase)
        .map(|class| if class == 'R' { 'L' } else { class })
        .collect();
    let mut ways = Vec::new();
    let begins_with_vowel = sound.starts_with(|c: char| c.is_ascii_lowercase());
    let start = if begins_with_vowel { vec![String::new()] } else { Vec::new() };
    for vowels in 0..=MOST_VOWELS {
        cut(&consonants, &start, vowels, &mut ways);
    }
    ways.retain(|way| way.len() > 1);
    ways.truncate(MOST_WAYS);
    ways
}

/// Adds the ways to go on from `done` with exactly `vowels` characters without a consonant.
fn cut(left: &[char], done: &[String], vowels: usize, ways: &mut Vec<Vec<String>>) {
    let Some((first, rest)) = left.split_first() else {
        if vowels == 0 {
            ways.push(done.to_vec());
        }
        return;
    };
    let mut go_on = |syllable: String, rest: &[char], vowels: usize| {
        let mut next = done.to_vec();
        next.push(syllable);
        cut(rest, &next, vowels, ways);
    };
    // A nasal closes the syllable before it rather than beginning one of its own: 江, not 加 and 恩.
    if let Some(('N', rest)) = rest.split_first() {
        go_on(format!("{first}N"), rest, vowels);
    }
    go_on(first.to_string(), rest, vowels);
    if vowels > 0 && !done.is_empty() && done.last().is_some_and(|last| !last.is_empty()) {
        go_on(String::new(), left, vowels - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Key, sounds};

    fn heard(name: &str, characters: &str) -> bool {
        let written: Vec<&str> = characters.chars().filter_map(syllable).collect();
        let ways =
            sounds(&Key::surface(name)).iter().flat_map(|sound| transcriptions(sound)).collect::<Vec<_>>();
        written.len() == characters.chars().count() && ways.iter().any(|way| *way == written)
    }

    #[test]
    fn kazakh_and_uyghur_names_are_heard_in_chinese_characters() {
        for (name, characters) in [
            ("serikzhan", "谢里克江"),
            ("serikzhan", "赛尔克坚"),
            ("bilash", "比拉什"),
            ("bekali", "别卡利"),
            ("yerzhan", "叶尔江"),
            ("қастер", "哈斯铁尔"),
            ("دیلمۇرات", "迪力木拉提"),
        ] {
            assert!(heard(name, characters), "{name} {characters}");
        }
    }

    #[test]
    fn other_names_and_words_are_not() {
        assert!(!heard("serikzhan", "比拉什"));
        assert!(!heard("bilash", "比例是"));
        assert_eq!(transcriptions("aL").iter().filter(|way| way.len() < 2).count(), 0);
    }
}
