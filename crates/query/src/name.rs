//! Names by their sound: `name:"Serikzhan Bilash"` finds Серікжан Біләш, Серикжан Билаш and سېرىكجان بىلاش.
//!
//! Words that names are made of, such as `region` or `camp`, are translated; the others are compared by their sound,
//! in Chinese characters by that of their syllables.

use text::{NameWord, QueryToken, analyze_query, name_word, sounds, transcriptions, translations};

use crate::{Pattern, Spans};

/// Most words of a name.
const WORDS: usize = 6;

/// How many other words may stand between those of a name.
const BETWEEN: u32 = 1;

/// Fewest consonants of a single word that is looked for in Chinese characters: shorter ones are heard everywhere.
const ALONE: usize = 4;

/// Fewest consonants of a name that is heard at all: Wang Yi sounds like every third word.
const TELLING: usize = 3;

/// Returns whether a name can be looked for by its sound.
pub(crate) fn is_sounded(name: &str) -> bool {
    spans_of_name(name).is_some()
}

/// Returns where a name stands, its words in any order; `None` when it has no sound, or too many words.
pub(crate) fn spans_of_name(name: &str) -> Option<Spans> {
    let words: Vec<Word> = analyze_query(name).iter().filter_map(word).collect();
    if words.iter().all(|word| word.consonants() == 0) {
        return None;
    }
    let shortest = if words.len() > 1 { 1 } else { ALONE };
    let heard = words.iter().map(Word::consonants).sum::<usize>() >= TELLING;
    let mut parts: Vec<Spans> =
        words.into_iter().map(|word| if heard { word.spans(shortest) } else { word.written() }).collect();
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        2..=WORDS => Some(Spans::Window { parts, slop: BETWEEN }),
        _ => None,
    }
}

/// One word of a name.
enum Word {
    /// One of the words that names are made of: in translation.
    Common(Spans),
    /// As it is written, and as it sounds.
    Own { written: Spans, sounds: Vec<String> },
}

fn word(token: &QueryToken) -> Option<Word> {
    let mut keys = token.peeled.clone();
    match name_word(&token.surface) {
        Some(NameWord::Stop) => return None,
        Some(NameWord::Common(number)) => {
            keys.extend_from_slice(translations(number));
            return Some(Word::Common(Spans::Keys(keys)));
        }
        None => {}
    }
    let mut heard: Vec<String> = token.surface.iter().flat_map(sounds).collect();
    heard.sort_unstable();
    heard.dedup();
    Some(Word::Own { written: Spans::Keys(keys), sounds: heard })
}

fn consonants(sound: &str) -> usize {
    sound.chars().filter(char::is_ascii_uppercase).count()
}

impl Word {
    /// How many consonants of it are heard; a word that is translated is as good as told.
    fn consonants(&self) -> usize {
        match self {
            Self::Common(_) => TELLING,
            Self::Own { sounds, .. } => sounds.iter().map(|sound| consonants(sound)).max().unwrap_or(0),
        }
    }

    fn written(self) -> Spans {
        match self {
            Self::Common(written) | Self::Own { written, .. } => written,
        }
    }

    fn spans(self, shortest: usize) -> Spans {
        let (written, sounds) = match self {
            Self::Own { written, sounds } if !sounds.is_empty() => (written, sounds),
            other => return other.written(),
        };
        let long = |sound: &&String| consonants(sound) >= shortest;
        let mut syllables: Vec<Vec<String>> =
            sounds.iter().filter(long).flat_map(|sound| transcriptions(sound)).collect();
        syllables.sort_unstable();
        syllables.dedup();
        let mut ways = vec![written, Spans::Pattern(Pattern::Sounds(sounds))];
        ways.extend(syllables.iter().map(|way| in_characters(way)));
        Spans::Any(ways)
    }
}

/// A name in Chinese characters: the pairs of neighbours, one after the other.
fn in_characters(syllables: &[String]) -> Spans {
    let pair = |pair: &[String]| match pair {
        [first, second] => Some(Spans::Pattern(Pattern::Syllables(first.clone(), second.clone()))),
        _ => None,
    };
    Spans::Phrase(syllables.windows(2).filter_map(pair).collect())
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
    fn a_person_is_found_in_chinese_characters() {
        let query = "name:\"Erlan Bekzhanov\"";
        assert!(finds(query, "据报道，叶尔兰·别克江诺夫昨天获释。"));
        assert!(!finds(query, "据报道，阿依古丽·别克江诺夫昨天获释。"));
        assert!(!finds("name:Bilash", "这样的比例是合理的"));
    }

    #[test]
    fn words_of_names_are_translated() {
        assert!(finds("name:\"Arman prison\"", "Түрме Арман туралы айтты"));
        assert!(finds("name:\"Arman prison\"", "тюрьма Арман"));
    }
}
