//! One mail to one mail server over one connection, command by command.
//!
//! `lettre`'s pooled transport is not used: cancelled by a time-out, it hands a connection on in the middle of a
//! command, and the next mail is taken for sent on an answer that was not its own. Here every command has its own
//! time-out and its own expected answer, a connection serves one mail, and after anything unexpected it is dropped.
//! `lettre`'s feature `tracing` stays off: it would write whole mails into the log.

mod unhurried;

use std::future::Future;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;
use zeroize::Zeroizing;

use self::unhurried::Unhurried;
use crate::transport::{ServerWords, Step};
use crate::{Message, Receipt, Security, SendError, SmtpConfig};

/// A mail server.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Zeroizing<String>)>,
    /// How we call ourselves: the mails' domain, not the machine's name, which is nobody's business.
    name: ClientId,
    patience: Duration,
    /// Authorities beside Mozilla's; only tests have any.
    authorities: Vec<Certificate>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Smtp {
    /// Reads the password. `domain` is how we call ourselves.
    pub(crate) fn new(config: &SmtpConfig, domain: &str) -> Result<Self, SendError> {
        if config.user.is_empty() {
            return Ok(Self::with_password(config, domain, None));
        }
        let read = std::fs::read_to_string(&config.password_file).map(Zeroizing::new);
        let password = read.map_err(|_| {
            SendError::Config("password_file cannot be read: name a file that the service may read")
        })?;
        let password = Zeroizing::new(password.trim_end_matches(['\r', '\n']).to_owned());
        Ok(Self::with_password(config, domain, Some(password)))
    }

    /// Takes the password as it is given; `None` logs in nowhere.
    pub(crate) fn with_password(
        config: &SmtpConfig,
        domain: &str,
        password: Option<Zeroizing<String>>,
    ) -> Self {
        Self {
            host: config.host.clone(),
            port: config.port,
            security: config.tls,
            login: password.map(|password| (config.user.clone(), password)),
            name: ClientId::Domain(domain.to_owned()),
            patience: Duration::try_from(config.command_timeout).unwrap_or(Duration::from_mins(1)),
            authorities: Vec::new(),
        }
    }

    /// Sends one mail to its one recipient. Only a 250 after the final dot counts as sent.
    pub(crate) async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let from = message.envelope.from().cloned();
        let to = message.envelope.to().first().cloned();
        let to = to.ok_or(SendError::Config("a mail has no recipient"))?;
        let mut connection = self.connect().await?;
        self.ask(Step::Sender, &[250], connection.command(Mail::new(from, vec![]))).await?;
        self.ask(Step::Recipient, &[250, 251], connection.command(Rcpt::new(to, vec![]))).await?;
        self.ask(Step::Data, &[354], connection.command(Data)).await?;
        let answer = self.ask(Step::Mail, &[250], connection.message(&message.bytes)).await?;
        // The mail is the server's now; how the connection ends does not matter any more.
        drop(tokio::time::timeout(self.patience, connection.command(Quit)).await);
        Ok(Receipt(words_of(&answer)))
    }

    /// Goes as far as a mail's sender, takes it back, and leaves.
    pub(crate) async fn try_sender(&self, from: Address) -> Result<(), SendError> {
        let mut connection = self.connect().await?;
        self.ask(Step::Sender, &[250], connection.command(Mail::new(Some(from), vec![]))).await?;
        drop(tokio::time::timeout(self.patience, connection.command(Rset)).await);
        drop(tokio::time::timeout(self.patience, connection.command(Quit)).await);
        Ok(())
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let mut connection = match self.security {
            Security::Tls => self.connect_wrapped().await?,
            Security::Starttls | Security::None => self.connect_in_the_open().await?,
        };
        if self.security == Security::Starttls {
            if !connection.can_starttls() {
                return Err(SendError::NoTls { host: self.host.clone() });
            }
            self.wait(Step::Tls, connection.starttls(self.tls()?, &self.name)).await?;
        }
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.to_string());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
                return Err(SendError::NoLogin { host: self.host.clone() });
            }
            self.ask(Step::Login, &[235], connection.auth(&mechanisms, &credentials)).await?;
        }
        Ok(connection)
    }

    async fn connect_wrapped(&self) -> Result<AsyncSmtpConnection, SendError> {
        let (address, tls) = ((self.host.as_str(), self.port), self.tls()?);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.patience), &self.name, Some(tls), None);
        self.wait(Step::Connect, connecting).await
    }

    async fn connect_in_the_open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let failed = |what, words| self.unreachable(what, Step::Connect, words);
        let connecting = TcpStream::connect((self.host.as_str(), self.port));
        let stream = match tokio::time::timeout(self.patience, connecting).await {
            Ok(connected) => connected.map_err(|error| failed("could not be reached", error.to_string()))?,
            Err(_) => return Err(failed("fell silent", String::new())),
        };
        let stream = Box::new(Unhurried::new(stream));
        self.wait(Step::Connect, AsyncSmtpConnection::connect_with_transport(stream, &self.name)).await
    }

    fn tls(&self) -> Result<TlsParameters, SendError> {
        let mut builder = TlsParameters::builder(self.host.clone());
        for authority in &self.authorities {
            builder = builder.add_root_certificate(authority.clone());
        }
        builder
            .build_rustls()
            .map_err(|_| SendError::Config("host cannot be checked by TLS: name the server"))
    }

    /// Waits for an answer, and takes only one of `expected`: an answer that belongs to another command is none.
    async fn ask(
        &self,
        step: Step,
        expected: &[u16],
        command: impl Future<Output = Result<Response, Error>>,
    ) -> Result<Response, SendError> {
        let response = self.wait(step, command).await?;
        let code = u16::from(response.code());
        if expected.contains(&code) {
            return Ok(response);
        }
        let said: Vec<&str> = response.message().collect();
        let words = ServerWords(format!("{code} {}", said.join(" ")));
        Err(SendError::Refused { host: self.host.clone(), code, step, words })
    }

    async fn wait<T>(
        &self,
        step: Step,
        command: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, SendError> {
        // After the final dot a server may look into the mail before it answers, and RFC 5321 gives it more time.
        let patience = if step == Step::Mail { self.patience.saturating_mul(5) } else { self.patience };
        match tokio::time::timeout(patience, command).await {
            Ok(done) => done.map_err(|error| self.explain(step, &error)),
            Err(_) => Err(self.unreachable("fell silent", step, String::new())),
        }
    }

    fn unreachable(&self, what: &'static str, step: Step, words: String) -> SendError {
        SendError::Unreachable { host: self.host.clone(), what, step, words: ServerWords(words) }
    }

    /// Says what an error means; the server's words stand apart: they often repeat the address.
    fn explain(&self, step: Step, error: &Error) -> SendError {
        let host = self.host.clone();
        let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        let Some(code) = error.status().map(u16::from) else {
            let what = if error.is_tls() { "has no certificate that can be checked" } else { "broke off" };
            return self.unreachable(what, step, said);
        };
        let words = ServerWords(format!("{code} {said}"));
        match step {
            Step::Login if error.is_permanent() => SendError::Login { host, words },
            Step::Recipient | Step::Mail if error.is_permanent() && is_no_address(error) => {
                SendError::NoSuchAddress { host, code, step }
            }
            _ => SendError::Refused { host, code, step, words },
        }
    }
}

/// Looks for an enhanced status code of the kind 5.1.x (RFC 3463), which speaks of the address itself. 5.1.7 and 5.1.8
/// speak of the sender's: the subscriber's is none the worse for it.
fn is_no_address(error: &Error) -> bool {
    let words = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let code = words.split(|c: char| !c.is_ascii_digit() && c != '.').find(|word| !word.is_empty());
    code.is_some_and(|code| code.starts_with("5.1.") && !matches!(code, "5.1.7" | "5.1.8"))
}

/// The server's words, by which its log names the mail, unless an address may stand in them.
fn words_of(response: &Response) -> String {
    let words = response.first_line().unwrap_or_default();
    let words = if words.contains('@') { "" } else { words };
    format!("{} {words}", response.code()).chars().take(200).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
