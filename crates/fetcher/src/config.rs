//! The `[fetcher]` section of the configuration.

use std::net::SocketAddr;

use jiff::SignedDuration;
use model::SourceKind;
use serde::Deserialize;
use thiserror::Error;

use crate::guard::Exemption;

/// Who is told no contact, whatever the settings say: state media, and outlets of which we know nothing.
const UNTOLD: [SourceKind; 2] = [SourceKind::State, SourceKind::Unlisted];

/// How requests are made. Every field is required: the defaults stand in `config/qarauyl.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// An address or page by which a publisher can reach us, told to all but state media; empty tells nobody.
    pub contact: String,
    /// Other contacts for some kinds of sources; an empty one tells that kind nobody.
    pub contacts: Vec<Contact>,
    /// The longest wait for the addresses of a host name.
    pub dns_timeout: SignedDuration,
    /// The longest wait for a straight connection, once its address is known.
    pub connect_timeout: SignedDuration,
    /// The longest wait for a TLS handshake.
    pub tls_timeout: SignedDuration,
    /// The longest wait until a source's proxy is connected to and has reached a site.
    pub proxy_timeout: SignedDuration,
    /// The longest wait from the start of a request to the head of its answer.
    pub header_timeout: SignedDuration,
    /// The longest wait for the next bytes of a body.
    pub read_timeout: SignedDuration,
    /// The longest time for a page, its redirects included and waiting for our turn left out.
    pub whole_timeout: SignedDuration,
    /// An answer whose head is larger than this is given up.
    pub max_header_bytes: usize,
    /// A body that is larger than this on the wire is given up.
    pub max_wire_bytes: usize,
    /// A body that unpacks to more than this is given up.
    pub max_decoded_bytes: usize,
    /// A body that unpacks to more than this many times its size is given up, once it is larger than a megabyte.
    pub max_expansion: usize,
    /// How many redirects are followed.
    pub max_redirects: u32,
    /// The least time between two requests to one registered domain, where a source states no other.
    pub delay: SignedDuration,
    /// How many connections a registered domain has at once, where a source states no other.
    pub connections: u32,
    /// The longest `Crawl-delay` of a robots.txt that is honoured in full.
    pub longest_crawl_delay: SignedDuration,
    /// How long a robots.txt is believed before it is asked for again.
    pub robots_lifetime: SignedDuration,
    /// After how many polls in a row that were answered "not modified" an endpoint is asked without conditions.
    pub check_every: u32,
    /// The ports that are asked.
    pub ports: Vec<u16>,
    /// The proxies inside the operator's own network that sources may name.
    pub local_proxies: Vec<SocketAddr>,
    /// When the page of an article is looked at again, counted from its first capture. Empty: never.
    pub looks: Vec<SignedDuration>,
    /// How many polls an endpoint with the schedule `auto` gets a day, on the mean over all of them.
    pub budget: u32,
    /// Host names that a test or the demo serves itself: at most one entry, `{ suffix, address }`.
    pub exempt: Vec<Exempt>,
}

/// A contact for one kind of source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The kind of source, in the word of the source files.
    pub kind: String,
    /// The address or page; empty tells nobody.
    pub contact: String,
}

/// One exemption as it is written in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exempt {
    /// The ending of the host names: `.test`, or one that ends in it.
    pub suffix: String,
    /// The loopback address and port at which all of them are served.
    pub address: SocketAddr,
}

/// A setting that no fetcher can work with.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A wait or a number that must be positive is not.
    #[error("fetcher.{0} must be greater than zero")]
    NotPositive(&'static str),
    /// The budget is no number of polls a day.
    #[error("fetcher.budget must be 1 to 1440 polls an endpoint and day")]
    Budget,
    /// A wait that must not be negative is.
    #[error("fetcher.{0} must not be negative")]
    Negative(&'static str),
    /// A look before the page was there.
    #[error("fetcher.looks takes waits of a minute at least, such as \"1h\" or \"168h\"")]
    Looks,
    /// More than one exemption.
    #[error("fetcher.exempt takes one entry at most: the demo and tests need no more")]
    TooManyExempt,
    /// An exemption that would open the real world or the operator's network.
    #[error("fetcher.exempt takes host names that end in .test and an address 127.x.x.x:port or [::1]:port")]
    WideExempt,
    /// A contact that cannot stand in a header.
    #[error("fetcher.contact must be plain ASCII without brackets, such as an address of a page")]
    Contact,
    /// A contact for a kind that there is not, or for one that is told none.
    #[error(
        "fetcher.contacts takes the kinds of sources but `state` and `unlisted`, which are told no contact: `{0}` is none of them"
    )]
    ContactKind(String),
    /// A robots.txt that would be believed for too long.
    #[error("fetcher.robots_lifetime must not exceed 24h: RFC 9309, section 2.4")]
    RobotsLifetime,
}

