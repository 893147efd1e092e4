//! One HTTP request within its limits.
//!
//! In reading order: `request` asks through a `client` of the HTTP library; each of its connections passes the `gate`,
//! which knows how far an `attempt` has come, and what TLS `shown` on it becomes evidence.

mod attempt;
mod body;
mod client;
mod forwarding;
mod gate;
mod head;
mod problem;
mod request;
mod shown;
mod tls;

pub(crate) use head::accept_language;
pub use problem::ProxyProblem;
pub(crate) use problem::{ConnectProblem, causes, system};
pub use request::{ClientError, Surroundings};
pub(crate) use request::{Wire, WireRequest};
pub use tls::{TlsProblem, authorities};
