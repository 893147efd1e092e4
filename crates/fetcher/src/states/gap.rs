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
/// are those of `entries` that were not announced before.
pub(crate) fn ran_over(endpoint: &Endpoint, entries: &[Entry], new: &[&Entry]) -> bool {
    if endpoint.kind == EndpointKind::Telegram {
        // Messages are numbered without gaps, and the poll reads back to the newest that was known.
        let known = endpoint.newest.as_ref().and_then(telegram::number_of);
        let oldest = new.iter().filter_map(|entry| telegram::number_of(&entry.url)).min();
        return known.zip(oldest).is_some_and(|(known, oldest)| oldest > known + 1)
            && new.len() >= entries.len();
    }
    endpoint.looked && entries.len() > 1 && new.len() >= entries.len()
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
        let recently = endpoint.health.gap.is_some_and(|gap| at.duration_since(gap) < BETWEEN_FILLINGS);
        let Some(known) = endpoint.last_read.filter(|_| !recently) else { return filling };
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

    /// Takes the entries of the time that is missing. Of a sitemap that nobody has configured those without a title are
    /// left: it may list old pages under the date of their last change.
    fn add(&mut self, entries: Vec<Entry>, (known, at): (Timestamp, Timestamp), is_named: bool) {
        let from = known.saturating_sub(SLACK).unwrap_or(Timestamp::MIN);
        self.is_whole |= entries.iter().any(|entry| entry.published.is_some_and(|time| time < from));
        let missing = entries.into_iter().filter(|entry| match entry.published {
            Some(time) => (from..=at).contains(&time) && !(is_named && entry.title.is_empty()),
            None => !is_named,
        });
        self.entries.extend(missing);
    }
}

#[cfg(test)]
mod tests {
    use model::CanonicalUrl;

    use super::*;

    fn entry(url: &str, published: Option<&str>, title: &str) -> Entry {
        Entry {
            url: CanonicalUrl::parse(url).unwrap(),
            title: title.to_owned(),
            summary: String::new(),
            content: String::new(),
            published: published.map(|time| time.parse().unwrap()),
        }
    }

    fn endpoint(kind: EndpointKind) -> Endpoint {
        let url = "https://news.example/feed".parse().unwrap();
        Endpoint { looked: true, ..Endpoint::new("sample".parse().unwrap(), kind, url) }
    }

    #[test]
    fn a_feed_runs_over_when_all_it_shows_is_new() {
        let entries: Vec<Entry> =
            (0..3).map(|number| entry(&format!("https://news.example/{number}"), None, "")).collect();
        let new: Vec<&Entry> = entries.iter().collect();
        let feed = endpoint(EndpointKind::Feed);
        assert!(ran_over(&feed, &entries, &new));
        assert!(!ran_over(&feed, &entries, &new[..2]));
        assert!(!ran_over(&Endpoint { looked: false, ..feed.clone() }, &entries, &new));
        assert!(!ran_over(&feed, &entries[..1], &new[..1]));
        assert!(!ran_over(&feed, &[], &[]));
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
    }
}
