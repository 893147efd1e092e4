//! What the domain of the sender says of itself in DNS, held against what mail servers elsewhere look for. Plain: records go
//! in, verdicts come out.
//!
//! SPF (RFC 7208) names who may send, DMARC (RFC 7489) says what happens to others, MX is where answers and bounces go, and
//! the name behind a server's address (PTR) has to lead back to it. DKIM (RFC 6376) has a key that checks signatures.

use std::net::IpAddr;

use super::Verdict;
use super::dkim::{self, Signing};
use super::spf;
use super::walk::Walked;

/// What is known of the sending domain. `Err` is a question that nobody answered: nothing follows from that.
#[derive(Debug, Clone)]
pub struct Records {
    /// The domain of the sender.
    pub domain: String,
    /// The mail server that is given the mails.
    pub server: String,
    /// TXT records of the domain.
    pub txt: Answer<String>,
    /// Whether they let the addresses of the mail server send.
    pub spf: Walked,
    /// The signature.
    pub dkim: Signing,
    /// TXT records at `_dmarc` of the domain, or, if it has none, of the registered domain above it.
    pub dmarc: Answer<String>,
    /// The mail exchangers of the domain.
    pub mx: Answer<String>,
    /// The addresses of the domain itself: where bounces go without MX.
    pub own: Answer<IpAddr>,
    /// The addresses of the mail server.
    pub server_addresses: Answer<IpAddr>,
    /// The first address of the server with the names behind it, and whether one of them leads back.
    pub pointer: Option<Pointer>,
}

/// The names behind an address.
#[derive(Debug, Clone)]
pub struct Pointer {
    /// The names.
    pub names: Answer<String>,
    /// Whether one of them has that address.
    pub leads_back: bool,
}

/// What a question brought; none is an answer, too.
pub type Answer<T> = Result<Vec<T>, Unanswered>;

/// Nobody answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unanswered;

/// Judges the records: each verdict with what it is about.
pub fn domain(records: &Records) -> Vec<(&'static str, Verdict)> {
    vec![
        ("spf", spf::verdict(records)),
        ("dkim", dkim::verdict(&records.dkim)),
        ("dmarc", dmarc(records)),
        ("mx", mx(records)),
        ("ptr", pointer(records)),
    ]
}

pub(super) fn unanswered(what: &str) -> Verdict {
    Verdict::look(
        format!("nobody answered when asked for {what}"),
        "check this machine's DNS (/etc/resolv.conf), then: qarauyl doctor",
    )
}

/// One string of a TXT record holds no more bytes (RFC 1035, 3.3).
const LONGEST_STRING: usize = 255;

/// What to do where a record is missing.
pub(super) fn publish(name: &str, text: &str) -> String {
    format!("publish:  {}", zone_line(name, text))
}

/// A TXT record as a line of a zone file. A long text is several strings, which belong together.
pub fn zone_line(name: &str, text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let parts: Vec<String> = letters
        .chunks(LONGEST_STRING)
        .map(|part| format!("\"{}\"", part.iter().collect::<String>()))
        .collect();
    let text = parts.join(" ");
    if parts.len() > 1 { format!("{name}. IN TXT ( {text} )") } else { format!("{name}. IN TXT {text}") }
}

/// Whether the server is this machine.
pub(super) fn is_here(records: &Records) -> bool {
    let addresses = records.server_addresses.as_deref().unwrap_or_default();
    !addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback)
}

/// Whether the server lies in the sender's own domain.
pub(super) fn is_own(records: &Records) -> bool {
    model::registered_domain(&records.server) == model::registered_domain(&records.domain)
}

fn dmarc(records: &Records) -> Verdict {
    let domain = &records.domain;
    let Ok(texts) = &records.dmarc else { return unanswered("DMARC") };
    let found: Vec<&String> = texts.iter().filter(|text| text.trim_start().starts_with("v=DMARC1")).collect();
    let name = format!("_dmarc.{domain}");
    let usual = format!("v=DMARC1; p=none; rua=mailto:postmaster@{domain}");
    let text = match found.as_slice() {
        [] => {
            return Verdict::look(
                format!("{domain} has no DMARC record: large providers ask for one"),
                publish(&name, &usual),
            );
        }
        [one] => one.as_str(),
        _ => {
            return Verdict::look(
                format!("{name} has several DMARC records, which counts as none"),
                "keep one of them",
            );
        }
    };
    let tag = |wanted: &str| {
        let tags = text.split(';').filter_map(|part| part.split_once('='));
        tags.into_iter().find(|(tag, _)| tag.trim() == wanted).map(|(_, value)| value.trim().to_lowercase())
    };
    match tag("p").as_deref() {
        Some("none") => Verdict::fine(format!("{domain} only has failures reported (p=none)")),
        Some(policy @ ("quarantine" | "reject")) => {
            let forwarded = match records.dkim {
                Signing::Key { .. } => "",
                _ => "; without a signature a mail that a subscriber forwards fails",
            };
            Verdict::fine(format!(
                "{domain} has mails that fail refused or set apart (p={policy}){forwarded}"
            ))
        }
        _ => Verdict::look(
            format!("the DMARC record of {domain} has no policy that counts (p=none, quarantine or reject)"),
            publish(&name, &usual),
        ),
    }
}

fn mx(records: &Records) -> Verdict {
    let domain = &records.domain;
    let todo = format!(
        "publish:  {domain}. IN MX 10 THE-HOST-THAT-TAKES-MAIL.  or set [mailer] from in a domain that has one"
    );
    match (&records.mx, &records.own) {
        (Err(Unanswered), _) => unanswered("MX"),
        (Ok(hosts), _) if hosts.iter().any(|host| host.trim_end_matches('.').is_empty()) => {
            Verdict::look(format!("{domain} says that it takes no mail: answers and bounces are lost"), todo)
        }
        (Ok(hosts), _) if !hosts.is_empty() => {
            Verdict::fine(format!("answers and bounces go to {}", hosts.join(", ")))
        }
        (_, Ok(own)) if !own.is_empty() => {
            Verdict::fine(format!("{domain} has no MX record; answers and bounces go to its own address"))
        }
        (_, Err(Unanswered)) => unanswered("MX"),
        _ => Verdict::look(
            format!(
                "{domain} takes no mail: answers and bounces are lost, and some servers refuse such a sender"
            ),
            todo,
        ),
    }
}

fn pointer(records: &Records) -> Verdict {
    let server = &records.server;
    if is_here(records) {
        return Verdict::fine(format!(
            "{server} is this machine: whoever rents it out sets the name behind its public address; it cannot be seen from here"
        ));
    }
    if !is_own(records) {
        return Verdict::fine(format!(
            "{server} lies in another domain: the name behind its address is its operator's care"
        ));
    }
    let Some(pointer) = &records.pointer else { return unanswered("the address of the mail server") };
    match &pointer.names {
        Err(Unanswered) => unanswered("PTR"),
        Ok(names) if names.is_empty() => Verdict::look(
            format!("there is no name behind the address of {server}: many servers refuse such mails"),
            format!("have whoever rents the address out set its name (PTR, reverse DNS) to {server}"),
        ),
        Ok(_) if pointer.leads_back => {
            Verdict::fine(format!("the name behind the address of {server} leads back to it"))
        }
        Ok(names) => Verdict::look(
            format!(
                "the name behind the address of {server}, {}, does not lead back to it",
                names.join(", ")
            ),
            format!("have whoever rents the address out set its name (PTR, reverse DNS) to {server}"),
        ),
    }
}

#[cfg(test)]
#[path = "domain_tests.rs"]
mod tests;
