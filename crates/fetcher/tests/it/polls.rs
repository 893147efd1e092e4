//! Endpoints: what a poll makes of feeds, sitemaps, and what is neither.

use axum::Router;
use axum::routing::get;
use fetcher::{Note, PoliteClient, Poll, PollError, Polled, poll};
use jiff::SignedDuration;
use model::{Endpoint, EndpointId, EndpointKind, EndpointState, FirstLook, Source, SourceKind, Validators};
use url::Url;

use crate::house::{client, config, serve};

fn source() -> Source {
    Source {
        id: "sample".parse().unwrap(),
        name: "Sample".to_owned(),
        country: "KZ".to_owned(),
        kind: SourceKind::State,
        languages: Vec::new(),
        owner: String::new(),
        schedule: "auto".to_owned(),
        timezone: "Asia/Almaty".to_owned(),
        first_look: FirstLook::Archive,
        delay: SignedDuration::ZERO,
        connections: 1,
        enabled: true,
        rules: String::new(),
    }
}

fn endpoint(kind: EndpointKind, url: &str, etag: Option<&str>) -> Endpoint {
    Endpoint {
        id: EndpointId(1),
        source: source().id,
        kind,
        url: Url::parse(url).unwrap(),
        selectors: String::new(),
        validators: Validators { etag: etag.map(str::to_owned), last_modified: None },
        state: EndpointState::New,
        last_read: None,
        looked: false,
        newest: None,
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
async fn what_is_no_feed_is_said_and_kept() {
    let routes = Router::new().route("/rss", get(async || "<html><title>Moved</title></html>"));
    let (client, _) = client(&config(serve(routes).await));
    for kind in [EndpointKind::Feed, EndpointKind::Sitemap] {
        let error = read(&client, kind, "http://news.test/rss?key=secret").await.unwrap_err();
        assert_eq!(error.state(), EndpointState::Broken);
        assert!(error.exchange().is_some());
        assert!(error.to_string().contains("http://news.test/rss") && !error.to_string().contains("secret"));
    }
}
