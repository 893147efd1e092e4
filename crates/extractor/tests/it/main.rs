//! Extraction of whole pages: invented ones in the shape of real sites, charsets, and pages made to hurt.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on should stop")]

mod charsets;
mod hostile;
mod pages;
mod rules;
