//! Learns from each poll how an endpoint's server behaves: whether its validators lie, and where it has moved. Pure.
//!
//! - A server that was asked without conditions and gives the validators that we hold, but other entries, would have
//!   hidden these entries behind a "not modified". So would one whose `Last-Modified` lies before its last "not
//!   modified". Its validators are not used for a month.
//! - An address is taken as moved when five polls in a row, over three days or more, were sent by 301 or 308 to the
//!   same place and found it readable there. The configured address stays, and is asked again with the first failure
//!   at the new one: a redirect may be a mistake, a hotel's login or a seized domain.

use archive::{Answer, Exchange};
use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use model::{Conduct, Endpoint, EndpointKind, Entry, Move, Validators};
use sha2::{Digest, Sha256};
use url::Url;

/// How long validators that lied are not used.
const DISTRUST: SignedDuration = SignedDuration::from_hours(30 * 24);
/// An endpoint that says "not modified" is asked without conditions no more often than this: publishers mind.
const CHECK_DISTANCE: SignedDuration = SignedDuration::from_hours(24);
/// How many polls in a row have to agree on a move, and over how long.
const MOVE_POLLS: u32 = 5;
const MOVE_SPAN: SignedDuration = SignedDuration::from_hours(3 * 24);
/// Clocks of servers are wrong by this much without anybody lying.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_mins(10);

/// What a poll read.
pub(crate) struct Told<'a> {
    pub(crate) exchange: &'a Exchange,
    pub(crate) validators: &'a Validators,
    pub(crate) entries: &'a [Entry],
    /// Whether it was asked with conditions.
    pub(crate) conditional: bool,
}

/// Returns the address that is asked.
pub(crate) fn address(endpoint: &Endpoint) -> &Url {
    endpoint.conduct.address.as_ref().unwrap_or(&endpoint.url)
}

/// Returns whether an endpoint is asked with conditions: not when there are none, when they have lied, or when it is
/// time to look behind them, after `check_every` polls without news and a day.
pub(crate) fn conditional(endpoint: &Endpoint, check_every: u32, now: Timestamp) -> bool {
    let (conduct, validators) = (&endpoint.conduct, &endpoint.validators);
    let none = validators.etag.is_none() && validators.last_modified.is_none();
    let lied = conduct.distrusted.is_some_and(|since| now < later(since, DISTRUST));
    let long_ago = conduct.read_whole.is_none_or(|read| later(read, CHECK_DISTANCE) <= now);
    let look_behind = conduct.unchanged_polls >= check_every && long_ago;
    !(none || lied || look_behind)
}

/// Returns what an answer with entries teaches.
pub(crate) fn after_reading(endpoint: &Endpoint, told: &Told<'_>, now: Timestamp) -> Conduct {
    let entries_sha256 = digest(told.entries);
    let other =
        !endpoint.conduct.entries_sha256.is_empty() && endpoint.conduct.entries_sha256 != entries_sha256;
    let mut conduct = after_redirects(endpoint, told.exchange, now);
    let lied = !told.conditional && other && has_lied(endpoint, told.validators);
    let over = conduct.distrusted.is_some_and(|since| later(since, DISTRUST) <= now);
    conduct.distrusted = if lied { Some(now) } else { conduct.distrusted.filter(|_| !over) };
    Conduct { unchanged_polls: 0, unchanged_at: None, read_whole: Some(now), entries_sha256, ..conduct }
}

/// Returns what "not modified" teaches.
pub(crate) fn after_no_change(endpoint: &Endpoint, exchange: &Exchange, now: Timestamp) -> Conduct {
    let unchanged_polls = endpoint.conduct.unchanged_polls.saturating_add(1);
    Conduct { unchanged_polls, unchanged_at: Some(now), ..after_redirects(endpoint, exchange, now) }
}

/// Returns what a failure teaches: an address that was taken as the new one is given up for the configured one.
pub(crate) fn after_failure(endpoint: &Endpoint) -> Conduct {
    Conduct { address: None, moved: None, ..endpoint.conduct.clone() }
}

/// Returns what a person is to know of an endpoint that works; empty when there is nothing.
pub(crate) fn words(conduct: &Conduct) -> String {
    let mut words = Vec::new();
    if conduct.distrusted.is_some() {
        words.push(
            "its server called changed pages unchanged, so that it is always read whole for a month"
                .to_owned(),
        );
    }
    if let Some(address) = &conduct.address {
        let place = crate::Place::of(address);
        words.push(format!(
            "it has moved for good and is read at `{place}`: change its url in its source file"
        ));
    }
    words.join("; ")
}

/// Returns whether the validators that we hold would have hidden entries that are new.
fn has_lied(endpoint: &Endpoint, given: &Validators) -> bool {
    let held = &endpoint.validators;
    let same = match (&held.etag, &given.etag) {
        (Some(held), Some(given)) => held == given,
        (None, None) => held.last_modified.is_some() && held.last_modified == given.last_modified,
        _ => false,
    };
    let date = given.last_modified.as_deref().and_then(|date| httpdate::parse_http_date(date).ok());
    let modified = date.and_then(|date| Timestamp::try_from(date).ok());
    let denied = modified.zip(endpoint.conduct.unchanged_at);
    same || denied.is_some_and(|(modified, unchanged)| later(modified, CLOCK_SLACK) < unchanged)
}

/// Counts the polls that agree on a move, and believes it in the end.
fn after_redirects(endpoint: &Endpoint, exchange: &Exchange, now: Timestamp) -> Conduct {
    let before = endpoint.conduct.clone();
    // Addresses of platforms have a form that says how they are read: where they lead does not have it.
    let plain = matches!(endpoint.kind, EndpointKind::Feed | EndpointKind::Sitemap | EndpointKind::Listing);
    let Some(to) = moved_to(exchange).filter(|_| plain) else { return Conduct { moved: None, ..before } };
    let moved = match before.moved {
        Some(known) if known.to == *to => Move { polls: known.polls.saturating_add(1), ..known },
        _ => Move { to: to.clone(), since: now, polls: 1 },
    };
    if moved.polls >= MOVE_POLLS && later(moved.since, MOVE_SPAN) <= now {
        return Conduct { moved: None, address: Some(moved.to), ..before };
    }
    Conduct { moved: Some(moved), ..before }
}

/// Returns where an endpoint has moved for good. An address with a query is never taken: it is told to everyone on
/// the way.
fn moved_to(exchange: &Exchange) -> Option<&Url> {
    let for_good = |answer: &Answer| matches!(answer.response.status.as_u16(), 301 | 308);
    let moved = !exchange.redirects.is_empty() && exchange.redirects.iter().all(for_good);
    Some(exchange.final_url()).filter(|to| moved && to.query().is_none())
}

/// Returns a digest that changes with what is announced, and not with dates and counters around it.
fn digest(entries: &[Entry]) -> String {
    let mut lines: Vec<[&str; 2]> =
        entries.iter().map(|entry| [entry.url.as_str(), entry.title.as_str()]).collect();
    lines.sort_unstable();
    let mut hash = Sha256::new();
    for text in lines.into_iter().flatten() {
        hash.update(text.as_bytes());
        hash.update([0]);
    }
    HEXLOWER.encode(&hash.finalize())
}

fn later(time: Timestamp, wait: SignedDuration) -> Timestamp {
    time.saturating_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
