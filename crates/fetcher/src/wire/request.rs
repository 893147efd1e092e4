//! Makes one HTTP request within its limits of time and size, and records it as evidence. Follows nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use archive::Answer;
use http::{HeaderMap, Method, StatusCode};
use hyper_util::client::legacy::connect::HttpInfo;
use model::{Clock, ProxyKind, ProxyUrl, SourceKind, Validators};
use reqwest::{Client, Request, Response};
use rustls::RootCertStore;
use thiserror::Error;
use tokio::time::{Instant, timeout};
use url::Url;

use super::body::{self, Take};
use super::client::Common;
use super::forwarding;
use super::gate::Deadlines;
use super::head::{Agents, request_head};
use super::shown::Shown;
use super::tls;
use crate::config::{Config, ConfigError};
use crate::failure::{FetchError, Place, Stage, classify};
use crate::guard::{Guard, Names, Refusal};

/// What is kept of the body of a redirect or an error: it is a line of text, or padding.
const MAX_SIDE_BODY: usize = 64 * 1024;
/// What stands between the name and the value of a field, and behind it.
const FIELD_MARKS: usize = ": \r\n".len();

/// The HTTP client with its limits: one pool of connections for straight requests and one for each proxy.
pub(crate) struct Wire {
    straight: Client,
    proxied: Mutex<HashMap<ProxyUrl, Client>>,
    common: Common,
    clock: Clock,
    limits: Limits,
    agents: Agents,
}

struct Limits {
    headers: Duration,
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
    /// The HTTP library cannot be set up.
    #[error("the HTTP client cannot be set up")]
    Http(#[from] reqwest::Error),
}

impl Wire {
    /// Builds the client.
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
        };
        let common = Common {
            names: around.names,
            guard,
            tls: tls::config(around.authorities)?,
            deadlines,
            proxy_timeout: config.proxy_timeout.unsigned_abs(),
            max_header_bytes: config.max_header_bytes,
            shown: Arc::new(Shown::default()),
        };
        let limits = Limits {
            headers: config.header_timeout.unsigned_abs(),
            read: config.read_timeout.unsigned_abs(),
            max_bytes: config.max_wire_bytes,
        };
        let (straight, proxied) = (common.client(None)?, Mutex::default());
        let agents = Agents::new(config)?;
        Ok(Self { straight, proxied, common, clock, limits, agents })
    }

    /// Asks once and returns whatever the server answers.
    pub(crate) async fn ask(&self, request: &WireRequest<'_>) -> Result<Answer, FetchError> {
        let late = |_| FetchError::Timeout { place: Place::of(request.url), stage: Stage::Whole };
        timeout(request.budget, self.ask_slowly(request)).await.map_err(late)?
    }

    async fn ask_slowly(&self, request: &WireRequest<'_>) -> Result<Answer, FetchError> {
        let url = request.url;
        let refused = |refusal| FetchError::Refused { place: Place::of(url), refusal };
        self.common.guard.check_url(url, request.proxy).map_err(refused)?;
        let http = self.client(request.proxy).map_err(refused)?;
        let headers = self.agents.headers(request.kind, request.accept_language, request.validators);
        let (began, head) = (self.clock.now(), request_head(url, &headers));
        let mut sent = Request::new(Method::GET, url.clone());
        *sent.headers_mut() = headers;
        let mut received = self.send(request, http, sent).await?;
        let ends = received.extensions().get::<HttpInfo>().cloned();
        let encrypted = ends.as_ref().filter(|_| url.scheme() == "https");
        let tls = encrypted.and_then(|ends| self.common.shown.of(ends, Instant::now()));
        // Behind a proxy the other end is the proxy's, which nobody needs to know.
        let remote = ends.filter(|_| request.proxy.is_none()).map(|ends| ends.remote_addr().ip());
        let (version, status) = (received.version(), received.status());
        let headers = std::mem::take(received.headers_mut());
        let take = self.take(status, request.cut_at);
        let (body, truncated) = body::read(received, take, || Place::of(url)).await?;
        Ok(Answer {
            url: url.clone(),
            request: head,
            response: archive::Response { version, status, headers, body, truncated },
            remote,
            began,
            ended: self.clock.now(),
            tls,
            proxy: request.proxy.map(kept_kind),
        })
    }

    /// Sends what is asked and returns the answer once its head is there.
    async fn send(
        &self,
        request: &WireRequest<'_>,
        http: Client,
        sent: Request,
    ) -> Result<Response, FetchError> {
        let place = || Place::of(request.url);
        let of_proxy = |problem| FetchError::Proxy { place: place(), problem };
        let forwarded = forwarding::is_forwarded(request.url, request.proxy);
        let wait = self.limits.headers + request.proxy.map_or(Duration::ZERO, |_| self.common.proxy_timeout);
        let late = |_| FetchError::Timeout { place: place(), stage: Stage::Headers };
        let received = timeout(wait, http.execute(sent)).await.map_err(late)?;
        let received = received.map_err(|error| {
            if error.is_builder() {
                return FetchError::Refused { place: place(), refusal: Refusal::Unwritable };
            }
            let problem = forwarding::of_error(&error).filter(|_| forwarded);
            problem.map_or_else(|| classify(&error.without_url(), place()), of_proxy)
        })?;
        if let Some(problem) = forwarding::of_status(received.status()).filter(|_| forwarded) {
            return Err(of_proxy(problem));
        }
        if head_bytes(received.headers()) > self.common.max_header_bytes {
            return Err(FetchError::HeadTooLarge { place: place() });
        }
        Ok(received)
    }

    /// Returns the client for straight requests, or that of a proxy. One that may not be used has none.
    fn client(&self, proxy: Option<&ProxyUrl>) -> Result<Client, Refusal> {
        let Some(proxy) = proxy else { return Ok(self.straight.clone()) };
        self.common.guard.check_proxy(proxy)?;
        let mut proxied = self.proxied.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = proxied.get(proxy) {
            return Ok(known.clone());
        }
        let client = self.common.client(Some(proxy)).map_err(|_| Refusal::Unwritable)?;
        proxied.insert(proxy.clone(), client.clone());
        Ok(client)
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

/// The library reads heads of HTTP/1.1 up to a limit of its own, so that they are measured once they are there.
fn head_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + FIELD_MARKS).sum()
}

fn kept_kind(proxy: &ProxyUrl) -> archive::ProxyKind {
    match proxy.kind {
        ProxyKind::Socks => archive::ProxyKind::Socks5,
        ProxyKind::Http => archive::ProxyKind::Http,
    }
}
