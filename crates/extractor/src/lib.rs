//! extractor.
