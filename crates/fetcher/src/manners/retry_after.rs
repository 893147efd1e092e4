//! Reads `Retry-After`, which names a number of seconds or a date.

use jiff::{SignedDuration, Timestamp};

/// Nobody is obeyed for longer than this: a hostile server must not silence its source for a century.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// Returns the time before which the server does not want to be asked again; `None` when `value` says nothing.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Timestamp> {
    let value = value.trim();
    let wait = if let Ok(seconds) = value.parse::<u32>() {
        SignedDuration::from_secs(i64::from(seconds))
    } else {
        let date = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
        now.duration_until(date)
    };
    (!wait.is_negative()).then(|| now.saturating_add(wait.min(LONGEST)).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: Option<&str>) {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        assert_eq!(retry_after(value, now), expected.map(|time| time.parse().unwrap()), "{value}");
    }

    #[test]
    fn both_forms_are_read() {
        check("120", Some("2026-11-23T10:02:00Z"));
        check(" 0 ", Some("2026-11-23T10:00:00Z"));
        check("Mon, 23 Nov 2026 11:00:00 GMT", Some("2026-11-23T11:00:00Z"));
    }

    #[test]
    fn nonsense_and_the_far_future_are_not_obeyed() {
        check("-5", None);
        check("soon", None);
        check("Mon, 23 Nov 2020 11:00:00 GMT", None);
        check("Mon, 23 Nov 2099 10:00:00 GMT", Some("2026-11-24T10:00:00Z"));
        check("4294967295", Some("2026-11-24T10:00:00Z"));
    }
}
