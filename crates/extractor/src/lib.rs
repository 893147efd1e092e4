//! Reads an article from the bytes of its page: title, byline, dates and text.
//!
//! [`extract`] is pure: nothing is fetched, nothing on the page is executed. Order of trust: the source's own
//! [`SiteRules`], structured data (JSON-LD, microdata, `OpenGraph`), then the general algorithm over the tree. In
//! reading order: bytes become text (`charset`), what is no text is cut and limits are kept (`scan`), one walk over the tree gathers
//! blocks (`walk`), several readings of the page (`candidates`) are weighed and one is settled on (`settle`), boilerplate
//! goes (`trim`), and `verdict` says whether it is an article at all; title, byline and dates stand beside it.

mod batch;
mod byline;
mod candidates;
mod charset;
mod content;
mod dates;
mod evidence;
mod extract;
mod flight;
mod measure;
mod names;
mod page;
mod person;
mod phrases;
mod rules;
mod scan;
mod service;
mod settle;
mod state;
mod structured;
mod tags;
mod title;
mod trim;
mod verdict;
mod walk;
mod written;

pub use batch::{BatchError, BatchReport, batch};
pub use extract::{ExtractError, extract};
pub use page::{Extracted, Form, Page, Partial, TextOrigin};
pub use rules::{RulesError, SiteRules};
pub use service::ExtractService;
