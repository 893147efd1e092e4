//! Host names that lead nowhere, nowhere in time, home, or elsewhere the second time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use fetcher::guard::{Names, Refusal, Reply};
use fetcher::{Config, FetchError, PoliteClient, Stage, Surroundings};
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use tokio::net::TcpListener;

use crate::house::{Then, config, fetch, serve, serve_raw};

fn client(home: SocketAddr, names: Names) -> PoliteClient {
    let config = Config { dns_timeout: SignedDuration::from_millis(200), ..config(home) };
    let around = Surroundings { names, ..Surroundings::default() };
    PoliteClient::within(&config, Clock::fixed(Timestamp::UNIX_EPOCH), around).unwrap()
}

fn at(address: &str) -> Reply {
    Reply::Addresses(vec![address.parse().unwrap()])
}

#[tokio::test]
async fn a_name_without_address_and_one_without_answer_are_told_apart() {
    let names = Names::listed([
        ("slow.example", vec![Reply::Silence(Duration::from_mins(1))]),
        ("empty.example", vec![Reply::Addresses(Vec::new())]),
    ]);
    let client = client("127.0.0.1:1".parse().unwrap(), names);
    for name in ["none.example", "empty.example"] {
        let error = fetch(&client, &format!("http://{name}/a")).await.unwrap_err();
        assert!(matches!(error, FetchError::Dns { .. }), "{error}");
        assert!(
            error.to_string().contains(name) && error.to_string().contains("check its spelling"),
            "{error}"
        );
    }
    let began = Instant::now();
    let error = fetch(&client, "http://slow.example/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Timeout { stage: Stage::Dns, .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn a_name_that_turns_home_between_two_requests_is_refused() {
    let page = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\npage".to_vec();
    let (address, _) = serve_raw(page, Then::Close).await;
    // Another loopback address stands for a machine of the own network; it listens, too.
    let inside = TcpListener::bind(("127.66.0.1", address.port())).await.unwrap();
    let (public, private) = (address.to_string(), inside.local_addr().unwrap().to_string());
    let replies = vec![at(&public), at(&public), at(&private)];
    let client = client(address, Names::listed([("rebind.example", replies)]));
    assert!(fetch(&client, "http://rebind.example/a").await.is_ok());
    let error = fetch(&client, "http://rebind.example/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Refused { refusal: Refusal::NotPublic, .. }), "{error}");
    let knock = tokio::time::timeout(Duration::from_millis(100), inside.accept()).await;
    assert!(knock.is_err(), "the machine inside was connected to");
}

#[tokio::test]
async fn a_redirect_to_a_name_that_leads_home_is_refused() {
    let routes = Router::new().route("/a", get(async || Redirect::to("http://inside.example/admin")));
    let names = Names::listed([("inside.example", vec![at("10.0.0.1:0")])]);
    let error = fetch(&client(serve(routes).await, names), "http://news.test/a").await.unwrap_err();
    assert!(matches!(&error, FetchError::Refused { refusal: Refusal::NotPublic, .. }), "{error}");
    assert!(error.to_string().contains("inside.example") && !error.to_string().contains("10.0"), "{error}");
}

#[tokio::test]
async fn sites_are_reached_over_ipv6_and_guarded_there_as_well() {
    let listener = TcpListener::bind("[::1]:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = Router::new().route("/a", get(async || "page"));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let client =
        client(address, Names::listed([("home.example", vec![at("[::1]:0"), at("[fd00:ec2::254]:0")])]));
    assert!(fetch(&client, "http://news.test/a").await.is_ok());
    assert!(fetch(&client, &format!("http://[::1]:{}/a", address.port())).await.is_ok());
    for url in ["http://[::1]/a", "http://home.example/a", "http://home.example/b", "http://[::ffff:7f00:1]/"]
    {
        let error = fetch(&client, url).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused { refusal: Refusal::NotPublic, .. }), "{url}: {error}");
    }
}
