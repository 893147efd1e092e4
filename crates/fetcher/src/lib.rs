//! Asks publishers for news: when it is due, the way they may expect, and within guards.
//!
//! In reading order: a [`Schedule`] and what an endpoint's polls showed say when it is due, [`PoliteClient`] fetches it
//! by robots.txt and in turn, [`feed::parse`] and [`sitemap::parse`] read it into entries, and `states` holds what came
//! against the endpoint's own history. The decisions (schedule, feeds, robots.txt, states, address guard, walls) are plain
//! functions; only `client`, `wire` and `guard::names` touch the network.
//! No other crate connects to publishers, and what is fetched here never depends on any watch.

mod client;
mod config;
mod failure;
mod keeping;
mod look_up;
mod looks;
mod manners;
mod page_service;
mod poll;
mod poll_service;
mod schedule;
mod states;
mod wire;

pub mod blocked;
pub mod discovery;
pub mod formats;
pub mod guard;

pub use client::{Ask, Fetched, Oversize, PoliteClient, validators_of};
pub use config::{Config, ConfigError, Contact, Exempt};
pub use failure::{FetchError, Place, Stage};
pub use formats::feed::{self, FeedError};
pub use formats::sitemap::{self, Sitemap, SitemapError};
pub use formats::{Arrived, Note, Parsed, listing, opml, telegram, youtube};
pub use keeping::keep;
pub use look_up::look_up;
pub use looks::{LookService, next_look};
pub use manners::{retry_after::retry_after, robots, turns::Pace};
pub use page_service::PageService;
pub use poll::{Poll, PollError, Polled, Unreadable, poll};
pub use poll_service::{PollService, Tools};
pub use schedule::cron::{Schedule, ScheduleError};
pub use schedule::cron_fields::FieldError;
pub use schedule::plan::{Planned, plan};
pub use schedule::scheduler::Scheduler;
pub use schedule::world;
pub use wire::{ClientError, ProxyProblem, Surroundings, TlsProblem, authorities};
