//! What was said by flags: a flag for each question, and what stands where none was given.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use model::EmailAddress;

use super::answers::{self, Answers, KeyPlace, MailServer, Password, Place};
use crate::output::or_stdin;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name under which mails are sent.
    #[arg(long)]
    name: Option<String>,
    /// The team's time zone, such as Asia/Almaty.
    #[arg(long)]
    timezone: Option<String>,
    /// The language of mails: en, ru, kk, zh, tr or ug.
    #[arg(long)]
    language: Option<String>,
    /// Who is mailed first: they hear of a first watch, Khorgos, as soon as there is something. `-` reads the address from stdin.
    #[arg(long, value_name = "ADDRESS")]
    subscriber: Option<String>,
    /// What is read beside the sources that are on: languages, kinds, countries or ids, such as kk,state,KZ.
    #[arg(long, value_name = "WORDS")]
    sources: Option<String>,
    #[command(flatten)]
    mail: MailFlags,
    /// Where the key of watches and subscribers lies: data/key, a passphrase, or a systemd credential.
    #[arg(long, value_enum)]
    key: Option<KeyWord>,
    /// The file or pipe that gives the passphrase.
    #[arg(long, value_name = "FILE", default_value = "/run/qarauyl/passphrase")]
    passphrase_file: PathBuf,
    /// Ask nothing: what no flag says is left as it is by default.
    #[arg(long)]
    pub(super) defaults: bool,
}

#[derive(Debug, Args)]
struct MailFlags {
    /// The mail server, such as mail.example.org:587; `outbox` writes mails to data/outbox.
    #[arg(long, value_name = "HOST:PORT")]
    mail_server: Option<String>,
    /// How the way there is protected: starttls, tls, or none for a server on this machine.
    #[arg(long, value_name = "KIND", requires = "mail_server")]
    smtp_tls: Option<String>,
    /// The name to log in with.
    #[arg(long, value_name = "NAME", requires = "smtp_password_file")]
    smtp_user: Option<String>,
    /// A file that holds the password: no flag takes a password itself, because other users see command lines.
    #[arg(long, value_name = "FILE", requires = "smtp_user")]
    smtp_password_file: Option<PathBuf>,
    /// The sender that subscribers see.
    #[arg(long, value_name = "ADDRESS", requires = "mail_server")]
    from: Option<String>,
    /// Take the mail server without logging in to it.
    #[arg(long)]
    no_check: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyWord {
    File,
    Passphrase,
    Credential,
}

/// Whether a thing is wanted, where it need not be.
#[derive(Default)]
pub(super) enum Choice<T> {
    /// Nothing was said.
    #[default]
    Open,
    Without,
    With(T),
}

impl<T> Choice<T> {
    fn said(choice: Option<T>) -> Self {
        choice.map_or(Self::Without, Self::With)
    }

    fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// What is left open is taken as not wanted.
    fn settled(self) -> Option<T> {
        if let Self::With(thing) = self { Some(thing) } else { None }
    }
}

/// What is settled before any question; `None` is asked, or stands by default.
#[derive(Default)]
pub(super) struct Given {
    pub(super) name: Option<String>,
    pub(super) timezone: Option<String>,
    pub(super) language: Option<String>,
    pub(super) subscriber: Choice<EmailAddress>,
    pub(super) mail: Choice<MailServer>,
    pub(super) sources: Option<Vec<String>>,
    pub(super) key: Option<KeyPlace>,
}

impl Arguments {
    /// Whether the mail server is taken without a login.
    pub(super) fn takes_unchecked(&self) -> bool {
        self.mail.no_check
    }

    /// Reads the flags; `known` are the ids of all sources.
    pub(super) fn given(&self, known: &[String]) -> anyhow::Result<Given> {
        let read = |text: &Option<String>, flag: &'static str, read: fn(&str) -> anyhow::Result<String>| {
            text.as_deref().map(read).transpose().context(flag)
        };
        let subscriber = match self.subscriber.as_deref() {
            Some(text) => Choice::said(answers::subscriber(&or_stdin(text)?).context("--subscriber")?),
            None => Choice::Open,
        };
        Ok(Given {
            name: read(&self.name, "--name", answers::name)?,
            timezone: read(&self.timezone, "--timezone", answers::timezone)?,
            language: read(&self.language, "--language", answers::language)?,
            subscriber,
            mail: self.mail.server()?,
            sources: self
                .sources
                .as_deref()
                .map(|text| answers::sources(text, known))
                .transpose()
                .context("--sources")?,
            key: self.key.map(|word| key(word, &self.passphrase_file)).transpose()?,
        })
    }
}

impl MailFlags {
    fn server(&self) -> anyhow::Result<Choice<MailServer>> {
        let Some(text) = &self.mail_server else { return Ok(Choice::Open) };
        let Some((host, port)) = answers::server(text).context("--mail-server")? else {
            return Ok(Choice::Without);
        };
        let from = self.from.as_deref();
        let from = from.context("a mail server needs a sender: --from watch@example.org")?;
        let tls = self.smtp_tls.as_deref().map(answers::protection).transpose().context("--smtp-tls")?;
        Ok(Choice::With(MailServer {
            tls: tls.unwrap_or_else(|| answers::usual_protection(&host, port)),
            host,
            port,
            user: self.smtp_user.clone().unwrap_or_default(),
            password: match &self.smtp_password_file {
                Some(file) => Password::File(found(file).context("--smtp-password-file")?),
                None => Password::None,
            },
            from: answers::sender(from).context("--from")?,
        }))
    }
}

fn key(word: KeyWord, passphrase_file: &Path) -> anyhow::Result<KeyPlace> {
    Ok(match word {
        KeyWord::File => KeyPlace::File,
        KeyWord::Credential => KeyPlace::Credential,
        KeyWord::Passphrase => KeyPlace::Passphrase(found(passphrase_file).context(
            "the passphrase is read from a file: write it there, or name another with --passphrase-file",
        )?),
    })
}

/// The whole path of a file that is there: relative ones begin at the house in the settings, and here do not.
fn found(file: &Path) -> anyhow::Result<PathBuf> {
    if !file.exists() {
        bail!("there is no file `{}`", file.display());
    }
    Ok(std::path::absolute(file)?)
}

impl Given {
    /// Returns whether no flag said anything.
    pub(super) fn is_nothing(&self) -> bool {
        let words = [&self.name, &self.timezone, &self.language].into_iter().any(Option::is_some);
        let rest = !self.subscriber.is_open()
            || !self.mail.is_open()
            || self.sources.is_some()
            || self.key.is_some();
        !words && !rest
    }

    /// Fills in what stands by default.
    pub(super) fn settled(self) -> Answers {
        Answers {
            name: self.name.unwrap_or_else(|| "Qarauyl".to_owned()),
            place: Place {
                timezone: self.timezone.unwrap_or_else(|| "UTC".to_owned()),
                language: self.language.unwrap_or_else(|| "en".to_owned()),
            },
            subscriber: self.subscriber.settled(),
            mail: self.mail.settled(),
            sources: self.sources.unwrap_or_default(),
            key: self.key.unwrap_or(KeyPlace::File),
        }
    }
}
