//! The signature of the sender's domain on each mail: DKIM (RFC 6376), with RSA or Ed25519 (RFC 8463).
//!
//! In reading order: what of a mail is signed (`canonical`), with which key ([`DkimKey`]), and the header that says so
//! ([`Signer`]). The same mail and time give the same bytes, so that a mail that is sent again is the same mail.

mod canonical;
mod key;

use data_encoding::BASE64;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use thiserror::Error;

pub use self::key::{DkimKey, DkimKeyKind};
use crate::{Config, Message};

/// What is signed of a mail's head. Those that stand here once more than in the mail cannot be added on the way: a second
/// `From` or `Subject` is what a mail program would show.
const SIGNED: [&str; 18] = [
    "From",
    "From",
    "To",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Subject",
    "Date",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Type",
    "Content-Transfer-Encoding",
    "List-Id",
    "List-Unsubscribe",
    "Auto-Submitted",
];
/// Lines of a header are no longer than this, by RFC 5322.
const LINE: usize = 76;

/// Why mails cannot be signed. No address stands in it.
#[derive(Debug, Error)]
pub enum DkimError {
    /// The key's file cannot be read.
    #[error(
        "the key that signs mails cannot be read from `{file}`: `qarauyl config dkim` makes one, or put it back from its copy"
    )]
    File {
        /// The file.
        file: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is in the file is no key for this.
    #[error(
        "there is no RSA key of 2048 bits or more and no Ed25519 key in PEM: move the file away, and `qarauyl config dkim` makes one"
    )]
    Form,
    /// No key could be made.
    #[error("no key could be made: the machine gives no random numbers")]
    Making,
    /// The mail cannot be signed.
    #[error("the mail could not be signed: look at [mailer.dkim] with `qarauyl doctor`")]
    Signing,
}

/// Signs mails for a domain.
#[derive(Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: DkimKey,
}

impl Signer {
    /// Returns the signer that the configuration names, with the key from its file; `None` where mails are not signed.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub fn new(config: &Config) -> Result<Option<Self>, DkimError> {
        if config.dkim.selector.is_empty() {
            return Ok(None);
        }
        let key = DkimKey::read(&config.dkim.key_file)?;
        Ok(Some(Self { domain: config.dkim_domain(), selector: config.dkim.selector.clone(), key }))
    }

    /// Puts the signature in front of the mail. `at` is when it was made: that of the digest, so that it never changes.
    ///
    /// # Errors
    /// When the mail is none, or the key refuses.
    pub fn sign(&self, message: &mut Message, at: Timestamp) -> Result<(), DkimError> {
        let (head, body) = canonical::parts(&message.bytes).ok_or(DkimError::Signing)?;
        let unsigned = self.header(&canonical::body(body), at);
        let signature = self.key.sign(&canonical::signed(head, &SIGNED, &unsigned))?;
        let mut signed = unsigned;
        fold(&mut signed, &signature);
        signed.push_str("\r\n");
        let mut bytes = signed.into_bytes();
        bytes.extend_from_slice(&message.bytes);
        message.bytes = bytes;
        Ok(())
    }

    /// The header with nothing behind its last `b=`.
    fn header(&self, body: &[u8], at: Timestamp) -> String {
        let (kind, domain, selector) = (self.key.kind().algorithm(), &self.domain, &self.selector);
        let mut header = format!(
            "DKIM-Signature: v=1; a={kind}; c=relaxed/relaxed;\r\n d={domain};\r\n s={selector}; t={};\r\n h=",
            at.as_second()
        );
        let mut line = 3;
        for (at, name) in SIGNED.iter().enumerate() {
            let part = if at == 0 { (*name).to_owned() } else { format!(":{name}") };
            if line + part.len() > LINE {
                header.push_str("\r\n ");
                line = 1;
            }
            line += part.len();
            header.push_str(&part);
        }
        header.push_str(";\r\n bh=");
        header.push_str(&BASE64.encode(&Sha256::digest(body)));
        header.push_str(";\r\n b=");
        header
    }
}

/// Adds base64 in lines; white space within it does not count.
fn fold(header: &mut String, text: &str) {
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at.is_multiple_of(72) {
            header.push_str("\r\n ");
        }
        header.push(letter);
    }
}

#[cfg(test)]
#[path = "dkim/tests.rs"]
mod tests;
