//! Reads an article from the bytes of its page: title, byline, dates and text.
//!
//! [`extract`] is pure: nothing is fetched, nothing on the page is executed. Order of trust: the source's own
//! [`SiteRules`], structured data (JSON-LD, microdata, `OpenGraph`), then the general algorithm over the tree. In
//! reading order: bytes become text (`charset`), text a tree within limits (`limits`), the tree blocks (`blocks`),
//! the blocks an article (`content`), with title, byline and dates beside it.

mod batch;
mod blocks;
mod boilerplate;
mod byline;
mod charset;
mod content;
mod dates;
mod extract;
mod limits;
mod page;
mod rules;
mod service;
mod structured;
mod title;

pub use batch::{BatchError, BatchReport, batch};
pub use extract::{ExtractError, extract};
pub use page::{Extracted, Page};
pub use rules::{RulesError, SiteRules};
pub use service::ExtractService;
