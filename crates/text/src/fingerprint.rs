//! The fingerprint of a text: says whether it changed, whatever happened to its white space.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::normalise;

/// SHA-256 over the normalised words of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// Returns the fingerprint of a text.
pub fn fingerprint(text: &str) -> Fingerprint {
    let mut hash = Sha256::new();
    for word in normalise(text).split_whitespace() {
        hash.update(word.as_bytes());
        hash.update([0x20]);
    }
    Fingerprint(hash.finalize().into())
}

impl Fingerprint {
    /// Returns it in small hexadecimal letters.
    pub fn to_hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_does_not_count_and_words_do() {
        assert_eq!(fingerprint("a  b\n"), fingerprint("a b"));
        assert_ne!(fingerprint("a b"), fingerprint("ab"));
        assert_eq!(fingerprint("").to_hex().len(), 64);
    }
}
