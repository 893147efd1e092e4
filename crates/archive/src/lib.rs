//! Keeps what publishers answered: WARC 1.1 files that other tools read, and that nothing here ever changes.
//!
//! In reading order: an [`Exchange`] is what the fetcher hands over, [`Archive::keep`] writes it as records
//! and answers once they are on the disk, [`Archive::read`] gives a kept response back, [`Archive::find`] finds one by
//! address and time. Closed files are indexed and sealed in a signed manifest, which [`verify()`] proves.
//! Nothing in this crate opens a connection or knows what an article is.

mod archive;
mod config;
mod content;
mod exchange;
mod folder;
mod index;
mod manifest;
mod warc;

pub use archive::{Archive, KeepError, Kept};
pub use config::{Class, Config, ConfigError};
pub use content::{DecodeError, Decoded, decode, decode_start};
pub use exchange::{Answer, Exchange, ProxyKind, Response, Tls, TlsVersion};
pub use folder::files::RepairError;
pub use folder::growth::{days_left, growth};
pub use folder::sealer::SealError;
pub use folder::space::{NoRoom, free_bytes};
pub use index::cdxj::IndexError;
pub use index::line::IndexLine;
pub use manifest::chain::ChainError;
pub use manifest::inventory::{Inventory, Listed, inventory, located, manifest_name};
pub use manifest::key::{KeyError, PublicKey, make_signing_key, retire_signing_key, retired_keys_file};
pub use manifest::verify::{Problem, Verified, verify, verify_newest};
pub use warc::read::{ReadError, Stored};
pub use warc::scan::{ScanError, ScannedRecord, scan};
