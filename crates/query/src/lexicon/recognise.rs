//! Finds the lexicon's entities in running text.

use std::ops::Range;

use rustc_hash::FxHashSet;
use text::{Key, KeyKind, Lang, analyze};

use super::filter::hash;
use super::{Alias, Context, Demands, Entity, HeldBack, Lexicon};
use crate::{Document, Field, Part, Placed};

/// A spelling found at a token.
struct Found {
    token: usize,
    alias: usize,
    /// Whether the word only looks like a form of it.
    is_other: bool,
}

impl Lexicon {
    /// Adds the key of each recognised entity to every token of its spelling, so that the whole name is highlighted.
    /// Returns what a trap kept out.
    pub(crate) fn mark(&self, document: &mut Document, title: &str, blocks: &[&str]) -> Vec<HeldBack> {
        if self.aliases.is_empty() {
            return Vec::new();
        }
        // Keys of the article that the lexicon speaks of.
        let mut spoken_of = Vec::new();
        let in_title = self.find(&document.title, &[title], false, &mut spoken_of);
        let in_body = self.find(&document.body, blocks, true, &mut spoken_of);
        let found = || in_title.iter().chain(&in_body).filter(|found| !found.is_other);
        let sure: FxHashSet<&str> = found().filter_map(|found| self.sure_entity(found.alias)).collect();
        let doubtful: FxHashSet<usize> =
            found().filter_map(|found| self.doubtful_entity(found.alias)).collect();
        let told: FxHashSet<usize> = if doubtful.is_empty() {
            doubtful
        } else {
            let keys: FxHashSet<&Key> = spoken_of.into_iter().collect();
            let told =
                |at: &usize| self.entities.get(*at).is_some_and(|entity| in_context(entity, &sure, &keys));
            doubtful.into_iter().filter(told).collect()
        };
        let mut held = Vec::new();
        for (part, found) in [(Part::Title, in_title), (Part::Body, in_body)] {
            for Found { token, alias, is_other } in found {
                let Some(alias) = self.aliases.get(alias) else { continue };
                let Some(entity) = self.entities.get(alias.entity) else { continue };
                let tokens = token..token + alias.words.len();
                if is_other || alias.demands.context() && !told.contains(&alias.entity) {
                    let trap = if is_other { entity.trap() } else { entity.namesake() };
                    held.push(HeldBack { entity: entity.id.clone(), trap, part, tokens });
                } else {
                    document.name(part, tokens, &Key::entity(&entity.id));
                }
            }
        }
        // Another spelling at the same place may have been taken for it.
        held.retain(|held| !document.is_named(held));
        held
    }

    /// Returns the entities that `text` as a whole is a spelling of, in any of its forms. A text this short has no
    /// context: ambiguous spellings count.
    pub fn whole(&self, text: &str, lang: Lang) -> Vec<&str> {
        let mut tokens = analyze(text, lang);
        if tokens.len() > 1
            && tokens.last().is_some_and(|last| last.keys.iter().all(|key| key.kind() == KeyKind::LastHan))
        {
            tokens.pop();
        }
        let Some(first) = tokens.first() else { return Vec::new() };
        let mut found: Vec<&str> = Vec::new();
        for number in self.beginning_with(&first.keys) {
            let Some(alias) = self.aliases.get(number) else { continue };
            let same = alias.words.len() == tokens.len()
                && alias
                    .words
                    .iter()
                    .zip(&tokens)
                    .all(|(word, token)| word.iter().any(|key| token.keys.contains(key)));
            let entity = self.entities.get(alias.entity).filter(|entity| {
                same && !tokens.iter().any(|token| is_other(&token.keys, &entity.not_forms))
            });
            if let Some(entity) = entity.filter(|entity| !found.contains(&entity.id.as_str())) {
                found.push(&entity.id);
            }
        }
        found
    }

    fn sure_entity(&self, alias: usize) -> Option<&str> {
        let alias = self.aliases.get(alias).filter(|alias| !alias.demands.context())?;
        self.entities.get(alias.entity).map(|entity| entity.id.as_str())
    }

    fn doubtful_entity(&self, alias: usize) -> Option<usize> {
        self.aliases.get(alias).filter(|alias| alias.demands.context()).map(|alias| alias.entity)
    }

