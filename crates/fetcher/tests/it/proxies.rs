//! Sources behind a proxy: it is the only way to them, and learns their names alone.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use fetcher::guard::{Names, Refusal, Reply};
use fetcher::{Ask, Config, FetchError, Fetched, PoliteClient, ProxyProblem, Stage, Surroundings};
use jiff::SignedDuration;
use model::{Clock, ProxyUrl};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use url::Url;

use crate::house::{ask, config, serve};

/// How a proxy behaves.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Manner {
    Works,
    Refuses,
    WantsLogin,
    TalksNonsense,
    IsSilent,
}

/// What a proxy was asked: `host:port`, behind `user@` when a user was named.
pub(crate) type Asked = Arc<Mutex<Vec<String>>>;

async fn listen() -> (TcpListener, SocketAddr, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address, Asked::default())
}

/// A SOCKS5 proxy (RFC 1928, RFC 1929) that leads every name to `upstream`.
pub(crate) async fn socks(manner: Manner, upstream: SocketAddr) -> (ProxyUrl, Asked) {
    let (listener, address, asked) = listen().await;
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(speak_socks(stream, manner, upstream, Arc::clone(&seen)));
        }
    });
    (format!("socks5h://{address}").parse().unwrap(), asked)
}

async fn speak_socks(
    mut stream: TcpStream,
    manner: Manner,
    upstream: SocketAddr,
    asked: Asked,
) -> Option<()> {
    let mut methods = vec![0; usize::from(read(&mut stream, 2).await?[1])];
    stream.read_exact(&mut methods).await.ok()?;
    match manner {
        Manner::IsSilent => std::future::pending::<()>().await,
        Manner::TalksNonsense => stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n").await.ok()?,
        Manner::WantsLogin => stream.write_all(&[5, 0xff]).await.ok()?,
        Manner::Works | Manner::Refuses => stream.write_all(&[5, methods[0]]).await.ok()?,
    }
    let mut user = String::new();
    if methods[0] == 2 {
        let length = usize::from(read(&mut stream, 2).await?[1]);
        user = String::from_utf8(read(&mut stream, length).await?).unwrap() + "@";
        let length = usize::from(read(&mut stream, 1).await?[0]);
        read(&mut stream, length).await?;
        stream.write_all(&[1, 0]).await.ok()?;
    }
    let head = read(&mut stream, 5).await?;
    assert_eq!(head[..4], [5, 1, 0, 3], "a connection by name is asked for");
    let host = String::from_utf8(read(&mut stream, usize::from(head[4])).await?).unwrap();
    let port = read(&mut stream, 2).await?;
    asked.lock().unwrap().push(format!("{user}{host}:{}", u16::from_be_bytes([port[0], port[1]])));
    if manner == Manner::Refuses {
        return stream.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok();
    }
    let mut onward = TcpStream::connect(upstream).await.ok()?;
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.ok()?;
    copy_bidirectional(&mut stream, &mut onward).await.ok().map(drop)
}

async fn read(stream: &mut TcpStream, count: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).await.ok()?;
    Some(bytes)
}

/// An HTTP proxy that leads every tunnel and every forwarded request to `upstream`.
pub(crate) async fn http_proxy(manner: Manner, upstream: SocketAddr) -> (ProxyUrl, Asked) {
    let (listener, address, asked) = listen().await;
    let seen = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(speak_http(stream, manner, upstream, Arc::clone(&seen)));
        }
    });
    (format!("http://{address}").parse().unwrap(), asked)
}

async fn speak_http(mut stream: TcpStream, manner: Manner, upstream: SocketAddr, asked: Asked) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.extend(read(&mut stream, 1).await?);
    }
    let head = String::from_utf8(head).unwrap();
    let (method, target) = head.split_once(' ').unwrap();
    let target = target.split(' ').next().unwrap();
    let tunnel = method == "CONNECT";
    asked.lock().unwrap().push(if tunnel { target.to_owned() } else { origin(target) });
    let refusal: &[u8] = match manner {
        Manner::Works => {
            let mut onward = TcpStream::connect(upstream).await.ok()?;
            if tunnel {
                stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.ok()?;
            } else {
                onward.write_all(head.as_bytes()).await.ok()?;
            }
            return copy_bidirectional(&mut stream, &mut onward).await.ok().map(drop);
        }
        Manner::IsSilent => std::future::pending().await,
        Manner::Refuses => b"HTTP/1.1 403 Forbidden\r\n\r\n",
        Manner::WantsLogin => b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n",
        Manner::TalksNonsense => b"\x05\xff",
    };
    stream.write_all(refusal).await.ok()
}

