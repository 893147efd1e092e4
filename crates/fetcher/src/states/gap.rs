//! A feed that has run over between two polls: how that is noticed, and what is asked to fill the gap.
//!
//! The source's sitemaps and listing pages are asked when it has some, else the news sitemaps that its robots.txt names.

use archive::Exchange;
use jiff::{SignedDuration, Timestamp};
use model::{Endpoint, EndpointKind, Entry, Source};

use crate::discovery::sitemaps_named;
use crate::formats::telegram;
use crate::{PoliteClient, Polled, poll};

/// No more places are asked to fill one gap.
const MOST_ASKED: usize = 3;
/// Clocks of outlets are wrong by this much.
const SLACK: SignedDuration = SignedDuration::from_hours(1);
/// An endpoint that runs over again and again is filled no more often than this.
const BETWEEN_FILLINGS: SignedDuration = SignedDuration::from_hours(6);

/// What filled a gap.
#[derive(Debug, Default)]
pub(crate) struct Filling {
    pub(crate) entries: Vec<Entry>,
    pub(crate) exchanges: Vec<Exchange>,
    /// Whether it reaches back to what was known before.
    pub(crate) is_whole: bool,
}

/// Returns whether a poll shares no entry with the one before, so that some may have passed unseen between them. `new`
/// are those of `entries` that were not announced before. Sitemaps show the last days, whatever was in them, and what
/// reaches back to the last poll shows all.
pub(crate) fn ran_over(endpoint: &Endpoint, entries: &[Entry], new: &[&Entry]) -> bool {
    if endpoint.kind == EndpointKind::Telegram {
        // Messages are numbered without gaps, and the poll reads back to the newest that was known.
        let known = endpoint.newest.as_ref().and_then(telegram::number_of);
        let oldest = new.iter().filter_map(|entry| telegram::number_of(&entry.url)).min();
        return known.zip(oldest).is_some_and(|(known, oldest)| oldest > known + 1)
            && new.len() >= entries.len();
    }
    let oldest = entries.iter().filter_map(|entry| entry.published).min();
    let reaches_back = endpoint.last_read.zip(oldest).is_some_and(|(read, oldest)| oldest < read - SLACK);
    let all_new = entries.len() > 1 && new.len() >= entries.len();
    endpoint.kind != EndpointKind::Sitemap && endpoint.health.shown > 0 && all_new && !reaches_back
}

/// Returns whether a gap of `endpoint` is to be filled now. What a channel has published stands nowhere else.
pub(crate) fn may_be_filled(endpoint: &Endpoint, at: Timestamp) -> bool {
    let is_channel = matches!(endpoint.kind, EndpointKind::Telegram | EndpointKind::Youtube);
    let recently = endpoint.health.filled.is_some_and(|filled| at.duration_since(filled) < BETWEEN_FILLINGS);
    !is_channel && !recently
}

impl Filling {
    /// Asks other places of the source for what `endpoint` did not show. `beside` are the source's own sitemaps and
    /// listings. A place that cannot be read fills nothing, and is no failure of the endpoint.
    pub(crate) async fn of(
        client: &PoliteClient,
        (source, endpoint): (&Source, &Endpoint),
        beside: Vec<Endpoint>,
        at: Timestamp,
    ) -> Self {
        let mut filling = Self::default();
        let Some(known) = endpoint.last_read else { return filling };
        let named = beside.is_empty();
        let places = if named { sitemaps_named(client, source, &endpoint.url).await } else { beside };
        for place in places.iter().take(MOST_ASKED) {
            // Asked without conditions: what it said last time may be just what is missing.
            let place = Endpoint { validators: model::Validators::default(), ..place.clone() };
            let Ok(Polled::Read(read)) = poll(client, source, &place).await else { continue };
            filling.add(read.parsed.entries, (known, at), named);
            filling.exchanges.extend(read.exchanges);
        }
        filling
    }

    /// Takes the entries of the time that is missing. Of a sitemap that nobody has configured those without title or date
    /// are left, and prove nothing: it may list old pages under the date of their last change.
    fn add(&mut self, entries: Vec<Entry>, (known, at): (Timestamp, Timestamp), is_named: bool) {
        let from = known.saturating_sub(SLACK).unwrap_or(Timestamp::MIN);
        let usable = |entry: &Entry| !is_named || !(entry.title.is_empty() || entry.published.is_none());
        let usable: Vec<Entry> = entries.into_iter().filter(usable).collect();
        self.is_whole |= usable.iter().any(|entry| entry.published.is_some_and(|time| time < from));
        let is_missing = |entry: &Entry| entry.published.is_none_or(|time| (from..=at).contains(&time));
        self.entries.extend(usable.into_iter().filter(is_missing));
    }
}

