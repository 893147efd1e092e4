//! What TLS showed on each connection, for the answers that come over it.
//!
//! The library tells it for straight connections alone, so that ours is kept beside the connection, by its two ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use archive::Tls;
use hyper_util::client::legacy::connect::HttpInfo;
use tokio::time::Instant;

/// A connection that nobody used for this long was closed long before.
const FORGOTTEN: Duration = Duration::from_hours(1);

/// What TLS showed on the connections that are open.
#[derive(Debug, Default)]
pub(crate) struct Shown(Mutex<HashMap<Ends, Entry>>);

/// The two ends of a connection: the system gives no pair to two connections at once.
type Ends = (SocketAddr, SocketAddr);

#[derive(Debug)]
struct Entry {
    tls: Tls,
    used: Instant,
}

impl Shown {
    /// Keeps what a new connection showed.
    pub(crate) fn keep(&self, ends: &HttpInfo, tls: Tls, now: Instant) {
        self.insert(ends_of(ends), tls, now);
    }

    /// Returns what the connection of an encrypted answer showed.
    pub(crate) fn of(&self, ends: &HttpInfo, now: Instant) -> Option<Tls> {
        self.get(ends_of(ends), now)
    }

    fn insert(&self, ends: Ends, tls: Tls, now: Instant) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| now.duration_since(entry.used) < FORGOTTEN);
        entries.insert(ends, Entry { tls, used: now });
    }

    fn get(&self, ends: Ends, now: Instant) -> Option<Tls> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get_mut(&ends)?;
        entry.used = now;
        Some(entry.tls.clone())
    }
}

fn ends_of(info: &HttpInfo) -> Ends {
    (info.local_addr(), info.remote_addr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connection_showed_is_kept_while_it_is_used_and_then_forgotten() {
        let ends = |port: u16| (SocketAddr::from(([127, 0, 0, 1], port)), "127.0.0.1:443".parse().unwrap());
        let tls = |byte| Tls { leaf_sha256: Some([byte; 32]), version: None };
        let (shown, start) = (Shown::default(), Instant::now());
        let after = |minutes| start + Duration::from_mins(minutes);
        shown.insert(ends(1), tls(1), start);
        shown.insert(ends(2), tls(2), start);
        assert_eq!(shown.get(ends(1), after(40)), Some(tls(1)));
        shown.insert(ends(3), tls(3), after(70));
        assert_eq!(shown.get(ends(1), after(71)), Some(tls(1)));
        assert_eq!((shown.get(ends(2), after(71)), shown.get(ends(3), after(71))), (None, Some(tls(3))));
        // The ends of a connection that is closed may be those of a later one.
        shown.insert(ends(1), tls(4), after(72));
        assert_eq!(shown.get(ends(1), after(72)), Some(tls(4)));
    }
}
