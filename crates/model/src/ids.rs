//! Ids: small types, so that an article's number can never be passed for a watch's.
//!
//! Numbers are given by the store. A source's id is the word the operator wrote in its file.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Writes one numeric id type; the types differ in nothing but their name.
macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

numeric_id!(/** One address of a source that is polled. */ EndpointId);
numeric_id!(/** One item that an endpoint announced. */ EntryId);
numeric_id!(/** One canonical URL, with its versions. */ ArticleId);
numeric_id!(/** One HTTP exchange kept in the archive. */ CaptureId);
numeric_id!(/** What was read from one capture. */ VersionId);
numeric_id!(/** A group of near-duplicate articles. */ StoryId);
numeric_id!(/** A standing query. */ WatchId);
numeric_id!(/** One thing that subscribers of a watch are to be told. */ AlertId);
numeric_id!(/** A person who receives digests. */ SubscriberId);
numeric_id!(/** A subscriber's wish to hear of a watch. */ SubscriptionId);
numeric_id!(/** One mail's worth of alerts. */ DigestId);
numeric_id!(/** One unit of work in the queue. */ JobId);

/// The word by which configuration, queries and logs name a source: `astana-times`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceId(String);

/// A source id that no source can have.
#[derive(Debug, Error)]
#[error("`{0}` is no source id: use small letters a-z, digits and single hyphens, such as `astana-times`")]
pub struct SourceIdError(String);

/// No id is longer.
const LONGEST: usize = 64;

impl SourceId {
    /// Returns the id of an outlet that nobody has described, from its registered domain.
    pub fn of_unlisted(domain: &str) -> Self {
        let mut id = String::from("elsewhere");
        for label in domain.to_ascii_lowercase().split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            let label: Vec<&str> = label.split('-').filter(|part| !part.is_empty()).collect();
            if !label.is_empty() {
                // A hyphen of the name stays apart from its dots: `a-b.kz` is not `a.b.kz`.
                id.extend(["-", &label.join("-h-")]);
            }
        }
        if id.len() > LONGEST {
            id = format!("elsewhere-{}", text::fingerprint(domain).to_hex());
            id.truncate(LONGEST);
        }
        Self(id)
    }

    /// Returns the id as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SourceId {
    type Err = SourceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kept = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let words = text.split('-').all(|word| !word.is_empty());
        if text.len() <= LONGEST && words && text.chars().all(kept) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SourceIdError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for SourceId {
    type Error = SourceIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SourceId> for String {
    fn from(id: SourceId) -> Self {
        id.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_id_is_kebab_case() {
        let check = |text: &str, good: bool| assert_eq!(text.parse::<SourceId>().is_ok(), good, "{text}");
        check("astana-times", true);
        check("24kz", true);
        check("", false);
        check("Astana", false);
        check("a--b", false);
        check("-a", false);
        check("a b", false);
    }

    #[test]
    fn an_unlisted_outlet_has_an_id_that_reads_back() {
        let check = |domain: &str, expected: &str| {
            let id = SourceId::of_unlisted(domain);
            assert_eq!(id.as_str(), expected);
            assert_eq!(id.as_str().parse::<SourceId>().unwrap(), id);
        };
        check("example.org", "elsewhere-example-org");
        check("www-gov.kz", "elsewhere-www-h-gov-kz");
        check("xn--80ar0agxd.kz", "elsewhere-xn-h-80ar0agxd-kz");
        check("[::1]", "elsewhere-1");
        let long = SourceId::of_unlisted(&"a".repeat(80));
        assert!(long.as_str().len() <= 64 && long.as_str().parse::<SourceId>().is_ok());
    }
}
