//! Names by their sound: `name:"Serikzhan Bilash"` finds Серікжан Біләш, Серикжан Билаш and سېرىكجان بىلاش.
//!
//! Words that names are made of, such as `region` or `camp`, are translated; the others are compared by their sound.

use text::{NameWord, QueryToken, analyze_query, name_word, sounds, translations};

use crate::{Pattern, Spans};

/// Most words of a name.
const WORDS: usize = 6;

/// How many other words may stand between those of a name.
const BETWEEN: u32 = 1;

/// Returns whether a name can be looked for by its sound.
pub(crate) fn is_sounded(name: &str) -> bool {
    spans_of_name(name).is_some()
}

/// Returns where a name stands, its words in any order; `None` when it has no sound, or too many words.
pub(crate) fn spans_of_name(name: &str) -> Option<Spans> {
    let tokens = analyze_query(name);
    let mut parts: Vec<Spans> = tokens.iter().filter_map(part).collect();
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        2..=WORDS => Some(Spans::Window { parts, slop: BETWEEN }),
        _ => None,
    }
}

/// One word of a name: as it is written, as it sounds, or in translation.
fn part(token: &QueryToken) -> Option<Spans> {
    let mut keys = token.peeled.clone();
    match name_word(&token.surface) {
        Some(NameWord::Stop) => return None,
        Some(NameWord::Common(number)) => {
            keys.extend_from_slice(translations(number));
            return Some(Spans::Keys(keys));
        }
        None => {}
    }
    let mut heard: Vec<String> = token.surface.iter().flat_map(sounds).collect();
    heard.sort_unstable();
    heard.dedup();
    if heard.is_empty() {
        return None;
    }
    let mut ways: Vec<Spans> = heard.into_iter().map(|sound| Spans::Pattern(Pattern::Sound(sound))).collect();
    ways.push(Spans::Keys(keys));
    Some(Spans::Any(ways))
}

#[cfg(test)]
mod tests {
    use crate::testing::facts;
    use crate::{Document, Lexicon, evaluate, parse, plan};

    fn finds(query: &str, text: &str) -> bool {
        let lexicon = Lexicon::empty();
        let plan = plan(&parse(query).unwrap(), &lexicon).unwrap();
        evaluate(&plan, &Document::read("", &[text], &lexicon, facts(text::detect(text)))).is_some()
    }

    #[test]
    fn a_person_is_found_in_every_spelling() {
        let query = "name:\"Nurdäulet Qasymbek\"";
        for text in [
            "Құқық қорғаушы Нұрдәулет Қасымбек баспасөз мәслихатын өткізді",
            "Правозащитник Нурдаулет Касымбек провёл встречу",
            "قۇقىق قورعاۋشى نۇرداۋلەت قاسىمبەكتىڭ ايتۋىنشا",
            "The activist Nurdaulet Kasymbek was released",
        ] {
            assert!(finds(query, text), "{text}");
        }
        assert!(!finds(query, "The activist Erlan Kasymbek was released"));
    }

    #[test]
    fn words_of_names_are_translated() {
        assert!(finds("name:\"Arman prison\"", "Түрме Арман туралы айтты"));
        assert!(finds("name:\"Arman prison\"", "тюрьма Арман"));
    }
}
