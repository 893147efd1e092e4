//! What is kept can be read back, by us and by a scan, whatever happened to the process in between.
#![expect(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod crash;
mod finding;
mod full;
mod inventory;
mod keeping;
mod looking_again;
mod sealing;
