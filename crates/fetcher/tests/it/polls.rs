//! Endpoints: what a poll makes of feeds, sitemaps, and what is neither.

use std::collections::HashMap;

use axum::Router;
use axum::extract::Query;
use axum::routing::get;
use fetcher::{Note, PoliteClient, Poll, PollError, Polled, poll};
use model::{CanonicalUrl, Endpoint, EndpointKind, EndpointState, Source, SourceKind, Validators};
use url::Url;

use crate::house::{client, config, serve};

pub(crate) fn source() -> Source {
    Source {
        kind: SourceKind::State,
        timezone: "Asia/Almaty".to_owned(),
        ..Source::new("sample".parse().unwrap())
    }
}

fn endpoint(kind: EndpointKind, url: &str, etag: Option<&str>) -> Endpoint {
    Endpoint {
        validators: Validators { etag: etag.map(str::to_owned), last_modified: None },
        ..Endpoint::new(source().id, kind, Url::parse(url).unwrap())
    }
}

async fn read(client: &PoliteClient, kind: EndpointKind, url: &str) -> Result<Box<Poll>, PollError> {
    match poll(client, &source(), &endpoint(kind, url, None)).await? {
        Polled::Read(poll) => Ok(poll),
        Polled::NotModified(_) => panic!("not modified"),
    }
}

fn feed(items: usize) -> String {
    let items: Vec<String> =
        (0..items).map(|n| format!("<item><title>t{n}</title><link>/{n}</link></item>")).collect();
    format!("<rss version=\"2.0\"><channel>{}</channel></rss>", items.concat())
}

#[tokio::test]
async fn a_feed_gives_entries_validators_and_evidence() {
    let routes = Router::new().route("/rss", get(async || ([("etag", "\"1\"")], feed(3))));
    let (client, _) = client(&config(serve(routes).await));
    // Services poll from spawned tasks.
    let asked = async move { read(&client, EndpointKind::Feed, "http://news.test/rss").await };
    let poll = tokio::spawn(asked).await.unwrap().unwrap();
    assert_eq!(poll.parsed.entries.len(), 3);
    assert_eq!(poll.parsed.entries[1].url.as_str(), "http://news.test/1");
    assert_eq!(poll.validators.etag.as_deref(), Some("\"1\""));
    assert_eq!(poll.exchanges.len(), 1);
    let head = String::from_utf8_lossy(&poll.exchanges[0].answer.request).into_owned();
    assert!(head.contains("(automated news reader)"), "state media are told no contact: {head}");
}

#[tokio::test]
async fn a_feed_beyond_the_limit_gives_its_first_entries() {
    let routes = Router::new().route("/rss", get(async || feed(5_000)));
    let (client, _) = client(&config(serve(routes).await));
    let poll = read(&client, EndpointKind::Feed, "http://news.test/rss").await.unwrap();
    assert!(poll.parsed.entries.len() > 1_000 && poll.exchanges[0].answer.response.truncated);
    assert!(matches!(poll.parsed.notes.as_slice(), [Note::TooMany(_)]), "{:?}", poll.parsed.notes);
}

#[tokio::test]
async fn the_newest_parts_of_a_sitemap_index_are_read_and_a_missing_one_costs_itself() {
    let index = "<sitemapindex><sitemap><loc>/1.xml</loc></sitemap><sitemap><loc>/none.xml</loc></sitemap>\
        <sitemap><loc>/2.xml</loc></sitemap></sitemapindex>";
    let part =
        |page: &str| format!("<urlset><url><loc>/{page}</loc></url><url><loc>/both</loc></url></urlset>");
    let (one, two) = (part("a"), part("b"));
    let routes = Router::new()
        .route("/index.xml", get(async move || index))
        .route("/1.xml", get(async || one))
        .route("/2.xml", get(async || two));
    let (client, _) = client(&config(serve(routes).await));
    let poll = read(&client, EndpointKind::Sitemap, "http://news.test/index.xml").await.unwrap();
    let pages: Vec<&str> = poll.parsed.entries.iter().map(|entry| entry.url.url().path()).collect();
    assert_eq!(pages, ["/a", "/both", "/b"]);
    assert_eq!(poll.exchanges.len(), 3);
    let error = read(&client, EndpointKind::Sitemap, "http://news.test/none.xml").await.unwrap_err();
    assert!(matches!(error, PollError::Fetch(_)));
}

