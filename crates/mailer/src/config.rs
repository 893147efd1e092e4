//! The `[mailer]` section of the configuration.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;

/// What mails look like and how they leave the house.
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
