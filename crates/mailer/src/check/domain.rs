//! What the domain of the sender says of itself in DNS, held against what mail servers elsewhere look for. Plain: records go
//! in, verdicts come out.
//!
//! SPF (RFC 7208) names who may send, DMARC (RFC 7489) says what happens to others, MX is where answers and bounces go, and
//! the name behind a server's address (PTR) has to lead back to it. DKIM cannot be judged from outside: see [`DKIM`].

use std::net::IpAddr;

use super::Verdict;
use super::spf::{self, Spf};

/// What is known of the sending domain. `Err` is a question that nobody answered: nothing follows from that.
#[derive(Debug, Clone)]
pub struct Records {
    /// The domain of the sender.
    pub domain: String,
    /// The mail server that is given the mails.
    pub server: String,
    /// TXT records of the domain.
    pub txt: Answer<String>,
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
        ("spf", spf_verdict(records)),
        ("dkim", Verdict::fine(DKIM)),
        ("dmarc", dmarc(records)),
        ("mx", mx(records)),
        ("ptr", pointer(records)),
    ]
}

/// No signature, no key to look for; the server may sign under a selector that only its operator knows.
const DKIM: &str = "this program does not sign mails; a mail server that does so needs nothing from here, so that SPF \
                    and DMARC alone are checked";

fn unanswered(what: &str) -> Verdict {
    Verdict::look(
        format!("nobody answered when asked for {what}"),
        "check this machine's DNS (/etc/resolv.conf), then: qarauyl doctor",
    )
}

/// The record to publish, as a line of a zone file.
fn publish(name: &str, text: &str) -> String {
    format!("publish:  {name}. IN TXT \"{text}\"")
}

fn spf_verdict(records: &Records) -> Verdict {
    let (domain, server) = (&records.domain, &records.server);
    let Ok(texts) = &records.txt else { return unanswered("SPF") };
    let found: Vec<&String> = texts.iter().filter(|text| spf::is_spf(text)).collect();
    let text = match found.as_slice() {
        [] => {
            return Verdict::look(
                format!("{domain} does not say who may send for it: many servers refuse such mails"),
                format!(
                    "{}{}, and with whoever else sends for it",
                    publish(domain, &wanted(records)),
                    relay_note(records)
                ),
            );
        }
        [one] => one.as_str(),
        several => {
            return Verdict::look(
                format!("{domain} has {} SPF records, which counts as none", several.len()),
                "keep one TXT record that begins with v=spf1, and take its parts together in it",
            );
        }
    };
    let spf = Spf::parse(text);
    let addresses = records.server_addresses.as_deref().unwrap_or_default();
    let is_named = spf.names(server, domain, addresses, records.mx.as_deref().unwrap_or_default());
    if let Some(problem) = spf.problem() {
        let todo = if spf.has_too_many_lookups() {
            "take some of its include:, a and mx parts out, or write their addresses as ip4: and ip6:"
                .to_owned()
        } else if is_named || spf.has_others() {
            publish(domain, &spf.closed(None))
        } else {
            publish(domain, &spf.closed(Some(&mechanism(records))))
        };
        return Verdict::look(format!("{domain}: {problem}"), todo);
    }
    if is_named {
        return Verdict::fine(format!("{domain} lets {server} send for it"));
    }
    if records.mx.is_err() || records.server_addresses.is_err() {
        return unanswered("the servers that SPF speaks of");
    }
    if spf.has_others() || is_here(records) {
        return Verdict::fine(format!(
            "{domain} names who may send for it; whether the address from which {server} sends is among them, its operator knows"
        ));
    }
    Verdict::look(
        format!("{domain} names who may send for it, and {server} is not among them"),
        format!("{}{}", publish(domain, &spf.with(&mechanism(records))), relay_note(records)),
    )
}

/// How the server is named in SPF.
fn mechanism(records: &Records) -> String {
    if is_here(records) {
        "ip4:THE-PUBLIC-ADDRESS-OF-THIS-MACHINE".to_owned()
    } else {
        format!("a:{}", records.server)
    }
}

fn wanted(records: &Records) -> String {
    format!("v=spf1 mx {} ~all", mechanism(records))
}

/// A provider's server often sends from other addresses than the one that takes the mails.
fn relay_note(records: &Records) -> String {
    if is_here(records) || is_own(records) {
        String::new()
    } else {
        format!("  (or include: with the name that the operator of {} gives)", records.server)
    }
}

/// Whether the server is this machine.
fn is_here(records: &Records) -> bool {
    let addresses = records.server_addresses.as_deref().unwrap_or_default();
    !addresses.is_empty() && addresses.iter().all(IpAddr::is_loopback)
}

/// Whether the server lies in the sender's own domain.
fn is_own(records: &Records) -> bool {
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
        Some(policy @ ("quarantine" | "reject")) => Verdict::fine(format!(
            "{domain} has mails that fail refused or set apart (p={policy}); without a signature a mail that a subscriber forwards fails"
        )),
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
