//! The pages over a real house: what they show, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod closed;
mod given;
mod life;
mod numbers;
mod pages;
mod remarks;
mod searching;
