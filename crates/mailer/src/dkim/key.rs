//! The key that signs mails, as it lies in its file (PEM) and as its public half stands in DNS.

use std::fmt;
use std::path::Path;

use data_encoding::BASE64;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey, LineEnding, SecretDocument};
use rsa::{PrivateKey, PublicKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::DkimError;

/// How PEM names a key of either kind, and below it one of RSA alone.
const PKCS8: &str = "PRIVATE KEY";
const PKCS1: &str = "RSA PRIVATE KEY";
/// As many bits as every receiver reads, and as fit in an answer of DNS.
const BITS: usize = 2048;

/// The kinds of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DkimKeyKind {
    /// RSA: what all receivers can read.
    Rsa,
    /// Ed25519: shorter, and not read everywhere yet.
    Ed25519,
}

/// A key that signs mails.
pub struct DkimKey {
    pair: Pair,
    /// The public half in base64, as DNS has it.
    public: String,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl DkimKeyKind {
    pub(super) fn algorithm(self) -> &'static str {
        match self {
            Self::Rsa => "rsa-sha256",
            Self::Ed25519 => "ed25519-sha256",
        }
    }

    /// How a record names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DkimKey").field("kind", &self.kind()).finish_non_exhaustive()
    }
}

impl DkimKey {
    /// Makes a new key, and returns the text of its file. RSA takes some seconds.
    ///
    /// # Errors
    /// When the machine gives no random numbers.
    pub fn make(kind: DkimKeyKind) -> Result<Zeroizing<String>, DkimError> {
        match kind {
            DkimKeyKind::Rsa => {
                let key = PrivateKey::new(&mut rand::rng(), BITS).map_err(|_| DkimError::Making)?;
                key.to_pkcs8_pem(LineEnding::LF).map_err(|_| DkimError::Making)
            }
            DkimKeyKind::Ed25519 => {
                let made =
                    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| DkimError::Making)?;
                let document = SecretDocument::try_from(made.as_ref()).map_err(|_| DkimError::Making)?;
                document.to_pem(PKCS8, LineEnding::LF).map_err(|_| DkimError::Making)
            }
        }
    }

    /// Reads the key in a file.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn read(file: &Path) -> Result<Self, DkimError> {
        let read = std::fs::read_to_string(file).map(Zeroizing::new);
        Self::parse(&read.map_err(|source| DkimError::File { file: file.to_owned(), source })?)
    }

    /// Reads a key in PEM, of the kinds that `make` writes or `openssl genrsa` does.
    ///
    /// # Errors
    /// When it is none, or too short a one.
    pub fn parse(pem: &str) -> Result<Self, DkimError> {
        let (label, document) = SecretDocument::from_pem(pem.trim()).map_err(|_| DkimError::Form)?;
        let der = document.as_bytes();
        let (rsa, private) = match label {
            PKCS8 => (RsaKeyPair::from_pkcs8(der), PrivateKey::from_pkcs8_der(der).ok()),
            PKCS1 => (RsaKeyPair::from_der(der), PrivateKey::from_pkcs1_der(der).ok()),
            _ => return Err(DkimError::Form),
        };
        if let (Ok(pair), Some(private)) = (rsa, private) {
            let public = PublicKey::from(&private).to_public_key_der().map_err(|_| DkimError::Form)?;
            return Ok(Self { pair: Pair::Rsa(Box::new(pair)), public: BASE64.encode(public.as_bytes()) });
        }
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| DkimError::Form)?;
        let public = BASE64.encode(pair.public_key().as_ref());
        Ok(Self { pair: Pair::Ed25519(Box::new(pair)), public })
    }

    /// Which kind it is.
    pub fn kind(&self) -> DkimKeyKind {
        match self.pair {
            Pair::Rsa(_) => DkimKeyKind::Rsa,
            Pair::Ed25519(_) => DkimKeyKind::Ed25519,
        }
    }

    /// The text of the TXT record by which receivers check what this key has signed.
    pub fn record(&self) -> String {
        format!("v=DKIM1; k={}; p={}", self.kind().name(), self.public)
    }

    /// Signs the SHA-256 of `bytes`; the signature in base64.
    pub(super) fn sign(&self, bytes: &[u8]) -> Result<String, DkimError> {
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let signing =
                    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, signature.as_mut_slice());
                signing.map_err(|_| DkimError::Signing)?;
                signature
            }
            // RFC 8463, 3: what Ed25519 signs is the hash.
            Pair::Ed25519(pair) => pair.sign(&Sha256::digest(bytes)).as_ref().to_vec(),
        };
        Ok(BASE64.encode(&signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_is_read_again_and_has_one_record() {
        for (kind, name) in [(DkimKeyKind::Rsa, "rsa"), (DkimKeyKind::Ed25519, "ed25519")] {
            let pem = DkimKey::make(kind).unwrap();
            let (first, again) = (DkimKey::parse(&pem).unwrap(), DkimKey::parse(&pem).unwrap());
            assert_eq!((first.kind(), first.record()), (kind, again.record()));
            assert!(first.record().starts_with(&format!("v=DKIM1; k={name}; p=")), "{}", first.record());
            assert_ne!(first.record(), DkimKey::parse(&DkimKey::make(kind).unwrap()).unwrap().record());
        }
    }

    #[test]
    fn what_is_no_key_is_said_to_be_none_and_is_not_shown() {
        for text in ["", "sesame", "-----BEGIN PRIVATE KEY-----\nc2VzYW1l\n-----END PRIVATE KEY-----\n"] {
            let error = DkimKey::parse(text).unwrap_err();
            assert!(matches!(error, DkimError::Form) && !format!("{error:?}").contains("sesame"));
        }
        let missing = DkimKey::read(Path::new("/nowhere/dkim.key")).unwrap_err().to_string();
        assert!(missing.contains("/nowhere/dkim.key") && missing.contains("config dkim"), "{missing}");
    }
}
