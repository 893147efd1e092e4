//! Renders digests and hands them to a mail server, or to the outbox folder.
//!
//! In reading order: what a mail says ([`render`]), in the subscriber's language (`words`), how it leaves the house
//! ([`Transport`]), and the service around both ([`MailService`]). This crate reads no article beyond its digest.

mod config;
mod render;
mod service;
mod smtp;
mod transport;
mod view;
mod words;

pub use config::{Config, Security, SmtpConfig, Subject, TransportKind};
pub use render::{Message, RenderError, render};
pub use service::MailService;
pub use transport::{Receipt, SendError, Transport};
