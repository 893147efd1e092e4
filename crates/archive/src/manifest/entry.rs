//! One entry of the manifest, and its line: `{"entry":{…},"signature":"…"}`.
//!
//! The signature is Ed25519 (RFC 8032) over the bytes of the entry exactly as they stand in the line, and the next
//! entry names the SHA-256 of the same bytes. So nothing has to be written in a canonical form, and any
//! JSON reader can check the chain.

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

/// What every `begin` entry calls the form of the manifest.
pub(crate) const FORMAT: &str = "qarauyl-manifest/1";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Its number, from one, without gaps.
    pub(crate) number: u64,
    /// SHA-256 of the entry before it; empty for the first.
    pub(crate) previous: String,
    /// When it was made, by the clock of the machine.
    pub(crate) at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub(crate) event: Event,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Event {
    /// Entries from here on are signed with this key.
    Begin { format: String, public_key: String },
    /// A file was closed, and does not change any more.
    Closed { file: String, class: String, size: u64, sha256: String, records: u64 },
    /// A file was dropped on purpose: the tombstone that explains why it is missing.
    Dropped { file: String, reason: String },
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    entry: &'a RawValue,
    signature: String,
}

/// An entry as it was read, with what proves it.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) entry: Entry,
    /// SHA-256 of the bytes of the entry, in small hexadecimal letters.
    pub(crate) hash: String,
    bytes: Vec<u8>,
    signature: Option<Signature>,
}

impl Signed {
    /// Reads a line; `None` when it is none.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let line: Line<'_> = serde_json::from_str(line).ok()?;
        let bytes = line.entry.get().as_bytes().to_vec();
        let signature = HEXLOWER.decode(line.signature.as_bytes()).ok();
        let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
        let entry = serde_json::from_slice(&bytes).ok()?;
        Some(Self { entry, hash: HEXLOWER.encode(&Sha256::digest(&bytes)), bytes, signature })
    }

    /// Returns whether one of `keys` has signed it.
    pub(crate) fn is_signed_by(&self, keys: &[VerifyingKey]) -> bool {
        let Some(signature) = &self.signature else { return false };
        keys.iter().any(|key| key.verify_strict(&self.bytes, signature).is_ok())
    }
}

impl Entry {
    /// Returns the line of this entry, signed, with its end.
    pub(crate) fn line(&self, key: &SigningKey) -> serde_json::Result<String> {
        let entry = serde_json::value::to_raw_value(self)?;
        let signature = HEXLOWER.encode(&key.sign(entry.get().as_bytes()).to_bytes());
        Ok(serde_json::to_string(&Line { entry: &entry, signature })? + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_proves_its_entry_and_no_other() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let event = Event::Dropped { file: "a.warc.gz".to_owned(), reason: "after 30 days".to_owned() };
        let entry = Entry { number: 3, previous: "ab".to_owned(), at: Timestamp::UNIX_EPOCH, event };
        let line = entry.line(&key).unwrap();
        let read = Signed::parse(line.trim_end()).unwrap();
        assert_eq!(read.entry, entry);
        assert!(read.is_signed_by(&[key.verifying_key()]));
        assert!(!read.is_signed_by(&[SigningKey::from_bytes(&[8; 32]).verifying_key()]));
        let forged = Signed::parse(&line.replace("30 days", "31 days")).unwrap();
        assert!(!forged.is_signed_by(&[key.verifying_key()]));
        assert_ne!(forged.hash, read.hash);
        assert!(Signed::parse(line.get(..line.len() - 3).unwrap()).is_none());
    }
}
