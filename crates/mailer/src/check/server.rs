//! A mail server is asked whether it would take our mails: greeting, TLS, login, sender, and then leave.

use jiff::SignedDuration;
use lettre::Address;
use zeroize::Zeroizing;

use super::Verdict;
use crate::smtp::Smtp;
use crate::transport::{ServerWords, Step};
use crate::{Config, Security, SendError, SmtpConfig};

/// A person waits for the answer: no command has longer.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);
/// No more of what a server says is shown.
const LONGEST_WORDS: usize = 300;

/// Asks the configured mail server, with the password from its file.
pub async fn server(config: &Config) -> Verdict {
    let smtp =
        SmtpConfig { command_timeout: config.smtp.command_timeout.min(PATIENCE), ..config.smtp.clone() };
    match Smtp::new(&smtp, &config.domain) {
        Ok(server) => asked(&server, &smtp, &config.from, &[]).await,
        Err(error) => explained(&error, &smtp, &[]),
    }
}

/// Asks a mail server with a password that lies in no file yet.
pub async fn server_with(smtp: &SmtpConfig, from: &str, password: Option<Zeroizing<String>>) -> Verdict {
    let domain = from.rsplit('@').next().unwrap_or_default();
    let secret = password.clone().unwrap_or_default();
    asked(&Smtp::with_password(smtp, domain, password), smtp, from, &[secret.as_str()]).await
}

async fn asked(server: &Smtp, config: &SmtpConfig, from: &str, secrets: &[&str]) -> Verdict {
    let Ok(from) = from.parse::<Address>() else {
        return Verdict::look("the sender is no address", "write [mailer] from as name@example.org");
    };
    match server.try_sender(from).await {
        Ok(()) => Verdict::fine(agreed(config)),
        Err(error) => explained(&error, config, secrets),
    }
}

fn agreed(config: &SmtpConfig) -> String {
    let way = match config.tls {
        Security::Starttls => "TLS after STARTTLS",
        Security::Tls => "TLS",
        Security::None => "no TLS, on this machine",
    };
    let login = if config.user.is_empty() { "without a login" } else { "logged in" };
    format!("{} takes mails of this sender ({way}, {login}); nothing was sent", place(config))
}

fn place(config: &SmtpConfig) -> String {
    format!("{}:{}", config.host, config.port)
}

/// Says what went wrong and what to do, with the server's own words.
fn explained(error: &SendError, config: &SmtpConfig, secrets: &[&str]) -> Verdict {
    let place = place(config);
    let said = |words: &ServerWords| shown(words, secrets);
    match error {
        SendError::Login { words, .. } => {
            Verdict::look(format!("{place} refuses user and password{}", said(words)), password_todo(config))
        }
        SendError::NoLogin { .. } => Verdict::look(
            format!("{place} offers no login by password here"),
            "try port 587 (starttls) or 465 (tls); a server that asks for none: [mailer.smtp] user = \"\"",
        ),
        SendError::NoTls { .. } => Verdict::look(
            format!("{place} offers no STARTTLS, and nothing is sent in the open"),
            "[mailer.smtp] tls = \"tls\" with port = 465, or ask the server's operator for STARTTLS",
        ),
        SendError::Refused { step: Step::Sender, words, .. } => Verdict::look(
            format!("{place} refuses the sender{}", said(words)),
            "set [mailer] from to an address that this login may send as, or have the server allow it",
        ),
        SendError::Refused { step, words, .. } => Verdict::look(
            format!("{place} refuses at {step}{}", said(words)),
            "do what it says; a code that begins with 4 may pass by itself: qarauyl doctor asks again",
        ),
        SendError::Unreachable { what, step, words, .. } => Verdict::look(
            format!("{place} {what} at {step}{}", said(words)),
            way_todo(what, *step, &words.0, config),
        ),
        other => Verdict::look(other.to_string(), "mend [mailer.smtp] in qarauyl.toml"),
    }
}

fn password_todo(config: &SmtpConfig) -> String {
    if config.password_file.is_empty() {
        return "type user and password as the server knows them".to_owned();
    }
    format!(
        "qarauyl config password puts the right one into {}, or correct [mailer.smtp] user; some servers want a password made for programs",
        config.password_file
    )
}

