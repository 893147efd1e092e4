//! Backups: one encrypted file that holds all that this house cannot make anew, and the way back from it.
//!
//! In reading order: the key that backups are made for (`identity`), what a backup says of itself (`contents`), which one
//! holds which file (`ledger`, `chain`), the stream of encrypted files (`writing`, `reading`), what of a house goes in
//! (`members`, `pieces`, `snapshot`, `making`), and where it comes out (`places`, `restoring`).

pub(crate) mod chain;
pub(crate) mod config;
pub(crate) mod contents;
pub(crate) mod identity;
pub(crate) mod ledger;
pub(crate) mod making;
pub(crate) mod members;
pub(crate) mod pieces;
pub(crate) mod places;
pub(crate) mod reading;
pub(crate) mod restoring;
pub(crate) mod snapshot;
pub(crate) mod writing;
