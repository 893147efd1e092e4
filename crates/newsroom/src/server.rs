//! The server: all sites behind one loopback port, told apart by the `Host` header.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::feed::{feed, sitemap};
use crate::{Page, Site};

/// Why the newsroom cannot be opened.
#[derive(Debug, Error)]
pub enum NewsroomError {
    /// It serves on loopback only.
    #[error("a newsroom is served on loopback only, not on {0}: use 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The port cannot be had.
    #[error("cannot listen on {address}: {source}; choose another port")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The folder cannot be read, or holds no pages.
    #[error("{0}")]
    Folder(String),
    /// The bundled sample is broken.
    #[error("the bundled sample cannot be read: {0}")]
    Sample(String),
}

/// What a path answers instead of its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This status with a short body.
    Status(u16),
    /// A page that asks whether the reader is a robot.
    Challenge,
}

/// A newsroom that is open.
#[derive(Debug)]
pub struct Newsroom {
    state: Arc<Shared>,
    address: SocketAddr,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

#[derive(Debug)]
struct Shared {
    sites: Mutex<HashMap<String, Site>>,
    faults: Mutex<HashMap<(String, String), Fault>>,
    requests: Mutex<Vec<(String, String)>>,
    port: u16,
}

impl Newsroom {
    /// Opens a newsroom for `sites` at a loopback address; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be had.
    pub async fn start(sites: Vec<Site>, address: SocketAddr) -> Result<Self, NewsroomError> {
        if !address.ip().is_loopback() {
            return Err(NewsroomError::NotLoopback(address));
        }
        let wrong = |source| NewsroomError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(wrong)?;
        let address = listener.local_addr().map_err(wrong)?;
        let state = Arc::new(Shared {
            sites: Mutex::new(sites.into_iter().map(|site| (site.host.clone(), site)).collect()),
            faults: Mutex::new(HashMap::new()),
            requests: Mutex::new(Vec::new()),
            port: address.port(),
        });
        let (shutdown, tasks) = (CancellationToken::new(), TaskTracker::new());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let stop = shutdown.clone();
        tasks.spawn(async move {
            // The listener fails only when the process is out of everything; then the demo says so itself.
            drop(axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await);
        });
        tasks.close();
        Ok(Self { state, address, shutdown, tasks })
    }

    /// Returns where it is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes a path answer with a fault, or with its page again.
    pub fn set_fault(&self, host: &str, path: &str, fault: Option<Fault>) {
        let mut faults = lock(&self.state.faults);
        let key = (host.to_owned(), path.to_owned());
        match fault {
            Some(fault) => faults.insert(key, fault),
            None => faults.remove(&key),
        };
    }

    /// Adds a page to a site, as its newest; a page of the same path is replaced.
    pub fn put_page(&self, host: &str, page: Page) {
        if let Some(site) = lock(&self.state.sites).get_mut(host) {
            site.pages.retain(|known| known.path != page.path);
            site.pages.insert(0, page);
        }
    }

    /// Returns what was asked for so far: host and path.
    pub fn requests(&self) -> Vec<(String, String)> {
        lock(&self.state.requests).clone()
    }

    /// Closes it.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.tasks.wait().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(state): State<Arc<Shared>>, request: Request) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let path = request.uri().path().to_owned();
    lock(&state.requests).push((host.clone(), path.clone()));
    let fault = lock(&state.faults).get(&(host.clone(), path.clone())).copied();
    match fault {
        Some(Fault::Status(status)) => {
            return (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), "not today")
                .into_response();
        }
        Some(Fault::Challenge) => {
            let page =
                "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>";
            return (StatusCode::FORBIDDEN, [("cf-mitigated", "challenge")], page).into_response();
        }
        None => {}
    }
    let site = lock(&state.sites).get(&host).cloned();
    let Some(site) = site else { return (StatusCode::NOT_FOUND, "no such site").into_response() };
    let base = format!("http://{host}:{}", state.port);
    match path.as_str() {
        "/robots.txt" => {
            ([(header::CONTENT_TYPE, "text/plain")], "User-agent: *\nDisallow:\n").into_response()
        }
        "/feed.xml" => listed(headers, feed(&site, &base)),
        "/sitemap.xml" if site.sitemap => listed(headers, sitemap(&site, &base)),
        _ => page(&site, &path).await,
    }
}

/// A feed with an entity tag: asked for again with it, the answer is 304.
fn listed(headers: &HeaderMap, body: String) -> Response {
    let mut hash = DefaultHasher::new();
    body.hash(&mut hash);
    let tag = format!("\"{:016x}\"", hash.finish());
    if headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8".to_owned()), (header::ETAG, tag)], body)
        .into_response()
}

async fn page(site: &Site, path: &str) -> Response {
    let Some(page) = site.pages.iter().find(|page| page.path == path) else {
        return (StatusCode::NOT_FOUND, "no such page").into_response();
    };
    let body = page.body.clone();
    match tokio::task::spawn_blocking(move || body.read()).await {
        Ok(Ok(bytes)) => ([(header::CONTENT_TYPE, page.content_type.clone())], bytes).into_response(),
        Ok(Err(_)) | Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the page cannot be read").into_response(),
    }
}
