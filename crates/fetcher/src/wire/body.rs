//! Reads a body piece by piece: so much of it, and never longer without a byte than stated.

use std::time::Duration;

use reqwest::Response;
use tokio::time::timeout;

use crate::failure::{FetchError, Place, Stage, classify};

/// What is allotted for a body before it comes, whatever the server states.
const FIRST_BYTES: usize = 64 * 1024;

/// How much of a body is taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Take {
    pub(crate) max_bytes: usize,
    /// Whether a larger body is cut there instead of being an error.
    pub(crate) cut: bool,
    /// The longest wait for the next bytes.
    pub(crate) wait: Duration,
}

/// Returns the bytes, and whether the body was cut.
pub(crate) async fn read(
    mut response: Response,
    take: Take,
    place: impl Fn() -> Place,
) -> Result<(Vec<u8>, bool), FetchError> {
    let too_large = || FetchError::TooLarge { place: place(), max_bytes: take.max_bytes };
    let stated = usize::try_from(response.content_length().unwrap_or_default()).unwrap_or(usize::MAX);
    if stated > take.max_bytes && !take.cut {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(stated.min(FIRST_BYTES).min(take.max_bytes));
    loop {
        let late = |_| FetchError::Timeout { place: place(), stage: Stage::Body };
        let received = timeout(take.wait, response.chunk()).await.map_err(late)?;
        let received = received.map_err(|error| classify(&error.without_url(), place()))?;
        let Some(data) = received else { return Ok((body, false)) };
        let room = take.max_bytes - body.len();
        if data.len() <= room {
            body.extend_from_slice(&data);
        } else if take.cut {
            body.extend(data.iter().take(room));
            return Ok((body, true));
        } else {
            return Err(too_large());
        }
    }
}
