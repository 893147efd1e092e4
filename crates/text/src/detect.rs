//! Says which language and script a text is in, from its letters and its commonest words.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::fold::plain;
use crate::words::{Piece, pieces};
use crate::{Lang, Script, simplify};

/// How much of a text is read: enough to be sure, and no more.
const ENOUGH: usize = 4_000;

/// Letters and words that speak for a language: `data/marks.tsv`.
struct Marks {
    letters: HashMap<char, Vec<(Lang, i32)>>,
    words: HashMap<&'static str, Vec<(Lang, i32)>>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let mut marks = Marks { letters: HashMap::new(), words: HashMap::new() };
    for row in include_str!("../data/marks.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = row.split('\t');
        let (Some(label), Some(kind), Some(weight), Some(list)) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        let (Some(lang), Ok(weight)) = (Lang::parse(label), weight.parse()) else { continue };
        for item in list.split(' ').filter(|item| !item.is_empty()) {
            match (kind, item.chars().next()) {
                ("letters", Some(letter)) => marks.letters.entry(letter).or_default().push((lang, weight)),
                _ => marks.words.entry(item).or_default().push((lang, weight)),
            }
        }
    }
    marks
});

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
        .map_or(Script::Other, |(s, _)| s)
}

fn han(text: &str) -> Lang {
    let simple = simplify(text);
    let differ = text.chars().zip(simple.chars()).filter(|(a, b)| a != b).count();
    let all = text.chars().filter(|c| Script::of(*c) == Script::Han).count();
    if differ * 20 > all { Lang::ZhHant } else { Lang::ZhHans }
}

fn best(text: &str, script: Script) -> Lang {
    let mut scores: HashMap<Lang, i32> = HashMap::new();
    let mut add = |votes: Option<&Vec<(Lang, i32)>>| {
        for (lang, weight) in votes.into_iter().flatten() {
            *scores.entry(*lang).or_default() += weight;
        }
    };
    for letter in text.chars().flat_map(char::to_lowercase) {
        add(MARKS.letters.get(&letter));
    }
    for piece in pieces(text) {
        let Piece::Word(range) = piece else { continue };
        let word = text.get(range).unwrap_or_default();
        add(MARKS.words.get(word.to_lowercase().as_str()).or_else(|| MARKS.words.get(plain(word).as_str())));
    }
    let of_script = Lang::all().filter(|lang| lang.script() == script);
    let fallback = match script {
        Script::Cyrillic => Lang::RuCyrl,
        Script::Arabic => Lang::ArArab,
        _ => Lang::EnLatn,
    };
    let scored = of_script.map(|lang| (lang, scores.get(&lang).copied().unwrap_or(0)));
    let best = scored.max_by_key(|(lang, score)| (*score, *lang == fallback));
    best.filter(|(_, score)| *score > 0).map_or(fallback, |(lang, _)| lang)
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
        check("На границе с Китаем открыли новый терминал", Lang::RuCyrl);
        check("A new terminal was opened at the border with China", Lang::EnLatn);
        check("Çin sınırında yeni bir terminal açıldı ve büyük ilgi gördü", Lang::TrLatn);
        check("霍尔果斯口岸开通了新的铁路", Lang::ZhHans);
        check("霍爾果斯口岸開通了新的鐵路", Lang::ZhHant);
        check("Qazaqstanda jañalyq köp jäne ol ūzaq boldy", Lang::KkLatn);
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
}
