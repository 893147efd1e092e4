//! The CDXJ index: finds any capture by its address and time without a look into the WARC files.
//!
//! It is derived, and `qarauyl archive index` makes it anew from the files.

pub(crate) mod cdxj;
pub(crate) mod line;
pub(crate) mod merge;
pub(crate) mod rebuild;
pub(crate) mod segment;
pub(crate) mod surt;
