//! `qarauyl config`: the settings, checked and shown.

mod dkim;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use dialoguer::Password;
use serde::Serialize;
use zeroize::Zeroizing;

use super::examples;
use super::init::replace;
use crate::house::{called_as, settings};
use crate::lexicon;
use crate::output::{Output, write_out};
use crate::{embedded, sources};

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Check settings, sources and lexicon; nothing is started.
    #[command(before_help = examples::CONFIG_CHECK)]
    Check,
    /// Print every setting with its default and what it does.
    #[command(before_help = examples::CONFIG_SHOW)]
    Show,
    /// Type the password of the mail server anew, unseen; a pipe gives it as its first line.
    #[command(before_help = examples::CONFIG_PASSWORD)]
    Password,
    /// Have mails signed (DKIM): make the key, note it in the settings, print the record to publish. Asked again, it
    /// prints the record once more.
    #[command(before_help = examples::CONFIG_DKIM)]
    Dkim(dkim::Arguments),
}

#[derive(Serialize)]
struct Checked {
    sources: usize,
    enabled: usize,
    entities: usize,
}

pub(crate) fn run(
    home: &Path,
    named: Option<&PathBuf>,
    action: &Action,
    out: Output,
) -> anyhow::Result<ExitCode> {
    if matches!(action, Action::Show) {
        write_out(embedded::SETTINGS)?;
        return Ok(ExitCode::SUCCESS);
    }
    let settings = settings(home, named)?;
    if matches!(action, Action::Password) {
        return password(&settings.mailer.smtp.password_file, out);
    }
    if let Action::Dkim(arguments) = action {
        return dkim::run(&settings, arguments, out);
    }
    let sources = sources::read(&sources::files(&settings)?, &settings, model::Clock::system().now())?;
    let lexicon = lexicon::public(&settings.lexicon.directory)?;
    let checked = Checked {
        sources: sources.len(),
        enabled: sources.iter().filter(|one| one.source.enabled).count(),
        entities: lexicon.entities().len(),
    };
    out.show(&checked, || {
        format!(
            "The settings can be used: {} sources, {} of them switched on; {} entities.",
            checked.sources, checked.enabled, checked.entities
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Puts a new password in the place of the old one, whole or not at all.
fn password(file: &str, out: Output) -> anyhow::Result<ExitCode> {
    if file.is_empty() {
        bail!(
            "[mailer.smtp] password_file names no file: write password_file = \"data/smtp-password\" there, and ask again"
        );
    }
    let typed = Zeroizing::new(typed_password()?);
    if typed.trim().is_empty() {
        bail!("a password was not given: {file} is as it was");
    }
    let file = Path::new(file);
    replace(file, typed.trim_end_matches(['\r', '\n']), 0o600)?;
    out.say(&format!(
        "Kept in {}.\nNext:\n  {:34}  whether the server takes it\n  \
         sudo systemctl restart qarauyl      a running service has the old one",
        file.display(),
        format!("{} doctor", called_as())
    ));
    Ok(ExitCode::SUCCESS)
}

fn typed_password() -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        return Ok(Password::new().with_prompt("Password of the mail server").report(false).interact()?);
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}
