//! What is new in a copy: the sentences that its story did not have, and the words put into those that it had.
//!
//! Told once too often is better than once too seldom: a changed word that a watch hits is news.

use data_encoding::HEXLOWER;
use model::Novelty;
use query::{Document, Hit, Part, Placed, Plan, evaluate};
use rustc_hash::FxHashSet;
use sha2::{Digest, Sha256};

use crate::sentence::{KnownSentences, sentences_of};
use crate::word::{Word, is_tail};

/// What a version has that its story did not have.
#[derive(Debug, Clone)]
pub struct News {
    additions: Vec<Addition>,
}

/// The new words of one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Addition {
    part: Part,
    words: Vec<Word>,
}

impl News {
    /// Returns what is not among `known`.
    pub fn of(document: &Document, title: &str, blocks: &[&str], known: &KnownSentences) -> Self {
        let addition = |sentence: crate::sentence::Sentence| Addition {
            words: known.new_words(&sentence),
            part: sentence.part,
        };
        let mut additions: Vec<Addition> =
            sentences_of(document, title, blocks).into_iter().map(addition).collect();
        additions.retain(|addition| !addition.words.is_empty());
        Self { additions }
    }

    /// Decides what the subscribers of a watch that matched are to be told: `None` when they know it.
    ///
    /// What matches because its page was removed is news of its own. The first telling of a story needs nothing new. A
    /// later copy is told when it has new words, and either a hit covers one of them or the known part alone did not match.
    pub fn novelty(&self, told: bool, plan: &Plan, hits: &[Hit], document: &Document) -> Option<Novelty> {
        if let Some(removal) = removal(plan, document) {
            return Some(removal);
        }
        if !told {
            return Some(Novelty::default());
        }
        if self.additions.is_empty() {
            return None;
        }
        let hit: Vec<&Addition> =
            self.additions.iter().filter(|one| hits.iter().any(|hit| one.is_hit(hit, document))).collect();
        if !hit.is_empty() {
            return Some(key(&hit));
        }
        let is_news = evaluate(plan, &self.known_part(document)).is_none();
        is_news.then(|| key(&self.additions.iter().collect::<Vec<_>>()))
    }

    /// Returns how many sentences have something new.
    pub fn added(&self) -> usize {
        self.additions.len()
    }

    /// Returns the article without its new words.
    pub fn known_part(&self, document: &Document) -> Document {
        let mut known = document.clone();
        for (part, field) in [(Part::Title, &mut known.title), (Part::Body, &mut known.body)] {
            let of_part = self.additions.iter().filter(|one| one.part == part);
            let new: FxHashSet<usize> =
                of_part.flat_map(|one| one.words.iter().map(|word| word.token)).collect();
            let mut tokens: Vec<Placed> = Vec::with_capacity(field.tokens.len());
            let mut last_new: Option<Placed> = None;
            for (at, token) in std::mem::take(&mut field.tokens).into_iter().enumerate() {
                let is_new = new.contains(&at) || last_new.as_ref().is_some_and(|pair| is_tail(pair, &token));
                if is_new {
                    last_new = Some(token);
                } else {
                    tokens.push(token);
                }
            }
            field.tokens = tokens;
        }
        known
    }
}

/// The news that a page was removed, for a watch that would not match it else.
fn removal(plan: &Plan, document: &Document) -> Option<Novelty> {
    if !document.facts.removed {
        return None;
    }
    let mut there = document.clone();
    there.facts.removed = false;
    evaluate(plan, &there).is_none().then(|| Novelty::of_removal(&document.facts.url))
}

impl Addition {
    /// Whether a hit covers one of its words; the last character of a Chinese run is new with the pair before it.
    fn is_hit(&self, hit: &Hit, document: &Document) -> bool {
        let tokens = &document.field(self.part).tokens;
        let covered = |token: &Placed| token.is_within(hit.block, &hit.range);
        let is_hit = |word: &Word| {
            let (Some(token), next) = (tokens.get(word.token), tokens.get(word.token + 1)) else {
                return false;
            };
            covered(token) || next.is_some_and(|next| is_tail(token, next) && covered(next))
        };
        self.part == hit.part && self.words.iter().any(is_hit)
    }
}

/// The same words added by another outlet are the same news, in whatever order they stand there.
fn key(additions: &[&Addition]) -> Novelty {
    let mut words: Vec<u32> =
        additions.iter().flat_map(|one| one.words.iter().map(|word| word.hash)).collect();
    words.sort_unstable();
    words.dedup();
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.to_be_bytes());
    }
    let digest = hash.finalize();
    Novelty(HEXLOWER.encode(digest.get(..16).unwrap_or(&digest)))
}

#[cfg(test)]
mod tests {
    use query::{Lexicon, parse, plan, testing};
    use text::{Lang, detect};

    use super::*;
    use crate::story_sentences;

    const WIRE: &str =
        "A terminal was opened at Khorgos on Monday in the morning. It can handle many containers a year.";

    fn lexicon() -> Lexicon {
        let text = "[[entity]]\nid = \"khorgos\"\nkind = \"place\"\nen = [\"Khorgos\", \"Horgos\"]\nru = [\"Хоргос\"]\n\
                    kk-Cyrl = [\"Қорғас\"]\nkk-Arab = [\"قورعاس\"]\nzh = [\"霍尔果斯\"]\n";
        Lexicon::from_toml([("places.toml", text)]).unwrap()
    }

    fn read(text: &str) -> Document {
        Document::read("", &[text], &lexicon(), testing::facts(detect(text)))
    }

