//! The pages: search, articles with their evidence, sources, health and metrics.
//!
//! Server-rendered, without any script. Until there are logins they listen on loopback only, answer to their own host
//! names only, and change nothing: there is no other method than GET.
//!
//! In reading order: which address shows what ([`router`]), what every request passes (`guard`), the language and
//! the links of a page (`face`, `address`, `words`), then one file per page.

mod address;
mod aid;
mod alert_page;
mod answer;
mod article_page;
mod asked;
mod block;
mod chart;
mod config;
mod error;
mod face;
mod facet;
mod guard;
mod health;
mod helping;
mod hit;
mod marks;
mod metrics;
mod moment;
mod named;
mod router;
mod search_page;
mod server;
mod source_page;
mod wire;
mod words;

pub use config::{Config, ListenError};
pub use router::{App, router};
pub use server::{listen, serve};
