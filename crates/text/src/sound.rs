//! How a name sounds, as far as the spellings of Kazakh, Uyghur, Russian, English and Turkish agree: its consonants,
//! each brought to the class that all of them keep.
//!
//! Серікжан, Serikzhan, Serikcan and سېرىكجان sound the same. Vowels are left out, because each language writes others;
//! kept is that a name begins or ends with one, and whether the first is rounded. What sounds the same need not be the
//! same: this finds and ranks, it proves nothing.

use crate::peel::untwinned;
use crate::{Key, KeyKind, Script};

/// Endings that mean `son of` and `daughter of`: they come and go with the country that wrote the passport.
const PATRONYMS: [&str; 9] = ["ۇلى", "قىزى", "ұлы", "улы", "қызы", "кызы", "uly", "ulı", "kyzy"];

/// Returns how a token sounds that has this key: as it stands and, where the key shows it, without the ending of a
/// case. Empty for what nobody can speak: digits, Chinese characters, abbreviations without a vowel.
pub fn sounds(key: &Key) -> Vec<String> {
    let text = key.text();
    let script = Script::of_word(text);
    match key.kind() {
        KeyKind::Surface if script == Script::Cyrillic => russian(text),
        KeyKind::Surface if script == Script::Latin => latin(text),
        KeyKind::Surface => some(sound(text)),
        // A shorter form of a Kazakh or Uyghur name is the name; a Snowball stem may have lost a part of it.
        KeyKind::Peeled if script == Script::Arabic && !text.contains('-') => some(sound(untwinned(text))),
        _ => Vec::new(),
    }
}

fn some(sound: String) -> Vec<String> {
    if sound.is_empty() { Vec::new() } else { vec![sound] }
}

/// The endings of Russian adjectives, which Kazakh and English put the bare name for: Баренский инцидент.
const ADJECTIVES: [&str; 11] =
    ["ский", "ского", "скому", "ским", "ском", "ская", "ской", "скую", "ское", "ские", "ских"];

/// A Russian word as it stands, without the ending of a case (Билаша, Билашем), and as the name that an adjective is of.
fn russian(word: &str) -> Vec<String> {
    let whole = sound(word);
    let stem = whole.strip_suffix('a').or_else(|| whole.strip_suffix('M')).map(str::to_owned);
    let stem = stem.filter(|stem| stem.chars().filter(char::is_ascii_uppercase).count() > 1);
    let named = ADJECTIVES.iter().find_map(|ending| word.strip_suffix(ending)).map(sound);
    let named = named.filter(|named| named.chars().filter(char::is_ascii_uppercase).count() > 1);
    let mut sounds = some(whole);
    sounds.extend(stem);
    sounds.extend(named);
    sounds
}

/// A Latin word as Turks, Kazakhs and the English read it, and as China's romanisation of Uyghur does, where q is ч and
/// x is ш: Qapqal.
fn latin(word: &str) -> Vec<String> {
    let mut sounds = some(sound(word));
    if word.contains(['q', 'x']) {
        let official = sound(&word.replace('q', "ch").replace('x', "sh"));
        let kazakh = sound(&word.replace('x', "kh"));
        for other in [official, kazakh] {
            if !other.is_empty() && !sounds.contains(&other) {
                sounds.push(other);
            }
        }
    }
    sounds
}

/// Returns the sound of a folded word in skeleton, Cyrillic or Latin letters.
pub(crate) fn sound(folded: &str) -> String {
    let classes = without_doubles(&classes(without_patronym(folded)));
    let consonants: String = classes.chars().filter(char::is_ascii_uppercase).collect();
    if consonants.is_empty() || !classes.contains(VOWELS) {
        return String::new();
    }
    let mut sound = String::with_capacity(classes.len());
    if let Some(first) = classes.chars().next().filter(|class| VOWELS.contains(class)) {
        // In a name of one consonant every vowel counts: Ili, Ali.
        sound.push(if first == 'i' && consonants.len() > 1 { 'a' } else { first });
    }
    sound.push_str(&consonants);
    if ends_in_diphthong(&classes) {
        sound.push('w');
    } else if classes.ends_with(VOWELS) || classes.ends_with('w') {
        sound.push('a');
    }
    sound
}

fn without_patronym(folded: &str) -> &str {
    const SHORTEST: usize = 4;
    let stem = PATRONYMS.iter().find_map(|ending| folded.strip_suffix(ending));
    stem.filter(|stem| stem.chars().count() >= SHORTEST).unwrap_or(folded)
}

