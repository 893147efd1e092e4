//! `qarauyl init`: from at most six answers, or a flag for each, to a house that can be run.
//!
//! In reading order: what flags say (`given`), the questions on a terminal (`dialogue`), what is answered (`answers`), the
//! settings file that comes of it (`files`), and what is done then (`moving_in`).

mod answers;
mod dialogue;
mod files;
mod given;
mod moving_in;

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use dialoguer::{Input, Password as Unseen};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use mailer::SmtpConfig;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use zeroize::Zeroizing;

use self::answers::{Answers, MailServer, Password};
use self::dialogue::{Known, Prompt, Refused, Talk};
use self::files::PASSWORD_FILE;
pub(crate) use self::given::Arguments;
use self::given::Given;
pub(crate) use self::moving_in::{keep_owner, replace, write_new};
use crate::output::Output;
use crate::settings::{FILE, Settings};
use crate::sources;

/// How long a mail server may take for one answer while a person waits.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

pub(crate) async fn run(home: &Path, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    for file in [FILE, PASSWORD_FILE] {
        if home.join(file).exists() {
            bail!(
                "`{}` is not overwritten: move it away first, or name another folder with --home",
                home.join(file).display()
            );
        }
    }
    let known = known(home)?;
    let given = arguments.given(&known.sources)?;
    let watched = io::stdin().is_terminal() && io::stderr().is_terminal();
    let is_asked = watched && !arguments.defaults;
    let answers = match () {
        () if is_asked => talk(given, &known, arguments.takes_unchecked())?,
        () if given.is_nothing() && !arguments.defaults => bail!(
            "nobody is at a terminal to be asked: say --defaults, or the answers by flags (--name, --timezone, --language, \
             --subscriber, --mail-server, --sources, --key): qarauyl init --help"
        ),
        () => given.settled(),
    };
    if let Some(server) = answers.mail.as_ref().filter(|_| !is_asked) {
        let unasked = "the mail server was asked and nothing was written; --no-check takes it unasked";
        login(server, arguments.takes_unchecked()).await.context(unasked)?;
    }
    moving_in::move_in(home, &answers, out).await
}

/// What the questions speak of: the sources that are built in, and those in the folder of the house.
fn known(home: &Path) -> anyhow::Result<Known> {
    let mut settings = Settings::load(Path::new(""), false, &[])?;
    settings.sources.own = home.join(&settings.sources.own).display().to_string();
    let files = sources::files(&settings)?;
    let all = sources::read(&files, &settings, model::Clock::system().now())?;
    let zone = TimeZone::system();
    Ok(Known {
        switched_on: all.iter().filter(|one| one.source.enabled).count(),
        sources: all.into_iter().map(|one| one.source.id.to_string()).collect(),
        // Machines of data centres say nothing more of where they are.
        timezone: zone.iana_name().filter(|name| *name != "Etc/UTC").unwrap_or("UTC").to_owned(),
    })
}

/// Asks on the terminal. Questions go to stderr, so that stdout holds the result alone.
fn talk(given: Given, known: &Known, unchecked: bool) -> anyhow::Result<Answers> {
    Talk {
        ask: &mut typed,
        tell: &mut |text| {
            // A terminal that is gone ends the next question.
            let _gone = writeln!(io::stderr(), "{text}");
        },
        try_mail: &mut |server| {
            let asked = |unchecked| block_in_place(|| Handle::current().block_on(login(server, unchecked)));
            asked(unchecked)
                .map_err(|error| Refused { reason: format!("{error:#}"), can_be_kept: asked(true).is_ok() })
        },
        keep_passphrase: &mut |file, passphrase| {
            moving_in::keep_passphrase(file, passphrase).map_err(|error| format!("{error:#}"))
        },
    }
    .through(given, known)
}

fn typed(prompt: &Prompt<'_>) -> anyhow::Result<String> {
    let question = prompt.question;
    if prompt.secret {
        return Ok(Unseen::new()
            .with_prompt(question)
            .allow_empty_password(true)
            .report(false)
            .interact()?);
    }
    let input = Input::<String>::new().with_prompt(question).allow_empty(true);
    let input = if prompt.usual.is_empty() { input } else { input.default(prompt.usual.to_owned()) };
    Ok(input.interact_text()?)
}

/// Logs in to a mail server and leaves; with `unchecked`, only looks whether the settings can be used at all.
async fn login(server: &MailServer, unchecked: bool) -> anyhow::Result<()> {
    let (file, password) = match &server.password {
        Password::None => (String::new(), None),
        Password::Typed(typed) => (PASSWORD_FILE.to_owned(), Some(typed.clone())),
        Password::File(file) => {
            let text = std::fs::read_to_string(file).map(Zeroizing::new);
            let text = text.with_context(|| format!("cannot read the password in `{}`", file.display()))?;
            (file.display().to_string(), Some(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned())))
        }
    };
    let config = SmtpConfig {
        host: server.host.clone(),
        port: server.port,
        tls: server.tls,
        user: server.user.clone(),
        password_file: file,
        command_timeout: PATIENCE,
    };
    config.validate()?;
    if unchecked {
        return Ok(());
    }
    let verdict = mailer::check::server_with(&config, server.from.expose(), password).await;
    if verdict.fine { Ok(()) } else { bail!("{}\n  what to do: {}", verdict.says, verdict.todo) }
}