    /// What is told of the last copy to somebody who watches `query`, was told of the story, and knows the others.
    fn told(query: &str, copies: &[&str]) -> Option<Novelty> {
        let (copy, known) = copies.split_last().unwrap();
        let known = known.iter().flat_map(|text| story_sentences(&read(text), "", &[text])).collect();
        let (plan, document) = (plan(&parse(query).unwrap(), &lexicon()).unwrap(), read(copy));
        let hits = evaluate(&plan, &document).expect("the copy matches");
        News::of(&document, "", &[copy], &KnownSentences::new(known)).novelty(true, &plan, &hits, &document)
    }

    fn is_told(query: &str, copies: &[&str]) -> bool {
        let novelty = told(query, copies);
        assert!(novelty.as_ref().is_none_or(|novelty| !novelty.is_first()));
        novelty.is_some()
    }

    #[test]
    fn the_first_telling_needs_nothing_new() {
        let (plan, document) = (plan(&parse("khorgos").unwrap(), &lexicon()).unwrap(), read(WIRE));
        let known = KnownSentences::new(story_sentences(&document, "", &[WIRE]));
        let news = News::of(&document, "", &[WIRE], &known);
        assert_eq!(news.novelty(false, &plan, &[], &document), Some(Novelty::default()));
        assert!(!is_told("khorgos", &[WIRE, WIRE]));
    }

    #[test]
    fn an_added_sentence_is_told_when_the_watch_is_hit_there() {
        let added = format!("{WIRE} Three drivers were detained at Khorgos afterwards.");
        assert!(is_told("khorgos", &[WIRE, &added]));
        let elsewhere = format!("{WIRE} The weather was fine all through the day.");
        assert!(!is_told("khorgos", &[WIRE, &elsewhere]));
    }

    #[test]
    fn an_edited_sentence_is_told_only_where_the_edit_is_hit() {
        let edited = WIRE.replace("on Monday", "on Tuesday");
        assert!(!is_told("khorgos", &[WIRE, &edited]));
        assert!(is_told("tuesday", &[WIRE, &edited]), "a changed word that a watch hits is news");
        assert!(!is_told("khorgos AND tuesday", &[WIRE, &edited, &edited]));
    }

    #[test]
    fn a_word_put_into_an_old_sentence_and_a_new_sentence_are_both_told() {
        let sentence = format!("{WIRE} Three lorry drivers were detained afterwards.");
        let word = WIRE.replace("in the morning", "and drivers detained in the morning");
        for copy in [sentence, word] {
            assert!(is_told("khorgos AND detained", &[WIRE, &copy]), "{copy}");
            assert!(!is_told("khorgos AND terminal", &[WIRE, &copy]), "{copy}");
        }
    }

    #[test]
    fn another_spelling_or_script_of_a_name_is_the_same_word() {
        assert!(!is_told("khorgos", &[WIRE, &WIRE.replace("Khorgos", "Horgos")]));
        let chinese = "星期一上午在霍尔果斯口岸启用了新的货运码头。";
        assert!(!is_told("霍尔果斯", &[chinese, &chinese.replace("新的", "大型")]));
        assert!(is_told("大型", &[chinese, &chinese.replace("新的", "大型")]));
        let cyrillic = "Қорғас базарында жаңа дүкен ашылды және адамдар көп келді.";
        let arabic = "قورعاس بازارىندا جاڭا دۇكەن اشىلدى جانە ادامدار كوپ كەلدى.";
        assert!(!is_told("@khorgos", &[cyrillic, arabic]));
    }

    #[test]
    fn the_same_addition_in_another_outlet_is_the_same_news() {
        let addition = "Three drivers were detained at Khorgos afterwards.";
        let (first, second) = (format!("{WIRE} {addition}"), format!("{addition} {WIRE}"));
        assert_eq!(told("khorgos", &[WIRE, &first]), told("khorgos", &[WIRE, &second]));
        assert!(!is_told("khorgos", &[WIRE, &first, &second]));
        let edited = second.replace("Three drivers", "Three lorry drivers");
        assert!(!is_told("khorgos", &[WIRE, &first, &edited]), "an edited addition is known, too");
        let elsewhere = second.replace("in the morning", "before noon");
        assert_eq!(told("khorgos", &[WIRE, &first]), told("khorgos", &[WIRE, &elsewhere]));
    }

    #[test]
    fn a_sentence_that_was_kept_without_its_words_counts_as_it_stands() {
        let mut known = story_sentences(&read(WIRE), "", &[WIRE]);
        for sentence in &mut known {
            sentence.words.clear();
        }
        let known = KnownSentences::new(known);
        let additions = |text: &str| News::of(&read(text), "", &[text], &known).additions.len();
        assert_eq!(additions(WIRE), 0);
        assert_eq!(additions(&WIRE.replace("Monday", "Tuesday")), 1);
    }

    #[test]
    fn a_single_character_is_found_in_a_new_run_of_characters() {
        let text = "星期一上午在口岸启用了新的货运码头。";
        let longer = format!("{text}三名司机随后在桥头被扣留。");
        let document = Document::read("", &[&longer], &Lexicon::empty(), testing::facts(Lang::ZhHans));
        let plan = plan(&parse("留").unwrap(), &Lexicon::empty()).unwrap();
        let known = KnownSentences::new(story_sentences(&read(text), "", &[text]));
        let hits = evaluate(&plan, &document).unwrap();
        assert!(News::of(&document, "", &[&longer], &known).novelty(true, &plan, &hits, &document).is_some());
    }
}
