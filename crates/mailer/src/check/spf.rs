//! One SPF record (RFC 7208): its form, its end, and, by what `walk` found, whether it lets the mail server send.

use super::Verdict;
use super::domain::{Records, is_here, is_own, publish, unanswered};
use super::walk::Walked;

/// RFC 7208, 4.6.4: more look-ups than this count as an error. Those inside an `include` count as well: `walk` sees them.
const MOST_LOOKUPS: usize = 10;

/// Judges the record of the sender's domain.
pub(super) fn verdict(records: &Records) -> Verdict {
    let (domain, server) = (&records.domain, &records.server);
    let Ok(texts) = &records.txt else { return unanswered("SPF") };
    let found: Vec<&String> = texts.iter().filter(|text| is_spf(text)).collect();
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
    if let Some(problem) = spf.problem() {
        // Whom `+all` lets pass is not named by it.
        let is_covered = records.spf == Walked::Passes && !spf.lets_everybody() || spf.has_others();
        let one_more = if is_covered { None } else { Some(server_mechanism(records)) };
        let todo = if spf.has_too_many_lookups() {
            FEWER.to_owned()
        } else {
            publish(domain, &spf.closed(one_more.as_deref()))
        };
        return Verdict::look(format!("{domain}: {problem}"), todo);
    }
    if is_here(records) {
        return Verdict::fine(format!(
            "{domain} names who may send for it; whether the address from which {server} sends is among them, its operator knows"
        ));
    }
    followed(records, &spf)
}

/// Judges what a receiver would find for the addresses of the mail server.
fn followed(records: &Records, spf: &Spf) -> Verdict {
    let (domain, server) = (&records.domain, &records.server);
    match &records.spf {
        Walked::Passes => Verdict::fine(format!("{domain} lets {server} send for it")),
        Walked::Unanswered => unanswered("the servers that SPF speaks of"),
        Walked::Broken(why) => Verdict::look(
            format!("the SPF record of {domain} counts as an error: {why}"),
            if why.contains("look-ups") { FEWER } else { "mend what is named, or have its operator do so" },
        ),
        // A provider takes mails at one address and sends them from others; without an address nothing can be told.
        Walked::Open | Walked::Fails if spf.has_others() && !is_own(records) => Verdict::fine(format!(
            "{domain} names who may send for it; {server} is not seen among them, and a provider may send from other addresses: its operator knows"
        )),
        Walked::Open => Verdict::fine(format!(
            "{domain} names who may send for it; whether {server} is among them cannot be told from here"
        )),
        Walked::Fails => Verdict::look(
            format!("{domain} names who may send for it, and {server} is not among them"),
            format!("{}{}", publish(domain, &spf.with(&server_mechanism(records))), relay_note(records)),
        ),
    }
}

const FEWER: &str =
    "take some of its include:, a and mx parts out, or write their addresses as ip4: and ip6:";

/// How the server is named in SPF.
fn server_mechanism(records: &Records) -> String {
    if is_here(records) {
        "ip4:THE-PUBLIC-ADDRESS-OF-THIS-MACHINE".to_owned()
    } else {
        format!("a:{}", records.server)
    }
}

fn wanted(records: &Records) -> String {
    format!("v=spf1 mx {} ~all", server_mechanism(records))
}

/// A provider's server often sends from other addresses than the one that takes the mails.
fn relay_note(records: &Records) -> String {
    if is_here(records) || is_own(records) {
        String::new()
    } else {
        format!("  (or include: with the name that the operator of {} gives)", records.server)
    }
}

/// A record in its terms.
#[derive(Debug, Clone)]
pub(super) struct Spf {
    terms: Vec<String>,
}

/// Whether a TXT record is one of SPF.
pub(super) fn is_spf(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case("v=spf1"))
}

impl Spf {
    pub(super) fn parse(text: &str) -> Self {
        Self { terms: text.split_whitespace().skip(1).map(str::to_lowercase).collect() }
    }

    /// What comes after `all` is never looked at, nor is `redirect=` beside it (RFC 7208, 5.1 and 6.1).
    fn lookups(&self) -> usize {
        let has_end = self.terms.iter().any(|term| mechanism(term) == "all");
        let looked_up = |term: &&String| {
            let name = mechanism(term);
            matches!(name, "include" | "a" | "mx" | "ptr" | "exists")
                || (term.starts_with("redirect=") && !has_end)
        };
        self.terms.iter().take_while(|term| mechanism(term) != "all").filter(looked_up).count()
    }

    /// Whether receivers give up before they have read it all.
    pub(super) fn has_too_many_lookups(&self) -> bool {
        self.lookups() > MOST_LOOKUPS
    }

    fn lets_everybody(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.as_str(), "all" | "+all"))
    }

    /// Says what makes the record worse than none, or of no use.
    pub(super) fn problem(&self) -> Option<String> {
        let lookups = self.lookups();
        let last = self.terms.iter().find(|term| mechanism(term) == "all").map(String::as_str);
        let redirects = self.terms.iter().any(|term| term.starts_with("redirect="));
        match last {
            _ if lookups > MOST_LOOKUPS => Some(format!(
                "its SPF record takes {lookups} look-ups and {MOST_LOOKUPS} are allowed, which counts as an error"
            )),
            Some("all" | "+all") => Some("its SPF record lets everybody send (+all)".to_owned()),
            Some("?all") => Some("its SPF record says nothing of others (?all)".to_owned()),
            None if !redirects => {
                Some("its SPF record does not end in -all or ~all, and says nothing of others".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the record has others say who may send.
    pub(super) fn has_others(&self) -> bool {
        self.terms.iter().any(|term| {
            let elsewhere = matches!(mechanism(term), "include" | "exists" | "ptr");
            elsewhere || term.starts_with("redirect=") || (mechanism(term) == "mx" && term.contains(':'))
        })
    }

    /// The record with an end that lets nobody else send for sure, and with one more that may.
    pub(super) fn closed(&self, one_more: Option<&str>) -> String {
        let mut terms = vec!["v=spf1".to_owned()];
        terms.extend(one_more.map(str::to_owned));
        terms.extend(self.terms.iter().filter(|term| mechanism(term) != "all").cloned());
        terms.push("~all".to_owned());
        terms.join(" ")
    }

    /// The record with one more that may send.
    pub(super) fn with(&self, mechanism: &str) -> String {
        let mut terms = vec!["v=spf1".to_owned(), mechanism.to_owned()];
        terms.extend(self.terms.iter().cloned());
        terms.join(" ")
    }
}

/// The name of a term without its sign and value: `~include:x` is `include`.
fn mechanism(term: &str) -> &str {
    let term = term.trim_start_matches(['+', '-', '~', '?']);
    term.split([':', '/']).next().unwrap_or_default()
}
