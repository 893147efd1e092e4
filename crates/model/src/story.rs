//! Stories: one report in many outlets.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::source::{UnknownWord, words};

/// What is known of a story as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryFacts {
    /// When an endpoint first announced one of its articles.
    pub first_seen: Timestamp,
    /// The outlet that had it first, by its name.
    pub first_source: String,
    /// The news agency that its articles name as their own source; empty when none does.
    pub origin: String,
    /// How many articles tell it.
    pub articles: u32,
}

words!(
    /// What the team makes of a story.
    Mark, "mark of a story", {
        /// It matters.
        Relevant = "relevant",
        /// It was found and does not matter.
        Noise = "noise",
    }
);
