//! Says which language and script a text is in, from its letters and its commonest words.
//!
//! The script comes first; among the languages of a script, the one under which the letters are likeliest wins, where
//! common words and parts of words count extra. A language is one file, `data/lang/LABEL.tsv`: copy one to add one.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use crate::repair::repair_text;
use crate::script::{Letters, push_small};
use crate::words::{Piece, pieces};
use crate::{Lang, Script, simplify};

/// How many characters of a text are read: enough to be sure, and no more.
const ENOUGH: usize = 1_500;

/// The share, of 10,000, of a letter that a language does not have: it stands in names and quotations only.
const STRANGE: f32 = 0.5;

/// What a common word counts, in the same logarithms as the letters.
const WORD: f32 = 3.0;

/// What a part of a word counts.
const PART: f32 = 1.0;

/// The tables of all languages.
const TABLES: [(Lang, &str); 16] = [
    (Lang::KkCyrl, include_str!("../data/lang/kk-Cyrl.tsv")),
    (Lang::UgCyrl, include_str!("../data/lang/ug-Cyrl.tsv")),
    (Lang::KyCyrl, include_str!("../data/lang/ky-Cyrl.tsv")),
    (Lang::TtCyrl, include_str!("../data/lang/tt-Cyrl.tsv")),
    (Lang::UkCyrl, include_str!("../data/lang/uk-Cyrl.tsv")),
    (Lang::RuCyrl, include_str!("../data/lang/ru-Cyrl.tsv")),
    (Lang::KkArab, include_str!("../data/lang/kk-Arab.tsv")),
    (Lang::UgArab, include_str!("../data/lang/ug-Arab.tsv")),
    (Lang::FaArab, include_str!("../data/lang/fa-Arab.tsv")),
    (Lang::UrArab, include_str!("../data/lang/ur-Arab.tsv")),
    (Lang::ArArab, include_str!("../data/lang/ar-Arab.tsv")),
    (Lang::KkLatn, include_str!("../data/lang/kk-Latn.tsv")),
    (Lang::UgLatn, include_str!("../data/lang/ug-Latn.tsv")),
    (Lang::TrLatn, include_str!("../data/lang/tr-Latn.tsv")),
    (Lang::UzLatn, include_str!("../data/lang/uz-Latn.tsv")),
    (Lang::EnLatn, include_str!("../data/lang/en-Latn.tsv")),
];

/// The letters that the tables may list: Latin with its extensions, Cyrillic, Arabic.
const LETTERS: std::ops::Range<u32> = 0x61..0x700;

/// What the languages of one script look like, side by side: each letter, word and part with its weight in each.
struct Profiles {
    langs: Vec<Lang>,
    /// The weights of the letters of [`LETTERS`], as many for each as there are languages.
    letters: Vec<f32>,
    words: FxHashMap<&'static str, Vec<f32>>,
    parts: AhoCorasick,
    weights_of_parts: Vec<Vec<f32>>,
}

static PROFILES: LazyLock<Vec<(Script, Profiles)>> = LazyLock::new(|| {
    let scripts = [Script::Cyrillic, Script::Arabic, Script::Latin];
    scripts.into_iter().filter_map(|script| Some((script, profiles(script)?))).collect()
});

/// Reads the tables of a script; `None` when a part in them cannot be looked for, which a test rules out.
fn profiles(script: Script) -> Option<Profiles> {
    let tables: Vec<&(Lang, &str)> = TABLES.iter().filter(|(lang, _)| lang.script() == script).collect();
    let count = tables.len();
    let mut letters = vec![STRANGE.ln(); LETTERS.len() * count];
    let mut words: FxHashMap<&'static str, Vec<f32>> = FxHashMap::default();
    let mut parts: BTreeMap<&'static str, Vec<f32>> = BTreeMap::new();
    for (at, (_, table)) in tables.iter().enumerate() {
        for pair in row(table, "letters").chunks(2) {
            if let [letter, share] = pair
                && let Some(place) = letter.chars().next().and_then(place)
                && let (Some(weight), Ok(share)) = (letters.get_mut(place * count + at), share.parse::<f32>())
            {
                *weight = share.ln();
            }
        }
        let put = |weights: &mut Vec<f32>, weight: f32| {
            weights.resize(count, 0.0);
            weights.iter_mut().skip(at).take(1).for_each(|own| *own = weight);
        };
        for word in row(table, "words") {
            put(words.entry(word).or_default(), WORD);
        }
        for part in row(table, "parts") {
            put(parts.entry(part).or_default(), PART);
        }
    }
    let automaton = AhoCorasick::new(parts.keys()).ok()?;
    let langs = tables.iter().map(|(lang, _)| *lang).collect();
    Some(Profiles {
        langs,
        letters,
        words,
        parts: automaton,
        weights_of_parts: parts.into_values().collect(),
    })
}

