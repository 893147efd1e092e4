//! Keys: the terms under which a token is found.

use smol_str::{SmolStr, SmolStrBuilder};

/// What kind of key a term is; its first character says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// The word as it stands, folded: `=khorgos`.
    Surface,
    /// The word or a shorter form of it: `khorgo`.
    Peeled,
    /// An entity of the lexicon: `@khorgos`.
    Entity,
    /// The last character of a run of Chinese characters: `~斯`.
    LastHan,
}

/// A term, as the index stores it. Up to 23 bytes lie in the key itself, which most words do not exceed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(SmolStr);

impl Key {
    /// Returns the key of the folded word itself.
    pub fn surface(text: &str) -> Self {
        Self::marked('=', text)
    }

    /// Returns the key of a word or of a shorter form of it.
    pub fn peeled(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns the key of an entity.
    pub fn entity(id: &str) -> Self {
        Self::marked('@', id)
    }

    /// Returns the key of the last character of a run of Chinese characters.
    pub fn last_han(text: &str) -> Self {
        Self::marked('~', text)
    }

    fn marked(mark: char, text: &str) -> Self {
        let mut term = SmolStrBuilder::new();
        term.push(mark);
        term.push_str(text);
        Self(term.finish())
    }

    /// Reads a term as it is stored, its mark included.
    pub fn stored(term: &str) -> Self {
        Self(term.into())
    }

    /// Returns the term as it is stored, its mark included.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the term without its mark.
    pub fn text(&self) -> &str {
        self.0.strip_prefix(['=', '@', '~']).unwrap_or(&self.0)
    }

    /// Returns what kind of key it is.
    pub fn kind(&self) -> KeyKind {
        match self.0.chars().next() {
            Some('=') => KeyKind::Surface,
            Some('@') => KeyKind::Entity,
            Some('~') => KeyKind::LastHan,
            _ => KeyKind::Peeled,
        }
    }

    /// Returns whether it is the key of the word itself.
    #[inline]
    pub fn is_surface(&self) -> bool {
        self.0.as_bytes().first() == Some(&b'=')
    }
}
