//! Times as the estimator counts them: minutes since 1970 as a float, and the hour and the day they fall into.

use jiff::{SignedDuration, Timestamp};

/// Minutes of a day.
pub(crate) const DAY: f64 = 1440.0;
/// Minutes of a week.
pub(crate) const WEEK: f64 = 7.0 * DAY;

/// Returns a time as minutes since 1970.
pub(crate) fn minutes(time: Timestamp) -> f64 {
    time.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64() / 60.0
}

/// Returns a length as minutes.
pub(crate) fn length(span: SignedDuration) -> f64 {
    span.as_secs_f64() / 60.0
}

/// Returns the time that is so many minutes after 1970; one that no calendar holds is the last that it does.
pub(crate) fn timestamp(minutes: f64) -> Timestamp {
    SignedDuration::try_from_secs_f64(minutes * 60.0)
        .ok()
        .and_then(|span| Timestamp::UNIX_EPOCH.checked_add(span).ok())
        .unwrap_or(Timestamp::MAX)
}

/// Returns the whole part of a number that is not negative, as a place in a list.
pub(crate) fn place(number: f64) -> usize {
    whole(number).and_then(|whole| usize::try_from(whole).ok()).unwrap_or(0)
}

/// Returns the minute of the epoch in which a time lies.
pub(crate) fn minute_of(minutes: f64) -> i64 {
    whole(minutes.floor()).unwrap_or(i64::MAX)
}

fn whole(number: f64) -> Option<i64> {
    SignedDuration::try_from_secs_f64(number).ok().map(|span| span.as_secs())
}

/// Returns a count as a float; more than four billion things are not told apart.
pub(crate) fn count(things: usize) -> f64 {
    f64::from(u32::try_from(things).unwrap_or(u32::MAX))
}

/// Returns the hour of the day, with its fraction, of local minutes.
pub(crate) fn hour(local: f64) -> f64 {
    local.rem_euclid(DAY) / 60.0
}

/// Returns whether local minutes lie on a Saturday or Sunday. The epoch began on a Thursday.
pub(crate) fn is_weekend(local: f64) -> bool {
    (local / DAY + 3.0).rem_euclid(7.0) >= 5.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_comes_back_and_falls_on_its_day() {
        let saturday: Timestamp = "2026-11-28T13:30:00Z".parse().unwrap();
        let counted = minutes(saturday);
        assert_eq!(timestamp(counted), saturday);
        assert!(is_weekend(counted) && !is_weekend(counted - DAY) && is_weekend(counted + DAY));
        assert!((hour(counted) - 13.5).abs() < 1e-9);
        assert_eq!(timestamp(f64::MAX), Timestamp::MAX);
        assert_eq!(minute_of(7.9), 7);
    }
}
