//! The `[archive]` section of the configuration.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

/// Where captures are kept, how large a file may grow, and how long it stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The folder of the WARC files.
    pub dir: PathBuf,
    /// A file that has grown to this many bytes is closed and the next one begun.
    pub max_file_bytes: u64,
    /// A stored record that unpacks to more bytes than this is not read back.
    pub max_record_bytes: u64,
    /// Fetching stops when the disk has fewer free bytes than this.
    pub min_free_bytes: u64,
    /// For how many days the files of [`Class::Captures`] are kept; 0 is for ever.
    pub keep_captures_days: u32,
    /// For how many days the files of [`Class::Relooks`] are kept; 0 is for ever.
    pub keep_relooks_days: u32,
    /// Where requests leave from, in the team's words; it stands in the records. Empty: untold.
    pub vantage: String,
    /// The file of the key that signs the manifest. It is made when it is first needed.
    pub signing_key_file: PathBuf,
}

/// What a WARC file holds. Each class has files of its own, so that one can be dropped without the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Feeds, and pages as they were first seen.
    Captures,
    /// Later looks at pages.
    Relooks,
}

/// A setting that cannot work.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// Fields of a record are single lines.
    #[error("vantage must be one line of at most 200 characters, such as \"Almaty, office\"")]
    Vantage,
    /// Every record would get a file of its own.
    #[error("max_file_bytes must be at least 4096")]
    FileBytes,
}

impl Config {
    /// Returns a configuration for `dir` that asks for no free space and keeps all for ever, with its key beside it.
    pub fn at(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            max_file_bytes: 1 << 28,
            max_record_bytes: 1 << 26,
            min_free_bytes: 0,
            keep_captures_days: 0,
            keep_relooks_days: 0,
            vantage: String::new(),
            signing_key_file: dir.join("manifest.key"),
        }
    }

    /// Checks what the types alone cannot.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.vantage.chars().any(char::is_control) || self.vantage.chars().count() > 200 {
            return Err(ConfigError::Vantage);
        }
        if self.max_file_bytes < 4096 {
            return Err(ConfigError::FileBytes);
        }
        Ok(())
    }

    /// Returns for how many days files of `class` are kept; `None` is for ever.
    pub(crate) fn keep_days(&self, class: Class) -> Option<u32> {
        let days = match class {
            Class::Captures => self.keep_captures_days,
            Class::Relooks => self.keep_relooks_days,
        };
        (days > 0).then_some(days)
    }
}

impl Class {
    /// All classes.
    pub const ALL: [Self; 2] = [Self::Captures, Self::Relooks];

    /// Returns its name, as it stands in the manifest and in `warcinfo` records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Captures => "captures",
            Self::Relooks => "relooks",
        }
    }

    /// Returns how the names of its files begin. Files of before there were classes are captures.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::Captures => "qarauyl-",
            Self::Relooks => "qarauyl-relooks-",
        }
    }

    /// Returns the class of the file called `name`.
    pub(crate) fn of(name: &str) -> Self {
        if name.starts_with(Self::Relooks.prefix()) { Self::Relooks } else { Self::Captures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = "dir = \"data/archive\"\nmax_file_bytes = 268_435_456\nmax_record_bytes = 67_108_864\n\
        min_free_bytes = 1\nkeep_captures_days = 0\nkeep_relooks_days = 90\nvantage = \"\"\n\
        signing_key_file = \"data/manifest.key\"";

    #[test]
    fn the_section_is_read_as_it_is_written_in_the_configuration() {
        let config: Config = toml::from_str(SECTION).unwrap();
        assert_eq!((&config.dir, config.max_file_bytes), (&PathBuf::from("data/archive"), 1 << 28));
        assert_eq!((config.keep_days(Class::Captures), config.keep_days(Class::Relooks)), (None, Some(90)));
        assert!(toml::from_str::<Config>(&format!("{SECTION}\nurl = \"s3:\"")).is_err());
    }

    #[test]
    fn a_vantage_that_would_break_its_line_is_refused() {
        let with = |vantage: &str| Config { vantage: vantage.to_owned(), ..Config::at(Path::new("a")) };
        assert!(with("Almaty, office").validate().is_ok());
        assert!(matches!(with("a\r\nWARC-Type: x").validate(), Err(ConfigError::Vantage)));
    }

    #[test]
    fn a_files_name_tells_its_class() {
        assert_eq!(Class::of("qarauyl-20261123100000-00000.warc.gz"), Class::Captures);
        assert_eq!(Class::of("qarauyl-relooks-20261123100000-00000.warc.gz"), Class::Relooks);
    }
}
