//! How a mail leaves the house: to a mail server, to the outbox folder, or into memory for tests.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use store::{Failed, Failure};
use thiserror::Error;

use crate::smtp::Smtp;
use crate::{Config, Message, TransportKind, outbox};

/// A closed set: there is nothing behind a trait that a fourth way would gain by.
#[derive(Debug, Clone)]
pub enum Transport {
    /// To a mail server.
    Smtp(Arc<Smtp>),
    /// To a folder, one file a mail.
    File(PathBuf),
    /// Into memory.
    Memory(Arc<Mutex<Vec<Message>>>),
}

/// What the other side answered, or the name of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub String);

/// Why a mail was not sent, or is not known to have been. No address of a person stands in it.
#[derive(Debug, Error)]
pub enum SendError {
    /// The outbox folder refused it.
    #[error(
        "the outbox `{folder}` cannot be written ({source}): make room, or give the service the right to"
    )]
    Outbox {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server could not be reached, broke off or fell silent. Perhaps it took the mail before.
    #[error("the mail server `{host}` {what} at {step}: it is tried again, see [mailer.smtp] if it goes on")]
    Unreachable {
        /// The server.
        host: String,
        /// What happened.
        what: &'static str,
        /// What it was asked.
        step: Step,
        /// What the system, or the server's certificate, gave as the reason.
        words: ServerWords,
    },
    /// The server does not offer the protection that the configuration asks for.
    #[error(
        "the mail server `{host}` offers no STARTTLS and nothing is sent in the open: try [mailer.smtp] tls = \"tls\" with port 465"
    )]
    NoTls {
        /// The server.
        host: String,
    },
    /// The server does not offer a login of a kind that we know.
    #[error(
        "the mail server `{host}` offers no login by password: set [mailer.smtp] user = \"\", or try another port"
    )]
    NoLogin {
        /// The server.
        host: String,
    },
    /// The server does not know our name or password.
    #[error("the mail server `{host}` refused the login: check user and password_file in [mailer.smtp]")]
    Login {
        /// The server.
        host: String,
        /// What it said.
        words: ServerWords,
    },
    /// The server refused, for now or for a reason that a person can mend.
    #[error("the mail server `{host}` answered {code} at {step}: it is tried again, its log says why")]
    Refused {
        /// The server.
        host: String,
        /// Its answer.
        code: u16,
        /// What it was asked.
        step: Step,
        /// What it said.
        words: ServerWords,
    },
    /// The recipient does not exist (5.1.x).
    #[error(
        "the mail server `{host}` says that the subscriber's address does not exist ({code} at {step}): ask them, and correct or remove it"
    )]
    NoSuchAddress {
        /// The server.
        host: String,
        /// Its answer.
        code: u16,
        /// What it was asked.
        step: Step,
    },
    /// The configuration cannot be used.
    #[error("[mailer.smtp] {0}")]
    Config(&'static str),
    /// The task that wrote the file was stopped.
    #[error("writing to the outbox was broken off: it is tried again")]
    BrokenOff,
}

/// What the other side said of itself, for a person who asks. It is in no message and no log: servers repeat addresses.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServerWords(pub(crate) String);

impl std::fmt::Debug for ServerWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ServerWords(..)")
    }
}

/// The steps of handing over a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Connecting and greeting.
    Connect,
    /// Agreeing on TLS.
    Tls,
    /// Logging in.
    Login,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Announcing the mail.
    Data,
    /// The mail itself, up to the answer to its final dot.
    Mail,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connect => "the greeting",
            Self::Tls => "STARTTLS",
            Self::Login => "AUTH",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Mail => "the end of the mail",
        })
    }
}

impl SendError {
    /// Says whether another try makes sense. A mail whose fate is not known is sent again under its `Message-ID`;
    /// only an address that does not exist is given up.
    pub fn failed(&self) -> Failed {
        let failure = match self {
            Self::NoSuchAddress { .. } => Failure::Final,
            _ => Failure::Passing,
        };
        Failed::new(failure, self)
    }
}

impl Transport {
    /// Makes the transport that the configuration names.
    ///
    /// # Errors
    /// When the password file cannot be read or the server's name cannot be used.
    pub fn new(config: &Config) -> Result<Self, SendError> {
        Ok(match config.transport {
            TransportKind::File => Self::File(config.outbox.clone()),
            TransportKind::Smtp => Self::Smtp(Arc::new(Smtp::new(&config.smtp, &config.domain)?)),
        })
    }

    /// Returns a transport that keeps what it is given, and where it does.
    pub fn memory() -> (Self, Arc<Mutex<Vec<Message>>>) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        (Self::Memory(Arc::clone(&kept)), kept)
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// When it was refused, or its fate is not known.
    pub async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::File(folder) => {
                let (folder, message) = (folder.clone(), message.clone());
                let writing = tokio::task::spawn_blocking(move || outbox::put(&folder, &message));
                writing.await.map_err(|_| SendError::BrokenOff)?
            }
            Self::Memory(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
                Ok(Receipt("kept in memory".to_owned()))
            }
        }
    }
}
