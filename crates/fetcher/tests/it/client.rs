//! Manners: robots.txt, conditions, redirects, rest.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Redirect;
use axum::routing::get;
use fetcher::blocked::Wall;
use fetcher::{FetchError, Fetched, guard::Refusal, validators_of};
use jiff::SignedDuration;
use model::{EndpointState, Validators};
use store::Failure;

use crate::house::{Then, client, config, fetch, fetch_unless, serve, serve_raw};

fn page(outcome: Result<Fetched, FetchError>) -> Box<archive::Exchange> {
    match outcome.unwrap() {
        Fetched::Exchange(exchange) => exchange,
        Fetched::NotModified(_) => panic!("not modified"),
    }
}

#[tokio::test]
async fn a_page_comes_with_its_evidence() {
    let address = serve(Router::new().route("/a", get(async || ([("etag", "W/\"1\"")], "page")))).await;
    let (client, _) = client(&config(address));
    let exchange = page(fetch(&client, "http://news.test/a?b=1#c").await);
    assert_eq!(exchange.final_url().as_str(), "http://news.test/a?b=1");
    assert_eq!(exchange.answer.response.body, b"page");
    assert_eq!(exchange.answer.remote, Some(address.ip()));
    assert_eq!(validators_of(&exchange.answer.response).etag.as_deref(), Some("W/\"1\""));
    let head = String::from_utf8(exchange.answer.request.clone()).unwrap();
    assert!(head.starts_with("GET /a?b=1 HTTP/1.1\r\nhost: news.test\r\n"), "{head}");
    assert!(head.contains("user-agent: Qarauyl/0.1.0 (automated news reader; +https://example.org/reader)"));
}

