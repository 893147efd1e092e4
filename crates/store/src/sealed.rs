//! Sealed columns: encrypted at rest, so that a copied database names no watch and no subscriber.
//!
//! XChaCha20-Poly1305 with a random nonce per value; the column's name is authenticated with it, so that a
//! value cannot be moved to another column. Equality is asked of a keyed hash (HMAC-SHA-256), never of the
//! plain value. Both keys are derived from one by HKDF-SHA-256 (RFC 5869).

use std::fmt;
use std::marker::PhantomData;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 24;
/// What the value is sealed as by which the right key is known.
pub(crate) const KEY_COLUMN: &str = "house.key";

/// Seals and opens values with one key.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    hash_key: Zeroizing<[u8; 32]>,
}

/// A sealed value of type `T`, as it lies in its column.
pub struct Sealed<T> {
    bytes: Vec<u8>,
    of: PhantomData<fn() -> T>,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, Error)]
pub enum SealError {
    /// The key is not the one it was sealed with, or the bytes were changed.
    #[error("a sealed value in `{0}` cannot be opened: the key is another one, or the value was changed")]
    WrongKey(&'static str),
    /// The value opened, but is of another form.
    #[error("a sealed value in `{0}` is of a form that this version does not know")]
    Form(&'static str),
}

impl Sealer {
    /// Returns a sealer for a key of 32 bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        let hkdf = Hkdf::<Sha256>::new(Some(b"qarauyl sealed columns 1"), key);
        let derive = |info: &[u8]| {
            let mut out = Zeroizing::new([0_u8; 32]);
            // 32 bytes are within what HKDF-SHA-256 gives out, so this cannot fail.
            let _fits = hkdf.expand(info, out.as_mut());
            out
        };
        let cipher = XChaCha20Poly1305::new((&*derive(b"seal")).into());
        Self { cipher, hash_key: derive(b"equality") }
    }

    /// Returns a keyed hash of `value` in `column`: equal values have equal hashes, and nothing else is told.
    pub fn hash(&self, column: &'static str, value: &str) -> String {
        let mut mac = self.mac();
        mac.update(column.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }

    /// Seals bytes for `column`.
    pub(crate) fn seal_bytes(&self, column: &'static str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce: [u8; NONCE_BYTES] = rand::random();
        let payload = Payload { msg: plain, aad: column.as_bytes() };
        let sealed =
            self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SealError::Form(column))?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }

    /// Opens bytes that were sealed for `column`; they are wiped when they are dropped.
    pub(crate) fn open_bytes(
        &self,
        column: &'static str,
        bytes: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::WrongKey(column))?;
        let payload = Payload { msg: sealed, aad: column.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        plain.map(Zeroizing::new).map_err(|_| SealError::WrongKey(column))
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC takes a key of any length; the fallback is never reached.
        <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.hash_key.as_ref()).unwrap_or_else(|_| {
            <Hmac<Sha256> as hmac::KeyInit>::new(&hmac::digest::Key::<Hmac<Sha256>>::default())
        })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl<T: Serialize + DeserializeOwned> Sealed<T> {
    /// Seals `value` for `column`.
    ///
    /// # Errors
    /// When the value has no JSON form.
    pub fn seal(sealer: &Sealer, column: &'static str, value: &T) -> Result<Self, SealError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| SealError::Form(column))?);
        Ok(Self { bytes: sealer.seal_bytes(column, &plain)?, of: PhantomData })
    }

    /// Opens the value.
    ///
    /// # Errors
    /// When the key is another one, the bytes were changed, or the form is unknown.
    pub fn open(&self, sealer: &Sealer, column: &'static str) -> Result<T, SealError> {
        let plain = sealer.open_bytes(column, &self.bytes)?;
        serde_json::from_slice(&plain).map_err(|_| SealError::Form(column))
    }

    /// Takes a value as it came from its column.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, of: PhantomData }
    }

    /// Returns the value as it goes into its column.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(text: &str) -> Sealed<String> {
        Sealed::seal(&Sealer::new(&[7; 32]), "name", &text.to_owned()).unwrap()
    }

    #[test]
    fn what_was_sealed_opens_with_the_same_key_and_column_only() {
        let value = sealed("Хоргос");
        assert_eq!(value.open(&Sealer::new(&[7; 32]), "name").unwrap(), "Хоргос");
        assert!(matches!(value.open(&Sealer::new(&[8; 32]), "name"), Err(SealError::WrongKey(_))));
        assert!(matches!(value.open(&Sealer::new(&[7; 32]), "query"), Err(SealError::WrongKey(_))));
    }

    #[test]
    fn a_changed_byte_is_noticed_and_equal_values_look_different() {
        let mut bytes = sealed("a").into_bytes();
        assert_ne!(bytes, sealed("a").into_bytes());
        if let Some(last) = bytes.last_mut() {
            *last ^= 1;
        }
        assert!(Sealed::<String>::from_bytes(bytes).open(&Sealer::new(&[7; 32]), "name").is_err());
        assert!(Sealed::<String>::from_bytes(vec![1, 2]).open(&Sealer::new(&[7; 32]), "name").is_err());
    }

    #[test]
    fn the_keyed_hash_depends_on_key_column_and_value() {
        let hash = |key: u8, column, value| Sealer::new(&[key; 32]).hash(column, value);
        assert_eq!(hash(1, "name", "a"), hash(1, "name", "a"));
        assert_ne!(hash(1, "name", "a"), hash(2, "name", "a"));
        assert_ne!(hash(1, "name", "a"), hash(1, "query", "a"));
        assert_ne!(hash(1, "name", "a"), hash(1, "name", "b"));
    }
}
