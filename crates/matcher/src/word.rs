//! Words, as stories compare them: the same for every spelling, script and inflection of a name.

use query::{Field, Placed};
use sha2::{Digest, Sha256};
use text::{Key, KeyKind};

/// A word of a field, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// The index of its token in the field.
    pub(crate) token: usize,
    /// A hash of the word.
    pub(crate) hash: u32,
}

/// Returns the words of a field in reading order.
///
/// The last character of a longer Chinese run is left out: the pair before it has it already.
pub(crate) fn words(field: &Field) -> Vec<Word> {
    let mut found = Vec::with_capacity(field.tokens.len());
    for (token, placed) in field.tokens.iter().enumerate() {
        let before = token.checked_sub(1).and_then(|before| field.tokens.get(before));
        if !before.is_some_and(|before| is_tail(before, placed)) {
            found.extend(hash_of_word(placed).map(|hash| Word { token, hash }));
        }
    }
    found
}

/// Whether a token is the last character of the run whose last pair stands before it.
pub(crate) fn is_tail(before: &Placed, token: &Placed) -> bool {
    before.block == token.block
        && before.range.start < token.range.start
        && before.range.end == token.range.end
}

/// The entity that it names, else the shortest of its forms: a copy that spells or inflects a name otherwise has the
/// same words.
fn hash_of_word(token: &Placed) -> Option<u32> {
    let of = |kind: KeyKind| token.keys.iter().filter(move |key| key.kind() == kind);
    let word = of(KeyKind::Entity)
        .min()
        .or_else(|| of(KeyKind::Peeled).min_by_key(|key| (key.as_str().len(), key.as_str())))
        .or_else(|| of(KeyKind::LastHan).next());
    word.map(Key::as_str).map(|word| half(hash_of(word)))
}

/// The first eight bytes of SHA-256: the same on every machine and in every version.
pub(crate) fn hash_of(text: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    digest.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The upper half of a hash.
pub(crate) fn half(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or(u32::MAX)
}
