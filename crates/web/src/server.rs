//! Listens and serves until it is told to stop.

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::{App, Config, ListenError, router};

/// Opens the port.
///
/// # Errors
/// When the address is open to others, or the port cannot be had.
pub async fn listen(config: &Config) -> Result<TcpListener, ListenError> {
    let address = config.address()?;
    TcpListener::bind(address).await.map_err(|source| ListenError::Bind { address, source })
}

/// Serves the pages until `shutdown`.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    app: App,
    config: &Config,
    listener: TcpListener,
    shutdown: CancellationToken,
) -> Result<(), std::io::Error> {
    axum::serve(listener, router(app, config)).with_graceful_shutdown(shutdown.cancelled_owned()).await
}
