//! The archive index.

mod hits;

pub use hits::{Cursor, Facets, Order, SearchHit, SearchHits, SearchRequest};
