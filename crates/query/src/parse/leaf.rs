//! The terms of a query: words, patterns, phrases, names, entities, facts. Each is planned at once, so that what cannot
//! be looked for is refused where it stands.

use std::ops::Range;

use super::{MAX_LEAVES, MAX_PATTERNS, Parser, Read};
use crate::lex::{Lexeme, What, is_plain, is_plain_word};
use crate::name::is_sounded;
use crate::signs::usual;
use crate::value::{FACTS, entity_id, fact};
use crate::{Lexicon, Part, Problem, Query, plan};

impl Parser<'_> {
    /// A term without a field.
    pub(super) fn term(&mut self, term: &What, place: Range<usize>) -> Read {
        let query = match term {
            What::Word(word) => word_of(word),
            What::ExactWord(text) | What::Quote { text, exact: true, .. } => Query::Exact(text.clone()),
            What::Quote { text, slop, .. } => Query::Phrase { text: text.clone(), slop: *slop },
            What::Entity(id) => Query::Entity(entity_id(id)),
            _ => return Ok(None),
        };
        self.leaf(query, place)
    }

    /// Takes a term, unless it cannot be looked for.
    fn leaf(&mut self, mut query: Query, place: Range<usize>) -> Read {
        if let Query::Exact(text) | Query::Phrase { text, .. } = &mut query
            && has_star(text)
        {
            self.notes.wrong(place.clone(), Problem::QuotedPattern)?;
            text.replace(['*', '＊'], " ").trim().clone_into(text);
        }
        self.leaves += 1;
        if self.leaves > MAX_LEAVES {
            self.notes.wrong(place, Problem::TooMany)?;
            self.at = self.lexemes.len();
            return Ok(None);
        }
        self.patterns += u32::from(matches!(query, Query::Pattern(_)));
        let problem = match &query {
            Query::Pattern(_) if self.patterns > MAX_PATTERNS => Some(Problem::Patterns),
            Query::Pattern(pattern) if !begins_with_letters(pattern) => Some(Problem::Pattern),
            Query::Entity(id) => {
                self.lexicon.filter(|lexicon| lexicon.entity(id).is_none()).map(|_| Problem::Entity)
            }
            query => plan(query, &Lexicon::empty()).err().map(|error| error.problem),
        };
        let Some(problem) = problem else { return Ok(Some(query)) };
        self.notes.wrong(place, problem)?;
        Ok(without(problem, query))
    }

    pub(super) fn field(&mut self, name: &str, place: Range<usize>) -> Read {
        match name {
            "title" => self.part(Part::Title, place),
            "body" => self.part(Part::Body, place),
            "name" => self.name(place),
            _ if FACTS.contains(&name) => self.fact(name, place),
            _ => {
                self.notes.wrong(place.clone(), Problem::Field)?;
                // The colon belongs to the field, its name is what was written before it.
                let written = self.text.get(place.clone()).unwrap_or_default();
                let name = written.trim_end_matches(|c| usual(c) == ':');
                let word = self.leaf(word_of(name), place)?;
                let value = if self.has_value() { self.primary()? } else { None };
                Ok(super::joined(word.into_iter().chain(value).collect(), Query::And))
            }
        }
    }

    fn has_value(&self) -> bool {
        matches!(self.peek().map(|next| &next.what), Some(What::Word(_) | What::Quote { .. }))
    }

    fn value(&mut self) -> Option<(String, Range<usize>)> {
        let Lexeme { what: What::Word(text) | What::Quote { text, .. }, place } = self.peek()? else {
            return None;
        };
        self.at += 1;
        Some((text.clone(), place.clone()))
    }

    fn name(&mut self, place: Range<usize>) -> Read {
        let Some((text, of_text)) = self.value() else {
            self.notes.wrong(place, Problem::Name)?;
            return Ok(None);
        };
        let mut place = place.start..of_text.end;
        // The sign stands at once behind the name: name:Bilash!, name:"Serikzhan Bilash"!
        let is_sign = |next: &&Lexeme| {
            matches!(&next.what, What::Word(sign) if sign == "!" || sign == "！")
                && next.place.start == place.end
        };
        let behind = self.peek().filter(is_sign).map(|sign| sign.place.end);
        if let Some(end) = behind {
            place.end = end;
            self.at += 1;
        }
        let name = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '!' | '！')).to_owned();
        if is_sounded(&name) {
            let mails = behind.is_some() || name != text;
            return self.leaf(Query::Name { text: name, mails }, place);
        }
        self.notes.wrong(place.clone(), Problem::Name)?;
        self.leaf(Query::Phrase { text: name, slop: 0 }, place)
    }

    fn fact(&mut self, name: &str, place: Range<usize>) -> Read {
        let Some((value, of_value)) = self.value() else {
            self.notes.wrong(place, Problem::Value)?;
            return Ok(None);
        };
        let whole = place.start..of_value.end;
        match fact(name, &value, self.now) {
            Ok(query) => self.leaf(query, whole),
            Err(problem) => {
                self.notes.wrong(whole, problem)?;
                self.leaf(word_of(&value), of_value)
            }
        }
    }
}

/// A word, or a pattern; in quotation marks where its print would be read as something else.
fn word_of(word: &str) -> Query {
    let pattern: String =
        word.chars().map(|c| if matches!(usual(c), '*' | '?') { usual(c) } else { c }).collect();
    // A question mark at the end of a word is a question, not a pattern.
    let word = pattern.trim_end_matches('?').trim();
    // What stands before its letters would be read as a sign or a quotation mark elsewhere.
    let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '*' | '?'));
    if bare.contains(['*', '?']) && !bare.contains("://") && is_plain(bare) {
        return Query::Pattern(bare.to_owned());
    }
    if is_plain_word(word) {
        Query::Word(word.to_owned())
    } else {
        Query::Phrase { text: word.to_owned(), slop: 0 }
    }
}

/// Whether a star stands at a letter, as if it were a pattern's.
fn has_star(text: &str) -> bool {
    let letters: Vec<char> = text.chars().map(usual).collect();
    letters.windows(2).any(|pair| match pair {
        [before, '*'] => before.is_alphanumeric(),
        ['*', behind] => behind.is_alphanumeric(),
        _ => false,
    })
}

/// Two letters narrow a pattern down, the first of them before any sign; one Chinese character does.
fn begins_with_letters(pattern: &str) -> bool {
    let head = pattern.split('*').next().unwrap_or_default();
    let han = head.chars().any(|c| text::Script::of(c) == text::Script::Han);
    let letters = head.chars().filter(|c| c.is_alphanumeric()).count();
    pattern.starts_with(char::is_alphanumeric) && (letters >= 2 || (han && letters == 1))
}

/// Returns what is left of a term without what is wrong with it.
fn without(problem: Problem, query: Query) -> Option<Query> {
    let rest = match (problem, query) {
        (Problem::Pattern | Problem::PatternWords | Problem::Patterns, Query::Pattern(pattern)) => {
            word_of(pattern.replace(['*', '?'], " ").trim())
        }
        (Problem::SlopWords, Query::Phrase { text, .. } | Query::Name { text, .. }) => {
            Query::Phrase { text, slop: 0 }
        }
        (Problem::Entity, Query::Entity(id)) => word_of(&id),
        _ => return None,
    };
    plan(&rest, &Lexicon::empty()).is_ok().then_some(rest)
}
