//! Mails as they leave the house, and the service that sends them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod given;
mod rendering;
mod sending;