impl Config {
    /// Checks what the types cannot.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let positive = [
            ("dns_timeout", self.dns_timeout.is_positive()),
            ("connect_timeout", self.connect_timeout.is_positive()),
            ("tls_timeout", self.tls_timeout.is_positive()),
            ("proxy_timeout", self.proxy_timeout.is_positive()),
            ("header_timeout", self.header_timeout.is_positive()),
            ("read_timeout", self.read_timeout.is_positive()),
            ("whole_timeout", self.whole_timeout.is_positive()),
            ("robots_lifetime", self.robots_lifetime.is_positive()),
            ("max_wire_bytes", self.max_wire_bytes > 0),
            ("max_decoded_bytes", self.max_decoded_bytes > 0),
            ("max_header_bytes", self.max_header_bytes > 0),
            ("max_expansion", self.max_expansion > 0),
            ("check_every", self.check_every > 0),
            ("connections", self.connections > 0),
        ];
        if let Some((name, _)) = positive.iter().find(|(_, fine)| !fine) {
            return Err(ConfigError::NotPositive(name));
        }
        let waits = [("delay", self.delay), ("longest_crawl_delay", self.longest_crawl_delay)];
        if let Some((name, _)) = waits.iter().find(|(_, wait)| wait.is_negative()) {
            return Err(ConfigError::Negative(name));
        }
        if self.looks.iter().any(|after| *after < SignedDuration::from_mins(1)) {
            return Err(ConfigError::Looks);
        }
        if !(1..=1440).contains(&self.budget) {
            return Err(ConfigError::Budget);
        }
        if self.robots_lifetime > SignedDuration::from_hours(24) {
            return Err(ConfigError::RobotsLifetime);
        }
        self.check_contacts()?;
        self.exemption().map(|_| ())
    }

    /// Returns the contact that a kind of source is told; empty tells nobody. State media and unlisted outlets are never told.
    pub fn contact_for(&self, kind: SourceKind) -> &str {
        if UNTOLD.contains(&kind) {
            return "";
        }
        let own = self.contacts.iter().find(|contact| contact.kind == kind.as_str());
        own.map_or(&self.contact, |own| &own.contact)
    }

    fn check_contacts(&self) -> Result<(), ConfigError> {
        let plain = |byte: u8| matches!(byte, b' '..=b'~') && !b"()<>".contains(&byte);
        let contacts = self.contacts.iter().map(|own| &own.contact);
        if !contacts.chain([&self.contact]).all(|contact| contact.bytes().all(plain)) {
            return Err(ConfigError::Contact);
        }
        let told = |own: &&Contact| own.kind.parse().is_ok_and(|kind: SourceKind| !UNTOLD.contains(&kind));
        match self.contacts.iter().find(|own| !told(own)) {
            Some(own) => Err(ConfigError::ContactKind(own.kind.clone())),
            None => Ok(()),
        }
    }

    /// Returns the exemption, if there is one and it is narrow enough.
    pub fn exemption(&self) -> Result<Option<Exemption>, ConfigError> {
        let Some(first) = self.exempt.first() else { return Ok(None) };
        if self.exempt.len() > 1 {
            return Err(ConfigError::TooManyExempt);
        }
        let suffix = first.suffix.to_ascii_lowercase();
        // RFC 2606 keeps `.test` out of the real world.
        let reserved = suffix.rsplit_once('.').is_some_and(|(_, last)| last == "test");
        if !reserved || !first.address.ip().is_loopback() {
            return Err(ConfigError::WideExempt);
        }
        Ok(Some(Exemption { suffix, address: first.address }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        let second = SignedDuration::from_secs(1);
        Config {
            contact: "https://example.org/reader".to_owned(),
            contacts: Vec::new(),
            dns_timeout: second,
            connect_timeout: second,
            tls_timeout: second,
            proxy_timeout: second,
            header_timeout: second,
            read_timeout: second,
            whole_timeout: second,
            max_header_bytes: 1,
            max_wire_bytes: 1,
            max_decoded_bytes: 1,
            max_expansion: 1,
            max_redirects: 0,
            delay: SignedDuration::ZERO,
            connections: 1,
            longest_crawl_delay: second,
            robots_lifetime: second,
            check_every: 1,
            ports: vec![80, 443],
            local_proxies: Vec::new(),
            looks: vec![second * 3600],
            budget: 24,
            exempt: Vec::new(),
        }
    }

    #[test]
    fn the_section_is_read_as_it_is_written_in_the_configuration() {
        let text = r#"
            contact = ""
            contacts = [{ kind = "ngo", contact = "mailto:desk@example.org" }]
            dns_timeout = "5s"
            connect_timeout = "10s"
            tls_timeout = "10s"
            proxy_timeout = "60s"
            header_timeout = "30s"
            read_timeout = "20s"
            whole_timeout = "90s"
            max_header_bytes = 393_216
            max_wire_bytes = 10_000_000
            max_decoded_bytes = 20_000_000
            max_expansion = 200
            max_redirects = 5
            delay = "2s"
            connections = 1
            longest_crawl_delay = "1m"
            robots_lifetime = "24h"
            check_every = 24
            ports = [80, 443]
            local_proxies = ["127.0.0.1:9050"]
            looks = ["1h", "24h"]
            budget = 24
            exempt = [{ suffix = ".test", address = "127.0.0.1:8600" }]
        "#;
        let config: Config = toml::from_str(text).unwrap();
        assert_eq!(config.validate(), Ok(()));
        assert_eq!(config.longest_crawl_delay, SignedDuration::from_secs(60));
        assert!(toml::from_str::<Config>(&format!("{text}\nproxy = 1")).is_err());
    }

    fn exempt(suffix: &str, address: &str) -> Exempt {
        Exempt { suffix: suffix.to_owned(), address: address.parse().unwrap() }
    }

    #[test]
    fn an_exemption_never_opens_more_than_one_loopback_port() {
        let with = |exempt: &[Exempt]| Config { exempt: exempt.to_vec(), ..config() }.validate();
        assert_eq!(with(&[exempt(".test", "127.0.0.1:8600")]), Ok(()));
        assert_eq!(with(&[exempt(".kz", "127.0.0.1:8600")]), Err(ConfigError::WideExempt));
        assert_eq!(with(&[exempt(".test", "10.0.0.1:80")]), Err(ConfigError::WideExempt));
        let two = [exempt(".test", "127.0.0.1:1"), exempt(".test", "127.0.0.1:2")];
        assert_eq!(with(&two), Err(ConfigError::TooManyExempt));
    }

    #[test]
    fn a_setting_that_cannot_work_is_named() {
        assert_eq!(config().validate(), Ok(()));
        let broken = Config { whole_timeout: SignedDuration::ZERO, ..config() };
        assert!(broken.validate().unwrap_err().to_string().contains("whole_timeout"));
        let broken = Config { robots_lifetime: SignedDuration::from_hours(25), ..config() };
        assert_eq!(broken.validate(), Err(ConfigError::RobotsLifetime));
        let broken = Config { budget: 0, ..config() };
        assert_eq!(broken.validate(), Err(ConfigError::Budget));
        let broken = Config { contact: "x\r\ny".to_owned(), ..config() };
        assert_eq!(broken.validate(), Err(ConfigError::Contact));
    }

    #[test]
    fn each_kind_is_told_its_contact_and_state_media_none() {
        let own = |kind: &str, contact: &str| Contact { kind: kind.to_owned(), contact: contact.to_owned() };
        let config =
            Config { contacts: vec![own("ngo", "mailto:desk@example.org"), own("exile", "")], ..config() };
        assert_eq!(config.validate(), Ok(()));
        assert_eq!(config.contact_for(SourceKind::Ngo), "mailto:desk@example.org");
        assert_eq!(config.contact_for(SourceKind::Exile), "");
        assert_eq!(config.contact_for(SourceKind::Trade), "https://example.org/reader");
        assert_eq!(config.contact_for(SourceKind::State), "");
        for kind in ["state", "press"] {
            let wrong = Config { contacts: vec![own(kind, "x")], ..config.clone() };
            assert_eq!(wrong.validate(), Err(ConfigError::ContactKind(kind.to_owned())));
        }
    }
}
