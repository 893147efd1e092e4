//! Opens connections: look-up, guard, TCP, proxy, TLS, each within its own time.
//!
//! There is no way around the guard here, and none around the proxy: a source that has one is asked through it or
//! not at all.

use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use model::{ProxyKind, ProxyUrl};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::problem::{ConnectProblem, ProxyProblem};
use super::stream::{Duplex, Facts, Stream};
use super::tls::evidence;
use crate::failure::Stage;
use crate::guard::{Guard, GuardedResolver, Names, Refusal};

/// How long each part of a connection may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    pub(crate) dns: Duration,
    pub(crate) connect: Duration,
    pub(crate) tls: Duration,
    /// From the connection with a proxy until the proxy has reached the site.
    pub(crate) proxy: Duration,
}

/// Opens connections, all straight or all through one proxy.
#[derive(Clone)]
pub(crate) struct Connector(Arc<Parts>);

struct Parts {
    dialer: HttpConnector<GuardedResolver>,
    proxy: Option<(ProxyUrl, Uri)>,
    tls: TlsConnector,
    guard: Guard,
    deadlines: Deadlines,
}

/// What every connector of a client shares.
#[derive(Clone)]
pub(crate) struct Common {
    pub(crate) names: Names,
    pub(crate) guard: Guard,
    pub(crate) tls: TlsConnector,
    pub(crate) deadlines: Deadlines,
}

impl Connector {
    pub(crate) fn new(common: Common, proxy: Option<&ProxyUrl>) -> Result<Self, Refusal> {
        let Common { names, guard, tls, deadlines } = common;
        let proxy = proxy.map(|proxy| Ok((proxy.clone(), uri_of(proxy)?))).transpose()?;
        let proxy_port = proxy.as_ref().map(|(proxy, _)| proxy.port);
        let resolver = GuardedResolver { names, guard: guard.clone(), timeout: deadlines.dns, proxy_port };
        let mut dialer = HttpConnector::new_with_resolver(resolver);
        dialer.enforce_http(false);
        dialer.set_nodelay(true);
        dialer.set_connect_timeout(Some(deadlines.connect));
        Ok(Self(Arc::new(Parts { dialer, proxy, tls, guard, deadlines })))
    }
}

fn uri_of(proxy: &ProxyUrl) -> Result<Uri, Refusal> {
    let host = if proxy.host.contains(':') { format!("[{}]", proxy.host) } else { proxy.host.clone() };
    format!("http://{host}:{}/", proxy.port).parse().map_err(|_| Refusal::Unwritable)
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = ConnectProblem;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, ConnectProblem>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), ConnectProblem>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let parts = Arc::clone(&self.0);
        Box::pin(async move { parts.connect(target).await })
    }
}

impl Parts {
    async fn connect(&self, target: Uri) -> Result<Stream, ConnectProblem> {
        let encrypted = target.scheme() == Some(&Scheme::HTTPS);
        let host = target.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let (tcp, remote) = if let Some((proxy, at)) = &self.proxy {
            (self.through(proxy, at, &target).await?, None)
        } else {
            let tcp = self.straight(target).await?;
            let remote = tcp.peer_addr().map_err(|error| ConnectProblem::Io(error.kind()))?;
            // The address was checked when the name was resolved. This holds should that ever be passed by.
            if !self.guard.allows(remote) {
                return Err(ConnectProblem::Refused(Refusal::NotPublic));
            }
            (tcp, Some(remote))
        };
        let (bytes, tls, http2): (Box<dyn Duplex>, _, _) = if encrypted {
            let name = ServerName::try_from(host).map_err(|_| ConnectProblem::Refused(Refusal::NotWeb))?;
            let late = |_| ConnectProblem::Late(Stage::Tls);
            let shaken = timeout(self.deadlines.tls, self.tls.connect(name, tcp)).await.map_err(late)?;
            let stream = shaken.map_err(|error| ConnectProblem::of_tls(&error))?;
            let connection = stream.get_ref().1;
            let (evidence, http2) = (evidence(connection), connection.alpn_protocol() == Some(b"h2"));
            (Box::new(stream), Some(evidence), http2)
        } else {
            (Box::new(tcp), None, false)
        };
        Ok(Stream { bytes: TokioIo::new(bytes), facts: Facts { remote, tls }, http2 })
    }

    async fn straight(&self, target: Uri) -> Result<TcpStream, ConnectProblem> {
        let late = |_| ConnectProblem::Late(Stage::Connect);
        let whole = self.deadlines.dns + self.deadlines.connect;
        let dialled = timeout(whole, self.dialer.clone().call(target)).await.map_err(late)?;
        Ok(dialled.map_err(|error| ConnectProblem::of_dialling(&error))?.into_inner())
    }

    /// Connects to the proxy and asks it for the site. The name of the site goes to the proxy as it is.
    async fn through(&self, proxy: &ProxyUrl, at: &Uri, target: &Uri) -> Result<TcpStream, ConnectProblem> {
        let target = with_port(target).ok_or(ConnectProblem::Refused(Refusal::Unwritable))?;
        let opened = self.straight(at.clone()).await.map_err(ConnectProblem::of_proxy)?;
        let shaken =
            timeout(self.deadlines.proxy, shake_hands(proxy, (at, target), Opened::new(opened))).await;
        let tcp = shaken.map_err(|_| ProxyProblem::Late).and_then(|shaken| shaken);
        tcp.map_err(ConnectProblem::Proxy)
    }
}

async fn shake_hands(
    proxy: &ProxyUrl,
    (at, target): (&Uri, Uri),
    opened: Opened,
) -> Result<TcpStream, ProxyProblem> {
    let tcp = match proxy.kind {
        ProxyKind::Socks => {
            let mut socks = SocksV5::new(at.clone(), opened).local_dns(false);
            if !proxy.user.is_empty() {
                // RFC 1929 asks for a password of at least one byte; Tor takes any.
                socks = socks.with_auth(proxy.user.clone(), "x".to_owned());
            }
            socks.call(target).await.map_err(|error| ProxyProblem::of_handshake(&error))?
        }
        ProxyKind::Http => {
            let mut tunnel = Tunnel::new(at.clone(), opened);
            tunnel.call(target).await.map_err(|error| ProxyProblem::of_handshake(&error))?
        }
    };
    Ok(tcp.into_inner())
}

/// A connection that is open already, in the form in which handshakes ask for one.
struct Opened(Option<TcpStream>);

impl Opened {
    fn new(tcp: TcpStream) -> Self {
        Self(Some(tcp))
    }
}

impl Service<Uri> for Opened {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _proxy: Uri) -> Self::Future {
        let gone = || io::Error::other("the connection was given away");
        ready(self.0.take().map(TokioIo::new).ok_or_else(gone))
    }
}

/// Returns the address with its port written out, as proxies want to hear it.
fn with_port(target: &Uri) -> Option<Uri> {
    let standard = if target.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
    let port = target.port_u16().unwrap_or(standard);
    let authority: Authority = format!("{}:{port}", target.host()?).parse().ok()?;
    let mut parts = target.clone().into_parts();
    parts.authority = Some(authority);
    Uri::from_parts(parts).ok()
}
