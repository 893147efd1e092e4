//! One HTTP request within its limits.

mod body;
mod connector;
mod head;
mod problem;
mod request;
mod stream;
mod tls;

pub(crate) use head::accept_language;
pub use problem::ProxyProblem;
pub(crate) use problem::{ConnectProblem, causes, system};
pub use request::{ClientError, Surroundings};
pub(crate) use request::{Wire, WireRequest};
pub use tls::{TlsProblem, authorities};
