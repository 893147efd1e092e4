//! How an endpoint has done of late: what each day brought, and what a person was told of it.

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use crate::EndpointState;

/// How an endpoint has done of late.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// How many entries came on each day.
    pub days: DayCounts,
    /// How many entries it showed when it was read whole last.
    pub shown: usize,
    /// When a poll last shared no entry with the one before it, and nothing filled the gap.
    pub gap: Option<Timestamp>,
    /// When other places were last asked to fill a gap.
    pub filled: Option<Timestamp>,
    /// The new address of which a person was told.
    pub told_move: Option<Url>,
    /// The trouble it is in; `None` when it does as it should.
    pub trouble: Option<Trouble>,
}

/// How many entries came on each of the last days, in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayCounts {
    /// The day of the first count; `None` before the first successful poll.
    pub newest: Option<Date>,
    /// The counts, the newest day first. `None` is a day of which nothing is known.
    pub counts: Vec<Option<u32>>,
}

/// A time in which an endpoint does not do as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What it is now.
    pub state: EndpointState,
    /// Since when it is in any trouble.
    pub since: Timestamp,
    /// Since when it is in `state`.
    pub state_since: Timestamp,
    /// How many polls in a row have found it there.
    pub polls: u32,
    /// The states in this time that a person was told of.
    pub told: Vec<EndpointState>,
}

/// What a person is told of an endpoint, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The trouble; with `recovered`, the one that is over.
    pub state: EndpointState,
    /// Whether it is over.
    pub recovered: bool,
    /// Since when there was trouble.
    pub since: Timestamp,
    /// Cause and suggestion, in plain words; empty when it is over.
    pub reason: String,
}
