//! Limits: nothing that a server does costs more than the stated time and memory.

use std::io::Write;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use fetcher::guard::Refusal;
use fetcher::{Config, FetchError, Fetched, PoliteClient, Stage};
use jiff::SignedDuration;

use crate::house::{Then, client, config, fetch, serve, serve_raw};

const SHORT: SignedDuration = SignedDuration::from_millis(200);

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

async fn raw(answer: &[u8], then: Then, change: impl FnOnce(&mut Config)) -> Result<Fetched, FetchError> {
    let (address, _) = serve_raw(answer.to_vec(), then).await;
    let mut config = config(address);
    change(&mut config);
    let (client, _) = client(&config);
    let began = Instant::now();
    let outcome = fetch(&client, "http://news.test/a").await;
    assert!(began.elapsed() < Duration::from_secs(4), "took {:?}", began.elapsed());
    outcome
}

async fn timed_out(answer: &[u8], then: Then, change: impl FnOnce(&mut Config)) -> Stage {
    match raw(answer, then, change).await {
        Err(FetchError::Timeout { stage, .. }) => stage,
        other => panic!("no timeout: {other:?}"),
    }
}

#[tokio::test]
async fn every_kind_of_silence_ends() {
    let headers = timed_out(b"", Then::Hold, |config| config.header_timeout = SHORT).await;
    assert_eq!(headers, Stage::Headers);
    let slow_head = Then::Repeat(b"x: y\r\n", Duration::from_millis(20));
    let headers = timed_out(b"HTTP/1.1 200 OK\r\n", slow_head, |config| config.header_timeout = SHORT).await;
    assert_eq!(headers, Stage::Headers);
    let begun = b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\nstart";
    assert_eq!(timed_out(begun, Then::Hold, |config| config.read_timeout = SHORT).await, Stage::Body);
    let drip = Then::Repeat(b"a", Duration::from_millis(20));
    assert_eq!(timed_out(begun, drip, |config| config.whole_timeout = SHORT).await, Stage::Whole);
}

#[tokio::test]
async fn a_body_without_end_is_given_up_at_the_limit() {
    let endless = Then::Repeat(&[b'a'; 4096], Duration::ZERO);
    let outcome = raw(b"HTTP/1.1 200 OK\r\n\r\n", endless, |_| {}).await;
    assert!(matches!(outcome, Err(FetchError::TooLarge { max_bytes: 100_000, .. })), "{outcome:?}");
    let stated = b"HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n";
    let outcome = raw(stated, Then::Hold, |_| {}).await;
    assert!(matches!(outcome, Err(FetchError::TooLarge { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_endless_error_page_is_cut() {
    let endless = Then::Repeat(&[b'a'; 4096], Duration::ZERO);
    let outcome = raw(b"HTTP/1.1 404 Not Found\r\n\r\n", endless, |_| {}).await;
    let Err(FetchError::Answered { status: 404, exchange, .. }) = outcome else { panic!("{outcome:?}") };
    assert!(exchange.answer.response.truncated && exchange.answer.response.body.len() == 64 * 1024);
}

#[tokio::test]
async fn what_is_no_http_is_named_and_passes() {
    for answer in [&b"SSH-2.0-OpenSSH_9\r\n"[..], b"", b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nshort"]
    {
        let outcome = raw(answer, Then::Close, |_| {}).await;
        assert!(matches!(outcome, Err(FetchError::Broken { .. })), "{outcome:?}");
        assert!(!outcome.unwrap_err().to_string().contains("127.0.0.1"));
    }
    // The one is larger than the HTTP library takes, the other than we do.
    for length in [1 << 20, 150_000] {
        let head = [b"HTTP/1.1 200 OK\r\nx-a: ".to_vec(), vec![b'a'; length], b"\r\n\r\n".to_vec()].concat();
        assert!(matches!(raw(&head, Then::Close, |_| {}).await, Err(FetchError::HeadTooLarge { .. })));
    }
}

#[tokio::test]
async fn an_address_that_no_request_can_carry_is_refused_and_not_cut() {
    let (client, _) = client(&config(serve(Router::new()).await));
    let outcome = fetch(&client, &format!("http://news.test/{}", "a".repeat(70_000))).await;
    assert!(matches!(outcome, Err(FetchError::Refused { refusal: Refusal::Unwritable, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_bomb_is_kept_packed_and_refused_unpacked() {
    let bomb = gzip(&vec![0; 20 << 20]);
    let routes = Router::new().route("/a", get(async || ([("content-encoding", "gzip")], bomb)));
    let (client, _) = client(&config(serve(routes).await));
    let Ok(Fetched::Exchange(exchange)) = fetch(&client, "http://news.test/a").await else {
        panic!("no page")
    };
    assert!(exchange.answer.response.body.len() < 30_000);
    assert!(matches!(client.body(&exchange), Err(FetchError::Unreadable { .. })));
}

#[tokio::test]
async fn a_packed_page_is_unpacked_by_us_and_stays_packed_as_evidence() {
    let packed = gzip("Қорғас".as_bytes());
    let served = packed.clone();
    let routes = Router::new().route("/a", get(async || ([("content-encoding", "gzip")], served)));
    let (client, _) = client(&config(serve(routes).await));
    let Ok(Fetched::Exchange(exchange)) = fetch(&client, "http://news.test/a").await else {
        panic!("no page")
    };
    assert_eq!(exchange.answer.response.body, packed);
    assert_eq!(client.body(&exchange).unwrap().bytes, "Қорғас".as_bytes());
}

#[tokio::test]
async fn no_address_but_the_exempt_one_is_connected_to() {
    let address = serve(Router::new()).await;
    let (client, _) = client(&config(address));
    let port = address.port();
    let refused = async |client: &PoliteClient, url: &str| {
        let outcome = fetch(client, url).await;
        assert!(matches!(outcome, Err(FetchError::Refused { .. })), "{url}: {outcome:?}");
    };
    for url in [
        "http://127.0.0.1/".to_owned(),
        format!("http://127.0.0.2:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        "http://localhost/".to_owned(),
        format!("http://localhost:{port}/"),
        "http://10.0.0.1/".to_owned(),
        "http://news.test:1/".to_owned(),
    ] {
        refused(&client, &url).await;
    }
    // The exempt address itself answers: this server has no page.
    let outcome = fetch(&client, &format!("http://127.0.0.1:{port}/")).await;
    assert!(matches!(outcome, Err(FetchError::Answered { status: 404, .. })), "{outcome:?}");
}

#[tokio::test]
async fn tls_that_nobody_vouches_for_and_a_closed_port_are_told_apart() {
    let address = serve(Router::new()).await;
    let (speaks_plain, _) = client(&config(address));
    let error = fetch(&speaks_plain, "https://news.test/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Tls { .. }), "{error:?}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (nobody, _) = client(&config(closed));
    let error = fetch(&nobody, "http://news.test/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Connect { .. }), "{error:?}");
    assert!(!error.to_string().contains("127."), "{error}");
}
