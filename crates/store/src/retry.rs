//! Decides whether a failed job is tried again, and when.
//!
//! Pure on purpose: attempt and time are passed in, so no test needs a database or a sleep.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// The `[queue.retry]` section of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetryPolicy {
    /// The wait before the second attempt. Doubles with each further one.
    pub first_wait: SignedDuration,
    /// No wait grows beyond this, whoever asks for it.
    pub longest_wait: SignedDuration,
    /// After this many attempts the job is parked until a person looks at it.
    pub attempts: u32,
}

/// How a job failed. Its handler knows which; the queue only counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Another try may succeed: a timeout, a full disk, a `503`.
    Passing,
    /// The other side named a time: `Retry-After`, greylisting.
    NotBefore(Timestamp),
    /// No try will ever succeed: `410 Gone`, a mailbox that does not exist.
    Final,
}

impl RetryPolicy {
    /// Returns when a job whose `attempt`, counted from one, has just failed is due again.
    /// `None` parks the job: it keeps its row and its error, and is not leased out any more.
    pub fn due_again(&self, attempt: u32, failure: Failure, now: Timestamp) -> Option<Timestamp> {
        if self.attempts <= attempt {
            return None;
        }
        let wait = match failure {
            Failure::Passing => self.first_wait.saturating_mul(1 << (attempt.max(1) - 1).min(16)),
            Failure::NotBefore(time) => now.duration_until(time).max(SignedDuration::ZERO),
            Failure::Final => return None,
        };
        // A hostile server must not put a job to sleep for a century.
        Some(now + wait.min(self.longest_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_but_nobody_waits_beyond_the_longest() {
        let (now, minute) = (Timestamp::UNIX_EPOCH, SignedDuration::from_mins(1));
        let policy = RetryPolicy { first_wait: minute, longest_wait: minute * 60, attempts: 9 };
        let due = |attempt, failure| policy.due_again(attempt, failure, now);
        assert_eq!(due(2, Failure::Passing), Some(now + minute * 2));
        assert_eq!(due(1, Failure::NotBefore(Timestamp::MAX)), Some(now + minute * 60));
        assert_eq!(due(9, Failure::Passing), None);
        assert_eq!(due(1, Failure::Final), None);
    }
}
