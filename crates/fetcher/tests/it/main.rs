//! The client against a server on loopback that behaves well, and one that does not.
#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod bounds;
mod client;
mod discovery;
mod full_disk;
mod house;
mod polls;