#[tokio::test]
async fn a_listing_page_gives_its_headlines_by_selectors_or_without() {
    let page = "<div class=card><a href=/1>Қорғас арқылы жүк тасымалы қайта басталды</a><i>23.11.2026 10:00</i></div>\
        <div class=card><a href=/2>Қысқа</a></div>";
    let routes = Router::new()
        .route("/kk/", get(async move || ([("content-type", "text/html; charset=utf-8")], page)));
    let (client, _) = client(&config(serve(routes).await));
    let count = async |selectors: &str| {
        let listing = Endpoint {
            selectors: selectors.to_owned(),
            ..endpoint(EndpointKind::Listing, "http://news.test/kk/", None)
        };
        match poll(&client, &source(), &listing).await.unwrap() {
            Polled::Read(poll) => poll.parsed.entries,
            Polled::NotModified(_) => panic!("not modified"),
        }
    };
    assert_eq!(count("").await.len(), 1);
    let chosen = count("item = '.card'\ndate = 'i'").await;
    assert_eq!((chosen.len(), chosen[0].published), (2, Some("2026-11-23T05:00:00Z".parse().unwrap())));
}

fn messages(numbers: std::ops::RangeInclusive<u64>) -> String {
    let message = |number| {
        format!(
            "<div class=tgme_widget_message data-post=steppe/{number}><div class=tgme_widget_message_text>m</div></div>"
        )
    };
    numbers.map(message).collect()
}

#[tokio::test]
async fn a_channel_is_paged_back_to_what_the_last_poll_knew() {
    let answer = async |Query(asked): Query<HashMap<String, u64>>| {
        let last = asked.get("before").map_or(100, |before| before - 1);
        ([("content-type", "text/html")], messages(last.saturating_sub(19).max(1)..=last))
    };
    let (client, _) = client(&config(serve(Router::new().route("/s/steppe", get(answer))).await));
    let asked = async |newest: Option<&str>| {
        let channel = Endpoint {
            newest: newest.map(|url| CanonicalUrl::parse(url).unwrap()),
            ..endpoint(EndpointKind::Telegram, "http://t.test/s/steppe", None)
        };
        match poll(&client, &source(), &channel).await.unwrap() {
            Polled::Read(poll) => (poll.parsed.entries, poll.exchanges.len()),
            Polled::NotModified(_) => panic!("not modified"),
        }
    };
    let (first, pages) = asked(None).await;
    assert_eq!((first.len(), pages), (20, 1), "the first look takes one page");
    assert_eq!(asked(Some("https://t.me/steppe/95")).await.1, 1);
    let (entries, pages) = asked(Some("https://t.me/steppe/50")).await;
    assert_eq!((entries.len(), pages), (60, 3));
    assert_eq!(entries[0].url.as_str(), "https://t.me/steppe/41");
    assert_eq!(entries[59].url.as_str(), "https://t.me/steppe/100", "the newest is kept last");
}

#[tokio::test]
async fn what_is_no_feed_is_said_and_kept() {
    let routes = Router::new().route("/rss", get(async || "<html><title>Moved</title></html>"));
    let (client, _) = client(&config(serve(routes).await));
    for kind in EndpointKind::ALL.iter().copied() {
        let error = read(&client, kind, "http://news.test/rss?key=secret").await.unwrap_err();
        assert_eq!(error.state(), EndpointState::Broken);
        assert!(error.exchange().is_some());
        assert!(error.to_string().contains("http://news.test/rss") && !error.to_string().contains("secret"));
    }
}
