//! The matcher's tests that need more than one of its rooms.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod flood;
mod memory;
mod stories;
mod watchlist;
