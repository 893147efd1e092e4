//! Finds the lexicon's entities in running text.

use rustc_hash::FxHashSet;
use text::{Key, KeyKind, Lang, analyze};

use super::{Alias, Context, Demands, Entity, Lexicon};
use crate::{Document, Field, Placed};

/// A spelling found at a token.
struct Found {
    token: usize,
    alias: usize,
}

impl Lexicon {
    /// Adds the key of each recognised entity to every token of its spelling, so that the whole name is highlighted.
    pub(crate) fn mark(&self, document: &mut Document, title: &str, blocks: &[&str]) {
        if self.aliases.is_empty() {
            return;
        }
        let in_title = self.find(&document.title, &[title], false);
        let in_body = self.find(&document.body, blocks, true);
        let found = || in_title.iter().chain(&in_body);
        let sure: FxHashSet<&str> = found().filter_map(|found| self.sure_entity(found.alias)).collect();
        let doubtful: FxHashSet<usize> =
            found().filter_map(|found| self.doubtful_entity(found.alias)).collect();
        let told: FxHashSet<usize> = if doubtful.is_empty() {
            doubtful
        } else {
            let keys: FxHashSet<&Key> = keys_of(document).collect();
            let told =
                |at: &usize| self.entities.get(*at).is_some_and(|entity| in_context(entity, &sure, &keys));
            doubtful.into_iter().filter(told).collect()
        };
        for (field, found) in [(&mut document.title, in_title), (&mut document.body, in_body)] {
            for Found { token, alias } in found {
                let Some(alias) = self.aliases.get(alias) else { continue };
                let fine = !alias.demands.context() || told.contains(&alias.entity);
                let entity = self.entities.get(alias.entity).filter(|_| fine);
                let Some(key) = entity.map(|entity| Key::entity(&entity.id)) else { continue };
                for token in field.tokens.iter_mut().skip(token).take(alias.words.len()) {
                    add(token, &key);
                }
            }
        }
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
        for number in first.keys.iter().filter_map(|key| self.by_first.get(key)).flatten() {
            let Some(alias) = self.aliases.get(*number) else { continue };
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

    fn find(&self, field: &Field, blocks: &[&str], in_body: bool) -> Vec<Found> {
        let mut found = Vec::new();
        for (at, token) in field.tokens.iter().enumerate() {
            let mut tried: Vec<usize> = Vec::new();
            let keys = token.keys.iter().filter(|key| !key.is_surface());
            for number in keys.filter_map(|key| self.by_first.get(key)).flatten() {
                if tried.contains(number) {
                    continue;
                }
                tried.push(*number);
                let Some(alias) = self.aliases.get(*number) else { continue };
                let tokens = field.tokens.get(at..at + alias.words.len()).unwrap_or_default();
                let text = usize::try_from(token.block)
                    .ok()
                    .and_then(|block| blocks.get(block))
                    .copied()
                    .unwrap_or("");
                if self.stands(alias, tokens, text, in_body) {
                    found.push(Found { token: at, alias: *number });
                }
            }
        }
        found
    }

    fn stands(&self, alias: &Alias, tokens: &[Placed], block: &str, in_body: bool) -> bool {
        let (Some(first), Some(entity)) = (tokens.first(), self.entities.get(alias.entity)) else {
            return false;
        };
        let in_a_row = (first.position..).zip(tokens).all(|(position, token)| token.position == position);
        let words = alias
            .words
            .iter()
            .zip(tokens)
            .all(|(word, token)| word.iter().any(|key| token.keys.contains(key)));
        in_a_row
            && words
            && !tokens.iter().any(|token| is_other(&token.keys, &entity.not_forms))
            && (!alias.demands.capital() || has_capital(first, block))
            && !(in_body && alias.is_told_by_its_capital() && begins_sentence(first, block))
    }
}

fn keys_of(document: &Document) -> impl Iterator<Item = &Key> {
    document.title.tokens.iter().chain(&document.body.tokens).flat_map(|token| token.keys.iter())
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

fn add(token: &mut Placed, key: &Key) {
    if !token.keys.contains(key) {
        token.keys = token.keys.iter().chain([key]).cloned().collect();
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