/// Returns the `host:port` of an address in full, which is how forwarded requests are written.
fn origin(target: &str) -> String {
    let url = Url::parse(target).unwrap();
    format!("{}:{}", url.host_str().unwrap(), url.port_or_known_default().unwrap())
}

/// A client that knows no host name at all, and may use `proxies` inside the own network.
fn client(exempt: SocketAddr, proxies: &[&ProxyUrl]) -> PoliteClient {
    let address = |proxy: &&ProxyUrl| format!("{}:{}", proxy.host, proxy.port).parse().unwrap();
    let config = Config {
        local_proxies: proxies.iter().map(address).collect(),
        proxy_timeout: SignedDuration::from_millis(300),
        ..config(exempt)
    };
    let around = Surroundings { names: Names::listed([]), ..Surroundings::default() };
    PoliteClient::within(&config, Clock::fixed(jiff::Timestamp::UNIX_EPOCH), around).unwrap()
}

async fn through(
    client: &PoliteClient,
    proxy: &ProxyUrl,
    url: &str,
) -> Result<archive::Exchange, FetchError> {
    let url = Url::parse(url).unwrap();
    match client.fetch(&Ask { proxy: Some(proxy), ..ask(&url) }).await? {
        Fetched::Exchange(exchange) => Ok(*exchange),
        Fetched::NotModified(_) => panic!("not modified"),
    }
}

fn site() -> Router {
    Router::new()
        .route("/a", get(async || "page"))
        .route("/old", get(async || Redirect::permanent("http://other.example/a")))
        .route("/home", get(async || Redirect::to("http://127.0.0.1/a")))
}

#[tokio::test]
async fn everything_of_a_source_goes_through_its_proxy_and_no_name_is_looked_up_here() {
    let upstream = serve(site()).await;
    let (tor, by_socks) = socks(Manner::Works, upstream).await;
    let (http, by_connect) = http_proxy(Manner::Works, upstream).await;
    let client = client("127.0.0.1:1".parse().unwrap(), &[&tor, &http]);
    for (proxy, asked, kind) in
        [(&tor, &by_socks, archive::ProxyKind::Socks5), (&http, &by_connect, archive::ProxyKind::Http)]
    {
        let exchange = through(&client, proxy, "http://news.example/old").await.unwrap();
        assert_eq!(exchange.final_url().as_str(), "http://other.example/a");
        assert!(exchange.answers().all(|answer| answer.proxy == Some(kind) && answer.remote.is_none()));
        let asked = asked.lock().unwrap().clone();
        assert!(asked.contains(&"news.example:80".to_owned()), "{asked:?}");
        assert!(asked.len() <= 2 || asked.contains(&"other.example:80".to_owned()), "{asked:?}");
    }
}

#[tokio::test]
async fn a_user_name_is_told_to_the_proxy() {
    let upstream = serve(site()).await;
    let (tor, asked) = socks(Manner::Works, upstream).await;
    let client = client("127.0.0.1:1".parse().unwrap(), &[&tor]);
    let named = ProxyUrl { user: "herald".to_owned(), ..tor };
    through(&client, &named, "http://news.example/a").await.unwrap();
    assert!(asked.lock().unwrap().iter().all(|asked| asked == "herald@news.example:80"));
}

