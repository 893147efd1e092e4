//! What polls have taught us of an endpoint's server: whether its validators can be trusted, and where it has moved.

use jiff::Timestamp;
use url::Url;

/// How a server has behaved towards one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conduct {
    /// How many polls in a row were answered "not modified".
    pub unchanged_polls: u32,
    /// When it last answered "not modified".
    pub unchanged_at: Option<Timestamp>,
    /// When it last gave its entries, and not only the word that they are the same.
    pub read_whole: Option<Timestamp>,
    /// SHA-256 over the entries it announced last, in small hexadecimal letters; empty before the first time.
    pub entries_sha256: String,
    /// Since when its validators are not used, for they have lied; `None` while they are believed.
    pub distrusted: Option<Timestamp>,
    /// Where it says that it has moved for good, as long as that is not believed.
    pub moved: Option<Move>,
    /// Where it is asked in place of the configured address, after a move that is believed.
    pub address: Option<Url>,
}

/// A move that a server announces with 301 or 308.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The new address.
    pub to: Url,
    /// When it was announced first.
    pub since: Timestamp,
    /// How many polls in a row have agreed on it.
    pub polls: u32,
}
