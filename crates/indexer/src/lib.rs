//! The archive index: derived from the store, thrown away and rebuilt at will.
//!
//! Tantivy keeps the keys with their positions; what a query means is decided by `query`. In reading order: what a
//! search asks and answers ([`SearchRequest`], [`SearchHits`]), the fields (`fields`, `keys`, `shown`), how a plan
//! becomes the engine's queries (`compile`), what is counted and which documents come first (`gather`, `facets`,
//! `best`, `scored_terms`), the page of hits with its marks (`search`, `page`, `marks`, `passage`), what helps a
//! reader on (`spelling`, `similar`, `clauses`), the folder of builds (`folder`, `build`, `view`, `writing`), the index on
//! disk ([`TantivyIndex`]), and the service that fills it ([`IndexService`]). Callers never see the engine's types.

mod any_term;
mod best;
mod build;
mod ceilings;
mod clauses;
mod compile;
mod config;
mod docset;
mod error;
mod expansion;
mod facets;
mod fields;
mod folder;
mod gather;
mod hits;
mod index;
mod keys;
mod marks;
mod merging;
mod page;
mod passage;
mod plain_row;
mod position_set;
mod positions;
mod rebuild;
mod row_docs;
mod score;
mod scored_terms;
mod search;
mod service;
mod shape;
mod shown;
mod similar;
mod spans_query;
mod spelling;
mod statistics;
mod term_places;
mod term_query;
mod terms;
mod view;
mod wanted_query;
mod writing;

pub use config::Config;
pub use error::IndexError;
pub use fields::{FIELDS_VERSION, ReadVersion};
pub use hits::{Cursor, Facets, Order, SearchHit, SearchHits, SearchRequest};
pub use index::{Numbers, Refused, TantivyIndex};
pub use rebuild::Rebuild;
pub use service::IndexService;
pub use spelling::Respelling;
