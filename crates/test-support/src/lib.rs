//! test-support.
