//! The index as a whole: what it finds, what it shows, and what lies on disk.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod agreement;
mod disk;
mod filling;
mod given;
mod helping;
mod pages;
mod searching;
