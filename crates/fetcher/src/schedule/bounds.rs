//! How often an endpoint is tried that does not answer.
//!
//! Less and less often, down to once a day and after two months once a month, and it is never given up: feeds come
//! back.

use super::time::DAY;

/// A failing endpoint waits this share of the time for which it has failed.
const FAILING_SHARE: f64 = 1.0 / 8.0;
/// After so many days of failing it is asked less than once a day …
const DEAD_DAYS: f64 = 60.0;
/// … and never less than once in so many.
const RAREST_DAYS: f64 = 30.0;

/// Returns the least wait, in minutes, of an endpoint all of whose polls have failed since `since`.
pub(crate) fn while_failing(since: f64, now: f64) -> f64 {
    let failing = (now - since).max(0.0);
    let dead = failing - DEAD_DAYS * DAY;
    if dead <= 0.0 { (failing * FAILING_SHARE).min(DAY) } else { (dead / 2.0).clamp(DAY, RAREST_DAYS * DAY) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_endpoint_decays_to_a_day_and_to_a_month_and_is_never_given_up() {
        let wait = |days: f64| while_failing(1000.0, 1000.0 + days * DAY) / DAY;
        assert_eq!((wait(0.0), wait(1.0), wait(8.0)), (0.0, 0.125, 1.0));
        assert_eq!((wait(59.0), wait(61.0), wait(80.0)), (1.0, 1.0, 10.0));
        assert_eq!((wait(120.0), wait(5000.0)), (30.0, 30.0));
        assert!(while_failing(1000.0, 0.0) < f64::EPSILON);
    }
}
