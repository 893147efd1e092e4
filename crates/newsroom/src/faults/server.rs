//! The server of faults: reads one request, does what its path names, closes.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::act::{Act, UTF8, answer, dated, rss};
use super::faults;

/// A head that is longer than this is no request.
const MAX_REQUEST: usize = 64 * 1024;

/// A server of faults, on loopback alone.
#[derive(Debug)]
pub struct FaultServer {
    address: SocketAddr,
    shutdown: CancellationToken,
}

struct Shared {
    faults: HashMap<&'static str, Act>,
    requests: AtomicUsize,
}

impl FaultServer {
    /// Opens the server; port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is not loopback or cannot be had.
    pub async fn start(address: SocketAddr) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "faults are served on loopback only"));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared =
            Shared { faults: faults(address.port()).into_iter().collect(), requests: AtomicUsize::new(0) };
        let (shared, shutdown) = (Arc::new(shared), CancellationToken::new());
        tokio::spawn(shutdown.clone().run_until_cancelled_owned(accept(listener, shared, shutdown.clone())));
        Ok(Self { address, shutdown })
    }

    /// Returns where it is served.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    while let Ok((stream, _)) = listener.accept().await {
        let served = serve(stream, Arc::clone(&shared));
        // Whoever was treated badly goes away in the middle: that is no error here.
        tokio::spawn(shutdown.clone().run_until_cancelled_owned(async move { drop(served.await) }));
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let request = read_request(&mut stream).await?;
    let path = request.split(' ').nth(1).unwrap_or_default();
    let name = path.trim_start_matches('/').split('?').next().unwrap_or_default();
    let number = shared.requests.fetch_add(1, Ordering::Relaxed);
    if name == "list" {
        let mut names: Vec<&str> = shared.faults.keys().copied().collect();
        names.sort_unstable();
        return stream.write_all(&answer("200 OK", &[], names.join("\n").as_bytes())).await;
    }
    match shared.faults.get(name) {
        Some(act) => perform(stream, act, (&request, number)).await,
        None => stream.write_all(&answer("404 Not Found", &[], b"")).await,
    }
}

async fn perform(mut stream: TcpStream, act: &Act, (request, number): (&str, usize)) -> io::Result<()> {
    match act {
        Act::Send(bytes) => stream.write_all(bytes).await?,
        Act::Hold(bytes) => {
            stream.write_all(bytes).await?;
            std::future::pending::<()>().await;
        }
        Act::Drip(first, bytes, pause) => {
            stream.write_all(first).await?;
            for byte in bytes {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(*pause).await;
            }
        }
        Act::Endless(first, bytes) => {
            stream.write_all(first).await?;
            loop {
                stream.write_all(bytes).await?;
            }
        }
        Act::Reset => stream.set_zero_linger()?,
        Act::Tagged(tag, whole, unchanged) => {
            let named = request
                .lines()
                .any(|line| line.to_ascii_lowercase().starts_with("if-none-match:") && line.contains(tag));
            stream.write_all(if named { unchanged } else { whole }).await?;
        }
        Act::Churn => {
            let item =
                |at: usize| dated(at, "Құлжа", &format!("{number}-{at}"), "Mon, 23 Nov 2026 10:00:00 +0600");
            let body = rss(UTF8, &(0..5).map(item).collect::<String>());
            stream
                .write_all(&answer("200 OK", &[("Content-Type", "application/rss+xml")], body.as_bytes()))
                .await?;
        }
    }
    // What was sent is read before the connection goes: a reset would take it away again.
    if !matches!(act, Act::Reset) {
        stream.shutdown().await?;
        let drained = tokio::time::timeout(Duration::from_secs(1), stream.read(&mut [0; 1024])).await;
        drop(drained);
    }
    Ok(())
}

async fn read_request(stream: &mut TcpStream) -> io::Result<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") && request.len() < MAX_REQUEST {
        if stream.read_buf(&mut request).await? == 0 {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&request).into_owned())
}