#[tokio::test]
async fn a_proxy_that_fails_is_told_and_never_passed_by() {
    let upstream = serve(Router::new().fallback(async || "reached directly")).await;
    let check = async |proxy: &ProxyUrl, scheme: &str, expected| {
        // The name is one that a direct connection would reach.
        let client = client(upstream, &[proxy]);
        let error = through(&client, proxy, &format!("{scheme}://news.test/a")).await.unwrap_err();
        assert!(
            matches!(&error, FetchError::Proxy { problem, .. } if *problem == expected),
            "{proxy}: {error:?}"
        );
        assert!(error.to_string().contains("proxy alone") && !error.to_string().contains("127."), "{error}");
        assert_eq!(error.failure(), store::Failure::Passing);
    };
    for (manner, expected) in [
        (Manner::Refuses, ProxyProblem::Refused),
        (Manner::WantsLogin, ProxyProblem::Login),
        (Manner::TalksNonsense, ProxyProblem::Broken),
        (Manner::IsSilent, ProxyProblem::Late),
    ] {
        for scheme in ["http", "https"] {
            check(&socks(manner, upstream).await.0, scheme, expected).await;
        }
        // What is no HTTP at all is a refusal to the library when it asks for a tunnel.
        let nonsense = manner == Manner::TalksNonsense;
        let expected = if nonsense { ProxyProblem::Refused } else { expected };
        check(&http_proxy(manner, upstream).await.0, "https", expected).await;
    }
    for (manner, expected) in
        [(Manner::WantsLogin, ProxyProblem::Login), (Manner::TalksNonsense, ProxyProblem::Broken)]
    {
        check(&http_proxy(manner, upstream).await.0, "http", expected).await;
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for scheme in ["socks5h", "http"] {
        let proxy = format!("{scheme}://{closed}").parse().unwrap();
        check(&proxy, "http", ProxyProblem::Unreachable).await;
        check(&proxy, "https", ProxyProblem::Unreachable).await;
    }
}

#[tokio::test]
async fn what_the_site_may_have_said_through_a_forwarding_proxy_is_not_held_against_the_proxy() {
    let upstream = serve(Router::new().fallback(async || "reached directly")).await;
    let ask = async |manner| {
        let (proxy, asked) = http_proxy(manner, upstream).await;
        let error = through(&client(upstream, &[&proxy]), &proxy, "http://news.test/a").await.unwrap_err();
        assert!(asked.lock().unwrap().iter().all(|asked| asked == "news.test:80"));
        assert!(!error.to_string().contains("127."), "{error}");
        assert_ne!(error.failure(), store::Failure::Final);
        error
    };
    // The proxy hands on both, and may itself have been the one.
    let refused = ask(Manner::Refuses).await;
    assert!(matches!(refused, FetchError::Answered { status: 403, .. }), "{refused:?}");
    let silent = ask(Manner::IsSilent).await;
    assert!(matches!(silent, FetchError::Timeout { stage: Stage::Headers, .. }), "{silent:?}");
}

#[tokio::test]
async fn a_proxy_with_a_dead_address_is_reached_at_its_other_one() {
    let upstream = serve(site()).await;
    let (tor, _) = socks(Manner::Works, upstream).await;
    let works: SocketAddr = format!("{}:{}", tor.host, tor.port).parse().unwrap();
    let dead = SocketAddr::from(([127, 66, 0, 2], tor.port));
    // A queue of one that is full: who comes next hears nothing, not even a refusal.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(dead).unwrap();
    let _silent = socket.listen(0).unwrap();
    let _first = TcpStream::connect(dead).await.unwrap();
    let short = SignedDuration::from_millis(600);
    let config = Config {
        local_proxies: vec![works, dead],
        dns_timeout: short,
        tls_timeout: short,
        proxy_timeout: short,
        ..config("127.0.0.1:1".parse().unwrap())
    };
    let names = Names::listed([("proxy.example", vec![Reply::Addresses(vec![dead, works])])]);
    let around = Surroundings { names, ..Surroundings::default() };
    let client = PoliteClient::within(&config, Clock::fixed(jiff::Timestamp::UNIX_EPOCH), around).unwrap();
    let named = ProxyUrl { host: "proxy.example".to_owned(), ..tor };
    through(&client, &named, "http://news.example/a").await.unwrap();
}

#[tokio::test]
async fn a_proxy_of_the_own_network_needs_leave_and_opens_nothing_else() {
    let upstream = serve(site()).await;
    let (tor, asked) = socks(Manner::Works, upstream).await;
    let strict = client(upstream, &[]);
    let error = through(&strict, &tor, "http://news.example/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Refused { refusal: Refusal::LocalProxy, .. }), "{error}");
    assert!(asked.lock().unwrap().is_empty());
    let allowing = client("127.0.0.1:1".parse().unwrap(), &[&tor]);
    for url in [
        format!("http://127.0.0.1:{}/", tor.port),
        "http://10.0.0.1/".to_owned(),
        "http://localhost/".to_owned(),
    ] {
        let error = through(&allowing, &tor, &url).await.unwrap_err();
        assert!(matches!(error, FetchError::Refused { .. }), "{url}: {error}");
    }
    let error = through(&allowing, &tor, "http://news.example/home").await.unwrap_err();
    assert!(matches!(error, FetchError::Refused { refusal: Refusal::NotPublic, .. }), "{error}");
    let name = ProxyUrl { host: "proxy.example".to_owned(), ..tor };
    let error = through(&allowing, &name, "http://news.example/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Proxy { problem: ProxyProblem::Unreachable, .. }), "{error}");
}
