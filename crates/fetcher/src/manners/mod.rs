//! How a publisher may expect to be asked: by robots.txt, in turn, and not before it wants to be asked again.

pub(crate) mod conduct;
pub(crate) mod rest;
pub(crate) mod retry_after;
pub mod robots;
pub(crate) mod robots_cache;
pub(crate) mod turns;
