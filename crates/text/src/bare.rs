//! Kazakh typed without its own letters: on a Russian keyboard (`нагыз` for нағыз), or in the plain Latin of passports
//! (`nagyz`).
//!
//! A letter that stands for several is read in each way that the harmony of vowels allows: қ and ғ stand beside back
//! vowels, к and г beside front ones. The likeliest reading comes first.

use crate::skeleton::joined;

/// No word gets more readings than this; beyond it, the least doubtful letters are read in their likeliest way only.
const READINGS: usize = 64;

/// Cyrillic words of fewer letters have н read as н: a keyboard without қ is rarer than шынын beside шыңын.
const SHORT: usize = 5;

/// A letter, or two that write one sound, of a word typed without marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sound {
    /// One reading only, in skeleton letters.
    Sure(&'static str),
    /// к or қ.
    K,
    /// г or ғ.
    G,
    /// н or ң.
    N,
    /// у, ұ or ү.
    U,
    /// и or і.
    I,
    /// ы, or й beside a vowel.
    Y,
    /// A vowel that is back or front: а/ә, о/ө.
    Open(&'static str),
    /// е: a front vowel.
    E,
}

/// Returns the readings of a Latin word, in skeleton letters; none when it has letters with marks, or letters that
/// this spelling does not use.
pub(crate) fn latin(word: &str) -> Vec<String> {
    sounds(word, latin_sound).map_or_else(Vec::new, |sounds| readings(&sounds, 0))
}

/// Returns the readings of a Cyrillic word, in skeleton letters; none when it has letters of Kazakh alone.
pub(crate) fn cyrillic(word: &str) -> Vec<String> {
    sounds(word, cyrillic_sound).map_or_else(Vec::new, |sounds| readings(&sounds, SHORT))
}

fn sounds(word: &str, sound: fn(&str) -> Option<(Sound, usize)>) -> Option<Vec<Sound>> {
    let mut sounds = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        let (read, length) = sound(rest)?;
        sounds.push(read);
        rest = rest.get(length..)?;
    }
    Some(sounds)
}

const LATIN: &[(&str, Sound)] = &[
    ("shch", Sound::Sure("ش")),
    ("tsh", Sound::Sure("چ")),
    ("sh", Sound::Sure("ش")),
    ("ch", Sound::Sure("چ")),
    ("zh", Sound::Sure("ج")),
    ("kh", Sound::Sure("ح")),
    ("gh", Sound::Sure("ع")),
    ("ts", Sound::Sure("تس")),
    ("ya", Sound::Sure("يا")),
    ("yu", Sound::Sure("يۋ")),
    ("yo", Sound::Sure("يو")),
    ("a", Sound::Open("ا")),
    ("b", Sound::Sure("ب")),
    ("d", Sound::Sure("د")),
    ("e", Sound::E),
    ("f", Sound::Sure("ف")),
    ("g", Sound::G),
    ("h", Sound::Sure("ح")),
    ("i", Sound::I),
    ("j", Sound::Sure("ج")),
    ("k", Sound::K),
    ("l", Sound::Sure("ل")),
    ("m", Sound::Sure("م")),
    ("n", Sound::N),
    ("o", Sound::Open("و")),
    ("p", Sound::Sure("پ")),
    ("q", Sound::Sure("ق")),
    ("r", Sound::Sure("ر")),
    ("s", Sound::Sure("س")),
    ("t", Sound::Sure("ت")),
    ("u", Sound::U),
    ("v", Sound::Sure("ۆ")),
    ("w", Sound::Sure("ۋ")),
    ("x", Sound::Sure("ح")),
    ("y", Sound::Y),
    ("z", Sound::Sure("ز")),
];

fn latin_sound(rest: &str) -> Option<(Sound, usize)> {
    LATIN
        .iter()
        .find(|(letters, _)| rest.starts_with(letters))
        .map(|(letters, sound)| (*sound, letters.len()))
}

fn cyrillic_sound(rest: &str) -> Option<(Sound, usize)> {
    let letter = rest.chars().next()?;
    let sound = match letter {
        'а' => Sound::Open("ا"),
        'о' => Sound::Open("و"),
        'е' | 'э' => Sound::E,
        'б' => Sound::Sure("ب"),
        'в' => Sound::Sure("ۆ"),
        'г' => Sound::G,
        'д' => Sound::Sure("د"),
        'ж' => Sound::Sure("ج"),
        'з' => Sound::Sure("ز"),
        'и' => Sound::I,
        'й' => Sound::Sure("ي"),
        'к' => Sound::K,
        'л' => Sound::Sure("ل"),
        'м' => Sound::Sure("م"),
        'н' => Sound::N,
        'п' => Sound::Sure("پ"),
        'р' => Sound::Sure("ر"),
        'с' => Sound::Sure("س"),
        'т' => Sound::Sure("ت"),
        'у' => Sound::U,
        'ф' => Sound::Sure("ف"),
        'х' => Sound::Sure("ح"),
        'ц' => Sound::Sure("تس"),
        'ч' => Sound::Sure("چ"),
        'ш' | 'щ' => Sound::Sure("ش"),
        'ы' => Sound::Y,
        'ю' => Sound::Sure("يۋ"),
        'я' => Sound::Sure("يا"),
        _ => return None,
    };
    Some((sound, letter.len_utf8()))
}

