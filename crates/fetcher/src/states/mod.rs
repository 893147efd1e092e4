//! How endpoints do: which state a poll leaves one in, and when a person is told.
//!
//! An endpoint is never switched off here. What cannot be asked or read has its state from the poll itself; one that
//! answers is held against its own history.

mod alive;
mod days;
mod gap;
mod telling;

pub(crate) use alive::{Alive, alive};
pub(crate) use days::counted;
pub(crate) use gap::{Filling, may_be_filled, ran_over};
pub(crate) use telling::told;
