//! What is new in a copy: the sentences that its story did not have.
//!
//! A sentence that was edited counts as added: told once too often is better than once too seldom.

use std::collections::HashSet;

use data_encoding::HEXLOWER;
use model::Novelty;
use query::{Document, Hit, Part, Plan, evaluate};
use sha2::{Digest, Sha256};
use text::{Key, KeyKind, sentences};

/// Sentences of fewer words say too little to be news: a by-line, a date, "read more".
const FEWEST_WORDS: usize = 4;

/// A sentence of an article: its place and the hash of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sentence {
    part: Part,
    block: u32,
    start: usize,
    end: usize,
    hash: i64,
}

/// What a version has that its story did not have.
#[derive(Debug, Clone)]
pub struct News {
    added: Vec<Sentence>,
}

/// Returns the hashes of the sentences of an article.
pub fn sentence_hashes(document: &Document, title: &str, blocks: &[&str]) -> Vec<i64> {
    let mut hashes: Vec<i64> =
        sentences_of(document, title, blocks).iter().map(|sentence| sentence.hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

impl News {
    /// Returns the sentences that are not among `known`.
    pub fn of(document: &Document, title: &str, blocks: &[&str], known: &HashSet<i64>) -> Self {
        let mut added = sentences_of(document, title, blocks);
        added.retain(|sentence| !known.contains(&sentence.hash));
        Self { added }
    }

    /// Decides what the subscribers of a watch that matched are to be told: `None` when they know it.
    ///
    /// What matches because its page was removed is news of its own. The first telling of a story needs nothing new. A later copy is told when it added sentences, and either a hit
    /// lies in them or the known part alone did not match.
    pub fn novelty(&self, told: bool, plan: &Plan, hits: &[Hit], document: &Document) -> Option<Novelty> {
        if let Some(removal) = removal(plan, document) {
            return Some(removal);
        }
        if !told {
            return Some(Novelty::default());
        }
        if self.added.is_empty() {
            return None;
        }
        let in_added = hits.iter().any(|hit| self.added.iter().any(|sentence| sentence.holds(hit)));
        let is_news = in_added || evaluate(plan, &self.known_part(document)).is_none();
        is_news.then(|| self.key())
    }

    /// The same sentences added by another outlet are the same news.
    fn key(&self) -> Novelty {
        let mut hashes: Vec<i64> = self.added.iter().map(|sentence| sentence.hash).collect();
        hashes.sort_unstable();
        let mut hash = Sha256::new();
        for sentence in hashes {
            hash.update(sentence.to_be_bytes());
        }
        let digest = hash.finalize();
        Novelty(HEXLOWER.encode(digest.get(..16).unwrap_or(&digest)))
    }

    /// Returns how many sentences are new.
    pub fn added(&self) -> usize {
        self.added.len()
    }

    /// Returns the version without its new sentences.
    pub fn known_part(&self, document: &Document) -> Document {
        let mut known = document.clone();
        for (part, field) in [(Part::Title, &mut known.title), (Part::Body, &mut known.body)] {
            field.tokens.retain(|token| {
                let inside = |sentence: &Sentence| {
                    sentence.part == part
                        && sentence.block == token.block
                        && sentence.start <= token.range.start
                        && token.range.end <= sentence.end
                };
                !self.added.iter().any(inside)
            });
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

impl Sentence {
    fn holds(&self, hit: &Hit) -> bool {
        self.part == hit.part
            && self.block == hit.block
            && self.start <= hit.range.start
            && hit.range.end <= self.end
    }
}

fn sentences_of(document: &Document, title: &str, blocks: &[&str]) -> Vec<Sentence> {
    let mut found = in_block(document, (Part::Title, 0), title);
    for (number, block) in (0_u32..).zip(blocks) {
        found.extend(in_block(document, (Part::Body, number), block));
    }
    found
}

fn in_block(document: &Document, (part, block): (Part, u32), text: &str) -> Vec<Sentence> {
    let tokens = document.field(part).tokens.iter().filter(|token| token.block == block);
    let tokens: Vec<_> = tokens.collect();
    let hashed = |range: std::ops::Range<usize>| {
        let inside =
            tokens.iter().filter(|token| range.start <= token.range.start && token.range.end <= range.end);
        let words: Vec<&str> = inside.filter_map(|token| surface(&token.keys)).collect();
        let hash = i64::from_ne_bytes(hash_of(&words.join(" ")).to_ne_bytes());
        (words.len() >= FEWEST_WORDS).then_some(Sentence {
            part,
            block,
            start: range.start,
            end: range.end,
            hash,
        })
    };
    sentences(text).into_iter().filter_map(hashed).collect()
}

fn surface(keys: &[Key]) -> Option<&str> {
    keys.iter().find(|key| key.kind() == KeyKind::Surface).map(Key::text)
}

/// The first eight bytes of SHA-256: the same on every machine and in every version.
pub(crate) fn hash_of(text: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use query::{Lexicon, parse, plan, testing};
    use text::Lang;

    use super::*;

    const WIRE: &str = "A terminal was opened at Khorgos on Monday. It can handle many containers a year.";

    fn read(text: &str) -> Document {
        Document::read("", &[text], &Lexicon::empty(), testing::facts(Lang::EnLatn))
    }

    /// What is told of `copy` to somebody who watches `query` and knows the wire.
    fn told(query: &str, copy: &str, told: bool) -> Option<Novelty> {
        let known: HashSet<i64> = sentence_hashes(&read(WIRE), "", &[WIRE]).into_iter().collect();
        let (plan, document) = (plan(&parse(query).unwrap(), &Lexicon::empty()).unwrap(), read(copy));
        let hits = evaluate(&plan, &document).expect("the copy matches");
        News::of(&document, "", &[copy], &known).novelty(told, &plan, &hits, &document)
    }

    #[test]
    fn the_first_telling_needs_nothing_new() {
        assert_eq!(told("khorgos", WIRE, false), Some(Novelty::default()));
        assert_eq!(told("khorgos", WIRE, true), None);
    }

    #[test]
    fn an_added_sentence_is_told_when_the_watch_is_hit_there() {
        let added = format!("{WIRE} Three drivers were detained at Khorgos afterwards.");
        assert!(told("khorgos", &added, true).is_some_and(|novelty| !novelty.is_first()));
        let elsewhere = format!("{WIRE} The weather was fine all through the day.");
        assert_eq!(told("khorgos", &elsewhere, true), None);
    }

    #[test]
    fn an_added_sentence_is_told_when_the_known_part_did_not_match() {
        let added = format!("{WIRE} Three lorry drivers were detained afterwards.");
        assert!(told("khorgos AND detained", &added, true).is_some());
        assert_eq!(told("khorgos AND terminal", &added, true), None);
    }

    #[test]
    fn the_same_addition_in_another_outlet_is_the_same_news() {
        let first = format!("{WIRE} Three drivers were detained at Khorgos afterwards.");
        let second = format!("Three drivers were detained at Khorgos afterwards. {WIRE}");
        assert_eq!(told("khorgos", &first, true), told("khorgos", &second, true));
    }
}
