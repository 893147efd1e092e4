//! Makes one HTTP request within its limits of time and size, and records it as evidence. Follows nothing.

use std::time::Duration;

use archive::{Answer, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use model::{Clock, Validators};
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::time::timeout;
use url::Url;

use crate::config::{Config, ConfigError};
use crate::failure::{FetchError, Place, Stage, classify};
use crate::guard::resolver::GuardedResolver;
use crate::guard::{Guard, Refusal};

/// What is kept of the body of a redirect or an error: it is a line of text, or padding.
const MAX_SIDE_BODY: usize = 64 * 1024;
/// A connection that nobody uses for this long is closed.
const IDLE: Duration = Duration::from_secs(30);
/// No more idle connections to one host are kept, whatever its source allows to be open at once.
const MAX_IDLE: usize = 16;

/// The HTTP client with its limits.
pub(crate) struct Wire {
    http: reqwest::Client,
    guard: Guard,
    clock: Clock,
    limits: Limits,
    with_contact: HeaderValue,
    without_contact: HeaderValue,
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
    pub(crate) names_contact: bool,
    /// What is left of the time for the whole page.
    pub(crate) budget: Duration,
    /// Where set, a larger body is cut there instead of being an error.
    pub(crate) cut_at: Option<usize>,
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
    /// The HTTP library refuses.
    #[error("the HTTP client cannot be built")]
    Http(#[from] reqwest::Error),
}

impl Wire {
    /// Builds the client. It keeps no cookies, sends no `Referer`, uses no proxy of the environment, unpacks
    /// nothing and follows nothing by itself.
    pub(crate) fn new(config: &Config, guard: Guard, clock: Clock) -> Result<Self, ClientError> {
        let connect = config.connect_timeout.unsigned_abs();
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .dns_resolver(GuardedResolver { guard: guard.clone(), timeout: connect })
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(connect)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(MAX_IDLE)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .build()?;
        let limits = Limits {
            headers: config.header_timeout.unsigned_abs(),
            read: config.read_timeout.unsigned_abs(),
            max_bytes: config.max_wire_bytes,
        };
        let agent = |contact: &str| {
            let text = format!("Qarauyl/{} (automated news reader{contact})", env!("CARGO_PKG_VERSION"));
            HeaderValue::try_from(text).map_err(|_| ConfigError::Contact)
        };
        let contact =
            if config.contact.is_empty() { String::new() } else { format!("; +{}", config.contact) };
        let (with_contact, without_contact) = (agent(&contact)?, agent("")?);
        Ok(Self { http, guard, clock, limits, with_contact, without_contact })
    }

    /// Asks once and returns whatever the server answers.
    pub(crate) async fn ask(&self, request: &WireRequest<'_>) -> Result<Answer, FetchError> {
        let late = |_| FetchError::Timeout { place: Place::of(request.url), stage: Stage::Whole };
        timeout(request.budget, self.ask_slowly(request)).await.map_err(late)?
    }

    async fn ask_slowly(&self, request: &WireRequest<'_>) -> Result<Answer, FetchError> {
        let url = request.url;
        let place = || Place::of(url);
        self.guard.check_url(url).map_err(|refusal| FetchError::Refused { place: place(), refusal })?;
        let headers = self.headers(request);
        let (began, head) = (self.clock.now(), request_head(url, &headers));
        let sent = self.http.get(url.clone()).headers(headers).send();
        let late = |_| FetchError::Timeout { place: place(), stage: Stage::Headers };
        let sent = timeout(self.limits.headers, sent).await.map_err(late)?;
        let mut received = sent.map_err(|error| classify(&error, place()))?;
        let remote = received.remote_addr();
        // The address was checked before it was connected to. This holds should that ever be passed by.
        if remote.is_some_and(|remote| !self.guard.allows(remote)) {
            return Err(FetchError::Refused { place: place(), refusal: Refusal::NotPublic });
        }
        let (version, status) = (received.version(), received.status());
        let headers = std::mem::take(received.headers_mut());
        let (max_bytes, cut) = self.limit(status, request.cut_at);
        let (body, truncated) = self.body(&mut received, url, (max_bytes, cut)).await?;
        let response = Response { version, status, headers, body, truncated };
        let (remote, ended) = (remote.map(|remote| remote.ip()), self.clock.now());
        let url = url.clone();
        Ok(Answer { url, request: head, response, remote, began, ended, tls: None, proxy: None })
    }

    fn headers(&self, request: &WireRequest<'_>) -> HeaderMap {
        let agent = if request.names_contact { &self.with_contact } else { &self.without_contact };
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, agent.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        // Validators are opaque: they go back byte for byte or not at all.
        let mut send = |name, value: Option<&String>| {
            if let Some(value) = value.and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                headers.insert(name, value);
            }
        };
        if let Some(validators) = request.validators {
            send(header::IF_NONE_MATCH, validators.etag.as_ref());
            send(header::IF_MODIFIED_SINCE, validators.last_modified.as_ref());
        }
        headers
    }

    /// Returns how much of a body is taken, and whether what exceeds it is cut off.
    fn limit(&self, status: StatusCode, cut_at: Option<usize>) -> (usize, bool) {
        match cut_at {
            _ if !status.is_success() => (MAX_SIDE_BODY.min(self.limits.max_bytes), true),
            Some(bytes) => (bytes, true),
            None => (self.limits.max_bytes, false),
        }
    }

    async fn body(
        &self,
        received: &mut reqwest::Response,
        url: &Url,
        (max_bytes, cut): (usize, bool),
    ) -> Result<(Vec<u8>, bool), FetchError> {
        let stated = usize::try_from(received.content_length().unwrap_or_default()).unwrap_or(usize::MAX);
        if stated > max_bytes && !cut {
            return Err(FetchError::TooLarge { place: Place::of(url), max_bytes });
        }
        // What the server states is not allotted before it comes.
        let mut body = Vec::with_capacity(stated.min(MAX_SIDE_BODY));
        loop {
            let late = |_| FetchError::Timeout { place: Place::of(url), stage: Stage::Body };
            let chunk = timeout(self.limits.read, received.chunk()).await.map_err(late)?;
            let Some(chunk) = chunk.map_err(|error| classify(&error, Place::of(url)))? else {
                return Ok((body, false));
            };
            let room = max_bytes - body.len();
            if chunk.len() <= room {
                body.extend_from_slice(&chunk);
            } else if cut {
                body.extend(chunk.iter().take(room));
                return Ok((body, true));
            } else {
                return Err(FetchError::TooLarge { place: Place::of(url), max_bytes });
            }
        }
    }
}

/// Returns TLS with Mozilla's authorities and the ring provider, named here: nothing hangs on a process-wide one.
fn tls() -> Result<ClientConfig, rustls::Error> {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let mut config = ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Writes the head of the request as HTTP/1.1 has it, which is how WARC files show it.
fn request_head(url: &Url, headers: &HeaderMap) -> Vec<u8> {
    let mut head = Vec::new();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let start = format!(
        "GET {}{query} HTTP/1.1\r\nhost: {}{port}\r\n",
        url.path(),
        url.host_str().unwrap_or_default()
    );
    head.extend_from_slice(start.as_bytes());
    for (name, value) in headers {
        let line: [&[u8]; 4] = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
        head.extend(line.concat());
    }
    head.extend_from_slice(b"\r\n");
    head
}
