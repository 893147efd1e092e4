//! The client that speaks to publishers: what it is asked for, how it follows, whom it obeys.

mod ask;
mod polite;
mod redirect;
mod rules;

pub use ask::{Ask, Fetched, Oversize};
pub(crate) use polite::opened;
pub use polite::{PoliteClient, validators_of};
