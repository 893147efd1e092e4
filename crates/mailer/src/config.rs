//! The `[mailer]` section of the configuration.

use std::path::PathBuf;

use jiff::SignedDuration;
use lettre::Address;
use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

/// What mails look like and how they leave the house. Every field is required: the defaults stand in
/// `config/qarauyl.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How mails leave the house.
    pub transport: TransportKind,
    /// The sender that subscribers see.
    pub from: String,
    /// The domain of `Message-ID` and `List-Id`.
    pub domain: String,
    /// The folder of the transport `file`.
    pub outbox: PathBuf,
    /// Where links to our own reading copy begin.
    pub link_base: String,
    /// What a subject line tells a bystander.
    pub subject: Subject,
    /// A digest shows this many stories, and says how many more there are.
    pub max_stories: usize,
    /// The mail server.
    pub smtp: SmtpConfig,
    /// The signature of the sender's domain.
    pub dkim: DkimConfig,
}

/// How mails leave the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    /// To a folder.
    File,
    /// To a mail server.
    Smtp,
}

/// What a subject line tells a bystander.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A number and a count.
    Neutral,
    /// The first title.
    Full,
}

/// The `[mailer.smtp]` section.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// The server's name.
    pub host: String,
    /// The server's port.
    pub port: u16,
    /// How the way there is protected.
    pub tls: Security,
    /// The name to log in with; empty: no login.
    pub user: String,
    /// A file that holds the password.
    pub password_file: String,
    /// The longest wait for the answer to one command.
    pub command_timeout: SignedDuration,
}

/// The `[mailer.dkim]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DkimConfig {
    /// The name under which the key is published; empty: mails are not signed.
    pub selector: String,
    /// The domain that signs; empty: that of the sender.
    pub domain: String,
    /// The file of the key.
    pub key_file: PathBuf,
}

impl std::fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// How the way to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS after STARTTLS; without it nothing is sent.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None: for a server on the same machine.
    None,
}

/// A setting that no mailer can work with.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// The sender is no address.
    #[error("mailer.from is no e-mail address: write it as name@example.org, in plain ASCII")]
    From,
    /// The domain is none.
    #[error("mailer.domain is no domain name: write it as example.org, in plain ASCII")]
    Domain,
    /// Links to the reading copy would lead nowhere.
    #[error("mailer.link_base must begin with http:// or https:// and name a host, without `?` and `#`")]
    LinkBase,
    /// A number or a wait that must be positive is not.
    #[error("mailer.{0} must be greater than zero")]
    NotPositive(&'static str),
    /// The outbox has no name.
    #[error("mailer.outbox is empty: name the folder that mails are written to")]
    Outbox,
    /// A mail server would be given the sender of the example.
    #[error(
        "mailer.{0} still says localhost: name what mail servers elsewhere know, before transport = \"smtp\""
    )]
    Localhost(&'static str),
    /// There is no mail server.
    #[error("mailer.smtp.host is empty: name the mail server")]
    Host,
    /// The name of the signature's key cannot stand in DNS.
    #[error("mailer.dkim.selector cannot stand in DNS: write letters, digits and `-`, such as qarauyl")]
    Selector,
    /// A signature that nobody would take for the sender's.
    #[error(
        "mailer.dkim.domain is not the domain of mailer.from, nor one above it: receivers would not count the signature"
    )]
    Signer,
    /// A signature without a key.
    #[error("mailer.dkim.selector is set and key_file is empty: name the file of the key")]
    SigningKey,
    /// A login without a password.
    #[error("mailer.smtp.user is set and password_file is empty: name the file that holds the password")]
    Password,
    /// Mails, and a password, would cross a network in the open.
    #[error(
        "mailer.smtp.tls = \"none\" is for a mail server on this machine only: use \"starttls\" or \"tls\""
    )]
    Open,
}

impl Config {
    /// Returns the domain of the sender, which is what mail servers elsewhere ask DNS about.
    pub fn domain_of_sender(&self) -> String {
        self.from.rsplit('@').next().unwrap_or_default().to_lowercase()
    }

    /// Returns the domain that signs.
    pub fn dkim_domain(&self) -> String {
        if self.dkim.domain.is_empty() { self.domain_of_sender() } else { self.dkim.domain.to_lowercase() }
    }

    /// Checks what the types cannot.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if !self.from.is_ascii() || self.from.parse::<Address>().is_err() {
            return Err(ConfigError::From);
        }
        if !is_domain(&self.domain) {
            return Err(ConfigError::Domain);
        }
        let base = Url::parse(&self.link_base).map_err(|_| ConfigError::LinkBase)?;
        let plain = base.query().is_none() && base.fragment().is_none() && base.has_host();
        if !plain || !matches!(base.scheme(), "http" | "https") {
            return Err(ConfigError::LinkBase);
        }
        if self.max_stories == 0 {
            return Err(ConfigError::NotPositive("max_stories"));
        }
        self.validate_dkim()?;
        match self.transport {
            TransportKind::File if self.outbox.as_os_str().is_empty() => Err(ConfigError::Outbox),
            TransportKind::File => Ok(()),
            TransportKind::Smtp => self.validate_smtp(),
        }
    }

    fn validate_dkim(&self) -> Result<(), ConfigError> {
        if self.dkim.selector.is_empty() {
            return Ok(());
        }
        let (domain, sender) = (self.dkim_domain(), self.domain_of_sender());
        let is_above =
            sender.strip_suffix(&domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        match () {
            () if !is_domain(&self.dkim.selector) => Err(ConfigError::Selector),
            () if !is_domain(&domain) || !is_above => Err(ConfigError::Signer),
            () if self.dkim.key_file.as_os_str().is_empty() => Err(ConfigError::SigningKey),
            () => Ok(()),
        }
    }

    fn validate_smtp(&self) -> Result<(), ConfigError> {
        if self.from.ends_with("@localhost") {
            return Err(ConfigError::Localhost("from"));
        }
        if self.domain == "localhost" {
            return Err(ConfigError::Localhost("domain"));
        }
        self.smtp.validate()
    }
}

