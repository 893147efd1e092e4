//! What tests of several rooms start from. A dev-dependency only.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on should stop"
)]

mod house;

pub use house::TestHouse;
