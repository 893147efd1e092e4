//! One HTTP request within its limits.

mod request;

pub use request::ClientError;
pub(crate) use request::{Wire, WireRequest};
