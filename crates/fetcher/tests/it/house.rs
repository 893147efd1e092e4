//! A loopback server for host names that end in `.test`, and a client that may reach it and nothing else.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use archive::Archive;
use axum::Router;
use fetcher::{
    Ask, Config, FetchError, Fetched, Oversize, Pace, PoliteClient, PollService, Scheduler, Tools,
};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, SourceKind, Validators};
use store::{Database, Handler, QueueConfig, RetryPolicy, Worker};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::shipped::shipped;

/// The time of all tests.
pub(crate) const NOW: &str = "2026-11-23T10:00:00Z";

pub(crate) fn config(address: SocketAddr) -> Config {
    let second = SignedDuration::from_secs(1);
    Config {
        contact: "https://example.org/reader".to_owned(),
        dns_timeout: second * 5,
        connect_timeout: second * 5,
        tls_timeout: second * 5,
        proxy_timeout: second * 5,
        header_timeout: second * 5,
        read_timeout: second * 5,
        whole_timeout: second * 10,
        max_header_bytes: 100_000,
        max_wire_bytes: 100_000,
        max_decoded_bytes: 1_000_000,
        longest_crawl_delay: second,
        looks: vec![SignedDuration::from_hours(1), SignedDuration::from_hours(24)],
        ..shipped(address)
    }
}

pub(crate) fn client(config: &Config) -> (PoliteClient, Clock) {
    let clock = Clock::fixed(NOW.parse::<Timestamp>().unwrap());
    (PoliteClient::new(config, clock.clone()).unwrap(), clock)
}

/// Asks without conditions and without waiting.
pub(crate) async fn fetch(client: &PoliteClient, url: &str) -> Result<Fetched, FetchError> {
    fetch_unless(client, url, None).await
}

pub(crate) async fn fetch_unless(
    client: &PoliteClient,
    url: &str,
    validators: Option<&Validators>,
) -> Result<Fetched, FetchError> {
    let url = Url::parse(url).unwrap();
    client.fetch(&Ask { validators, ..ask(&url) }).await
}

/// A plain request for a page of an independent source.
pub(crate) fn ask(url: &Url) -> Ask<'_> {
    Ask {
        url,
        validators: None,
        kind: SourceKind::Independent,
        accept_language: "kk, ru;q=0.9".to_owned(),
        proxy: None,
        pace: Pace { connections: 4, delay: Duration::ZERO },
        oversize: Oversize::Refuse,
        overrides_robots: false,
    }
}

/// What the services of a process work with.
pub(crate) fn tools(store: &Arc<Database>, archive: Archive, client: PoliteClient, clock: &Clock) -> Tools {
    Tools {
        store: Arc::<Database>::clone(store),
        archive: Arc::new(archive),
        client: Arc::new(client),
        clock: clock.clone(),
        width: 1,
    }
}

/// A job that fails is not tried again.
pub(crate) fn tried_once() -> RetryPolicy {
    let second = SignedDuration::from_secs(1);
    RetryPolicy { first_wait: second, longest_wait: second, attempts: 1 }
}

/// Works off the jobs of `service`.
pub(crate) fn worker<H: Handler>(service: H, store: &Arc<Database>, clock: &Clock) -> Worker<H> {
    let second = SignedDuration::from_secs(1);
    let queue = QueueConfig { lease: second * 30, idle: second, retry: tried_once() };
    let store = Arc::<Database>::clone(store);
    Worker::new(service, store, clock.clone(), queue)
}

/// Works off polls, by the schedule that ships.
pub(crate) fn poller(tools: Tools, store: &Arc<Database>) -> Worker<PollService> {
    let (clock, scheduler) = (tools.clock.clone(), Scheduler::new(Arc::<Database>::clone(store), 24));
    worker(PollService { tools, scheduler }, store, &clock)
}

/// Serves `routes` until the test ends.
pub(crate) async fn serve(routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

/// What a raw server does with a connection after it has read the request.
#[derive(Clone, Copy)]
pub(crate) enum Then {
    Close,
    Hold,
    /// Sends this again and again.
    Repeat(&'static [u8], Duration),
}

/// Serves raw bytes: `answer` to every request but robots.txt, and returns all requests it saw.
pub(crate) async fn serve_raw(answer: Vec<u8>, then: Then) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answer, requests) = (answer.clone(), Arc::clone(&requests));
            tokio::spawn(async move {
                let mut request = Vec::with_capacity(8192);
                stream.read_buf(&mut request).await?;
                let request = String::from_utf8_lossy(&request).into_owned();
                if request.starts_with("GET /robots.txt") {
                    let none = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
                    return stream.write_all(none).await;
                }
                requests.lock().unwrap().push(request);
                stream.write_all(&answer).await?;
                match then {
                    Then::Close => {}
                    Then::Hold => std::future::pending().await,
                    Then::Repeat(bytes, pause) => loop {
                        stream.write_all(bytes).await?;
                        tokio::time::sleep(pause).await;
                    },
                }
                stream.shutdown().await
            });
        }
    });
    (address, seen)
}
