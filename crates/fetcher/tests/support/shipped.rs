//! The settings as they are shipped, for tests and the bench: a setting that is added stands in one place.

use std::net::SocketAddr;

use fetcher::{Config, Exempt};
use jiff::SignedDuration;

/// Returns the `[fetcher]` section of `config/qarauyl.toml`, with host names under `.test` at `address` and no wait
/// between requests.
pub(crate) fn shipped(address: SocketAddr) -> Config {
    let whole: toml::Table = toml::from_str(include_str!("../../../../config/qarauyl.toml")).unwrap();
    let config: Config = whole.get("fetcher").unwrap().clone().try_into().unwrap();
    let exempt = vec![Exempt { suffix: ".test".to_owned(), address }];
    Config { delay: SignedDuration::ZERO, exempt, ..config }
}
