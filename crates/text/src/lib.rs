//! Text in many scripts: which language it is in, which words it has, and under which keys each is found.
//!
//! Everything here is pure. Keys are computed in this crate alone, at indexing, at searching and at matching, so
//! that all three agree. Kazakh and Uyghur fold to one row of letters (`skeleton`), so that a name
//! meets itself in every script; other languages fold to small letters and their Snowball stem.

mod bare;
mod detect;
mod fingerprint;
mod fold;
mod key;
mod lang;
mod memory;
mod name_words;
mod normalise;
mod peel;
mod places;
mod repair;
mod script;
mod sentences;
mod skeleton;
mod sound;
mod spellings;
mod stems;
mod suffixes;
mod token;
mod transcription;
mod transliterate;
mod vowels;
mod words;

pub use detect::{detect, detect_block};
pub use fingerprint::{Fingerprint, fingerprint};
pub use key::{Key, KeyKind};
pub use lang::Lang;
pub use name_words::{NameWord, name_word, translations};
pub use normalise::normalise;
pub use places::places;
pub use script::{Direction, Script};
pub use sentences::sentences;
pub use sound::sounds;
pub use token::{QueryToken, Token, analyze, analyze_query, fold_pattern, forms_of, surfaces};
pub use transcription::{syllable, transcriptions};
pub use transliterate::{ReadingAid, transliterate};

/// Grows whenever keys change: an index of another version is built anew.
pub const ANALYSER_VERSION: u32 = 5;

/// Brings traditional Chinese characters to simplified ones, one for one.
pub fn simplify(text: &str) -> String {
    fast2s::convert(text)
}
