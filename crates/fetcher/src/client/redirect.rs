//! Says where an answer sends us. Pure.

use archive::Answer;
use url::Url;

use crate::failure::{FetchError, Place};

/// Returns where an answer sends us; `None` when it is the last.
pub(crate) fn redirect(answer: &Answer) -> Result<Option<Url>, FetchError> {
    if !matches!(answer.response.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let none = || FetchError::NoLocation { place: Place::of(&answer.url) };
    let location = answer.response.headers.get("location").ok_or_else(none)?;
    // Sites in other scripts than Latin write the address as it is, in UTF-8.
    let text = std::str::from_utf8(location.as_bytes()).map_err(|_| none())?;
    let mut next = answer.url.join(text.trim()).map_err(|_| none())?;
    next.set_fragment(None);
    Ok(Some(next))
}
