//! Encrypted sites: what is kept of their certificates, which are refused, and HTTP/2 with its own faults.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use archive::TlsVersion;
use axum::Router;
use axum::body::Body;
use axum::routing::get;
use fetcher::guard::Names;
use fetcher::{Ask, Config, FetchError, Fetched, PoliteClient, Stage, Surroundings, TlsProblem};
use futures_util::StreamExt;
use http::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use url::Url;

use crate::house::{ask, config, fetch, serve};
use crate::proxies::{Manner, http_proxy, socks};

const HTTP1: &[u8] = b"http/1.1";
const HTTP2: &[u8] = b"h2";

/// An authority that the tests' client believes.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    roots: RootCertStore,
}

/// A site's certificate with its key.
struct Papers {
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    fn new() -> Self {
        let (key, mut params) = (KeyPair::generate().unwrap(), CertificateParams::new(Vec::new()).unwrap());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let mut roots = RootCertStore::empty();
        roots.add(params.self_signed(&key).unwrap().der().clone()).unwrap();
        Self { issuer: Issuer::new(params, key), roots }
    }

    fn papers(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Papers {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        Papers { certificate, key: key.into() }
    }

    fn client(&self, address: SocketAddr) -> PoliteClient {
        let short = SignedDuration::from_millis(400);
        let config =
            Config { tls_timeout: short, header_timeout: short, read_timeout: short, ..config(address) };
        let around = Surroundings { names: Names::System, authorities: self.roots.clone() };
        PoliteClient::within(&config, Clock::fixed(Timestamp::UNIX_EPOCH), around).unwrap()
    }
}

fn self_made() -> Papers {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["news.test".to_owned()]).unwrap();
    Papers { certificate: params.self_signed(&key).unwrap().der().clone(), key: key.into() }
}

fn server(papers: Papers, version: &'static SupportedProtocolVersion, protocol: &[u8]) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    let mut config =
        builder.with_no_client_auth().with_single_cert(vec![papers.certificate], papers.key).unwrap();
    config.alpn_protocols = vec![protocol.to_vec()];
    config
}

/// Serves `routes` encrypted.
async fn serve_tls(config: ServerConfig, routes: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let http2 = config.alpn_protocols == [HTTP2];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let (acceptor, routes) = (acceptor.clone(), routes.clone());
            tokio::spawn(async move {
                let Ok(tls) = acceptor.accept(tcp).await else { return };
                let answer =
                    |request: Request<hyper::body::Incoming>| routes.clone().oneshot(request.map(Body::new));
                let service = hyper::service::service_fn(answer);
                let _gone = if http2 {
                    let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                    builder.serve_connection(TokioIo::new(tls), service).await
                } else {
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(tls), service)
                        .await
                };
            });
        }
    });
    address
}

fn site() -> Router {
    Router::new().route("/a", get(async || "page"))
}

async fn page(client: &PoliteClient) -> archive::Exchange {
    match fetch(client, "https://news.test/a").await.unwrap() {
        Fetched::Exchange(exchange) => *exchange,
        Fetched::NotModified(_) => panic!("not modified"),
    }
}

#[tokio::test]
async fn a_certificate_leaves_its_fingerprint_and_the_version_it_was_shown_in() {
    let authority = Authority::new();
    for (version, expected) in
        [(&rustls::version::TLS12, TlsVersion::Tls12), (&rustls::version::TLS13, TlsVersion::Tls13)]
    {
        let papers = authority.papers("news.test", |_| {});
        let fingerprint: [u8; 32] = Sha256::digest(&papers.certificate).into();
        let address = serve_tls(server(papers, version, HTTP1), site()).await;
        let exchange = page(&authority.client(address)).await;
        let tls = exchange.answer.tls.unwrap();
        assert_eq!((tls.leaf_sha256, tls.version), (Some(fingerprint), Some(expected)));
        assert_eq!(exchange.answer.remote, Some(address.ip()));
        assert_eq!(exchange.answer.response.version, Version::HTTP_11);
    }
}

