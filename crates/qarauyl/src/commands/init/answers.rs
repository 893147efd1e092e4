//! What a house is set up with, and how each answer is read. Everything here is plain: a text goes in, a value or the
//! reason against it comes out.

use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Context, bail};
use jiff::tz::TimeZone;
use mailer::Security;
use model::EmailAddress;
use zeroize::Zeroizing;

use crate::sources::switches;

/// The word that means no mail server.
pub(super) const OUTBOX: &str = "outbox";
/// The name under which the credential is handed over; deploy/qarauyl.service says the same.
pub(super) const CREDENTIAL: &str = "qarauyl-key";

/// All answers.
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) place: Place,
    /// Who is mailed first; `None` adds nobody.
    pub(super) subscriber: Option<EmailAddress>,
    /// The mail server; `None` writes mails to the outbox.
    pub(super) mail: Option<MailServer>,
    /// What is read beside the sources that are switched on by their files.
    pub(super) sources: Vec<String>,
    pub(super) key: KeyPlace,
}

/// Where the team is at home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) timezone: String,
    pub(super) language: String,
}

/// A mail server and how it is used.
#[derive(Clone)]
pub(super) struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Security,
    /// Empty: no login.
    pub(super) user: String,
    pub(super) password: Password,
    /// The sender that subscribers see.
    pub(super) from: EmailAddress,
}

/// Where the password of the mail server is.
#[derive(Clone)]
pub(super) enum Password {
    /// There is none.
    None,
    /// In a file that the team has made.
    File(PathBuf),
    /// Typed; it is written to a file of its own.
    Typed(Zeroizing<String>),
}

/// Where the key of the sealed columns comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyPlace {
    /// A file beside the store.
    File,
    /// A passphrase that a file or pipe gives.
    Passphrase(PathBuf),
    /// A systemd credential; until it is made, the file.
    Credential,
}

/// Reads a name; it stands in the head of each mail.
pub(super) fn name(text: &str) -> anyhow::Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        bail!("a name is a line of text: it stands in the head of each mail");
    }
    Ok(name.to_owned())
}

/// Reads a time zone.
pub(super) fn timezone(text: &str) -> anyhow::Result<String> {
    match TimeZone::get(text.trim()) {
        Ok(zone) => Ok(zone.iana_name().unwrap_or(text).to_owned()),
        Err(_) => bail!("`{text}` is no time zone that is known: write it as Asia/Almaty"),
    }
}

/// Reads a language that mails are written in.
pub(super) fn language(text: &str) -> anyhow::Result<String> {
    let word = text.trim().to_lowercase();
    let known = mailer::LANGUAGES;
    if !known.contains(&word.as_str()) {
        bail!("mails are not written in `{text}`: choose one of {}", known.join(", "));
    }
    Ok(word)
}

/// Reads an address; nothing is nobody.
pub(super) fn subscriber(text: &str) -> anyhow::Result<Option<EmailAddress>> {
    if text.trim().is_empty() { Ok(None) } else { Ok(Some(text.parse()?)) }
}

/// Reads the address that subscribers see; mail servers are told it in plain ASCII.
pub(super) fn sender(text: &str) -> anyhow::Result<EmailAddress> {
    let address: EmailAddress = text.parse()?;
    if address.expose().is_ascii() { Ok(address) } else { bail!("a sender is written in plain ASCII") }
}

/// Reads `mail.example.org` or `mail.example.org:465`; `outbox` is no server. A port that is left out is 587.
pub(super) fn server(text: &str) -> anyhow::Result<Option<(String, u16)>> {
    let text = text.trim();
    if text.is_empty() || text == OUTBOX {
        return Ok(None);
    }
    let (host, port) = match text.rsplit_once(':') {
        // An address of IPv6 has colons of its own.
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let port = port.map_or(Ok(587), str::parse).ok().filter(|port| *port > 0);
    let port = port.context("the port is a number, as in mail.example.org:587")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte);
    if host.is_empty() || !host.bytes().all(plain) {
        bail!(
            "this is no host name: write it as mail.example.org:587, or `{OUTBOX}` for the folder data/outbox"
        );
    }
    Ok(Some((host.to_owned(), port)))
}

/// What protects the way to a server if nobody says: port 465 has TLS from the first byte, and a server on this machine
/// seldom has a certificate for `localhost`.
pub(super) fn usual_protection(host: &str, port: u16) -> Security {
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = plain == "localhost" || plain.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    match port {
        465 => Security::Tls,
        _ if is_here => Security::None,
        _ => Security::Starttls,
    }
}

/// How a protection is written in the settings.
pub(super) fn word_of(protection: Security) -> &'static str {
    match protection {
        Security::Starttls => "starttls",
        Security::Tls => "tls",
        Security::None => "none",
    }
}

/// Reads how the way to a mail server is protected.
pub(super) fn protection(text: &str) -> anyhow::Result<Security> {
    match text.trim() {
        "starttls" => Ok(Security::Starttls),
        "tls" => Ok(Security::Tls),
        "none" => Ok(Security::None),
        other => {
            bail!("`{other}` is no protection: write starttls, tls, or none for a server on this machine")
        }
    }
}

/// Reads the groups of sources; `known` are the ids of all.
pub(super) fn sources(text: &str, known: &[String]) -> anyhow::Result<Vec<String>> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_owned).collect();
    switches::check(&words, |word| known.iter().any(|id| id == word))?;
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_read_with_and_without_its_port() {
        let check = |text: &str, expected: Option<(&str, u16)>| {
            let read = server(text).unwrap();
            assert_eq!(read.as_ref().map(|(host, port)| (host.as_str(), *port)), expected, "{text}");
        };
        check("mail.example.org", Some(("mail.example.org", 587)));
        check(" mail.example.org:465 ", Some(("mail.example.org", 465)));
        check("[::1]:25", Some(("[::1]", 25)));
        check("", None);
        check("outbox", None);
        for text in ["mail.example.org:smtp", "mail example", ":25", "mail.example.org:0", "a@b:25"] {
            assert!(server(text).is_err(), "{text}");
        }
        let usual = |host, port| word_of(usual_protection(host, port));
        assert_eq!((usual("a.org", 465), usual("a.org", 587)), ("tls", "starttls"));
        assert_eq!(
            (usual("localhost", 25), usual("[::1]", 25), usual("localhost", 465)),
            ("none", "none", "tls")
        );
    }

    #[test]
    fn an_answer_that_cannot_be_used_is_told_why() {
        let check = |read: anyhow::Result<String>, word: &str| {
            let error = read.unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        };
        check(name("  "), "name");
        check(timezone("Almaty"), "Asia/Almaty");
        check(language("de"), "en, ru, kk");
        check(sources("kk, newspaper", &[]).map(|_| String::new()), "newspaper");
        check(subscriber("aigul").map(|_| String::new()), "name@example.org");
        check(sender("айгүл@example.org").map(|_| String::new()), "ASCII");
        check(protection("ssl").map(|_| String::new()), "starttls");
        assert_eq!(timezone("asia/almaty").unwrap(), "Asia/Almaty");
        assert_eq!(sources("kk,state  tengrinews", &["tengrinews".to_owned()]).unwrap().len(), 3);
        assert_eq!(subscriber(" ").unwrap(), None);
    }
}
