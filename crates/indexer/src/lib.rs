//! The archive index: derived from the store, thrown away and rebuilt at will.
//!
//! Tantivy keeps the keys with their positions; what a query means is decided by `query`. In reading order: what a
//! search asks and answers ([`SearchRequest`], [`SearchHits`]), the fields (`fields`), which documents of a segment
//! match a plan (`docs`), the page of hits with marks and facets (`search`), the index on disk ([`TantivyIndex`]),
//! and the service that fills it ([`IndexService`]). Callers never see the engine's types.

mod config;
mod docs;
mod docset;
mod facets;
mod fields;
mod hits;
mod index;
mod passage;
mod positions;
mod rebuild;
mod search;
mod service;

pub use config::Config;
pub use hits::{Cursor, Facets, Order, SearchHit, SearchHits, SearchRequest};
pub use index::{IndexError, TantivyIndex};
pub use rebuild::Rebuild;
pub use service::IndexService;
