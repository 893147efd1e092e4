//! How the keys of a text are handed to the engine, and how they are asked for again.
//!
//! A word as it stands is also a form of itself: for `Khorgos` a text has the keys `=khorgos` and `khorgos`. Here only
//! the first is written, and whoever asks for `khorgos` asks for both. This halves the index, and what stands exactly
//! as it was asked for can be told from its other forms.

use std::ops::Range;

use query::{BLOCK_GAP, Field, MAX_DISTANCE, Pattern};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use text::{Key, KeyKind};

/// The name under which the engine knows [`KeyTokenizer`].
pub(crate) const KEYS: &str = "keys";

// Signs that stand in no word: a key ends, a position ends, a number follows that says where the next position is.
const KEY: char = '\u{1}';
const POSITION: char = '\u{2}';
const JUMP: char = '\u{3}';

/// Positions left free between two blocks in the index. Wide enough that nothing reaches over, as in the definition, and
/// narrow enough that positions are small numbers: they are a quarter of the index.
const GAP: u32 = 256;
const _: () =
    assert!(MAX_DISTANCE * 2 < GAP && GAP <= BLOCK_GAP, "no distance reaches from one block to another");

/// Writes the keys of a field, position by position; `None` when a key holds one of the signs, which no word does.
pub(crate) fn written(field: &Field) -> Option<String> {
    let mut text = String::with_capacity(field.tokens.len() * 24);
    let mut next = 0;
    for placed in &field.tokens {
        let position = placed.position.saturating_sub(placed.block.saturating_mul(BLOCK_GAP - GAP));
        if position != next {
            text.push(JUMP);
            text.push_str(&position.to_string());
            text.push(JUMP);
        }
        next = position.saturating_add(1);
        for key in placed.keys.iter().filter(|key| !is_said_already(key, &placed.keys)) {
            if key.as_str().bytes().any(|byte| byte < 4) {
                return None;
            }
            text.push_str(key.as_str());
            text.push(KEY);
        }
        text.push(POSITION);
    }
    Some(text)
}

/// Returns where the positions of each block lie in the index, from how many it has.
pub(crate) fn places(lengths: &[u32]) -> Vec<Range<u32>> {
    let mut next = 0_u32;
    let place = |length: &u32| {
        let start = next;
        let end = start.saturating_add(*length);
        next = end.saturating_add(GAP);
        start..end
    };
    lengths.iter().map(place).collect()
}

/// Whether the word itself stands there, so that this form of it need not.
fn is_said_already(key: &Key, all: &[Key]) -> bool {
    key.kind() == KeyKind::Peeled && all.iter().any(|other| other.is_surface() && other.text() == key.text())
}

/// The terms under which the engine finds a key: the form, and the word that is written so.
pub(crate) fn terms_of(key: &Key) -> impl Iterator<Item = Key> {
    let itself = (key.kind() == KeyKind::Peeled).then(|| Key::surface(key.text()));
    std::iter::once(key.clone()).chain(itself)
}

/// Whether a pattern fits a key that was written as `term`, or the form that was left out beside it.
pub(crate) fn fits(pattern: &Pattern, term: &Key) -> bool {
    pattern.fits(term) || (term.is_surface() && pattern.fits(&Key::peeled(term.text())))
}

/// Reads what [`written`] wrote.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyTokenizer {
    token: Token,
}

/// The keys of one text.
#[derive(Debug)]
pub(crate) struct KeyStream<'a> {
    rest: &'a str,
    position: usize,
    token: &'a mut Token,
}

impl Tokenizer for KeyTokenizer {
    type TokenStream<'a> = KeyStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> KeyStream<'a> {
        self.token.reset();
        KeyStream { rest: text, position: 0, token: &mut self.token }
    }
}

impl TokenStream for KeyStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(rest) = self.rest.strip_prefix(POSITION) {
                self.position += 1;
                self.rest = rest;
            } else if let Some((number, rest)) =
                self.rest.strip_prefix(JUMP).and_then(|rest| rest.split_once(JUMP))
            {
                self.position = number.parse().unwrap_or(self.position);
                self.rest = rest;
            } else {
                break;
            }
        }
        let Some((key, rest)) = self.rest.split_once(KEY) else { return false };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(key);
        self.token.position = self.position;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use query::Placed;

    use super::*;

    fn placed(position: u32, keys: &[&str]) -> Placed {
        let keys: Arc<[Key]> = keys.iter().map(|key| Key::stored(key)).collect();
        Placed { position, block: 0, range: 0..1, keys }
    }

    #[test]
    fn keys_come_back_at_their_positions_and_none_is_said_twice() {
        let tokens = vec![
            placed(0, &["=borders", "borders", "border"]),
            placed(1, &["=of", "of"]),
            Placed { block: 1, ..placed(1_002, &["~斯", "@khorgos"]) },
        ];
        let text = written(&Field { tokens }).unwrap();
        let mut tokenizer = KeyTokenizer::default();
        let mut stream = tokenizer.token_stream(&text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().position, stream.token().text.clone()));
        }
        let expected = [(0, "=borders"), (0, "border"), (1, "=of"), (258, "~斯"), (258, "@khorgos")];
        assert_eq!(found, expected.map(|(at, key)| (at, key.to_owned())));
    }

    #[test]
    fn blocks_lie_where_their_keys_were_written() {
        assert_eq!(places(&[2, 0, 1]), [0..2, 258..258, 514..515]);
    }

    #[test]
    fn a_key_with_a_sign_of_ours_is_refused() {
        assert_eq!(written(&Field { tokens: vec![placed(0, &["=a\u{2}b"])] }), None);
    }

    #[test]
    fn a_form_is_asked_for_as_the_word_too() {
        let terms = |key: Key| terms_of(&key).map(|term| term.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(terms(Key::peeled("border")), ["border", "=border"]);
        assert_eq!(terms(Key::surface("border")), ["=border"]);
        assert_eq!(terms(Key::entity("khorgos")), ["@khorgos"]);
    }
}
