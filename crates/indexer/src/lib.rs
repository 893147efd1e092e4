//! The archive index: derived from the store, thrown away and rebuilt at will.
//!
//! Tantivy keeps the keys with their positions; what a query means is decided by `query`. In reading order: what a
//! search asks and answers ([`SearchRequest`], [`SearchHits`]), the fields (`fields`), which documents of a segment
//! match a plan (`docs`), the page of hits with marks and facets (`search`), the folder of builds (`folder`, `build`), the index on
//! disk ([`TantivyIndex`]),
//! and the service that fills it ([`IndexService`]). Callers never see the engine's types.

mod build;
mod config;
mod docs;
mod docset;
mod error;
mod facets;
mod fields;
mod folder;
mod hits;
mod index;
mod passage;
mod positions;
mod rebuild;
mod search;
mod service;

pub use config::Config;
pub use error::IndexError;
pub use fields::ReadVersion;
pub use hits::{Cursor, Facets, Order, SearchHit, SearchHits, SearchRequest};
pub use index::{Numbers, TantivyIndex};
pub use rebuild::Rebuild;
pub use service::IndexService;
