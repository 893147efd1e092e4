//! The house as a whole: that search and alerts mean the same, and that the demo tells what it should and no more.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on should stop"
)]

mod agreement;
mod backup;
mod by_hand;
mod command_line;
mod demo;
mod doctor;
mod guide;
mod house;
mod mail_server;
mod name_server;
mod privacy;
mod rotating;
mod sealing;
mod setting_up;
mod signing;
mod sources;
mod terminal;
mod upgrade;
mod watching;
