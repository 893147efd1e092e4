//! Says which language and script a text is in, from its letters and its commonest words.
//!
//! The script comes first; among the languages of a script, the one under which the letters are likeliest wins, where
//! common words and parts of words count extra. A language is one file, `data/lang/LABEL.tsv`: copy one to add one.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::words::{Piece, pieces};
use crate::{Lang, Script, simplify};

/// How many characters of a text are read: enough to be sure, and no more.
const ENOUGH: usize = 4_000;

/// The share, of 10,000, of a letter that a language does not have: it stands in names and quotations only.
const STRANGE: f32 = 0.5;

/// What a common word counts, in the same logarithms as the letters.
const WORD: f32 = 3.0;

/// What a part of a word counts.
const PART: f32 = 1.0;

/// What a language looks like.
struct Profile {
    lang: Lang,
    /// The logarithm of each letter's share.
    letters: HashMap<char, f32>,
    words: HashSet<&'static str>,
    parts: Vec<&'static str>,
}

static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    vec![
        profile(Lang::KkCyrl, include_str!("../data/lang/kk-Cyrl.tsv")),
        profile(Lang::UgCyrl, include_str!("../data/lang/ug-Cyrl.tsv")),
        profile(Lang::KyCyrl, include_str!("../data/lang/ky-Cyrl.tsv")),
        profile(Lang::TtCyrl, include_str!("../data/lang/tt-Cyrl.tsv")),
        profile(Lang::UkCyrl, include_str!("../data/lang/uk-Cyrl.tsv")),
        profile(Lang::RuCyrl, include_str!("../data/lang/ru-Cyrl.tsv")),
        profile(Lang::KkArab, include_str!("../data/lang/kk-Arab.tsv")),
        profile(Lang::UgArab, include_str!("../data/lang/ug-Arab.tsv")),
        profile(Lang::FaArab, include_str!("../data/lang/fa-Arab.tsv")),
        profile(Lang::UrArab, include_str!("../data/lang/ur-Arab.tsv")),
        profile(Lang::ArArab, include_str!("../data/lang/ar-Arab.tsv")),
        profile(Lang::KkLatn, include_str!("../data/lang/kk-Latn.tsv")),
        profile(Lang::UgLatn, include_str!("../data/lang/ug-Latn.tsv")),
        profile(Lang::TrLatn, include_str!("../data/lang/tr-Latn.tsv")),
        profile(Lang::UzLatn, include_str!("../data/lang/uz-Latn.tsv")),
        profile(Lang::EnLatn, include_str!("../data/lang/en-Latn.tsv")),
    ]
});

fn profile(lang: Lang, table: &'static str) -> Profile {
    let row = |name: &str| -> Vec<&'static str> {
        let line = table.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        line.unwrap_or_default().split(' ').filter(|item| !item.is_empty()).collect()
    };
    let mut letters = HashMap::new();
    for pair in row("letters").chunks(2) {
        if let [letter, share] = pair
            && let (Some(letter), Ok(share)) = (letter.chars().next(), share.parse::<f32>())
        {
            letters.insert(letter, share.ln());
        }
    }
    Profile { lang, letters, words: row("words").into_iter().collect(), parts: row("parts") }
}

/// Returns the language of most of `text`; [`Lang::Unknown`] when it has no letters of the four scripts.
pub fn detect(text: &str) -> Lang {
    let text: String = text.chars().take(ENOUGH).collect();
    match main_script(&text) {
        Script::Han => han(&text),
        Script::Other => Lang::Unknown,
        script => best(&text, script),
    }
}

