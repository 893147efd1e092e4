//! Sources beside those that misbehave: nobody waits for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::get;
use fetcher::{Config, FetchError, Fetched, Stage};
use jiff::SignedDuration;

use crate::house::{client, config, fetch, serve};

/// Answers to hosts that begin with `well`, and to nobody else.
async fn answer(headers: HeaderMap) -> &'static str {
    let well = headers.get("host").is_some_and(|host| host.as_bytes().starts_with(b"well"));
    if well { "page" } else { std::future::pending().await }
}

#[tokio::test]
async fn a_source_is_asked_on_time_beside_thirty_that_never_answer() {
    let address = serve(Router::new().route("/a", get(answer))).await;
    let (client, _) = client(&Config { header_timeout: SignedDuration::from_secs(2), ..config(address) });
    let client = Arc::new(client);
    let ask = |host: String| {
        let client = Arc::clone(&client);
        async move { fetch(&client, &format!("http://{host}.test/a")).await }
    };
    let silent: Vec<_> = (0..30).map(|number| tokio::spawn(ask(format!("silent{number}")))).collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut slowest = Duration::ZERO;
    for number in 0..50 {
        let began = Instant::now();
        let outcome = ask(format!("well{number}")).await;
        assert!(matches!(outcome, Ok(Fetched::Exchange(_))), "{outcome:?}");
        slowest = slowest.max(began.elapsed());
    }
    assert!(slowest < Duration::from_secs(1), "the slowest of fifty took {slowest:?}");
    for silent in silent {
        let outcome = silent.await.unwrap();
        assert!(matches!(outcome, Err(FetchError::Timeout { stage: Stage::Headers, .. })), "{outcome:?}");
    }
}
