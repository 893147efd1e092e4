//! The matcher's tests that need more than one of its rooms.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod stories;
mod watchlist;
