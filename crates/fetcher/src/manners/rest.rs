//! Says for how long a site or an address is left alone after an answer. Pure.
//!
//! | status | `Retry-After` | without it | who rests |
//! |---|---|---|---|
//! | 429 | obeyed, 24 h at most | 1 h | the whole registered domain |
//! | 503 | obeyed, 24 h at most | the queue's own waits | the whole registered domain |
//! | 403 | obeyed, 24 h at most | 4 h | the address alone: others of the site may be open |

use jiff::{SignedDuration, Timestamp};

use super::retry_after::retry_after;

/// After `429 Too Many Requests` (RFC 6585) that names no time.
const TOO_MANY: SignedDuration = SignedDuration::from_hours(1);
/// After a refusal that names no time: whoever refuses a reader does not change their mind within minutes.
const FORBIDDEN: SignedDuration = SignedDuration::from_hours(4);

/// A time in which something is not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    pub(crate) until: Timestamp,
    /// Whether all of the registered domain rests, and not the address alone.
    pub(crate) whole_site: bool,
}

/// Returns the rest that an answer asks for; `header` is its `Retry-After`.
pub(crate) fn rest(status: u16, header: Option<&str>, now: Timestamp) -> Option<Rest> {
    let stated = header.and_then(|value| retry_after(value, now));
    let after = |wait| now.saturating_add(wait).unwrap_or(Timestamp::MAX);
    match status {
        429 => Some(Rest { until: stated.unwrap_or_else(|| after(TOO_MANY)), whole_site: true }),
        503 => stated.map(|until| Rest { until, whole_site: true }),
        403 => Some(Rest { until: stated.unwrap_or_else(|| after(FORBIDDEN)), whole_site: false }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_own_rest() {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let check = |status, header, expected: Option<(i64, bool)>| {
            let rest = rest(status, header, now)
                .map(|rest| (now.duration_until(rest.until).as_secs(), rest.whole_site));
            assert_eq!(rest, expected, "{status} {header:?}");
        };
        check(429, Some("120"), Some((120, true)));
        check(429, Some("Mon, 23 Nov 2099 10:00:00 GMT"), Some((24 * 3600, true)));
        check(429, None, Some((3600, true)));
        check(503, Some("120"), Some((120, true)));
        check(503, Some("-5"), None);
        check(503, None, None);
        check(403, None, Some((4 * 3600, false)));
        check(403, Some("60"), Some((60, false)));
        check(404, Some("60"), None);
        check(500, None, None);
    }
}
