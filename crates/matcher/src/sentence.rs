//! Sentences of articles, and which of them a story holds already.
//!
//! Two sentences are compared by their words, not by their order: a copy that replaces a word has the old sentence
//! and one new word.

use std::ops::Range;

use query::{Document, Part};
use rustc_hash::{FxHashMap, FxHashSet};
use store::StorySentence;
use text::{Key, KeyKind, sentences};

use crate::word::{Word, hash_of, words};

/// Sentences of fewer words say too little to be news: a by-line, a date, "read more".
const FEWEST_WORDS: usize = 3;

/// A word in more sentences of a story than these does not tell which of them is meant.
const COMMON: usize = 1_000;

/// A sentence is an edited one of the story's when that has this share of its words, in hundredths.
///
/// Measured on sentences of running text of eight words and more: with one word in seven replaced, 95 of 100 are
/// recognised in English and 99 in Russian, Kazakh, Uyghur and Chinese; with one in five, 73 in English and 93 to 99.
const SHARE: usize = 70;

/// A sentence of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) part: Part,
    /// Its words, in reading order.
    pub(crate) words: Vec<Word>,
    /// A hash of its words as they are written.
    pub(crate) hash: i64,
}

/// Returns the sentences of an article, as a story keeps them.
pub fn story_sentences(document: &Document, title: &str, blocks: &[&str]) -> Vec<StorySentence> {
    let mut kept: Vec<StorySentence> = sentences_of(document, title, blocks)
        .into_iter()
        .map(|sentence| StorySentence { hash: sentence.hash, words: sentence.different_words() })
        .collect();
    kept.sort_unstable_by_key(|sentence| sentence.hash);
    kept.dedup_by_key(|sentence| sentence.hash);
    kept
}

/// Returns the sentences of an article in reading order, the headline first.
pub(crate) fn sentences_of(document: &Document, title: &str, blocks: &[&str]) -> Vec<Sentence> {
    let mut found = of_part(document, Part::Title, &[title]);
    found.extend(of_part(document, Part::Body, blocks));
    found
}

fn of_part(document: &Document, part: Part, blocks: &[&str]) -> Vec<Sentence> {
    let tokens = &document.field(part).tokens;
    let words = words(document.field(part));
    let mut found = Vec::new();
    for (number, block) in (0_u32..).zip(blocks) {
        for range in sentences(block) {
            let place = |word: &Word| tokens.get(word.token);
            let from = words.partition_point(|word| {
                place(word).is_some_and(|token| (token.block, token.range.start) < (number, range.start))
            });
            let inside = words
                .iter()
                .skip(from)
                .take_while(|word| place(word).is_some_and(|token| token.is_within(number, &range)));
            let inside: Vec<Word> = inside.copied().collect();
            if inside.len() >= FEWEST_WORDS {
                let hash = hash_as_written(document, part, (number, &range));
                found.push(Sentence { part, words: inside, hash });
            }
        }
    }
    found
}

fn hash_as_written(document: &Document, part: Part, (block, range): (u32, &Range<usize>)) -> i64 {
    let tokens = &document.field(part).tokens;
    let from = tokens.partition_point(|token| (token.block, token.range.start) < (block, range.start));
    let inside = tokens.iter().skip(from).take_while(|token| token.is_within(block, range));
    let written: Vec<&str> = inside.filter_map(|token| surface(&token.keys)).collect();
    i64::from_ne_bytes(hash_of(&written.join(" ")).to_ne_bytes())
}

fn surface(keys: &[Key]) -> Option<&str> {
    keys.iter().find(|key| key.kind() == KeyKind::Surface).map(Key::text)
}

impl Sentence {
    /// Returns the hashes of its words, each once, ascending.
    pub(crate) fn different_words(&self) -> Vec<u32> {
        let mut hashes: Vec<u32> = self.words.iter().map(|word| word.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }
}

/// The sentences that a story holds.
#[derive(Debug, Clone, Default)]
pub struct KnownSentences {
    hashes: FxHashSet<i64>,
    sentences: Vec<FxHashSet<u32>>,
    /// The sentences that have a word.
    by_word: FxHashMap<u32, Vec<usize>>,
}

impl KnownSentences {
    /// Gathers the sentences of a story. One that is kept without its words counts when it comes again as it was.
    pub fn new(sentences: Vec<StorySentence>) -> Self {
        let mut known = Self::default();
        known.add(sentences);
        known
    }

    /// Adds sentences to those that are known.
    pub fn add(&mut self, sentences: Vec<StorySentence>) {
        for StorySentence { hash, words } in sentences {
            if !self.hashes.insert(hash) {
                continue;
            }
            let number = self.sentences.len();
            for word in &words {
                self.by_word.entry(*word).or_default().push(number);
            }
            self.sentences.push(words.into_iter().collect());
        }
    }

    /// Returns the words of a sentence that the story's most similar one lacks: all of them when none is similar.
    pub(crate) fn new_words(&self, sentence: &Sentence) -> Vec<Word> {
        if self.hashes.contains(&sentence.hash) {
            return Vec::new();
        }
        let own = sentence.different_words();
        let mut shared: FxHashMap<usize, usize> = FxHashMap::default();
        let telling = |sentences: &&Vec<usize>| sentences.len() <= COMMON;
        for number in own.iter().filter_map(|word| self.by_word.get(word)).filter(telling).flatten() {
            *shared.entry(*number).or_default() += 1;
        }
        // Of equals the first, so that the same question has the same answer.
        let best = shared.into_iter().max_by_key(|(number, count)| (*count, usize::MAX - number));
        let relative = best
            .filter(|(_, count)| count * 100 >= own.len() * SHARE)
            .and_then(|(number, _)| self.sentences.get(number));
        let is_new = |word: &&Word| relative.is_none_or(|known| !known.contains(&word.hash));
        sentence.words.iter().filter(is_new).copied().collect()
    }
}