/// What to do about a way that is closed. Port and protection that do not fit each other are the usual cause.
fn way_todo(what: &str, step: Step, words: &str, config: &SmtpConfig) -> String {
    let mismatch = match (config.tls, config.port) {
        (Security::Starttls, 465) => {
            Some("port 465 has TLS from the first byte: [mailer.smtp] tls = \"tls\"")
        }
        (Security::Tls, port) if port != 465 => {
            Some("ports other than 465 mostly begin in the open: [mailer.smtp] tls = \"starttls\"")
        }
        _ => None,
    };
    let certificate = what.contains("certificate") || words.contains("certificate");
    let unknown = words.contains("lookup") || words.contains("name");
    match (mismatch, step) {
        _ if certificate => {
            "[mailer.smtp] host must be a name that stands in the server's certificate, and the certificate must be in date"
                .to_owned()
        }
        _ if step == Step::Connect && unknown && what.contains("reached") => {
            "[mailer.smtp] host has no address: mend the name, or this machine's DNS".to_owned()
        }
        _ if words.contains("refused") => {
            "nobody listens there: check [mailer.smtp] host and port, and whether that server runs".to_owned()
        }
        (Some(mismatch), _) => mismatch.to_owned(),
        (None, Step::Connect) => {
            "check [mailer.smtp] host and port; many networks let only ports 587 and 465 out".to_owned()
        }
        _ => "ask again: qarauyl doctor; if it goes on, ask the server's operator".to_owned(),
    }
}

/// The other side's words in one line, without addresses of people and without what is secret.
fn shown(words: &ServerWords, secrets: &[&str]) -> String {
    let mut text = words.0.clone();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> =
        plain.split_whitespace().map(|word| if word.contains('@') { "***" } else { word }).collect();
    let line = words.join(" ");
    // A number that means nothing to whoever runs a mail server.
    let line = line.split(" (os error ").next().unwrap_or_default();
    let line: String = line.chars().take(LONGEST_WORDS).collect();
    if line.is_empty() { String::new() } else { format!(": \"{line}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(port: u16, tls: Security) -> SmtpConfig {
        SmtpConfig {
            host: "mail.example.org".to_owned(),
            port,
            tls,
            user: "watch".to_owned(),
            password_file: "data/smtp-password".to_owned(),
            command_timeout: SignedDuration::from_secs(5),
        }
    }

    fn words(text: &str) -> ServerWords {
        ServerWords(text.to_owned())
    }

    #[test]
    fn the_servers_words_are_shown_without_addresses_and_secrets() {
        let check = |text: &str, expected: &str| assert_eq!(shown(&words(text), &["sesame"]), expected);
        check("535 5.7.8\r\n try again", ": \"535 5.7.8 try again\"");
        check("553 <aigul@example.org>: not owned by watch", ": \"553 *** not owned by watch\"");
        check("500 unknown command sesame", ": \"500 unknown command ***\"");
        check("", "");
        assert!(shown(&words(&"x".repeat(9_000)), &[]).chars().count() < 400);
    }

    #[test]
    fn each_failure_names_what_to_change() {
        let host = || "mail.example.org".to_owned();
        let lost = |what, step, text| SendError::Unreachable { host: host(), what, step, words: words(text) };
        let check = |error: SendError, port: u16, tls: Security, says: &str, todo: &str| {
            let verdict = explained(&error, &config(port, tls), &[]);
            assert!(
                !verdict.fine && verdict.says.contains(says) && verdict.todo.contains(todo),
                "{verdict:?}"
            );
        };
        let login = SendError::Login { host: host(), words: words("535 no") };
        check(login, 587, Security::Starttls, "password: \"535 no\"", "data/smtp-password");
        check(SendError::NoTls { host: host() }, 25, Security::Starttls, "STARTTLS", "465");
        check(SendError::NoLogin { host: host() }, 25, Security::Starttls, "no login", "587");
        let sender =
            SendError::Refused { host: host(), code: 553, step: Step::Sender, words: words("553 no") };
        check(sender, 587, Security::Starttls, "refuses the sender: \"553 no\"", "[mailer] from");
        let refused = lost("could not be reached", Step::Connect, "Connection refused (os error 111)");
        check(refused, 587, Security::Starttls, "Connection refused\"", "nobody listens");
        let unknown = lost("could not be reached", Step::Connect, "failed to lookup address information");
        check(unknown, 587, Security::Starttls, "lookup", "DNS");
        check(
            lost("fell silent", Step::Connect, ""),
            465,
            Security::Starttls,
            "fell silent",
            "tls = \"tls\"",
        );
        let corrupt = lost("broke off", Step::Connect, "received corrupt message of type InvalidContentType");
        check(corrupt, 587, Security::Tls, "corrupt", "tls = \"starttls\"");
        let expired = lost("broke off", Step::Tls, "invalid peer certificate: Expired");
        check(expired, 587, Security::Starttls, "Expired", "certificate");
    }
}
