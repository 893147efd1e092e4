//! newsroom.
