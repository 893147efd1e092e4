//! Later looks at the pages of articles: whether a page is still there, and whether it says the same.

mod plan;
mod service;
mod sight;

pub use plan::next_look;
pub use service::LookService;
