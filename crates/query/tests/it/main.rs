//! The language as a whole: what is found in articles of every script, and its laws.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod laws;
mod meaning;
mod printing;
mod traps;
