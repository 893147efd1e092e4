//! The house as a whole: that search and alerts mean the same, and that the demo tells what it should and no more.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod agreement;
mod command_line;
mod demo;
mod house;
mod privacy;
mod sources;
mod watching;