fn readings(sounds: &[Sound], short: usize) -> Vec<String> {
    let mut options: Vec<Vec<&'static str>> =
        (0..sounds.len()).map(|at| options(sounds, at, short)).collect();
    while options.iter().map(Vec::len).fold(1, usize::saturating_mul) > READINGS {
        let doubtful = options.iter().enumerate().filter(|(_, ways)| ways.len() > 1);
        let least = doubtful.min_by_key(|(at, _)| doubt(sounds, *at)).map(|(at, _)| at);
        let Some(ways) = least.and_then(|at| options.get_mut(at)) else { break };
        ways.truncate(1);
    }
    let mut readings = vec![String::new()];
    for ways in options {
        readings = readings
            .iter()
            .flat_map(|known| ways.iter().map(move |letters| format!("{known}{letters}")))
            .collect();
    }
    readings.iter().map(|reading| joined(reading)).collect()
}

/// How much is lost when a sound is read in one way only.
fn doubt(sounds: &[Sound], at: usize) -> u8 {
    match sounds.get(at) {
        Some(Sound::N) if at + 1 < sounds.len() => 0,
        Some(Sound::U) => 1,
        Some(Sound::I | Sound::Y) => 2,
        _ => 3,
    }
}

/// How one sound may be read where it stands, the likeliest first.
fn options(sounds: &[Sound], at: usize, short: usize) -> Vec<&'static str> {
    let Some(sound) = sounds.get(at).copied() else { return Vec::new() };
    let before = at.checked_sub(1).and_then(|before| sounds.get(before)).copied();
    let after = sounds.get(at + 1).copied();
    match sound {
        Sound::Sure(letters) | Sound::Open(letters) => vec![letters],
        Sound::E => vec!["ە"],
        Sound::K => by_harmony(sounds, at, "ق", "ك"),
        Sound::G => by_harmony(sounds, at, "ع", "گ"),
        Sound::N => nasal(sounds, at, short),
        Sound::U if after == Some(Sound::Y) => vec!["ۇ", "ۋ"],
        // у beside a vowel is a consonant; ұ and ү never end a word, and seldom stand beyond its first syllable.
        Sound::U if before.is_some_and(is_vowel) || after.is_none_or(is_vowel) => vec!["ۋ"],
        Sound::U if sounds.iter().take(at).any(|sound| is_vowel(*sound)) => vec!["ۋ", "ۇ"],
        Sound::U => vec!["ۇ", "ۋ"],
        Sound::I => vec!["ى", "ي"],
        Sound::Y if before.is_some_and(is_vowel) || after.is_some_and(is_vowel) => vec!["ي", "ى"],
        Sound::Y => vec!["ى"],
    }
}

/// ң ends the genitive; it never begins a word, and in a word shorter than `short` only the reader tells it from н.
fn nasal(sounds: &[Sound], at: usize, short: usize) -> Vec<&'static str> {
    let last = at + 1 == sounds.len();
    let ending = sounds.get(at.saturating_sub(2)..at).unwrap_or_default();
    let genitive = last && matches!(ending, [Sound::N | Sound::Sure("د" | "ت"), Sound::I | Sound::Y]);
    if at == 0 || (!genitive && sounds.len() < short) {
        vec!["ن"]
    } else if genitive {
        vec!["ڭ", "ن"]
    } else {
        vec!["ن", "ڭ"]
    }
}

fn is_vowel(sound: Sound) -> bool {
    matches!(sound, Sound::Open(_) | Sound::E | Sound::I | Sound::U | Sound::Y)
}

/// The letter of back vowels, of front vowels, or both, as the vowels beside it and then those of the word say.
fn by_harmony(sounds: &[Sound], at: usize, back: &'static str, front: &'static str) -> Vec<&'static str> {
    let beside = [Some(at + 1), at.checked_sub(1)].map(|place| place.and_then(|place| sounds.get(place)));
    // A vowel that follows says more than one that goes before: қазақты.
    for sound in beside.into_iter().flatten() {
        match sound {
            Sound::E => return vec![front],
            Sound::Y => return vec![back],
            sound if is_vowel(*sound) => break,
            _ => {}
        }
    }
    let fronts = sounds.iter().filter(|sound| matches!(sound, Sound::E | Sound::I)).count();
    let backs = sounds.iter().filter(|sound| **sound == Sound::Y).count();
    if fronts > backs { vec![front, back] } else { vec![back, front] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skeleton::Orthography::KkCyrl;

    #[test]
    fn plain_latin_and_russian_keys_have_the_true_word_among_their_readings() {
        for (plain, word) in [
            ("nagyz", "нағыз"),
            ("zhumystyn", "жұмыстың"),
            ("kazakstan", "қазақстан"),
            ("kasiptik", "кәсіптік"),
        ] {
            let word = KkCyrl.skeleton(word);
            assert!(latin(plain).contains(&word), "{plain} {:?}", latin(plain));
        }
        for (plain, word) in [("нагыз", "нағыз"), ("алдебир", "әлдебір"), ("куйылган", "құйылған")]
        {
            let word = KkCyrl.skeleton(word);
            assert!(cyrillic(plain).contains(&word), "{plain} {:?}", cyrillic(plain));
        }
    }

    #[test]
    fn letters_with_marks_are_not_bare() {
        assert_eq!(latin("jañalyq"), Vec::<String>::new());
        assert_eq!(cyrillic("жаңа"), Vec::<String>::new());
    }
}
