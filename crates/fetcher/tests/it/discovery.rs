//! Discovery on a loopback site: what it announces, what it hides, and what it lacks.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use fetcher::discovery::{Discovery, Origin, discover};
use model::EndpointKind;
use url::Url;

use crate::house::{client, config, serve};
use crate::polls::source;

const FEED: &str = "<rss version=\"2.0\"><channel><item><title>t1</title><link>/1</link></item>\
    <item><title>t2</title><link>/2</link></item></channel></rss>";
const NEWS: &str = "<urlset><url><loc>/2</loc></url><url><loc>/3</loc></url></urlset>";

async fn found(routes: Router) -> Discovery {
    let (client, _) = client(&config(serve(routes).await));
    discover(&client, &source(), &Url::parse("http://steppe.test/").unwrap()).await.unwrap()
}

fn kinds(discovery: &Discovery) -> Vec<(EndpointKind, Origin, &str)> {
    let one = |found: &'_ fetcher::discovery::Found| (found.candidate.kind, found.candidate.origin);
    let paths = discovery.found.iter().map(|found| (one(found), found.candidate.url.path()));
    paths.map(|((kind, origin), path)| (kind, origin, path)).collect()
}

#[tokio::test]
async fn what_a_site_announces_is_read_and_told_apart() {
    let page = "<title>Steppe Herald</title><link rel=alternate type=application/rss+xml href=/feed>\
        <link rel=alternate type=application/rss+xml href=/broken><a href=/rss>RSS</a>";
    let html = async move || ([("content-type", "text/html")], page);
    let routes = Router::new()
        .route("/", get(html))
        .route("/robots.txt", get(async || "User-agent: *\nSitemap: /news.xml\n"))
        .route("/feed", get(async || FEED))
        .route("/rss", get(async || FEED))
        .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/news.xml", get(async || NEWS));
    let discovery = found(routes).await;
    assert_eq!(
        kinds(&discovery),
        [
            (EndpointKind::Feed, Origin::Announced, "/feed"),
            (EndpointKind::Sitemap, Origin::Robots, "/news.xml")
        ],
        "a second address of the same feed is not a second feed"
    );
    assert_eq!((discovery.name.as_str(), discovery.failed.len()), ("Steppe Herald", 1));
    assert_eq!(discovery.found[0].entries.len(), 2);
}

#[tokio::test]
async fn usual_places_are_tried_only_where_a_site_says_nothing() {
    let html = async || ([("content-type", "text/html")], "<title>Steppe</title>");
    let routes = Router::new().route("/", get(html)).route("/rss.xml", get(async || FEED));
    assert_eq!(kinds(&found(routes).await), [(EndpointKind::Feed, Origin::WellKnown, "/rss.xml")]);
    let page = "<a href=/kk/1>Қорғас арқылы жүк тасымалы қайта басталды</a>";
    let html = async move || ([("content-type", "text/html; charset=utf-8")], page);
    let listing = found(Router::new().route("/", get(html))).await;
    assert_eq!(kinds(&listing), [(EndpointKind::Listing, Origin::Itself, "/")]);
    let empty = found(Router::new().route("/", get(async || "nothing"))).await;
    assert!(empty.found.is_empty());
}

#[tokio::test]
async fn an_address_that_is_a_feed_itself_is_taken_as_it_is() {
    let discovery = found(Router::new().route("/", get(async || FEED))).await;
    assert_eq!(kinds(&discovery), [(EndpointKind::Feed, Origin::Itself, "/")]);
}
