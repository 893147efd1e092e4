//! Finds where a site announces its news: feeds, sitemaps, channels, and at last its own front page.
//!
//! `candidates` says where to look, from what a page and a robots.txt say; `probe` asks, through the polite client.

mod candidates;
mod probe;

pub use candidates::{Candidate, Origin};
pub(crate) use probe::sitemaps_named;
pub use probe::{Discovery, Found, discover};
