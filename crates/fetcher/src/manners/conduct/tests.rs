//! Servers that lie, that are honest, and that move.

use archive::Response;
use http::{HeaderMap, StatusCode, Version};
use model::{CanonicalUrl, EndpointKind, EndpointState};

use super::*;

const FEED: &str = "http://news.example/feed.xml";
const MOVED: &str = "https://news.example/rss";

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 + hours)
}

fn etag(tag: &str) -> Validators {
    Validators { etag: Some(tag.to_owned()), last_modified: None }
}

fn endpoint(validators: Validators, conduct: Conduct) -> Endpoint {
    Endpoint {
        validators,
        conduct,
        state: EndpointState::Ok,
        looked: true,
        ..Endpoint::new("sample".parse().unwrap(), EndpointKind::Feed, Url::parse(FEED).unwrap())
    }
}

fn answer(url: &str, status: u16) -> Answer {
    let response = Response {
        version: Version::HTTP_11,
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: Vec::new(),
        truncated: false,
    };
    let (began, ended) = (at(0), at(0));
    let url = Url::parse(url).unwrap();
    Answer { url, request: Vec::new(), response, remote: None, began, ended, tls: None, proxy: None }
}

/// An answer at `to`, reached by a redirect with `status` when one is given.
fn exchange(status: Option<u16>, to: &str) -> Exchange {
    let redirects = status.map(|status| answer(FEED, status)).into_iter().collect();
    Exchange { redirects, answer: answer(to, 200) }
}

fn entries(names: &[&str]) -> Vec<Entry> {
    let url = |name: &str| CanonicalUrl::parse(&format!("http://news.example/{name}")).unwrap();
    let entry = |name: &&str| Entry { title: (*name).to_owned(), ..Entry::new(url(name)) };
    names.iter().map(entry).collect()
}

/// Polls without conditions, gets `names` under `given`, and returns what was learnt.
fn check(held: Validators, conduct: Conduct, given: &Validators, names: &[&str]) -> Conduct {
    let (exchange, entries) = (exchange(None, FEED), entries(names));
    let told = Told { exchange: &exchange, validators: given, entries: &entries, conditional: false };
    after_reading(&endpoint(held, conduct), &told, at(30))
}

fn read(names: &[&str]) -> Conduct {
    check(Validators::default(), Conduct::default(), &Validators::default(), names)
}

#[test]
fn an_endpoint_is_asked_without_conditions_now_and_then_and_not_more_than_once_a_day() {
    let asked = |polls, read_whole, hours| {
        let conduct = Conduct { unchanged_polls: polls, read_whole, ..Conduct::default() };
        conditional(&endpoint(etag("1"), conduct), 24, at(hours))
    };
    assert!(asked(23, Some(at(0)), 100));
    assert!(asked(24, Some(at(0)), 23));
    assert!(!asked(24, Some(at(0)), 24));
    assert!(!asked(24, None, 0));
    assert!(!conditional(&endpoint(Validators::default(), Conduct::default()), 24, at(0)));
}

#[test]
fn a_server_that_would_have_hidden_new_entries_is_distrusted_for_a_month() {
    let learnt = check(etag("1"), read(&["a"]), &etag("1"), &["a", "b"]);
    assert_eq!(learnt.distrusted, Some(at(30)));
    assert!(words(&learnt).contains("read whole"));
    let suspect = endpoint(etag("1"), learnt.clone());
    assert!(!conditional(&suspect, 24, at(31)));
    assert!(conditional(&suspect, 24, at(30 + 30 * 24)));
    let (exchange, entries) = (exchange(None, FEED), entries(&["a", "b"]));
    let told = Told { exchange: &exchange, validators: &etag("2"), entries: &entries, conditional: true };
    assert_eq!(after_reading(&suspect, &told, at(30 + 30 * 24)).distrusted, None);
}

#[test]
fn a_date_before_the_last_word_of_no_change_is_a_lie() {
    let dated = |text: &str| Validators { etag: None, last_modified: Some(text.to_owned()) };
    let unchanged = Conduct { unchanged_at: Some("2026-11-23T10:00:00Z".parse().unwrap()), ..read(&["a"]) };
    let held = dated("Mon, 23 Nov 2026 04:00:00 GMT");
    let learn =
        |date: &str| check(held.clone(), unchanged.clone(), &dated(date), &["b"]).distrusted.is_some();
    assert!(learn("Mon, 23 Nov 2026 08:00:00 GMT"));
    assert!(!learn("Mon, 23 Nov 2026 09:55:00 GMT"));
    assert!(!learn("Mon, 23 Nov 2026 12:00:00 GMT"));
}

#[test]
fn honest_servers_are_believed() {
    assert_eq!(check(etag("1"), read(&["a", "b"]), &etag("1"), &["b", "a"]).distrusted, None);
    assert_eq!(check(etag("1"), read(&["a"]), &etag("2"), &["a", "b"]).distrusted, None);
    assert_eq!(check(etag("1"), Conduct::default(), &etag("1"), &["a"]).distrusted, None);
    let silent = Validators::default();
    assert_eq!(check(silent.clone(), read(&["a"]), &silent, &["b"]).distrusted, None);
}

/// Polls once a day by what was learnt before; returns what the last poll taught.
fn moving(days: &[(Option<u16>, &str)]) -> Conduct {
    (0..).zip(days).fold(Conduct::default(), |conduct, (day, (status, to))| {
        let asked = endpoint(etag("1"), conduct);
        after_no_change(&asked, &exchange(*status, to), at(day * 24))
    })
}

#[test]
fn a_move_is_believed_after_five_polls_that_agree_over_days() {
    let learnt = moving(&[(Some(301), MOVED); 4]);
    assert_eq!((learnt.address, learnt.moved.map(|moved| moved.polls)), (None, Some(4)));
    let learnt = moving(&[(Some(308), MOVED); 5]);
    assert_eq!(learnt.address.as_ref().map(Url::as_str), Some(MOVED));
    assert!(words(&learnt).contains("moved for good and is read at `https://news.example/rss`"));
    assert_eq!(address(&endpoint(etag("1"), learnt)).as_str(), MOVED);
}

#[test]
fn a_move_that_is_not_for_good_or_changes_its_mind_is_not_believed() {
    let other = "https://other.example/rss";
    assert_eq!(moving(&[(Some(302), MOVED); 9]), moving(&[(None, FEED); 9]));
    let wavering = [(Some(301), MOVED), (Some(301), MOVED), (Some(301), other), (Some(301), MOVED)];
    assert_eq!(moving(&wavering).moved.map(|moved| moved.polls), Some(1));
    assert_eq!(moving(&[(Some(301), "https://news.example/rss?token=1"); 9]).address, None);
    let hasty = (0..9).fold(Conduct::default(), |conduct, _| {
        after_no_change(&endpoint(etag("1"), conduct), &exchange(Some(301), MOVED), at(0))
    });
    assert_eq!(hasty.address, None);
}

#[test]
fn the_configured_address_is_asked_again_when_the_new_one_fails() {
    let failed = after_failure(&endpoint(etag("1"), moving(&[(Some(301), MOVED); 5])));
    assert_eq!((failed.address, failed.unchanged_polls), (None, 5));
}
