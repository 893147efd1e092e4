//! Whether an address may send for a domain, as a receiver finds out (RFC 7208, 4 and 5): `include:`, `redirect=`, `a`, `mx`
//! and ranges are followed, look-ups are counted.
//!
//! Nobody is asked here: [`walk`] says which question comes next, and is called again once it is answered. What depends on
//! the mail itself (`exists`, `ptr`, macros) is not followed, and leaves the result open.

use std::collections::HashMap;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::domain::{Answer, Unanswered};
use super::spf::is_spf;

/// More look-ups than this count as an error (4.6.4).
const MOST_LOOKUPS: usize = 10;
/// More look-ups than this that bring nothing count as one.
const MOST_VOID: usize = 2;
/// No more names are looked at of one `mx`.
const MOST_EXCHANGERS: usize = 10;

/// A question to DNS.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Texts(String),
    Addresses(String),
    Exchangers(String),
}

/// What was answered so far.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) names: HashMap<Question, Answer<String>>,
    pub(super) addresses: HashMap<Question, Answer<IpAddr>>,
}

/// What came of it for all addresses of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Walked {
    /// Each may send.
    Passes,
    /// One may not.
    Fails,
    /// It depends on what is not followed here, or there is no address to look for.
    Open,
    /// The record counts as an error, and why.
    Broken(String),
    /// Nobody answered.
    Unanswered,
}

/// What a record says of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Pass,
    Other,
    /// There is no record.
    Nothing,
}

/// Why a walk ends early.
enum Stop {
    Ask(Question),
    Broken(String),
    Unanswered,
}

/// What is wrong with a record, wherever it stands: receivers look at the whole before they go by any of it (4.6).
fn malformed(record: &str, domain: &str) -> Option<String> {
    let terms = || record.split_whitespace().skip(1);
    for name in ["redirect", "exp"] {
        if terms().filter_map(modifier).filter(|(one, _)| *one == name).count() > 1 {
            return Some(format!("`{name}=` stands there twice"));
        }
    }
    terms().filter(|term| modifier(term).is_none()).find_map(|term| {
        let (_, mechanism) = signed(term);
        let (name, value) = parts(mechanism);
        match name {
            "ip4" | "ip6" if range(value).is_none() => {
                Some(format!("`{mechanism}` is no range of addresses"))
            }
            "a" | "mx" if !value.contains('%') && target(value, domain).is_none() => {
                Some(format!("`{mechanism}` cannot be read"))
            }
            "include" | "exists" if value.is_empty() => Some(format!("`{mechanism}` names nobody")),
            "all" | "ip4" | "ip6" | "a" | "mx" | "include" | "exists" | "ptr" => None,
            _ => Some(format!("`{mechanism}` is unknown")),
        }
    })
}

/// A mechanism and the sign before it, `+` where there is none.
fn signed(term: &str) -> (char, &str) {
    match term.strip_prefix(['+', '-', '~', '?']) {
        Some(rest) => (term.chars().next().unwrap_or('+'), rest),
        None => ('+', term),
    }
}

/// The name of a mechanism, and what it is given.
fn parts(mechanism: &str) -> (&str, &str) {
    let (name, value) = mechanism.split_at(mechanism.find([':', '/']).unwrap_or(mechanism.len()));
    (name, value.strip_prefix(':').unwrap_or(value))
}

/// Walks for each address of a server. `Err` is what has to be asked first.
pub(super) fn walk(domain: &str, addresses: &[IpAddr], answers: &Answers) -> Result<Walked, Question> {
    let mut all = if addresses.is_empty() { Walked::Open } else { Walked::Passes };
    for address in addresses {
        let mut walk = Walk { address: *address, answers, lookups: 0, void: 0, open: false };
        match walk.host(&plain(domain)) {
            Ok(Said::Pass) => {}
            Ok(_) if walk.open => all = Walked::Open,
            Ok(_) => return Ok(Walked::Fails),
            Err(Stop::Ask(question)) => return Err(question),
            Err(Stop::Broken(why)) => return Ok(Walked::Broken(why)),
            Err(Stop::Unanswered) => return Ok(Walked::Unanswered),
        }
    }
    Ok(all)
}

struct Walk<'a> {
    address: IpAddr,
    answers: &'a Answers,
    lookups: usize,
    void: usize,
    /// Whether something was met that is not followed.
    open: bool,
}

impl<'a> Walk<'a> {
    /// What the record of `domain` says.
    fn host(&mut self, domain: &str) -> Result<Said, Stop> {
        let texts = self.names(Question::Texts(domain.to_owned()))?;
        let records: Vec<&String> = texts.iter().filter(|text| is_spf(text)).collect();
        let record = match records.as_slice() {
            [] => return Ok(Said::Nothing),
            [one] => one.to_lowercase(),
            _ => return Err(Stop::Broken(format!("{domain} has several SPF records"))),
        };
        if let Some(why) = malformed(&record, domain) {
            return Err(Stop::Broken(why));
        }
        for term in record.split_whitespace().skip(1).filter(|term| modifier(term).is_none()) {
            let (sign, mechanism) = signed(term);
            if self.matches(mechanism, domain)? {
                return Ok(if sign == '+' { Said::Pass } else { Said::Other });
            }
        }
        let mut modifiers = record.split_whitespace().filter_map(modifier);
        match modifiers.find(|(name, _)| *name == "redirect").map(|(_, value)| value) {
            None => Ok(Said::Other),
            Some(target) if target.contains('%') => {
                self.open = true;
                Ok(Said::Other)
            }
            Some(target) => self.elsewhere(target),
        }
    }

