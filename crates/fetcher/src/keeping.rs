//! Hands exchanges to the archive, off the runtime's own threads: keeping waits for the disk.

use std::sync::Arc;

use archive::{Archive, Exchange, KeepError, Kept};
use model::CaptureLocation;
use store::Failed;

/// Keeps `exchange`; returns when it is safely on the disk.
pub(crate) async fn keep(archive: &Arc<Archive>, exchange: Exchange) -> Result<Kept, Failed> {
    kept(archive, move |archive| archive.keep(&exchange)).await
}

/// Keeps a later look at the page whose last capture lies at `last`.
pub(crate) async fn keep_relook(
    archive: &Arc<Archive>,
    exchange: Exchange,
    last: CaptureLocation,
) -> Result<Kept, Failed> {
    kept(archive, move |archive| archive.keep_relook(&exchange, &last)).await
}

async fn kept(
    archive: &Arc<Archive>,
    keep: impl FnOnce(&Archive) -> Result<Kept, KeepError> + Send + 'static,
) -> Result<Kept, Failed> {
    let archive = Arc::clone(archive);
    let kept = tokio::task::spawn_blocking(move || keep(&archive)).await;
    kept.map_err(|error| Failed::passing(&error))?.map_err(|error| Failed::passing(&error))
}