/// Alatau, Alataw: no vowel that a case adds. In Алашанькоу the same letter only makes the vowel longer.
fn ends_in_diphthong(classes: &str) -> bool {
    classes.ends_with("aw") || classes.ends_with("au")
}

const VOWELS: [char; 3] = ['a', 'i', 'u'];

/// Brings letters to classes: capitals for consonants, `a`, `i` and `u` for vowels.
fn classes(folded: &str) -> String {
    let mut classes = String::with_capacity(folded.len());
    let mut before = None;
    let mut letters = folded.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        if let Some(class) = class(letter, before, next) {
            // Russian дж and English dzh, ts and tch are one sound.
            if class == 'S' && classes.ends_with('T') {
                classes.pop();
            }
            classes.push(class);
        }
        // The soft sign stands between нь and г, which are one sound all the same.
        if !matches!(letter, 'ь' | 'ъ') {
            before = Some(letter);
        }
    }
    classes
}

fn class(letter: char, before: Option<char>, next: Option<char>) -> Option<char> {
    Some(match letter {
        // Digraphs: the h only says how the letter before it sounds.
        'h' if matches!(before, Some('s' | 'c' | 'z' | 'g' | 'k' | 'p')) => return None,
        // ng is one sound, whether the g is heard or not.
        'g' | 'г' | 'گ' | 'ع' | 'غ' if matches!(before, Some('n' | 'н' | 'ن' | 'ڭ')) => return None,
        'p' if next == Some('h') => 'F',
        'c' if next == Some('k') => return None,
        // Chinese names in pinyin: Urumqi.
        'q' if next == Some('i') => 'S',
        'ب' | 'پ' | 'б' | 'п' | 'b' | 'p' => 'P',
        'ت' | 'د' | 'т' | 'д' | 't' | 'd' => 'T',
        'ج' | 'چ' | 'ش' | 'س' | 'ز' | 'ژ' | 'ц' | 'ж' | 'җ' | 'з' | 'с' | 'ч' | 'ш' | 'щ' | 's' | 'z'
        | 'c' | 'j' | 'x' => 'S',
        'ق' | 'ك' | 'گ' | 'ع' | 'غ' | 'ح' | 'خ' | 'ھ' | 'к' | 'қ' | 'г' | 'ғ' | 'х' | 'һ' | 'k' | 'q'
        | 'g' | 'h' => 'K',
        'ل' | 'л' | 'l' => 'L',
        'م' | 'м' | 'm' => 'M',
        'ن' | 'ڭ' | 'н' | 'ң' | 'n' => 'N',
        'ر' | 'р' | 'r' => 'R',
        'ف' | 'ф' | 'f' => 'F',
        'ا' | 'ە' | 'а' | 'ә' | 'е' | 'э' | 'я' | 'a' | 'e' => 'a',
        'ى' | 'ي' | 'и' | 'і' | 'ы' | 'й' | 'i' | 'y' => 'i',
        'و' | 'ۇ' | 'о' | 'ө' | 'у' | 'ұ' | 'ү' | 'ю' | 'o' | 'u' => 'u',
        // At the end of a word it is heard (Alataw, Alatav); elsewhere в and w come and go: Сауытбай, Sawutbay.
        'ۋ' | 'ۆ' | 'в' | 'w' | 'v' if next.is_none() => 'w',
        _ => return None,
    })
}

fn without_doubles(classes: &str) -> String {
    let mut single = String::with_capacity(classes.len());
    for class in classes.chars() {
        if !single.ends_with(class) {
            single.push(class);
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze_query;

    fn of_name(name: &str) -> Vec<String> {
        analyze_query(name).iter().flat_map(|token| &token.surface).flat_map(sounds).collect()
    }

    #[test]
    fn a_name_sounds_the_same_in_every_script() {
        let check = |names: &[&str]| {
            let first = of_name(names[0]);
            for name in names {
                assert!(
                    of_name(name).iter().any(|one| first.contains(one)),
                    "{name} {:?} {first:?}",
                    of_name(name)
                );
            }
        };
        check(&["Серікжан", "Serikzhan", "Serikjan", "Serikcan", "Серикжан", "سەرىكجان", "سېرىكجان"]);
        check(&["Сайрагүл", "Sayragul", "Sairagul", "Сайрагуль", "سايراگۈل"]);
        check(&["Қорғас", "Хоргос", "Khorgos", "Horgos", "قورعاس", "قورغاس"]);
    }

    #[test]
    fn other_names_sound_otherwise() {
        assert_ne!(sound("bilash"), sound("bekali"));
        assert_ne!(sound("тохти"), sound("алтай"));
        assert_eq!(sound("2026"), "");
        assert_eq!(sound("霍尔"), "");
    }
}
