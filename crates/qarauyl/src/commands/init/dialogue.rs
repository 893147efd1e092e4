//! The questions on a terminal: six at most, each answer checked at once and asked again with the reason.
//!
//! How a question is asked and what a server says to a login are given from outside, so that a test answers without a
//! terminal.

use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::answers::{self, Answers, KeyPlace, MailServer, OUTBOX, Password, Place};
use super::given::{Choice, Given};

/// One line to be typed.
pub(super) struct Prompt<'a> {
    pub(super) question: &'a str,
    /// What an empty line stands for.
    pub(super) usual: &'a str,
    /// Whether what is typed is not to be seen.
    pub(super) secret: bool,
}

/// The other side of the dialogue.
pub(super) struct Talk<'a> {
    /// Puts a question and returns what was typed.
    pub(super) ask: &'a mut dyn FnMut(&Prompt<'_>) -> anyhow::Result<String>,
    /// Says something.
    pub(super) tell: &'a mut dyn FnMut(&str),
    /// Logs in to a mail server without sending.
    pub(super) try_mail: &'a mut dyn FnMut(&MailServer) -> Result<(), Refused>,
    /// Keeps a new passphrase in a file; the reason when that fails.
    pub(super) keep_passphrase: &'a mut dyn FnMut(&Path, &str) -> Result<(), String>,
}

/// Why a mail server was not taken.
pub(super) struct Refused {
    pub(super) reason: String,
    /// Whether a house can be made with these answers all the same.
    pub(super) can_be_kept: bool,
}

/// What the questions speak of.
pub(super) struct Known {
    /// The ids of all sources.
    pub(super) sources: Vec<String>,
    /// How many of them are switched on by their files.
    pub(super) switched_on: usize,
    /// The time zone of the machine.
    pub(super) timezone: String,
}

const QUESTIONS: usize = 6;
/// The word that takes a mail server though it said no: who has the wrong password need not begin again another day.
const KEEP: &str = "keep";
const KEEP_IT: &str = " `keep` takes these answers as they are: `qarauyl doctor` asks the server again.";

