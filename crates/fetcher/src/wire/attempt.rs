//! What becomes known of one attempt to connect while it goes on.
//!
//! The HTTP library looks a name up, connects, speaks with a proxy and shakes hands within one future, and tells of
//! its end alone. Our resolver and our verifier are called inside that future, and note here how far it has come.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use archive::{Tls, TlsVersion};
use tokio::time::Instant;

use crate::failure::Stage;
use crate::guard::ResolveError;

tokio::task_local! {
    /// The attempt that is being polled.
    static CURRENT: Arc<Attempt>;
}

/// One attempt to connect.
#[derive(Debug)]
pub(crate) struct Attempt(Mutex<Known>);

/// What is known of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// What it is at: the look-up, the connection (and what is said to a proxy), or TLS.
    pub(crate) stage: Stage,
    /// Since when.
    pub(crate) since: Instant,
    /// Why its name leads nowhere, where that is so.
    pub(crate) unresolved: Option<ResolveError>,
    /// What the server showed of its TLS so far; `None` without TLS.
    pub(crate) tls: Option<Tls>,
}

impl Attempt {
    /// Returns an attempt that begins with the connection: a host written in numbers is never looked up.
    pub(crate) fn new(now: Instant) -> Self {
        let known = Known { stage: Stage::Connect, since: now, unresolved: None, tls: None };
        Self(Mutex::new(known))
    }

    /// Runs what connects; all that is noted meanwhile is noted of this attempt.
    pub(crate) async fn during<F: Future>(self: Arc<Self>, connecting: F) -> F::Output {
        CURRENT.scope(self, connecting).await
    }

    /// Returns what is known by now.
    pub(crate) fn known(&self) -> Known {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Notes that a stage has begun; its second begin is none.
pub(crate) fn note_stage(stage: Stage) {
    note(|known| {
        if known.stage != stage {
            (known.stage, known.since) = (stage, Instant::now());
        }
    });
}

/// Notes that the name leads nowhere.
pub(crate) fn note_unresolved(error: ResolveError) {
    note(|known| known.unresolved = Some(error));
}

/// Notes the fingerprint of the server's own certificate.
pub(crate) fn note_leaf(sha256: [u8; 32]) {
    note(|known| known.tls.get_or_insert_default().leaf_sha256 = Some(sha256));
}

/// Notes the version of TLS that is spoken.
pub(crate) fn note_version(version: TlsVersion) {
    note(|known| known.tls.get_or_insert_default().version = Some(version));
}

/// Outside an attempt there is nobody to tell.
fn note(change: impl FnOnce(&mut Known)) {
    if let Ok(attempt) = CURRENT.try_with(Arc::clone) {
        change(&mut attempt.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stage_lasts_from_its_first_begin_and_is_noted_of_its_own_attempt() {
        let (one, other) = (Arc::new(Attempt::new(Instant::now())), Arc::new(Attempt::new(Instant::now())));
        let second = Duration::from_secs(1);
        let began = Instant::now();
        let connecting = Arc::clone(&one).during(async {
            tokio::time::sleep(second).await;
            note_stage(Stage::Tls);
            tokio::time::sleep(second).await;
            note_stage(Stage::Tls);
            note_leaf([7; 32]);
            note_version(TlsVersion::Tls13);
        });
        connecting.await;
        note_unresolved(ResolveError::Unknown);
        let known = one.known();
        assert_eq!((known.stage, known.since - began, known.unresolved), (Stage::Tls, second, None));
        assert_eq!(known.tls, Some(Tls { leaf_sha256: Some([7; 32]), version: Some(TlsVersion::Tls13) }));
        assert_eq!((other.known().stage, other.known().tls), (Stage::Connect, None));
    }
}
