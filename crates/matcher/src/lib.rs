//! Runs all watches over one new version, and groups copies into stories.
//!
//! It computes and keeps its results in the store; it touches no network and never reads the index. In reading
//! order: which watches match ([`Watchlist`]), which story a version belongs to ([`Signature`]), what is new in it,
//! what a mail shows of it, and the service around all that ([`MatchService`]).

mod agency;
mod config;
mod excerpt;
mod history;
mod novelty;
mod quarantine;
mod sentence;
mod service;
mod story;
mod watchlist;
mod word;

pub use agency::origin;
pub use config::Config;
pub use excerpt::{Told, excerpt};
pub use history::{Judged, judged};
pub use novelty::News;
pub use quarantine::quarantine;
pub use sentence::{KnownSentences, story_sentences};
pub use service::MatchService;
pub use story::Signature;
pub use watchlist::{Match, Reading, Watchlist};
