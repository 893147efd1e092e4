//! Renders digests and hands them to a mail server, or to the outbox folder.
//!
//! In reading order: the settings ([`Config`]), what a mail shows (`view`, `story`, `passage`) and in whose words
//! (`words`), the mail itself ([`render`]), the domain's signature on it ([`Signer`]), how it leaves the house
//! ([`Transport`]: `smtp`, `outbox`), the service around it all ([`MailService`]), and whether mails would be taken
//! ([`check`]). This crate reads no article beyond its digest.

pub mod check;
mod config;
mod dkim;
mod line;
mod news;
mod outbox;
mod passage;
mod render;
mod service;
mod smtp;
mod story;
mod transport;
mod view;
mod words;

pub use config::{Config, ConfigError, DkimConfig, Security, SmtpConfig, Subject, TransportKind};
pub use dkim::{DkimError, DkimKey, DkimKeyKind, Signer};
pub use render::{Message, RenderError, render};
pub use service::MailService;
pub use smtp::Smtp;
pub use transport::{Receipt, SendError, ServerWords, Step, Transport};
pub use words::LANGUAGES;
