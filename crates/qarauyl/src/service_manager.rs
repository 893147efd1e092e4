//! Speaks to systemd, where the house runs under it: ready, alive, stopping.
//!
//! Elsewhere all of this does nothing. Alive means that the runtime turns and the store answers; a house that is
//! neither is started again by `WatchdogSec`.

use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use sd_notify::NotifyState;
use store::{Database, Queue};
use tokio_util::sync::CancellationToken;

/// A store that has not answered for so long counts as dead.
const ANSWER: Duration = Duration::from_secs(20);

/// Says that all services run.
pub(crate) fn ready() {
    tell(&[NotifyState::Ready, NotifyState::Status("running")]);
}

/// Says that work in hand is being ended.
pub(crate) fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("ending the work in hand")]);
}

/// Says twice in each period of the watchdog that the house is alive, while it is.
pub(crate) async fn stay_alive(store: Arc<Database>, clock: Clock, shutdown: CancellationToken) {
    let Some(period) = sd_notify::watchdog_enabled() else { return };
    while shutdown.run_until_cancelled(tokio::time::sleep(period / 2)).await.is_some() {
        match tokio::time::timeout(ANSWER, store.job_counts(clock.now())).await {
            Ok(Ok(_)) => tell(&[NotifyState::Watchdog]),
            Ok(Err(error)) => tracing::error!(%error, "the store does not answer"),
            Err(_) => tracing::error!("the store does not answer in time"),
        }
    }
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