/// The place of a letter in [`LETTERS`].
fn place(letter: char) -> Option<usize> {
    let letter = u32::from(letter);
    LETTERS.contains(&letter).then(|| usize::try_from(letter - LETTERS.start).unwrap_or_default())
}

fn row(table: &'static str, name: &str) -> Vec<&'static str> {
    let line = table.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
    line.unwrap_or_default().split(' ').filter(|item| !item.is_empty()).collect()
}

/// Shortest block, in letters, whose language is asked for by itself.
const OWN_LANGUAGE: u32 = 60;

/// Returns the language of most of `text`; [`Lang::Unknown`] when it has no letters of the four scripts.
pub fn detect(text: &str) -> Lang {
    let (text, letters) = repaired(beginning(text));
    told(&text, letters)
}

/// As much of a text as is read.
fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(ENOUGH).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

fn told(text: &str, letters: Letters) -> Lang {
    match script_of(letters) {
        Script::Han => han(text),
        Script::Other => Lang::Unknown,
        script => best(text, script),
    }
}

/// The text without letters that only look like those of its script, and how many it has of each.
fn repaired(text: &str) -> (Cow<'_, str>, Letters) {
    let (letters, is_mixed) = letters_of(text);
    if !is_mixed {
        return (Cow::Borrowed(text), letters);
    }
    let text = repair_text(text);
    let letters = Letters::of(&text);
    (Cow::Owned(text), letters)
}

/// How many letters of each script a text has, and whether Latin and Cyrillic ones may stand in one word. A sign of
/// ASCII always ends a word; what stands between two of them is not looked at further here.
fn letters_of(text: &str) -> (Letters, bool) {
    let mut letters = Letters::default();
    let (mut latin, mut cyrillic) = (0, 0);
    let mut is_mixed = false;
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            is_mixed |= letters.latin > latin && letters.cyrillic > cyrillic;
            (latin, cyrillic) = (letters.latin, letters.cyrillic);
        } else {
            letters.add(c);
        }
    }
    is_mixed |= letters.latin > latin && letters.cyrillic > cyrillic;
    (letters, is_mixed)
}

/// Returns the language of one block of an article: its own when it is long enough to tell, or in another script; else
/// that of the article.
pub fn detect_block(block: &str, article: Lang) -> Lang {
    let start = beginning(block);
    let (text, letters) = repaired(start);
    let is_enough = letters.all() >= OWN_LANGUAGE || start.len() == block.len();
    let counted = if is_enough { letters } else { repaired(block).1 };
    let (all, own) = (counted.all(), counted.in_script(article.script()));
    if all >= OWN_LANGUAGE || (all - own) * 2 > all { told(&text, letters) } else { article }
}

impl Letters {
    fn all(self) -> u32 {
        self.cyrillic + self.arabic + self.latin + self.han
    }

    fn in_script(self, script: Script) -> u32 {
        match script {
            Script::Cyrillic => self.cyrillic,
            Script::Arabic => self.arabic,
            Script::Latin => self.latin,
            Script::Han => self.han,
            Script::Other => 0,
        }
    }
}

/// The script of most letters; a Chinese character says as much as three letters.
fn script_of(letters: Letters) -> Script {
    let counts = [
        (Script::Cyrillic, letters.cyrillic),
        (Script::Arabic, letters.arabic),
        (Script::Latin, letters.latin),
        (Script::Han, letters.han * 3),
    ];
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.filter(|(_, count)| *count > 0).map_or(Script::Other, |(script, _)| script)
}