    /// The record of another domain, which has to have one.
    fn elsewhere(&mut self, target: &str) -> Result<Said, Stop> {
        self.count()?;
        match self.host(&plain(target))? {
            Said::Nothing => Err(Stop::Broken(format!("it goes on at {target}, which has no SPF record"))),
            said => Ok(said),
        }
    }

    fn matches(&mut self, mechanism: &str, domain: &str) -> Result<bool, Stop> {
        let (name, value) = parts(mechanism);
        match name {
            "all" => Ok(true),
            "ip4" | "ip6" => Ok(range(value).is_some_and(|range| range.contains(&self.address))),
            "exists" | "ptr" => {
                self.count()?;
                self.open = true;
                Ok(false)
            }
            "include" | "a" | "mx" if value.contains('%') => {
                self.count()?;
                self.open = true;
                Ok(false)
            }
            "include" => Ok(self.elsewhere(value)? == Said::Pass),
            // The record was looked at before: what is left is `a` and `mx`.
            _ => {
                let Some((target, prefixes)) = target(value, domain) else { return Ok(false) };
                self.count()?;
                if name == "a" {
                    self.host_has(&target, prefixes)
                } else {
                    self.exchangers_have(&target, prefixes)
                }
            }
        }
    }

    fn host_has(&mut self, host: &str, prefixes: (u8, u8)) -> Result<bool, Stop> {
        let question = Question::Addresses(host.to_owned());
        let found = match self.answers.addresses.get(&question) {
            None => return Err(Stop::Ask(question)),
            Some(Err(Unanswered)) => return Err(Stop::Unanswered),
            Some(Ok(found)) => found,
        };
        self.note_void(found.is_empty())?;
        let address = self.address;
        Ok(found.iter().any(|one| around(*one, prefixes).is_some_and(|range| range.contains(&address))))
    }

    fn exchangers_have(&mut self, domain: &str, prefixes: (u8, u8)) -> Result<bool, Stop> {
        let hosts = self.names(Question::Exchangers(domain.to_owned()))?;
        self.note_void(hosts.is_empty())?;
        if hosts.len() > MOST_EXCHANGERS {
            return Err(Stop::Broken(format!("{domain} has more than {MOST_EXCHANGERS} mail exchangers")));
        }
        for host in hosts {
            if self.host_has(&plain(host), prefixes)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn names(&self, question: Question) -> Result<&'a Vec<String>, Stop> {
        match self.answers.names.get(&question) {
            None => Err(Stop::Ask(question)),
            Some(Err(Unanswered)) => Err(Stop::Unanswered),
            Some(Ok(found)) => Ok(found),
        }
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > MOST_LOOKUPS {
            let why = format!("with all that it includes it takes more than {MOST_LOOKUPS} look-ups");
            return Err(Stop::Broken(why));
        }
        Ok(())
    }

    fn note_void(&mut self, is_void: bool) -> Result<(), Stop> {
        self.void += usize::from(is_void);
        if self.void > MOST_VOID {
            return Err(Stop::Broken(format!("more than {MOST_VOID} of its names do not exist")));
        }
        Ok(())
    }
}

/// `name=value`, as against `name:value`.
fn modifier(term: &str) -> Option<(&str, &str)> {
    term.split_once('=').filter(|(name, _)| !name.contains([':', '/']))
}

/// The name and the lengths of prefixes in `example.org/24//64`; without a name, that of the domain itself.
fn target(value: &str, domain: &str) -> Option<(String, (u8, u8))> {
    let (name, lengths) = value.split_once('/').unwrap_or((value, ""));
    let (four, six) = match lengths.strip_prefix('/') {
        Some(six) => ("", six),
        None => lengths.split_once("//").unwrap_or((lengths, "")),
    };
    let length = |text: &str, most: u8| {
        if text.is_empty() { Some(most) } else { text.parse().ok().filter(|length| *length <= most) }
    };
    let name = if name.is_empty() { domain } else { name };
    Some((plain(name), (length(four, 32)?, length(six, 128)?)))
}

fn around(address: IpAddr, (four, six): (u8, u8)) -> Option<IpNet> {
    Some(match address {
        IpAddr::V4(address) => IpNet::V4(Ipv4Net::new(address, four).ok()?),
        IpAddr::V6(address) => IpNet::V6(Ipv6Net::new(address, six).ok()?),
    })
}

fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A name as it is asked for and remembered.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
