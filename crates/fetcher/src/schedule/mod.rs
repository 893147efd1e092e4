//! Says when an endpoint is due: by a cron expression, or by what its own polls showed (`auto`).
//!
//! In reading order: [`cron`] walks the calendar; [`habit`] is what is known of one endpoint, with its day
//! ([`profile`]) and its surges ([`surge`]); [`pool`] is what all endpoints share, the pace among it; [`index_rule`]
//! turns both into a time; [`due`] keeps it within [`bounds`] and what publishers wish ([`wishes`]); [`spread`] moves it
//! off a crowded minute. All of that is pure: state and `now` in, a time out. The one shell is [`scheduler`]; [`plan`]
//! tells people, and [`world`] runs the same code on a virtual clock.

pub(crate) mod bounds;
pub(crate) mod cron;
pub(crate) mod cron_fields;
pub(crate) mod due;
pub(crate) mod habit;
pub(crate) mod index_rule;
pub(crate) mod packed;
pub(crate) mod plan;
pub(crate) mod pool;
pub(crate) mod profile;
pub(crate) mod scheduler;
pub(crate) mod spread;
pub(crate) mod surge;
pub(crate) mod time;
pub(crate) mod wishes;
pub mod world;

#[cfg(test)]
mod law_tests;
