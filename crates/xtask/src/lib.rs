//! The house's own tools, run as `cargo xtask …`: what no compiler checks, and what only developers serve.
//!
//! Nothing here ships. Every check is a plain function over the text of files, so that each can be shown to fail.

pub mod check;
pub mod crash;
pub mod newsroom;
pub mod tidy;
