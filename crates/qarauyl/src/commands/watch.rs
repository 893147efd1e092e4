//! `qarauyl watch`: standing queries.

pub(crate) mod backtest;

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use model::{Watch, WatchState};
use query::{Lexicon, Plan, Query, parse_watch, plan, plan_watch};
use serde::Serialize;
use store::Watching;

use crate::house::House;
use crate::output::{Output, or_stdin, table};

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Add a watch: qarauyl watch add Khorgos '@khorgos AND freight'
    Add {
        /// What the team calls it.
        name: String,
        /// The query; `-` reads it from stdin, so that it stands in no process list.
        query: String,
    },
    /// List all watches.
    List,
    /// Show what a query, or a watch, would have told of the archive, article by article.
    Test(backtest::Arguments),
    /// Remove a watch and its subscriptions.
    Remove {
        /// Its name.
        name: String,
    },
}

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    query: String,
    state: &'static str,
    /// What is wrong with it, where it cannot be read.
    reason: String,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Add { name, query } => add(house, name, &or_stdin(query)?, out).await,
        Action::List => list(house, out).await,
        Action::Test(arguments) => backtest::run(house, arguments, out).await,
        Action::Remove { name } => {
            let watch = named(house, name).await?;
            house.store.remove_watch(watch.id).await?;
            out.say("Removed. What it matched stays in the ledger.");
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

async fn add(house: &House, name: &str, text: &str, out: Output) -> anyhow::Result<ExitCode> {
    if name.trim().is_empty() {
        bail!("a watch needs a name: it stands in mails");
    }
    let lexicon = house.lexicon().await?;
    let (query, plan) = read(text, &lexicon)?;
    let reading = query.to_string();
    if !plan.has_text() {
        out.say("This watch asks for no text: every article that its filters let through will be mailed.");
    }
    let id = house.store.add_watch(name.trim(), &reading, house.clock.now()).await?;
    let row = Row {
        id: id.0,
        name: name.trim().to_owned(),
        query: reading,
        state: "active",
        reason: String::new(),
    };
    out.show(&row, || {
        format!(
            "Added. It is read as: {}\nNext: qarauyl subscriber add you@example.org --watch '{}'",
            row.query, row.name
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn list(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    let lexicon = house.lexicon().await?;
    let rows: Vec<Row> = house.store.watches().await?.into_iter().map(|watch| row(watch, &lexicon)).collect();
    out.show(&rows, || {
        let cells: Vec<Vec<String>> =
            rows.iter().map(|row| vec![row.name.clone(), row.state.to_owned(), shown(row)]).collect();
        if cells.is_empty() {
            "No watches yet: qarauyl watch add NAME QUERY".to_owned()
        } else {
            table(&["watch", "state", "query"], &cells)
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A query with what is wrong with it.
fn shown(row: &Row) -> String {
    if row.reason.is_empty() { row.query.clone() } else { format!("{}  ({})", row.query, row.reason) }
}

/// A watch whose query cannot be read any more is shown as such, not hidden, also before the next start quarantines it.
fn row(watch: Watch, lexicon: &Lexicon) -> Row {
    let read = plan_watch(&watch.query, lexicon);
    let reason = read.err().map(|error| error.placed_in(&watch.query, lexicon).to_string());
    let state = match watch.state {
        WatchState::Paused => "paused",
        WatchState::Active if reason.is_none() => "active",
        WatchState::Active | WatchState::Quarantined { .. } => "quarantined",
    };
    Row { id: watch.id.0, name: watch.name, query: watch.query, state, reason: reason.unwrap_or_default() }
}