#[cfg(test)]
mod tests {
    use model::{CanonicalUrl, Health};

    use super::*;

    fn entry(url: &str, published: Option<&str>, title: &str) -> Entry {
        Entry {
            title: title.to_owned(),
            published: published.map(|time| time.parse().unwrap()),
            ..Entry::new(CanonicalUrl::parse(url).unwrap())
        }
    }

    fn endpoint(kind: EndpointKind) -> Endpoint {
        let url = "https://news.example/feed".parse().unwrap();
        let health = Health { shown: 3, ..Health::default() };
        Endpoint { looked: true, health, ..Endpoint::new("sample".parse().unwrap(), kind, url) }
    }

    #[test]
    fn a_feed_runs_over_when_all_it_shows_is_new() {
        let entries: Vec<Entry> =
            (0..3).map(|number| entry(&format!("https://news.example/{number}"), None, "")).collect();
        let new: Vec<&Entry> = entries.iter().collect();
        let feed = endpoint(EndpointKind::Feed);
        assert!(ran_over(&feed, &entries, &new));
        assert!(!ran_over(&feed, &entries, &new[..2]));
        assert!(!ran_over(&Endpoint { health: Health::default(), ..feed.clone() }, &entries, &new));
        assert!(!ran_over(&endpoint(EndpointKind::Sitemap), &entries, &new));
        assert!(!ran_over(&feed, &entries[..1], &new[..1]));
        assert!(!ran_over(&feed, &[], &[]));
        let read = |at: &str| Endpoint { last_read: Some(at.parse().unwrap()), ..feed.clone() };
        let dated = ["2026-11-23T05:00:00Z", "2026-11-23T09:00:00Z"];
        let dated = dated.map(|at| entry(&format!("https://news.example/{at}"), Some(at), ""));
        let new: Vec<&Entry> = dated.iter().collect();
        assert!(ran_over(&read("2026-11-23T04:00:00Z"), &dated, &new));
        assert!(!ran_over(&read("2026-11-23T07:00:00Z"), &dated, &new));
    }

    #[test]
    fn a_channel_runs_over_when_a_number_is_missing() {
        let url = |number: u32| format!("https://t.me/channel/{number}");
        let entries = [entry(&url(12), None, ""), entry(&url(13), None, "")];
        let new: Vec<&Entry> = entries.iter().collect();
        let channel = |newest| Endpoint {
            newest: Some(CanonicalUrl::parse(&url(newest)).unwrap()),
            ..endpoint(EndpointKind::Telegram)
        };
        assert!(!ran_over(&channel(11), &entries, &new));
        assert!(ran_over(&channel(10), &entries, &new));
    }

    #[test]
    fn a_gap_is_filled_now_and_then_and_that_of_a_channel_never() {
        let at: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let filled = |hours: i64| {
            let filled = Some(at - SignedDuration::from_hours(hours));
            Endpoint { health: Health { filled, ..Health::default() }, ..endpoint(EndpointKind::Feed) }
        };
        assert!(may_be_filled(&endpoint(EndpointKind::Feed), at) && may_be_filled(&filled(6), at));
        assert!(!may_be_filled(&filled(5), at) && !may_be_filled(&endpoint(EndpointKind::Telegram), at));
    }

    #[test]
    fn only_what_was_published_in_between_fills() {
        let (known, at) =
            ("2026-11-23T00:00:00Z".parse::<Timestamp>().unwrap(), "2026-11-23T10:00:00Z".parse().unwrap());
        let entries = || {
            vec![
                entry("https://news.example/old", Some("2026-11-22T20:00:00Z"), "Old"),
                entry("https://news.example/in", Some("2026-11-23T05:00:00Z"), "In"),
                entry("https://news.example/touched", Some("2026-11-23T05:00:00Z"), ""),
                entry("https://news.example/undated", None, "Undated"),
            ]
        };
        let filled = |named| {
            let mut filling = Filling::default();
            filling.add(entries(), (known, at), named);
            assert!(filling.is_whole);
            let mut names: Vec<String> =
                filling.entries.iter().map(|entry| entry.url.url().path().to_owned()).collect();
            names.sort();
            names
        };
        assert_eq!(filled(true), ["/in"]);
        assert_eq!(filled(false), ["/in", "/touched", "/undated"]);
        let mut short = Filling::default();
        short.add(entries().split_off(1), (known, at), true);
        assert!(!short.is_whole);
        // A plain sitemap says when its pages were changed last, and nothing of when they were published.
        let mut plain = Filling::default();
        plain.add(
            vec![entry("https://news.example/old", Some("2026-11-02T20:00:00Z"), "")],
            (known, at),
            true,
        );
        assert!(!plain.is_whole && plain.entries.is_empty());
    }
}
