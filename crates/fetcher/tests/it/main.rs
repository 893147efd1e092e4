//! The client against a server on loopback that behaves well, and one that does not.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of tests fail as tests do"
)]

mod bounds;
mod client;
mod discovery;
mod full_disk;
mod house;
mod looks;
mod names;
mod neighbours;
mod polls;
mod proxies;
#[path = "../support/shipped.rs"]
mod shipped;
mod states;
mod tls;