    fn find<'a>(
        &'a self,
        field: &Field,
        blocks: &[&str],
        in_body: bool,
        spoken_of: &mut Vec<&'a Key>,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        let mut aliases: Vec<usize> = Vec::new();
        let mut behind = Vec::new();
        for (at, token) in field.tokens.iter().enumerate() {
            aliases.clear();
            behind.clear();
            let keys = token.keys.iter().filter(|key| !key.is_surface() && self.filter.may_have(key));
            for (key, beginning) in keys.filter_map(|key| self.by_first.get_key_value(key)) {
                spoken_of.push(key);
                aliases.extend(beginning.whole());
                if beginning.goes_on() {
                    if behind.is_empty() {
                        let next = field.tokens.get(at + 1);
                        behind.extend(next.iter().flat_map(|token| token.keys.iter()).map(hash));
                    }
                    aliases.extend(behind.iter().flat_map(|second| beginning.going_on_with(*second)));
                }
            }
            if aliases.is_empty() {
                continue;
            }
            aliases.sort_unstable();
            aliases.dedup();
            found.extend(aliases.iter().filter_map(|number| {
                let is_other = self.stands(self.aliases.get(*number)?, (field, at), blocks, in_body)?;
                Some(Found { token: at, alias: *number, is_other })
            }));
        }
        found
    }

    /// When a spelling stands at a token, whether the words only look like a form of it.
    fn stands(
        &self,
        alias: &Alias,
        (field, at): (&Field, usize),
        blocks: &[&str],
        in_body: bool,
    ) -> Option<bool> {
        let tokens = field.tokens.get(at..at + alias.words.len())?;
        let block = usize::try_from(tokens.first()?.block).ok().and_then(|block| blocks.get(block));
        let entity = self.entities.get(alias.entity)?;
        alias
            .stands(tokens, block.copied().unwrap_or(""), in_body)
            .then(|| tokens.iter().any(|token| is_other(&token.keys, &entity.not_forms)))
    }
}

/// An ambiguous spelling counts when one of the entity's context words or entities stands in the article; an entity
/// without any never counts by an ambiguous spelling alone.
fn in_context(entity: &Entity, sure: &FxHashSet<&str>, keys: &FxHashSet<&Key>) -> bool {
    entity.needs_context.iter().any(|context| match context {
        Context::Entity(id) => sure.contains(id.as_str()),
        Context::Word(word) => word.iter().any(|key| keys.contains(key)),
    })
}

impl Alias {
    /// Whether its words stand at these tokens, of which the first is known to have a key of its first word, written as
    /// it demands.
    fn stands(&self, tokens: &[Placed], block: &str, in_body: bool) -> bool {
        let Some(first) = tokens.first() else { return false };
        let in_a_row = (first.position..).zip(tokens).all(|(position, token)| token.position == position);
        // The first word is there: the spelling was found by it.
        let words = self
            .words
            .iter()
            .zip(tokens)
            .skip(1)
            .all(|(word, token)| word.iter().any(|key| token.keys.contains(key)));
        in_a_row
            && words
            && (!self.demands.capital() || has_capital(first, block))
            && !(in_body && self.is_told_by_its_capital() && begins_sentence(first, block))
    }

    /// A single word that is a name by its capital alone: Достық, Или.
    fn is_told_by_its_capital(&self) -> bool {
        self.demands == Demands::Both && self.words.len() == 1
    }
}

/// At the start of a sentence every word has a capital.
fn begins_sentence(token: &Placed, block: &str) -> bool {
    let before = block.get(..token.range.start).unwrap_or_default().trim_end();
    let before = before.trim_end_matches(['«', '“', '"', '„', '(', '–', '—', '-', ' ', '\u{a0}']);
    // A quotation that ended in a full stop ended its sentence; one that did not stands within it.
    let before = before.trim_end_matches(['»', '”']);
    before.is_empty() || before.ends_with(['.', '!', '?', '…', ':', '。', '؟'])
}

impl Entity {
    fn trap(&self) -> String {
        if self.trap.is_empty() { format!("{}: another word", self.id) } else { self.trap.clone() }
    }

    fn namesake(&self) -> String {
        if self.namesake.is_empty() {
            format!("{}: nothing near it tells", self.id)
        } else {
            self.namesake.clone()
        }
    }
}

impl Document {
    /// Adds the key of an entity to the tokens of its name.
    fn name(&mut self, part: Part, tokens: Range<usize>, key: &Key) {
        let field = if part == Part::Title { &mut self.title } else { &mut self.body };
        for token in field.tokens.iter_mut().skip(tokens.start).take(tokens.len()) {
            if !token.keys.contains(key) {
                token.keys = token.keys.iter().chain([key]).cloned().collect();
            }
        }
    }

    fn is_named(&self, held: &HeldBack) -> bool {
        let key = Key::entity(&held.entity);
        let tokens = self.field(held.part).tokens.get(held.tokens.clone()).unwrap_or_default();
        tokens.iter().all(|token| token.keys.contains(&key))
    }

    /// Returns the article as it would be read without the trap that kept a name out.
    #[must_use]
    pub fn without_trap(&self, held: &[&HeldBack]) -> Self {
        let mut document = self.clone();
        for one in held {
            document.name(one.part, one.tokens.clone(), &Key::entity(&one.entity));
        }
        document
    }
}

/// Whether a token is a word that only looks like a form of the entity.
fn is_other(keys: &[Key], not_forms: &[String]) -> bool {
    let Some(word) = keys.iter().find(|key| key.is_surface()).map(Key::text) else { return false };
    not_forms.iter().any(|form| match form.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => word == form,
    })
}

/// A name written with a capital does not stand in a word without one, unless the block has no capitals at all.
fn has_capital(token: &Placed, block: &str) -> bool {
    let first = block.get(token.range.clone()).and_then(|word| word.chars().next());
    first.is_none_or(|letter| !letter.is_lowercase()) || !block.chars().any(char::is_uppercase)
}
