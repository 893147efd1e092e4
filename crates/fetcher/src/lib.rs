//! fetcher.
