//! What the parts of a query are worth when hits come by how well they answer.

use query::Pattern;
use text::Key;

/// What a word of the headline counts against one of the text.
pub(crate) const TITLE: f32 = 3.0;

/// What a key counts: a word exactly as it was asked for more than its other forms.
pub(crate) fn key_weight(term: &Key) -> f32 {
    if term.is_surface() { 1.5 } else { 1.0 }
}

/// What a key that a pattern fits counts: what was only heard less, the surer way more.
pub(crate) fn heard_weight(pattern: &Pattern) -> f32 {
    match pattern {
        Pattern::Signs(_) => 1.0,
        Pattern::Sounds(_) => 0.25,
        Pattern::Syllables(..) => 0.1,
    }
}

/// Rare words are worth more: the factor of BM25.
pub(crate) fn rarity(with: u32, all: u32) -> f32 {
    let (with, all) = (count(with), count(all));
    (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "a score needs no more than seven digits")]
fn count(number: u32) -> f32 {
    number as f32
}
