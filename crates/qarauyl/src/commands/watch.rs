//! `qarauyl watch`: standing queries.

mod add;
pub(crate) mod backtest;
mod edit;
mod found;
mod history;
mod list;
mod trial;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use model::{Watch, WatchState};
use query::{Lexicon, Plan, Query, parse_watch, plan};
use store::Watching;

use crate::house::House;
use crate::output::Output;

/// What the help of `qarauyl watch` begins with.
pub(crate) const EXAMPLES: &str = "\
Examples:
  qarauyl watch add Khorgos '@khorgos AND freight'
  qarauyl watch test Khorgos --since 30d
  qarauyl watch edit Khorgos --query '@khorgos AND (freight OR rail)'
  qarauyl watch pause Khorgos";

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Add a watch, and show what it would have told in the last 30 days.
    #[command(before_help = add::EXAMPLES)]
    Add(add::Arguments),
    /// List all watches.
    #[command(before_help = "Examples:\n  qarauyl watch list\n  qarauyl watch list --json")]
    List,
    /// Show what a query, or a watch, would have told of the archive, article by article.
    #[command(before_help = backtest::EXAMPLES)]
    Test(backtest::Arguments),
    /// Give a watch another query or name; subscriptions and ledger stay.
    ///
    /// Articles that came before are not matched again: `qarauyl watch test NAME` shows what the new query finds among them.
    /// A story that was told already is told again only when it has something new.
    #[command(before_help = edit::EXAMPLES)]
    Edit(edit::Arguments),
    /// Let a watch match nothing until it is resumed.
    ///
    /// Articles that come meanwhile are not matched later: `qarauyl watch test NAME` shows them.
    #[command(before_help = "Examples:\n  qarauyl watch pause Khorgos")]
    Pause {
        /// Its name.
        name: String,
    },
    /// Let a paused watch match again, from now on.
    ///
    /// Articles that came while it was paused are not matched any more: `qarauyl watch test NAME` shows them.
    #[command(before_help = "Examples:\n  qarauyl watch resume Khorgos")]
    Resume {
        /// Its name.
        name: String,
    },
    /// Show what was done to a watch, when and by whom, also when it is gone; and what it told.
    #[command(before_help = "Examples:\n  qarauyl watch history Khorgos")]
    History {
        /// Its name, or one that it had.
        name: String,
    },
    /// Remove a watch and its subscriptions; what it matched and its history stay.
    #[command(before_help = "Examples:\n  qarauyl watch remove Khorgos")]
    Remove {
        /// Its name.
        name: String,
    },
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Add(arguments) => add::run(house, arguments, out).await,
        Action::List => list::run(house, out).await,
        Action::Test(arguments) => backtest::run(house, arguments, out).await,
        Action::Edit(arguments) => edit::run(house, arguments, out).await,
        Action::Pause { name } => pause(house, name, out).await,
        Action::Resume { name } => resume(house, name, out).await,
        Action::History { name } => history::run(house, name, out).await,
        Action::Remove { name } => {
            let watch = named(house, name).await?;
            house.store.remove_watch(watch.id, house.clock.now()).await?;
            out.say("Removed. What it matched stays in the ledger, what was done to it in `qarauyl watch history`.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Finds a watch by name.
pub(crate) async fn named(house: &House, name: &str) -> anyhow::Result<Watch> {
    house
        .store
        .watch_named(name)
        .await?
        .context("there is no watch of that name: `qarauyl watch list` shows all")
}

/// Reads the query of a watch, and expands it.
pub(crate) fn read(text: &str, lexicon: &Lexicon) -> anyhow::Result<(Query, Plan)> {
    let expanded = parse_watch(text).and_then(|query| plan(&query, lexicon).map(|plan| (query, plan)));
    expanded.map_err(|error| anyhow::anyhow!(error.placed_in(text, lexicon).pointed_at(text)))
}

/// A name as it is kept: it stands in mails, so that it must say something.
pub(super) fn fit(name: &str) -> anyhow::Result<&str> {
    let name = name.trim();
    if name.is_empty() {
        bail!("a watch needs a name: it stands in mails");
    }
    Ok(name)
}

async fn pause(house: &House, name: &str, out: Output) -> anyhow::Result<ExitCode> {
    let watch = named(house, name).await?;
    out.say(if house.store.pause_watch(watch.id, true, house.clock.now()).await? {
        "Paused. What comes meanwhile is not matched later: `qarauyl watch test` shows it, `qarauyl watch resume` lets it run."
    } else {
        "It is paused already: `qarauyl watch resume` lets it run."
    });
    Ok(ExitCode::SUCCESS)
}

async fn resume(house: &House, name: &str, out: Output) -> anyhow::Result<ExitCode> {
    let watch = named(house, name).await?;
    if let (WatchState::Paused, Err(problem)) = (&watch.state, read(&watch.query, &*house.lexicon().await?)) {
        return Err(problem.context(
            "it would find nothing, for it cannot be read any more: give it another query first (qarauyl watch edit NAME --query …)",
        ));
    }
    out.say(match (house.store.pause_watch(watch.id, false, house.clock.now()).await?, watch.state) {
        (true, _) => "It runs again. What came while it was paused is shown by `qarauyl watch test` alone.",
        (false, WatchState::Quarantined { .. }) => {
            "It is not paused, but cannot be read: `qarauyl watch list` says why, `qarauyl watch edit` mends it."
        }
        (false, _) => "It was not paused.",
    });
    Ok(ExitCode::SUCCESS)
}
