//! The pages: search, articles with their evidence, sources, health and metrics.
//!
//! Server-rendered, without any script. Until there are logins they listen on loopback only, answer to their own host
//! names only, and change nothing: there is no other method than GET.

mod alert_page;
mod article_page;
mod config;
mod error;
mod guard;
mod health;
mod marks;
mod metrics;
mod router;
mod search_page;
mod server;
mod source_page;

pub use config::{Config, ListenError};
pub use router::{App, router};
pub use server::{listen, serve};
