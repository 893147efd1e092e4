//! `qarauyl subscriber`: who is mailed, of what, and how often.

mod add;
mod export;
mod list;

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use model::{EmailAddress, Frequency, Mode, Subscriber};
use store::{NewSubscriber, Subscribing};

use crate::house::House;
use crate::output::{Output, or_stdin};

/// What the help of `qarauyl subscriber` begins with.
pub(crate) const EXAMPLES: &str = "\
Examples:
  qarauyl subscriber add - --watch Khorgos  # type the address, end with Ctrl-D
  qarauyl subscriber list
  qarauyl subscriber pause -
  qarauyl subscriber export -";

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Add a subscriber, or more subscriptions; for one that is there, say what changed.
    #[command(before_help = add::EXAMPLES)]
    Add(add::Arguments),
    /// List all subscribers.
    #[command(before_help = "Examples:\n  qarauyl subscriber list\n  qarauyl subscriber list --expose")]
    List {
        /// Show addresses in full.
        #[arg(long)]
        expose: bool,
    },
    /// Hold mails back; what is found meanwhile waits.
    #[command(before_help = "Examples:\n  qarauyl subscriber pause -  # type the address, end with Ctrl-D")]
    Pause {
        /// The address; `-` reads it from stdin.
        address: String,
        /// As `qarauyl subscriber resume` does.
        #[arg(long, hide = true)]
        resume: bool,
    },
    /// Let mails go again, with what was found meanwhile.
    #[command(before_help = "Examples:\n  qarauyl subscriber resume -  # type the address, end with Ctrl-D")]
    Resume {
        /// The address; `-` reads it from stdin.
        address: String,
    },
    /// Write all that is kept about a person to stdout, as JSON: for their right to know.
    #[command(before_help = "Examples:\n  qarauyl subscriber export -  # type the address, end with Ctrl-D")]
    Export {
        /// The address; `-` reads it from stdin.
        address: String,
    },
    /// Remove a subscriber with all that was kept of their mails.
    #[command(before_help = "Examples:\n  qarauyl subscriber remove -  # type the address, end with Ctrl-D")]
    Remove {
        /// The address; `-` reads it from stdin.
        address: String,
    },
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Add(arguments) => add::run(house, arguments, out).await?,
        Action::List { expose } => list::run(house, *expose, out).await?,
        Action::Pause { address, resume } => pause(house, address, !resume, out).await?,
        Action::Resume { address } => pause(house, address, false, out).await?,
        Action::Export { address } => export::run(house, &at(house, address).await?).await?,
        Action::Remove { address } => remove(house, address, out).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Adds a subscriber, or more subscriptions to one that is known.
pub(super) async fn add(
    house: &House,
    new: &NewSubscriber,
    watches: &[String],
    wish: (Frequency, Mode),
    out: Output,
) -> anyhow::Result<()> {
    add::known(house, new, watches, wish, out).await
}

/// Finds a subscriber by the address that was given.
async fn at(house: &House, argument: &str) -> anyhow::Result<Subscriber> {
    let address: EmailAddress = or_stdin(argument)?.parse()?;
    let found = house.store.subscriber_at(&address).await?;
    found.context("there is no subscriber with that address: `qarauyl subscriber list --expose` shows all")
}

async fn pause(house: &House, address: &str, paused: bool, out: Output) -> anyhow::Result<()> {
    let subscriber = at(house, address).await?;
    house.store.pause_subscriber(subscriber.id, paused, house.clock.now()).await?;
    out.say(match (paused, subscriber.paused) {
        (true, false) => "Mails are held back; what is found meanwhile waits: qarauyl subscriber resume",
        (true, true) => "Mails are held back already: qarauyl subscriber resume",
        (false, true) => "Mails go again, with what was found meanwhile.",
        (false, false) => "Mails were not held back.",
    });
    Ok(())
}

async fn remove(house: &House, address: &str, out: Output) -> anyhow::Result<()> {
    let subscriber = at(house, address).await?;
    house.store.remove_subscriber(subscriber.id).await?;
    out.say(&format!(
        "Removed from the store: the address, its settings and subscriptions, all mails with what was answered to them, and \
         what waited for the next one.\nWhat stays: that watches matched, without whom it was told to; files in `{}` where \
         mails are written as files; the logs of mail servers; older backups.",
        house.settings.mailer.outbox.display()
    ));
    Ok(())
}
