//! The `[archive]` section of the configuration.

use std::path::PathBuf;

use serde::Deserialize;

/// Where captures are kept, and how large a file may grow.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder of the WARC files.
    pub dir: PathBuf,
    /// A file that has grown to this many bytes is closed and the next one begun.
    pub max_file_bytes: u64,
    /// A stored record that unpacks to more bytes than this is not read back.
    pub max_record_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_read_as_it_is_written_in_the_configuration() {
        let text = "dir = \"data/archive\"\nmax_file_bytes = 268_435_456\nmax_record_bytes = 67_108_864";
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!((config.dir, config.max_file_bytes), (PathBuf::from("data/archive"), 1 << 28));
        assert!(toml::from_str::<Config>(&format!("{text}\nurl = \"s3:\"")).is_err());
    }
}
