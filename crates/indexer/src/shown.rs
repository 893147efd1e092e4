//! What is kept of an article to show it and to mark its hits.

use std::collections::HashMap;
use std::ops::Range;

use model::{Origin, StoryId};
use query::Field;
use serde::{Deserialize, Serialize};
use text::{KeyKind, Lang, analyze, detect_block};

use crate::fields::ReadVersion;
use crate::keys::places;

/// Block, first byte, byte after the last.
type EntityPlace = (u32, usize, usize);

/// The stored part of a document.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "two facts of an article, each read by itself")]
pub(crate) struct Shown {
    pub(crate) title: String,
    pub(crate) blocks: Vec<String>,
    /// How many positions each block has, so that a position leads to its block without reading those before it.
    lengths: Vec<u32>,
    /// The blocks with words that have no keys: only an analysis tells their positions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    odd_blocks: Vec<u32>,
    /// The same of the headline.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_title_odd: bool,
    /// The entities of the headline, in reading order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    title_entities: Vec<String>,
    /// The entities of the text, each with its words' places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entities: Vec<(String, Vec<EntityPlace>)>,
    lang: String,
    pub(crate) source: String,
    pub(crate) source_name: String,
    pub(crate) url: String,
    story: Option<i64>,
    published_ms: i64,
    pub(crate) from_feed: bool,
}

impl Shown {
    pub(crate) fn of(version: &ReadVersion) -> Self {
        let ReadVersion { context, document } = version;
        let facts = &document.facts;
        let blocks: Vec<String> = context.version.blocks.iter().map(|block| block.text.clone()).collect();
        let title = std::slice::from_ref(&context.version.title);
        let mut lengths = vec![0_u32; blocks.len()];
        for token in &document.body.tokens {
            if let Some(length) = usize::try_from(token.block).ok().and_then(|block| lengths.get_mut(block)) {
                *length += 1;
            }
        }
        Self {
            title: context.version.title.clone(),
            odd_blocks: odd(&blocks, &document.body),
            is_title_odd: !odd(title, &document.title).is_empty(),
            blocks,
            lengths,
            title_entities: entities(&document.title).into_iter().map(|(id, _)| id).collect(),
            entities: entities(&document.body),
            lang: facts.lang.as_str().to_owned(),
            source: facts.source.clone(),
            source_name: context.source.name.clone(),
            url: facts.url.clone(),
            story: facts.story,
            published_ms: facts.published.as_millisecond(),
            from_feed: context.version.origin == Origin::Feed,
        }
    }

    pub(crate) fn lang(&self) -> Lang {
        Lang::parse(&self.lang).unwrap_or(Lang::Unknown)
    }

    pub(crate) fn story_id(&self) -> Option<StoryId> {
        self.story.map(StoryId)
    }

    pub(crate) fn published(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.published_ms).unwrap_or(jiff::Timestamp::MAX)
    }

    /// Returns where the words of the headline stand.
    pub(crate) fn title_words(&self) -> Vec<Range<usize>> {
        if self.is_title_odd { analysed(&self.title, self.lang()) } else { text::places(&self.title) }
    }

    /// Returns where the words of a block stand, read as they were when it was indexed.
    pub(crate) fn words(&self, block: u32) -> Vec<Range<usize>> {
        let text = usize::try_from(block).ok().and_then(|block| self.blocks.get(block));
        let text = text.map_or("", String::as_str);
        if self.odd_blocks.contains(&block) { analysed(text, self.lang()) } else { text::places(text) }
    }

    /// Returns the positions of each block, in order.
    pub(crate) fn places(&self) -> Vec<Range<u32>> {
        places(&self.lengths)
    }

    /// Returns the entities of the headline and of these bytes of a block, each once, in reading order.
    pub(crate) fn entities_within(&self, block: u32, range: &Range<usize>) -> Vec<String> {
        let inside =
            |(of, start, end): &&EntityPlace| *of == block && range.start <= *start && *end <= range.end;
        let mut of_passage: Vec<(&EntityPlace, &String)> =
            self.entities.iter().filter_map(|(id, places)| Some((places.iter().find(inside)?, id))).collect();
        of_passage.sort_by_key(|(place, _)| *place);
        let mut found = self.title_entities.clone();
        for (_, id) in of_passage {
            if !found.contains(id) {
                found.push(id.clone());
            }
        }
        found
    }
}

/// The blocks whose tokens are not all that stands there as a word.
fn odd(blocks: &[String], field: &Field) -> Vec<u32> {
    let mut tokens = field.tokens.iter().peekable();
    let mut odd = Vec::new();
    for (number, text) in (0_u32..).zip(blocks) {
        let here = std::iter::from_fn(|| tokens.next_if(|token| token.block == number));
        if !here.map(|token| &token.range).eq(&text::places(text)) {
            odd.push(number);
        }
        // What was not compared belongs to this block all the same.
        while tokens.next_if(|token| token.block == number).is_some() {}
    }
    odd
}

fn analysed(text: &str, lang: Lang) -> Vec<Range<usize>> {
    analyze(text, detect_block(text, lang)).into_iter().map(|token| token.start..token.end).collect()
}

/// The entities of a field in reading order, each with the places of its words.
fn entities(field: &Field) -> Vec<(String, Vec<EntityPlace>)> {
    let mut found: Vec<(String, Vec<EntityPlace>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for token in &field.tokens {
        for key in token.keys.iter().filter(|key| key.kind() == KeyKind::Entity) {
            let at = *known.entry(key.text()).or_insert_with(|| {
                found.push((key.text().to_owned(), Vec::new()));
                found.len() - 1
            });
            if let Some((_, places)) = found.get_mut(at) {
                places.push((token.block, token.range.start, token.range.end));
            }
        }
    }
    found
}