/// The script of most letters; a Chinese character counts as much as a word of letters.
fn main_script(text: &str) -> Script {
    let mut counts = [(Script::Cyrillic, 0), (Script::Arabic, 0), (Script::Latin, 0), (Script::Han, 0)];
    for script in text.chars().map(Script::of) {
        for (of, count) in &mut counts {
            if *of == script {
                *count += if script == Script::Han { 3 } else { 1 };
            }
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| *count > 0)
        .map_or(Script::Other, |(script, _)| script)
}

fn han(text: &str) -> Lang {
    let simple = simplify(text);
    let differ = text.chars().zip(simple.chars()).filter(|(a, b)| a != b).count();
    let all = text.chars().filter(|c| Script::of(*c) == Script::Han).count();
    if differ * 20 > all { Lang::ZhHant } else { Lang::ZhHans }
}

fn best(text: &str, script: Script) -> Lang {
    let text = marked(text);
    let mut letters: HashMap<char, u16> = HashMap::new();
    for letter in text.chars().filter(|c| Script::of(*c) == script || *c == 'ʻ') {
        let count = letters.entry(letter).or_default();
        *count = count.saturating_add(1);
    }
    let words: Vec<&str> = pieces(&text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Word(range) => text.get(range),
            Piece::Han(_) => None,
        })
        .collect();
    let scored = PROFILES.iter().filter(|profile| profile.lang.script() == script).map(|profile| {
        let of_letters: f32 =
            letters.iter().map(|(letter, count)| profile.weight(*letter) * f32::from(*count)).sum();
        let of_words = count(words.iter().filter(|word| profile.words.contains(**word)).count()) * WORD;
        let of_parts = count(profile.parts.iter().map(|part| text.matches(part).count()).sum()) * PART;
        (profile.lang, of_letters + of_words + of_parts)
    });
    scored.max_by(|(_, one), (_, other)| one.total_cmp(other)).map_or(Lang::Unknown, |(lang, _)| lang)
}

impl Profile {
    fn weight(&self, letter: char) -> f32 {
        self.letters.get(&letter).copied().unwrap_or(STRANGE.ln())
    }
}

fn count(items: usize) -> f32 {
    f32::from(u16::try_from(items).unwrap_or(u16::MAX))
}

/// Small letters, where the many apostrophes of Uzbek oʻ and gʻ are one.
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let apostrophe = matches!(c, '\'' | '‘' | '’' | '`' | 'ʼ');
        marked.push(if apostrophe && marked.ends_with(['o', 'g']) { 'ʻ' } else { c });
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Lang) {
        assert_eq!(detect(text), expected, "{text}");
    }

    #[test]
    fn sentences_are_told_apart() {
        check("Қорғас қаласында жаңа терминал ашылды", Lang::KkCyrl);
        check("Ғулҗа шәһиридә йеңи завут ечилди, дәп хәвәр қилди", Lang::UgCyrl);
        check("На границе с Китаем открыли новый терминал", Lang::RuCyrl);
        check("На кордоні з Китаєм відкрили новий термінал", Lang::UkCyrl);
        check("Кытай менен чек арада жаңы терминал ачылды", Lang::KyCyrl);
        check("Кытай белән чиктә яңа терминал ачылды", Lang::TtCyrl);
        check("A new terminal was opened at the border with China", Lang::EnLatn);
        check("Çin sınırında yeni bir terminal açıldı ve büyük ilgi gördü", Lang::TrLatn);
        check("Xitoy bilan chegarada yangi terminal ochildi, deb xabar berdi o'zbek nashri", Lang::UzLatn);
        check("霍尔果斯口岸开通了新的铁路", Lang::ZhHans);
        check("霍爾果斯口岸開通了新的鐵路", Lang::ZhHant);
        check("Qazaqstanda jañalyq köp jäne ol ūzaq boldy", Lang::KkLatn);
        check("Xitay chégrisida yéngi bir zawut échildi", Lang::UgLatn);
        check("1 — 2", Lang::Unknown);
    }

    #[test]
    fn kazakh_in_arabic_letters_is_not_called_uyghur() {
        check("قورعاس قالاسىندا جاڭا تەرمينال اشىلدى، دەپ حابارلادى", Lang::KkArab);
        check("الەم نارىعىندا قورعاسىن باعاسى ءبىر ايدا ون پايىزعا كوتەرىلدى", Lang::KkArab);
        check("غۇلجا شەھىرىدە يېڭى زاۋۇت ئېچىلدى، دەپ خەۋەر قىلدى", Lang::UgArab);
        check("أعلنت وزارة الخارجية أن الاجتماع سيعقد في العاصمة", Lang::ArArab);
        check("وزارت امور خارجه اعلام کرد که این نشست در تهران برگزار می‌شود", Lang::FaArab);
    }

    #[test]
    fn every_language_has_its_letters_and_words() {
        for profile in PROFILES.iter() {
            assert!(profile.letters.len() > 20 && profile.words.len() > 40, "{:?}", profile.lang);
        }
        let hans = 2;
        assert_eq!(PROFILES.len() + hans + 1, Lang::all().count());
    }
}
