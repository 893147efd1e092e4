//! Hands exchanges to the archive, and waits until they are on the disk without holding a thread meanwhile.

use std::sync::Arc;

use archive::{Archive, Exchange, KeepError, Kept};
use model::CaptureLocation;
use store::Failed;
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Keeps `exchange`; returns when it is safely on the disk.
pub async fn keep(archive: &Arc<Archive>, exchange: Exchange) -> Result<Kept, Failed> {
    let (tell, told) = oneshot::channel();
    let tell = move |kept: Result<Kept, KeepError>| {
        let _nobody_waits_any_more = tell.send(kept);
    };
    if archive.reads_first(&exchange) {
        let archive = Arc::clone(archive);
        let handed_over = spawn_blocking(move || archive.keep_then(exchange, tell)).await;
        handed_over.map_err(|error| Failed::passing(&error))?;
    } else {
        archive.keep_then(exchange, tell);
    }
    told.await.map_err(|error| Failed::passing(&error))?.map_err(|error| Failed::passing(&error))
}

/// Keeps an answer of an address that is polled: a body that is the same again is kept as a reference.
pub(crate) async fn keep_poll(archive: &Arc<Archive>, exchange: Exchange) -> Result<Kept, Failed> {
    in_background(archive, move |archive| archive.keep_repeated(&exchange)).await
}

/// Keeps a later look at the page whose last capture lies at `last`.
pub(crate) async fn keep_relook(
    archive: &Arc<Archive>,
    exchange: Exchange,
    last: CaptureLocation,
) -> Result<Kept, Failed> {
    in_background(archive, move |archive| archive.keep_relook(&exchange, &last)).await
}

/// Keeps in a way that reads the disk first, on a thread that may wait for it.
async fn in_background(
    archive: &Arc<Archive>,
    keep: impl FnOnce(&Archive) -> Result<Kept, KeepError> + Send + 'static,
) -> Result<Kept, Failed> {
    let archive = Arc::clone(archive);
    let kept = spawn_blocking(move || keep(&archive)).await;
    kept.map_err(|error| Failed::passing(&error))?.map_err(|error| Failed::passing(&error))
}
