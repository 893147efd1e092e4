//! The manifest: a chain of signed entries that says which files there are, and proves that they are unchanged.

pub(crate) mod chain;
pub(crate) mod entry;
pub(crate) mod inventory;
pub(crate) mod key;
pub(crate) mod verify;
