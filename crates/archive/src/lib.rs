//! Keeps what publishers answered: WARC 1.1 files that other tools read, and that nothing here ever changes.
//!
//! In reading order: an [`Exchange`] is what the fetcher hands over, [`Archive::keep`] writes it as records
//! and answers once they are on the disk, [`Archive::read`] gives a kept response back. Nothing in this
//! crate opens a connection or knows what an article is.

mod config;
mod content;
mod exchange;
mod files;
mod read;
mod record;
mod scan;
mod writer;

mod archive;

pub use archive::{Archive, KeepError, Kept};
pub use config::Config;
pub use content::{DecodeError, Decoded, decode, decode_start};
pub use exchange::{Answer, Exchange, ProxyKind, Response, Tls, TlsVersion};
pub use files::RepairError;
pub use read::{ReadError, Stored};
pub use scan::{ScanError, ScannedRecord, scan};
