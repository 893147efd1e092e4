//! How a mail leaves the house: to a mail server, to the outbox folder, or into memory for tests.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use store::{Failed, Failure};
use thiserror::Error;

use crate::smtp::Smtp;
use crate::{Config, Message, TransportKind};

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

/// What the other side answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt(pub String);

/// Why a mail was not sent, or is not known to have been. No address stands in it.
#[derive(Debug, Error)]
pub enum SendError {
    /// The outbox folder refused it.
    #[error("the outbox `{folder}` cannot be written: {source}")]
    Outbox {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server could not be reached, or fell silent.
    #[error("the mail server `{host}` {what}")]
    Unreachable {
        /// The server.
        host: String,
        /// What happened.
        what: &'static str,
    },
    /// The server refused for now: 4xx.
    #[error("the mail server `{host}` answered {code} to {step}: it is tried again later")]
    Later {
        /// The server.
        host: String,
        /// Its answer.
        code: u16,
        /// What it was asked.
        step: &'static str,
    },
    /// The server refused for good: 5xx.
    #[error("the mail server `{host}` refused with {code} at {step}: see `qarauyl doctor`")]
    Refused {
        /// The server.
        host: String,
        /// Its answer.
        code: u16,
        /// What it was asked.
        step: &'static str,
    },
    /// The configuration cannot be used.
    #[error("[mailer.smtp] {0}")]
    Config(&'static str),
}

impl SendError {
    /// Says whether another try makes sense. A mail whose fate is not known is sent again under its `Message-ID`.
    pub fn failed(&self) -> Failed {
        let failure = match self {
            Self::Refused { .. } => Failure::Final,
            _ => Failure::Passing,
        };
        Failed { failure, reason: self.to_string() }
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
            TransportKind::Smtp => Self::Smtp(Arc::new(Smtp::new(&config.smtp)?)),
        })
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// When it was refused, or its fate is not known.
    pub async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(message).await,
            Self::File(folder) => put(folder, message),
            Self::Memory(mails) => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(message.clone());
                Ok(Receipt("kept in memory".to_owned()))
            }
        }
    }
}

/// Writes a file that is there whole or not at all. It is named after the `Message-ID`, so that a mail that is sent
/// again takes its own place.
fn put(folder: &Path, message: &Message) -> Result<Receipt, SendError> {
    let local = message.message_id.trim_start_matches('<').split('@').next().unwrap_or("mail");
    let name = format!("{local}.eml");
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let open = folder.join(format!(".{local}.part"));
        let mut file = std::fs::File::create(&open)?;
        file.write_all(&message.bytes)?;
        file.sync_all()?;
        std::fs::rename(&open, folder.join(&name))?;
        std::fs::File::open(folder)?.sync_all()
    };
    write().map_err(|source| SendError::Outbox { folder: folder.to_owned(), source })?;
    Ok(Receipt(name))
}
