//! What tests of several rooms start from. A dev-dependency only.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod flood;
mod house;

pub use flood::{Chance, Flood, Report, TONGUES};
pub use house::TestHouse;