impl Talk<'_> {
    /// Asks for all that was not given.
    pub(super) fn through(&mut self, given: Given, known: &Known) -> anyhow::Result<Answers> {
        Ok(Answers {
            name: match given.name {
                Some(name) => name,
                None => self.name()?,
            },
            place: self.place(given.timezone, given.language, known)?,
            subscriber: match given.subscriber {
                Choice::With(subscriber) => Some(subscriber),
                Choice::Without => None,
                Choice::Open => self.subscriber()?,
            },
            mail: match given.mail {
                Choice::With(mail) => Some(mail),
                Choice::Without => None,
                Choice::Open => self.mail()?,
            },
            sources: match given.sources {
                Some(sources) => sources,
                None => self.sources(known)?,
            },
            key: match given.key {
                Some(key) => key,
                None => self.key()?,
            },
        })
    }

    fn name(&mut self) -> anyhow::Result<String> {
        self.head(1, "What is your team called?\nThe name stands in the head of each mail.");
        self.until("Name", "Qarauyl", answers::name)
    }

    fn place(
        &mut self,
        timezone: Option<String>,
        language: Option<String>,
        known: &Known,
    ) -> anyhow::Result<Place> {
        if timezone.is_none() || language.is_none() {
            self.head(2, "Where are you at home?\nDigests come by this clock, in this language.");
        }
        let timezone = match timezone {
            Some(timezone) => timezone,
            None => self.until("Time zone", &known.timezone, answers::timezone)?,
        };
        let question = format!("Language ({})", mailer::LANGUAGES.join(", "));
        let language = match language {
            Some(language) => language,
            None => self.until(&question, "en", answers::language)?,
        };
        Ok(Place { timezone, language })
    }

    fn subscriber(&mut self) -> anyhow::Result<Option<model::EmailAddress>> {
        self.head(
            3,
            "Who is mailed first?\nThey hear of a first watch, Khorgos (@khorgos), as soon as there is something. Empty: nobody yet.",
        );
        self.until("Address", "", answers::subscriber)
    }

    fn mail(&mut self) -> anyhow::Result<Option<MailServer>> {
        self.head(
            4,
            &format!("How do mails leave?\nA mail server, such as mail.example.org:587, or `{OUTBOX}`: the folder data/outbox."),
        );
        let (mut usual, mut user, mut from) = (OUTBOX.to_owned(), String::new(), String::new());
        let (mut tls, mut refused) = (None, None);
        loop {
            let typed = self.until("Mail server", &usual, |text| match text.trim() {
                KEEP if refused.is_some() => Ok(None),
                other => answers::server(other).map(Some),
            })?;
            let (host, port) = match typed {
                None => return Ok(refused),
                Some(None) => return Ok(None),
                Some(Some(place)) => place,
            };
            let place = format!("{host}:{port}");
            // What was answered once stands as long as the server is the same.
            let kept = tls.filter(|_| place == usual);
            let protection = answers::word_of(kept.unwrap_or_else(|| answers::usual_protection(&host, port)));
            let protection =
                self.until("Protection (starttls, tls, none)", protection, answers::protection)?;
            (usual, tls) = (place, Some(protection));
            user = self.user(&user)?;
            let password = if user.is_empty() { Password::None } else { self.password()? };
            let sender = self.until("Sender that subscribers see", &from, answers::sender)?;
            sender.expose().clone_into(&mut from);
            let server =
                MailServer { host, port, tls: protection, user: user.clone(), password, from: sender };
            (self.tell)("Asking the mail server; nothing is sent.");
            let Err(Refused { reason, can_be_kept }) = (self.try_mail)(&server) else {
                return Ok(Some(server));
            };
            refused = Some(server).filter(|_| can_be_kept);
            let keep = if can_be_kept { KEEP_IT } else { "" };
            (self.tell)(&format!("{reason}\nOnce more.{keep} `{OUTBOX}` leaves it for later."));
        }
    }

    /// An empty line stands for what was typed before, so that another word takes it back.
    fn user(&mut self, before: &str) -> anyhow::Result<String> {
        let question = if before.is_empty() { "User; empty: no login" } else { "User; `-`: no login" };
        let user = self.ask(question, before)?;
        Ok(if user == "-" { String::new() } else { user })
    }

    fn password(&mut self) -> anyhow::Result<Password> {
        let typed = self.secret("Password; it is not shown")?;
        Ok(Password::Typed(typed))
    }

    fn sources(&mut self, known: &Known) -> anyhow::Result<Vec<String>> {
        self.head(
            5,
            &format!(
                "What is read?\n{} sources were seen to answer and are on. Others are switched on by language, kind, country or\n\
                 id, such as: kk, zh, state, trade, KZ. Empty: none of them.",
                known.switched_on
            ),
        );
        self.until("Sources beside those", "", |text| answers::sources(text, &known.sources))
    }

    fn key(&mut self) -> anyhow::Result<KeyPlace> {
        self.head(
            6,
            "What opens watches and subscribers?\n\
             file         data/key, on this disk\n\
             passphrase   you type it after each start of the machine\n\
             credential   systemd seals it to this machine",
        );
        let read = |text: &str| match text.trim() {
            word @ ("file" | "passphrase" | "credential") => Ok(word.to_owned()),
            other => Err(anyhow::anyhow!("`{other}` is none of file, passphrase, credential")),
        };
        Ok(match self.until("Key", "file", read)?.as_str() {
            "passphrase" => KeyPlace::Passphrase(self.passphrase()?),
            "credential" => KeyPlace::Credential,
            _ => KeyPlace::File,
        })
    }

    /// A file that is there is taken as it is; into one that is not, the passphrase is written.
    fn passphrase(&mut self) -> anyhow::Result<PathBuf> {
        loop {
            let file = self.ask(
                "File that gives it; below /run it is gone with the next start",
                "/run/qarauyl/passphrase",
            )?;
            // The settings count from the folder of the house, who types counts from where they are.
            let file = std::path::absolute(file.trim())?;
            if file.exists() {
                return Ok(file);
            }
            let first = self.secret("Passphrase, 12 characters or more; it is not shown")?;
            let again = self.secret("The same again")?;
            let kept = match () {
                () if first != again => Err("The two are not the same.".to_owned()),
                () if first.trim().chars().count() < 12 => {
                    Err("That is shorter than 12 characters.".to_owned())
                }
                () => (self.keep_passphrase)(&file, &first),
            };
            match kept {
                Ok(()) => return Ok(file),
                Err(reason) => (self.tell)(&reason),
            }
        }
    }

    fn head(&mut self, number: usize, question: &str) {
        (self.tell)(&format!("\n{number} of {QUESTIONS}. {question}"));
    }

    fn ask(&mut self, question: &str, usual: &str) -> anyhow::Result<String> {
        let typed = (self.ask)(&Prompt { question, usual, secret: false })?;
        Ok(if typed.trim().is_empty() { usual.to_owned() } else { typed.trim().to_owned() })
    }

    fn secret(&mut self, question: &str) -> anyhow::Result<Zeroizing<String>> {
        (self.ask)(&Prompt { question, usual: "", secret: true }).map(Zeroizing::new)
    }

    /// Asks until the answer can be used.
    fn until<T>(
        &mut self,
        question: &str,
        usual: &str,
        read: impl Fn(&str) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        loop {
            match read(&self.ask(question, usual)?) {
                Ok(value) => return Ok(value),
                Err(reason) => (self.tell)(&format!("{reason:#}")),
            }
        }
    }
}

#[cfg(test)]
#[path = "dialogue_tests.rs"]
mod tests;
