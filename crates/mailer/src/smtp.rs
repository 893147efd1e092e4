//! One mail to one mail server over one connection, command by command.
//!
//! `lettre`'s pooled transport is not used: cancelled by a time-out, it hands a connection on in the middle of a
//! command, and the next mail is taken for sent on an answer that was not its own. Here every command has its own
//! time-out, a connection serves one mail, and after anything unexpected it is dropped.

use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::address::Envelope;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use zeroize::Zeroizing;

use crate::{Message, Receipt, Security, SendError, SmtpConfig};

/// A mail server.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Zeroizing<String>)>,
    patience: Duration,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Reads the password and checks the settings.
    pub(crate) fn new(config: &SmtpConfig) -> Result<Self, SendError> {
        if config.host.is_empty() {
            return Err(SendError::Config("host is empty: name the mail server"));
        }
        let login = if config.user.is_empty() {
            None
        } else {
            let read = std::fs::read_to_string(&config.password_file).map(Zeroizing::new);
            let password = read.map_err(|_| {
                SendError::Config("password_file cannot be read: name a file that the service may read")
            })?;
            Some((config.user.clone(), Zeroizing::new(password.trim().to_owned())))
        };
        let patience = Duration::try_from(config.command_timeout).unwrap_or(Duration::from_secs(60));
        Ok(Self { host: config.host.clone(), port: config.port, security: config.tls, login, patience })
    }

    /// Sends one mail to its one recipient. Only a 250 after the final dot counts as sent.
    pub(crate) async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let envelope = self.envelope(message)?;
        let mut connection = self.connect().await?;
        let from = envelope.from().cloned();
        let to = envelope.to().first().cloned().ok_or(SendError::Config("a mail has no recipient"))?;
        self.ask("MAIL FROM", connection.command(Mail::new(from, vec![]))).await?;
        self.ask("RCPT TO", connection.command(Rcpt::new(to, vec![]))).await?;
        self.ask("DATA", connection.command(Data)).await?;
        let answer = self.ask("the mail", connection.message(&message.bytes)).await?;
        if code(&answer) != 250 {
            return Err(SendError::Later { host: self.host.clone(), code: code(&answer), step: "the mail" });
        }
        // The mail is the server's now; how the connection ends does not matter any more.
        drop(tokio::time::timeout(self.patience, connection.command(Quit)).await);
        Ok(Receipt(format!("{} {}", code(&answer), answer.first_word().unwrap_or_default())))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let tls = || {
            TlsParameters::new_rustls(self.host.clone().into())
                .map_err(|_| SendError::Config("host cannot be checked by TLS"))
        };
        let name = ClientId::default();
        let wrapped = if self.security == Security::Tls { Some(tls()?) } else { None };
        let address = (self.host.as_str(), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.patience), &name, wrapped, None);
        let mut connection = self.in_time("could not be reached", connecting).await?;
        if self.security == Security::Starttls {
            if !connection.can_starttls() {
                return Err(SendError::Config(
                    "tls: the server does not offer STARTTLS; nothing is sent in the open",
                ));
            }
            self.in_time("did not agree on TLS", connection.starttls(tls()?, &name)).await?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.to_string());
            self.ask("AUTH", connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await?;
        }
        Ok(connection)
    }

    fn envelope(&self, message: &Message) -> Result<Envelope, SendError> {
        let address = |address: &model::EmailAddress| address.expose().parse::<Address>();
        let parsed = address(&message.from).and_then(|from| Ok((from, address(&message.to)?)));
        let (from, to) = parsed.map_err(|_| SendError::Config("an address cannot be used"))?;
        Envelope::new(Some(from), vec![to]).map_err(|_| SendError::Config("a mail has no recipient"))
    }

    async fn in_time<T>(
        &self,
        what: &'static str,
        step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
    ) -> Result<T, SendError> {
        match tokio::time::timeout(self.patience, step).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => Err(SendError::Unreachable { host: self.host.clone(), what }),
            Err(_) => Err(SendError::Unreachable { host: self.host.clone(), what: "fell silent" }),
        }
    }

    async fn ask(
        &self,
        step: &'static str,
        command: impl Future<Output = Result<Response, lettre::transport::smtp::Error>>,
    ) -> Result<Response, SendError> {
        let host = || self.host.clone();
        match tokio::time::timeout(self.patience, command).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(match error.status().map(u16::from) {
                Some(code) if error.is_permanent() => SendError::Refused { host: host(), code, step },
                Some(code) => SendError::Later { host: host(), code, step },
                // Perhaps it took the mail before the line broke: it is sent again under the same Message-ID.
                None => SendError::Unreachable { host: host(), what: "broke off" },
            }),
            Err(_) => Err(SendError::Unreachable { host: host(), what: "fell silent" }),
        }
    }
}

fn code(response: &Response) -> u16 {
    u16::from(response.code())
}