fn han(text: &str) -> Lang {
    let simple = simplify(text);
    let differ = text.chars().zip(simple.chars()).filter(|(a, b)| a != b).count();
    let all = text.chars().filter(|c| Script::of(*c) == Script::Han).count();
    if differ * 20 > all { Lang::ZhHant } else { Lang::ZhHans }
}

fn best(text: &str, script: Script) -> Lang {
    let Some((_, profiles)) = PROFILES.iter().find(|(of, _)| *of == script) else { return Lang::Unknown };
    let count = profiles.langs.len();
    let mut scores = vec![0.0_f32; count];
    let mut add = |weights: &[f32], times: f32| {
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += times * weight;
        }
    };
    let text = marked(text);
    let (found, strange) = counted(&text, script);
    for (weights, times) in profiles.letters.chunks_exact(count).zip(found).filter(|(_, times)| *times > 0) {
        add(weights, f32::from(times));
    }
    add(&vec![STRANGE.ln(); count], f32::from(strange));
    for piece in pieces(&text) {
        if let Piece::Word(range) = piece
            && let Some(weights) = profiles.words.get(text.get(range).unwrap_or_default())
        {
            add(weights, 1.0);
        }
    }
    for part in profiles.parts.find_overlapping_iter(&text) {
        if let Some(weights) = profiles.weights_of_parts.get(part.pattern().as_usize()) {
            add(weights, 1.0);
        }
    }
    let scored = profiles.langs.iter().zip(&scores);
    scored.max_by(|(_, one), (_, other)| one.total_cmp(other)).map_or(Lang::Unknown, |(lang, _)| *lang)
}

/// How often each of [`LETTERS`] stands in a text, and how many letters of the script are none of them.
fn counted(text: &str, script: Script) -> (Vec<u16>, u16) {
    let mut found = vec![0_u16; LETTERS.len()];
    let mut strange = 0_u16;
    for letter in text.chars().filter(|c| Script::of(*c) == script || *c == 'ʻ') {
        match place(letter).and_then(|place| found.get_mut(place)) {
            Some(times) => *times = times.saturating_add(1),
            None => strange = strange.saturating_add(1),
        }
    }
    (found, strange)
}

/// Small letters, where the many apostrophes of Uzbek oʻ and gʻ are one.
fn marked(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for c in text.chars() {
        let apostrophe = matches!(c, '\'' | '‘' | '’' | '`' | 'ʼ');
        let c = if apostrophe && marked.ends_with(['o', 'g']) { 'ʻ' } else { c };
        push_small(&mut marked, c);
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
    fn a_block_is_in_the_articles_language_unless_it_says_otherwise() {
        let check = |block, article, lang| assert_eq!(detect_block(block, article), lang, "{block}");
        check("Қысқа", Lang::RuCyrl, Lang::RuCyrl);
        check("Қысқа", Lang::KkCyrl, Lang::KkCyrl);
        check("قورغاس", Lang::UgArab, Lang::UgArab);
        check("2026-11-24", Lang::UgArab, Lang::UgArab);
        assert_eq!(detect_block("Khorgos Gateway", Lang::UgArab).script(), Script::Latin);
        check("霍尔果斯口岸", Lang::KkCyrl, Lang::ZhHans);
        check(
            "Қорғас қаласында жаңа терминал ашылды, деп хабарлады облыс әкімдігінің баспасөз қызметі",
            Lang::RuCyrl,
            Lang::KkCyrl,
        );
        // Latin letters that only look like Cyrillic ones are none.
        check("eкeнiнe", Lang::KkCyrl, Lang::KkCyrl);
    }

    #[test]
    fn every_language_has_its_letters_and_words() {
        for (lang, table) in TABLES {
            assert!(row(table, "letters").len() > 40 && row(table, "words").len() > 40, "{lang:?}");
        }
        let hans = 2;
        assert_eq!(PROFILES.len(), 3, "every part of a word can be looked for");
        assert_eq!(TABLES.len() + hans + 1, Lang::all().count());
    }
}
