//! The clock that shells own, so that everything that decides can be told the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Answers what time it is: the machine's time, or a time that a test sets.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    System,
    /// Milliseconds since the epoch, shared by all clones.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// Returns the machine's clock.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// Returns a clock that stands at `time` until it is advanced.
    pub fn fixed(time: Timestamp) -> Self {
        Self(Kind::Fixed(Arc::new(AtomicI64::new(time.as_millisecond()))))
    }

    /// Returns the time, to the millisecond: the store keeps no finer one.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn now(&self) -> Timestamp {
        let millis = match &self.0 {
            Kind::System => Timestamp::now().as_millisecond(),
            Kind::Fixed(millis) => millis.load(Ordering::SeqCst),
        };
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }

    /// Moves a fixed clock, and all its clones, on by `by`. The machine's clock is left alone.
    pub fn advance(&self, by: SignedDuration) {
        if let Kind::Fixed(millis) = &self.0 {
            let step = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_add(step, Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_fixed_clock_move_together() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        let other = clock.clone();
        other.advance(SignedDuration::from_secs(5));
        assert_eq!(clock.now(), Timestamp::UNIX_EPOCH + SignedDuration::from_secs(5));
    }
}
