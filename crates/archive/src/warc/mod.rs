//! WARC 1.1 (ISO 28500:2017): records made, packed, read back, and walked through.

pub(crate) mod ids;
mod member;
pub(crate) mod packing;
pub(crate) mod read;
pub(crate) mod record;
pub(crate) mod scan;
