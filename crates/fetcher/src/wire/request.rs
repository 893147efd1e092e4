//! Makes one HTTP request within its limits of time and size, and records it as evidence. Follows nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use archive::{Answer, Response};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper_util::client::legacy::{Builder, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::{Clock, ProxyKind, ProxyUrl, SourceKind, Validators};
use rustls::RootCertStore;
use thiserror::Error;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::body::{self, Take};
use super::connector::{Common, Connector, Deadlines};
use super::head::{Agents, request_head};
use super::stream::Facts;
use super::tls;
use crate::config::{Config, ConfigError};
use crate::failure::{FetchError, Place, Stage, classify};
use crate::guard::{Guard, Names, Refusal};

/// What is kept of the body of a redirect or an error: it is a line of text, or padding.
const MAX_SIDE_BODY: usize = 64 * 1024;
/// A connection that nobody uses for this long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// No more idle connections to one host are kept, whatever its source allows to be open at once.
const MAX_IDLE: usize = 16;
/// No head of an answer has more fields than this in earnest.
const MAX_FIELDS: usize = 2048;
/// The HTTP library reads no head in less.
const LEAST_HEAD_BYTES: usize = 8192;

type Http = Client<Connector, Empty<Bytes>>;

/// The HTTP client with its limits: one pool of connections for straight requests and one for each proxy.
pub(crate) struct Wire {
    builder: Builder,
    straight: Http,
    proxied: Mutex<HashMap<ProxyUrl, Http>>,
    common: Common,
    clock: Clock,
    limits: Limits,
    agents: Agents,
}

struct Limits {
    headers: Duration,
    proxy: Duration,
    read: Duration,
    max_bytes: usize,
}

/// One request.
pub(crate) struct WireRequest<'a> {
    pub(crate) url: &'a Url,
    pub(crate) validators: Option<&'a Validators>,
    /// Which contact is told.
    pub(crate) kind: SourceKind,
    pub(crate) accept_language: &'a str,
    /// The only way there; `None` is straight.
    pub(crate) proxy: Option<&'a ProxyUrl>,
    /// What is left of the time for the whole page.
    pub(crate) budget: Duration,
    /// Where set, a larger body is cut there instead of being an error.
    pub(crate) cut_at: Option<usize>,
}

/// What a client takes from the world around it: where names are looked up, and whom TLS trusts.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// Where host names are looked up.
    pub names: Names,
    /// Whose certificates are believed.
    pub authorities: RootCertStore,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { names: Names::System, authorities: tls::authorities() }
    }
}

/// An HTTP client that cannot be built.
#[derive(Debug, Error)]
pub enum ClientError {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The connections cannot be set up.
    #[error("connections cannot be set up: {0}")]
    Connector(Refusal),
}

impl Wire {
    /// Builds the client. It keeps no cookies, sends no `Referer`, uses no proxy of the environment, unpacks
    /// nothing and follows nothing by itself.
    pub(crate) fn new(
        config: &Config,
        guard: Guard,
        around: Surroundings,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        let deadlines = Deadlines {
            dns: config.dns_timeout.unsigned_abs(),
            connect: config.connect_timeout.unsigned_abs(),
            tls: config.tls_timeout.unsigned_abs(),
            proxy: config.proxy_timeout.unsigned_abs(),
        };
        let tls = TlsConnector::from(tls::config(around.authorities)?);
        let common = Common { names: around.names, guard, tls, deadlines };
        let limits = Limits {
            headers: config.header_timeout.unsigned_abs(),
            proxy: deadlines.proxy,
            read: config.read_timeout.unsigned_abs(),
            max_bytes: config.max_wire_bytes,
        };
        let builder = builder(config);
        let straight = Connector::new(common.clone(), None).map_err(ClientError::Connector)?;
        let (straight, proxied) = (builder.build(straight), Mutex::default());
        let agents = Agents::new(config)?;
        Ok(Self { builder, straight, proxied, common, clock, limits, agents })
    }

    /// Asks once and returns whatever the server answers.
    pub(crate) async fn ask(&self, request: &WireRequest<'_>) -> Result<Answer, FetchError> {
        let late = |_| FetchError::Timeout { place: Place::of(request.url), stage: Stage::Whole };
        timeout(request.budget, self.ask_slowly(request)).await.map_err(late)?
    }

    async fn ask_slowly(&self, request: &WireRequest<'_>) -> Result<Answer, FetchError> {
        let url = request.url;
        let place = || Place::of(url);
        let refused = |refusal| FetchError::Refused { place: place(), refusal };
        self.common.guard.check_url(url, request.proxy).map_err(refused)?;
        let http = self.client(request.proxy).map_err(refused)?;
        let headers = self.agents.headers(request.kind, request.accept_language, request.validators);
        let (began, head) = (self.clock.now(), request_head(url, &headers));
        let mut sent =
            Request::get(url.as_str()).body(Empty::new()).map_err(|_| refused(Refusal::Unwritable))?;
        *sent.headers_mut() = headers;
        let late = |_| FetchError::Timeout { place: place(), stage: Stage::Headers };
        let wait = self.limits.headers + request.proxy.map_or(Duration::ZERO, |_| self.limits.proxy);
        let received = timeout(wait, http.request(sent)).await.map_err(late)?;
        let (mut top, incoming) = received.map_err(|error| classify(&error, place()))?.into_parts();
        let facts = top.extensions.remove::<Facts>().unwrap_or_default();
        let (body, truncated) = body::read(incoming, self.take(top.status, request.cut_at), place).await?;
        let response =
            Response { version: top.version, status: top.status, headers: top.headers, body, truncated };
        Ok(Answer {
            url: url.clone(),
            request: head,
            response,
            remote: facts.remote.map(|remote| remote.ip()),
            began,
            ended: self.clock.now(),
            tls: facts.tls,
            proxy: request.proxy.map(kept_kind),
        })
    }

    /// Returns the pool for straight requests, or that of a proxy. One that may not be used has none.
    fn client(&self, proxy: Option<&ProxyUrl>) -> Result<Http, Refusal> {
        let Some(proxy) = proxy else { return Ok(self.straight.clone()) };
        self.common.guard.check_proxy(proxy)?;
        let mut proxied = self.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = proxied.get(proxy) {
            return Ok(known.clone());
        }
        let http = self.builder.build(Connector::new(self.common.clone(), Some(proxy))?);
        proxied.insert(proxy.clone(), http.clone());
        Ok(http)
    }

    fn take(&self, status: StatusCode, cut_at: Option<usize>) -> Take {
        let (max_bytes, cut) = match cut_at {
            _ if !status.is_success() => (MAX_SIDE_BODY.min(self.limits.max_bytes), true),
            Some(bytes) => (bytes, true),
            None => (self.limits.max_bytes, false),
        };
        Take { max_bytes, cut, wait: self.limits.read }
    }
}

fn builder(config: &Config) -> Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(MAX_IDLE)
        .http1_max_buf_size(config.max_header_bytes.max(LEAST_HEAD_BYTES))
        .http1_max_headers(MAX_FIELDS)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http2_max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX));
    builder
}

fn kept_kind(proxy: &ProxyUrl) -> archive::ProxyKind {
    match proxy.kind {
        ProxyKind::Socks => archive::ProxyKind::Socks5,
        ProxyKind::Http => archive::ProxyKind::Http,
    }
}
