//! Logs go to stderr, as text for people or JSON for machines.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use crate::output::is_watched;

/// The `[log]` section of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// A level, or levels per crate.
    pub(crate) level: String,
    /// `text` or `json`.
    pub(crate) format: Format,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Text,
    Json,
}

/// Modules of other people that write statements and their values at debug or trace level: they stay out of every log,
/// whatever level is asked for, because a value can be a watch or an address.
const NEVER: &str = "sqlx=warn,lettre=warn,hyper=info,hyper_util=info,reqwest=info,h2=info,rustls=info,tantivy=info,hickory_resolver=warn,hickory_net=warn,hickory_proto=warn,selectors=off,html5ever=off";

/// Starts logging. A second start, in a test, is left out.
pub(crate) fn start(config: &Config) {
    let filter = EnvFilter::builder().parse_lossy(format!("{},{NEVER}", config.level));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(is_watched())
        .with_writer(std::io::stderr);
    let started = match config.format {
        Format::Text => builder.with_target(false).try_init(),
        Format::Json => builder.json().try_init(),
    };
    drop(started);
}