impl SmtpConfig {
    /// Checks what the types cannot.
    pub fn validate(&self) -> Result<(), ConfigError> {
        if self.host.is_empty() {
            return Err(ConfigError::Host);
        }
        if !self.command_timeout.is_positive() {
            return Err(ConfigError::NotPositive("smtp.command_timeout"));
        }
        if !self.user.is_empty() && self.password_file.is_empty() {
            return Err(ConfigError::Password);
        }
        if self.tls == Security::None && !is_this_machine(&self.host) {
            return Err(ConfigError::Open);
        }
        Ok(())
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        let letters = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !label.is_empty() && label.len() <= 63 && letters && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn is_this_machine(host: &str) -> bool {
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    match plain.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => matches!(Host::parse(plain), Ok(Host::Domain(name)) if name == "localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = r#"
        transport = "file"
        from = "qarauyl@localhost"
        domain = "localhost"
        outbox = "data/outbox"
        link_base = "http://127.0.0.1:8391"
        subject = "neutral"
        max_stories = 30
        [smtp]
        host = "localhost"
        port = 587
        tls = "starttls"
        user = ""
        password_file = ""
        command_timeout = "60s"
        [dkim]
        selector = ""
        domain = ""
        key_file = "data/dkim.key"
    "#;

    /// The section with some of its lines changed.
    fn with(changes: &[(&str, &str)]) -> Result<(), ConfigError> {
        let mut text = SECTION.to_owned();
        for (before, after) in changes {
            assert!(text.contains(before), "{before}");
            text = text.replace(before, after);
        }
        toml::from_str::<Config>(&text).unwrap().validate()
    }

    #[test]
    fn the_section_is_read_as_it_is_written_in_the_configuration() {
        assert_eq!(with(&[]), Ok(()));
        let config: Config = toml::from_str(SECTION).unwrap();
        assert_eq!(config.smtp.command_timeout, SignedDuration::from_mins(1));
        let unknown = format!("copies = 2\n{SECTION}");
        assert!(toml::from_str::<Config>(&unknown).unwrap_err().to_string().contains("copies"));
    }

    #[test]
    fn a_setting_that_cannot_work_is_named() {
        let check = |before: &str, after: &str, expected: ConfigError| {
            assert_eq!(with(&[(before, after)]), Err(expected), "{after}");
        };
        check("qarauyl@localhost", "qarauyl", ConfigError::From);
        check("qarauyl@localhost", "a@b.org\\r\\nBcc: c@d.org", ConfigError::From);
        check(r#"domain = "localhost""#, r#"domain = "a>b""#, ConfigError::Domain);
        check("http://127.0.0.1:8391", "127.0.0.1:8391", ConfigError::LinkBase);
        check("http://127.0.0.1:8391", "https://a.org/?x=", ConfigError::LinkBase);
        check("max_stories = 30", "max_stories = 0", ConfigError::NotPositive("max_stories"));
        check("data/outbox", "", ConfigError::Outbox);
        check(r#"selector = """#, r#"selector = "a_b""#, ConfigError::Selector);
    }

    #[test]
    fn a_signature_is_of_the_senders_domain_or_one_above_it() {
        let check = |from: &str, domain: &str, expected: Result<(), ConfigError>| {
            let section = SECTION
                .replace("qarauyl@localhost", from)
                .replace("domain = \"\"", &format!("domain = \"{domain}\""))
                .replace("selector = \"\"", "selector = \"qarauyl\"");
            let config: Config = toml::from_str(&section).unwrap();
            assert_eq!(config.validate(), expected, "{from} {domain}");
            config.dkim_domain()
        };
        assert_eq!(check("watch@Mail.example.org", "", Ok(())), "mail.example.org");
        assert_eq!(check("watch@mail.example.org", "example.org", Ok(())), "example.org");
        check("watch@badexample.org", "example.org", Err(ConfigError::Signer));
        check("watch@example.org", "mail.example.org", Err(ConfigError::Signer));
    }

    #[test]
    fn a_mail_server_is_given_no_example_and_no_password_in_the_open() {
        let smtp = (r#"transport = "file""#, r#"transport = "smtp""#);
        let from = ("qarauyl@localhost", "watch@example.org");
        let domain = (r#"domain = "localhost""#, r#"domain = "example.org""#);
        let open = (r#"tls = "starttls""#, r#"tls = "none""#);
        let away = (r#"host = "localhost""#, r#"host = "mail.example.org""#);
        let user = (r#"user = """#, r#"user = "watch""#);
        assert_eq!(with(&[smtp]), Err(ConfigError::Localhost("from")));
        assert_eq!(with(&[smtp, from]), Err(ConfigError::Localhost("domain")));
        assert_eq!(with(&[smtp, from, domain]), Ok(()));
        assert_eq!(with(&[smtp, from, domain, away]), Ok(()));
        assert_eq!(with(&[smtp, from, domain, open]), Ok(()));
        assert_eq!(with(&[smtp, from, domain, open, away]), Err(ConfigError::Open));
        assert_eq!(with(&[smtp, from, domain, user]), Err(ConfigError::Password));
    }
}
