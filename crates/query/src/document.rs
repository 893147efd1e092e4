//! An article as the query language sees it: keys at positions, and facts.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use text::{Key, KeyKind, Lang, analyze, detect_block};

use crate::{Facts, HeldBack, Lexicon, Part, Pattern, Positions};

/// Positions left free between two blocks: no phrase or distance reaches over.
pub const BLOCK_GAP: u32 = 1_000;

/// An article.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its headline.
    pub title: Field,
    /// Its text.
    pub body: Field,
    /// What is known about it.
    pub facts: Facts,
}

/// The tokens of one part of an article, in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Ascending by position.
    pub tokens: Vec<Placed>,
}

/// A token with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its position in the field.
    pub position: u32,
    /// The number of its block.
    pub block: u32,
    /// Its bytes in the text of its block.
    pub range: Range<usize>,
    /// The terms under which it is found.
    pub keys: Arc<[Key]>,
}

impl Document {
    /// Reads an article: finds the language of each block, analyses it, and marks the entities of the lexicon.
    pub fn read(title: &str, blocks: &[&str], lexicon: &Lexicon, facts: Facts) -> Self {
        Self::read_with_traps(title, blocks, lexicon, facts).0
    }

    /// Reads an article, and says which names a trap of the lexicon kept out.
    pub fn read_with_traps(
        title: &str,
        blocks: &[&str],
        lexicon: &Lexicon,
        facts: Facts,
    ) -> (Self, Vec<HeldBack>) {
        let mut document =
            Self { title: Field::read(&[title], facts.lang), body: Field::read(blocks, facts.lang), facts };
        let held = lexicon.mark(&mut document, title, blocks);
        (document, held)
    }

    /// Returns the ids of the entities in the title and in those tokens of the body that are wanted, each once, in reading
    /// order.
    pub fn entities(&self, wanted: impl Fn(&Placed) -> bool) -> Vec<&str> {
        let body = self.body.tokens.iter().filter(|token| wanted(token));
        let keys = self.title.tokens.iter().chain(body).flat_map(|token| token.keys.iter());
        let mut known = HashSet::new();
        keys.filter(|key| key.kind() == KeyKind::Entity && known.insert(key.text())).map(Key::text).collect()
    }

    /// Returns a part; the body for [`Part::Anywhere`].
    pub fn field(&self, part: Part) -> &Field {
        if part == Part::Title { &self.title } else { &self.body }
    }
}

impl Placed {
    /// Returns whether it stands within these bytes of this block.
    pub fn is_within(&self, block: u32, range: &Range<usize>) -> bool {
        self.block == block && range.start <= self.range.start && self.range.end <= range.end
    }
}

impl Field {
    fn read(blocks: &[&str], article: Lang) -> Self {
        let mut tokens = Vec::new();
        let mut next = 0_u32;
        for (number, block) in (0_u32..).zip(blocks) {
            let found = analyze(block, detect_block(block, article));
            let length = u32::try_from(found.len()).unwrap_or(u32::MAX);
            tokens.extend(found.into_iter().map(|token| Placed {
                position: next.saturating_add(token.position),
                block: number,
                range: token.start..token.end,
                keys: token.keys,
            }));
            next = next.saturating_add(length).saturating_add(BLOCK_GAP);
        }
        Self { tokens }
    }

    /// Returns the positions of every key, for repeated questions.
    pub fn positions(&self) -> KeyPositions<'_> {
        let mut places: HashMap<&Key, Vec<u32>> = HashMap::new();
        for token in &self.tokens {
            for key in token.keys.iter() {
                let found = places.entry(key).or_default();
                if found.last() != Some(&token.position) {
                    found.push(token.position);
                }
            }
        }
        KeyPositions { places }
    }
}

/// Where the keys of one field stand.
#[derive(Debug, Clone)]
pub struct KeyPositions<'a> {
    places: HashMap<&'a Key, Vec<u32>>,
}

impl Positions for KeyPositions<'_> {
    fn of_key(&self, key: &Key) -> Vec<u32> {
        self.places.get(key).cloned().unwrap_or_default()
    }

    fn of_pattern(&self, pattern: &Pattern) -> Vec<u32> {
        let fits = |key: &Key| pattern.fits(key);
        let mut found: Vec<u32> =
            self.places.iter().filter(|(key, _)| fits(key)).flat_map(|(_, at)| at.iter().copied()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}