#[tokio::test]
async fn the_recorded_head_is_what_was_sent() {
    let (address, seen) =
        serve_raw(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na".to_vec(), Then::Close).await;
    let (client, _) = client(&config(address));
    let validators =
        Validators { etag: Some("\"x y\"".to_owned()), last_modified: Some("yesterday".to_owned()) };
    let exchange = page(fetch_unless(&client, "http://news.test/a", Some(&validators)).await);
    let sorted = |head: &str| {
        let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let recorded = String::from_utf8(exchange.answer.request).unwrap();
    assert_eq!(sorted(&recorded), sorted(&seen.lock().unwrap()[0]));
    assert!(
        recorded.contains("if-none-match: \"x y\"\r\n")
            && recorded.contains("if-modified-since: yesterday\r\n")
    );
    assert!(!recorded.contains("cookie") && !recorded.contains("referer"), "{recorded}");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let answer = async |headers: HeaderMap| match headers.get("if-none-match") {
        Some(tag) if tag == "\"v1\"" => StatusCode::NOT_MODIFIED,
        _ => StatusCode::OK,
    };
    let address = serve(Router::new().route("/feed", get(answer))).await;
    let (client, _) = client(&config(address));
    let known = Validators { etag: Some("\"v1\"".to_owned()), last_modified: None };
    let outcome = fetch_unless(&client, "http://news.test/feed", Some(&known)).await;
    assert!(matches!(outcome, Ok(Fetched::NotModified(_))));
    page(fetch(&client, "http://news.test/feed").await);
}

#[tokio::test]
async fn validators_stay_with_the_domain_that_gave_them() {
    let answer = async |headers: HeaderMap| format!("{:?}", headers.get("if-none-match"));
    let routes = Router::new()
        .route("/here", get(async || Redirect::to("http://www.news.test/b")))
        .route("/there", get(async || Redirect::to("http://other.test/b")))
        .route("/b", get(answer));
    let (client, _) = client(&config(serve(routes).await));
    let known = Validators { etag: Some("\"v1\"".to_owned()), last_modified: None };
    let body = async |url| page(fetch_unless(&client, url, Some(&known)).await).answer.response.body;
    assert_eq!(body("http://news.test/here").await, br#"Some("\"v1\"")"#);
    assert_eq!(body("http://news.test/there").await, b"None");
}

#[tokio::test]
async fn robots_txt_is_asked_once_and_obeyed() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let robots = async move || {
        count.fetch_add(1, Ordering::SeqCst);
        "User-agent: *\nDisallow: /private"
    };
    let page_route = get(async || "page");
    let routes = Router::new().route("/robots.txt", get(robots)).route("/a", page_route.clone());
    let address = serve(routes.route("/private/b", page_route)).await;
    let (client, clock) = client(&config(address));
    let (one, two) = tokio::join!(fetch(&client, "http://news.test/a"), fetch(&client, "http://news.test/a"));
    assert!(one.is_ok() && two.is_ok());
    let error = fetch(&client, "http://news.test/private/b?q=secret").await.unwrap_err();
    assert!(matches!(error, FetchError::Excluded { .. }));
    assert_eq!((error.failure(), error.state()), (Failure::Final, EndpointState::Excluded));
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    clock.advance(SignedDuration::from_hours(25));
    page(fetch(&client, "http://news.test/a").await);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_site_whose_robots_txt_fails_is_left_alone() {
    let routes = Router::new()
        .route("/robots.txt", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/a", get(async || "page"));
    let (client, _) = client(&config(serve(routes).await));
    let error = fetch(&client, "http://news.test/a").await.unwrap_err();
    assert!(matches!(error, FetchError::RobotsUnavailable { status: 500, .. }));
    assert_eq!(error.failure(), Failure::Passing);
}

#[tokio::test]
async fn every_hop_of_a_redirect_is_kept_and_judged() {
    let forbids = get(async |headers: HeaderMap| {
        let other = headers.get(header::HOST).is_some_and(|host| host == "other.test");
        if other { "User-agent: *\nDisallow: /no" } else { "" }
    });
    let routes = Router::new()
        .route("/robots.txt", forbids)
        .route("/old", get(async || Redirect::permanent("/new")))
        .route("/new", get(async || Redirect::to("http://other.test/page#x")))
        .route("/page", get(async || "page"))
        .route("/away", get(async || Redirect::to("http://other.test/no")))
        .route("/loop", get(async || Redirect::to("/loop")))
        .route("/home", get(async || Redirect::to("http://127.0.0.1:1/")))
        .route("/meta", get(async || Redirect::to("http://169.254.169.254/latest")))
        .route("/file", get(async || Redirect::to("file:///etc/passwd")))
        .route("/name", get(async || Redirect::to("http://localhost/")))
        .route("/none", get(async || StatusCode::FOUND));
    let (client, _) = client(&config(serve(routes).await));
    let exchange = page(fetch(&client, "http://news.test/old").await);
    assert_eq!(exchange.final_url().as_str(), "http://other.test/page");
    let hops: Vec<&str> = exchange.redirects.iter().map(|hop| hop.url.as_str()).collect();
    assert_eq!(hops, ["http://news.test/old", "http://news.test/new"]);

    let error = async |path: &str| fetch(&client, &format!("http://news.test{path}")).await.unwrap_err();
    assert!(matches!(error("/away").await, FetchError::Excluded { .. }));
    assert!(matches!(error("/loop").await, FetchError::TooManyRedirects { .. }));
    assert!(matches!(error("/none").await, FetchError::NoLocation { .. }));
    let refused = async |path, expected| {
        let error = error(path).await;
        assert!(
            matches!(&error, FetchError::Refused { refusal, .. } if *refusal == expected),
            "{path}: {error}"
        );
        assert!(
            !error.to_string().contains("127.0.0.1") && !error.to_string().contains("169.254"),
            "{error}"
        );
    };
    refused("/home", Refusal::NotPublic).await;
    refused("/meta", Refusal::NotPublic).await;
    refused("/name", Refusal::NotPublic).await;
    refused("/file", Refusal::NotWeb).await;
}

#[tokio::test]
async fn a_site_that_asks_for_rest_is_not_bothered() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&asked);
    let busy = async move || {
        count.fetch_add(1, Ordering::SeqCst);
        (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "120")])
    };
    let (client, clock) = client(&config(serve(Router::new().route("/a", get(busy))).await));
    let until = clock.now() + SignedDuration::from_secs(120);
    let error = fetch(&client, "http://news.test/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Answered { status: 429, .. }));
    assert_eq!((error.failure(), error.state()), (Failure::NotBefore(until), EndpointState::Blocked));
    assert!(error.exchange().is_some());
    let error = fetch(&client, "http://news.test/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Resting { .. }));
    assert_eq!(error.failure(), Failure::NotBefore(until));
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    clock.advance(SignedDuration::from_secs(121));
    assert!(matches!(fetch(&client, "http://news.test/a").await, Err(FetchError::Answered { .. })));
}

#[tokio::test]
async fn each_refusal_gets_its_own_name() {
    let routes = Router::new()
        .route("/410", get(async || StatusCode::GONE))
        .route("/500", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/403", get(async || StatusCode::FORBIDDEN))
        .route("/wall", get(async || (StatusCode::FORBIDDEN, [("cf-mitigated", "challenge")], "<html>")))
        .route("/soft", get(async || ([("content-type", "text/html")], "<title>Just a moment...</title>")));
    let (client, clock) = client(&config(serve(routes).await));
    let error = async |path: &str| fetch(&client, &format!("http://news.test{path}")).await.unwrap_err();
    let check = |error: FetchError, failure, state| {
        assert_eq!((error.failure(), error.state()), (failure, state), "{error}");
    };
    check(error("/410").await, Failure::Final, EndpointState::Gone);
    check(error("/500").await, Failure::Passing, EndpointState::Broken);
    let hours = |count| clock.now() + SignedDuration::from_hours(count);
    check(error("/403").await, Failure::NotBefore(hours(4)), EndpointState::Blocked);
    check(error("/404").await, Failure::Passing, EndpointState::Broken);
    for path in ["/wall", "/soft"] {
        assert!(matches!(error(path).await, FetchError::Blocked { wall: Wall::Challenge, .. }), "{path}");
    }
}

#[tokio::test]
async fn a_captured_page_goes_into_the_archive_and_comes_back() {
    let routes = Router::new()
        .route("/old", get(async || Redirect::permanent("/new")))
        .route("/new", get(async || ([("content-type", "text/html")], "<p>Қорғас</p>")));
    let (client, _) = client(&config(serve(routes).await));
    let exchange = page(fetch(&client, "http://news.test/old").await);
    let dir = tempfile::tempdir().unwrap();
    let config = archive::Config::at(dir.path());
    let archive = archive::Archive::open(&config, model::Clock::system());
    let kept = archive.keep(&exchange).unwrap();
    let stored = archive.read(&kept.location).unwrap();
    assert_eq!((stored.url.as_str(), stored.fetched), ("http://news.test/new", exchange.answer.began));
    assert_eq!(stored.response.body, "<p>Қорғас</p>".as_bytes());
}