#[tokio::test]
async fn a_certificate_leaves_its_fingerprint_behind_a_proxy_as_well() {
    let authority = Authority::new();
    let papers = authority.papers("news.example", |_| {});
    let fingerprint: [u8; 32] = Sha256::digest(&papers.certificate).into();
    let upstream = serve_tls(server(papers, &rustls::version::TLS13, HTTP2), site()).await;
    let url = Url::parse("https://news.example/a").unwrap();
    for proxy in [socks(Manner::Works, upstream).await.0, http_proxy(Manner::Works, upstream).await.0] {
        let local_proxies = vec![format!("{}:{}", proxy.host, proxy.port).parse().unwrap()];
        let config = Config { local_proxies, ..config("127.0.0.1:1".parse().unwrap()) };
        let around = Surroundings { names: Names::listed([]), authorities: authority.roots.clone() };
        let client = PoliteClient::within(&config, Clock::fixed(Timestamp::UNIX_EPOCH), around).unwrap();
        // The second answer comes over the connection of the first.
        for _ in 0..2 {
            let fetched = client.fetch(&Ask { proxy: Some(&proxy), ..ask(&url) }).await.unwrap();
            let Fetched::Exchange(exchange) = fetched else { panic!("not modified") };
            let tls = exchange.answer.tls.unwrap();
            assert_eq!((tls.leaf_sha256, tls.version), (Some(fingerprint), Some(TlsVersion::Tls13)));
            assert_eq!((exchange.answer.remote, exchange.answer.response.version), (None, Version::HTTP_2));
        }
    }
}

#[tokio::test]
async fn each_bad_certificate_is_refused_in_its_own_words() {
    let authority = Authority::new();
    let expired = authority.papers("news.test", |params| params.not_after = date_time_ymd(2020, 1, 1));
    let other = authority.papers("other.test", |_| {});
    for (papers, expected, words) in [
        (expired, TlsProblem::Expired, "has ended"),
        (other, TlsProblem::OtherName, "for another name"),
        (self_made(), TlsProblem::Untrusted, "somebody stands in between"),
    ] {
        let address = serve_tls(server(papers, &rustls::version::TLS13, HTTP1), site()).await;
        let error = fetch(&authority.client(address), "https://news.test/a").await.unwrap_err();
        assert!(matches!(&error, FetchError::Tls { problem, .. } if *problem == expected), "{error:?}");
        assert!(
            error.to_string().contains(words) && error.to_string().contains("https://news.test/"),
            "{error}"
        );
        assert_eq!(error.state(), model::EndpointState::Broken);
    }
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_or_never_finishes_is_given_up() {
    let authority = Authority::new();
    let plain = serve(site()).await;
    let error = fetch(&authority.client(plain), "https://news.test/a").await.unwrap_err();
    assert!(matches!(&error, FetchError::Tls { problem: TlsProblem::Other(_), .. }), "{error:?}");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = {
        let short = SignedDuration::from_millis(200);
        let config = Config { tls_timeout: short, ..config(silent.local_addr().unwrap()) };
        PoliteClient::new(&config, Clock::fixed(Timestamp::UNIX_EPOCH)).unwrap()
    };
    let error = fetch(&client, "https://news.test/a").await.unwrap_err();
    assert!(matches!(error, FetchError::Timeout { stage: Stage::Tls, .. }), "{error:?}");
}

/// A body that breaks off, or stops, after its first bytes.
fn body(breaks: bool) -> Body {
    let start = futures_util::stream::iter([Ok::<_, std::io::Error>("start")]);
    let broken = futures_util::stream::once(async { Err(std::io::Error::other("broken")) });
    let stopped = futures_util::stream::pending();
    if breaks { Body::from_stream(start.chain(broken)) } else { Body::from_stream(start.chain(stopped)) }
}

#[tokio::test]
async fn http2_is_spoken_where_it_is_offered_and_bounded_like_the_older_one() {
    let authority = Authority::new();
    let long = "a".repeat(300_000);
    let routes = site()
        .route("/never", get(async || std::future::pending::<Result<&str, Infallible>>().await.unwrap()))
        .route("/breaks", get(async || Response::new(body(true))))
        .route("/stops", get(async || Response::new(body(false))))
        .route("/large", get(async || vec![0_u8; 200_000]))
        .route("/head", get(async move || ([("x-a", long)], "page")));
    let papers = authority.papers("news.test", |_| {});
    let address = serve_tls(server(papers, &rustls::version::TLS13, HTTP2), routes).await;
    let client = authority.client(address);
    let exchange = page(&client).await;
    assert_eq!(
        (exchange.answer.response.version, exchange.answer.response.body.as_slice()),
        (Version::HTTP_2, &b"page"[..])
    );
    let error = async |path: &str| fetch(&client, &format!("https://news.test{path}")).await.unwrap_err();
    assert!(matches!(error("/never").await, FetchError::Timeout { stage: Stage::Headers, .. }));
    assert!(matches!(error("/stops").await, FetchError::Timeout { stage: Stage::Body, .. }));
    assert!(matches!(error("/breaks").await, FetchError::Broken { .. }));
    assert!(matches!(error("/large").await, FetchError::TooLarge { .. }));
    let head = error("/head").await;
    assert!(matches!(head, FetchError::Broken { .. } | FetchError::HeadTooLarge { .. }), "{head:?}");
    // The connection outlives its faults.
    assert_eq!(page(&client).await.answer.response.body, b"page");
}
