//! `qarauyl watch`: standing queries.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use indexer::{Order, SearchRequest};
use jiff::Timestamp;
use model::{Watch, WatchState};
use query::{Lexicon, Plan, Query, QueryError, parse_at, parse_watch, plan};
use serde::Serialize;
use store::Watching;

use crate::house::House;
use crate::output::{NOTHING, Output, or_stdin, table};

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
    /// Show what a query finds in the archive, without adding it.
    Test {
        /// The query, or the name of a watch; `-` reads it from stdin.
        query: String,
        /// How many articles are shown.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
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
}

#[derive(Serialize)]
struct Tested {
    reading: String,
    total: u64,
    articles: Vec<(String, String)>,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::Add { name, query } => add(house, name, &or_stdin(query)?, out).await,
        Action::List => list(house, out).await,
        Action::Test { query, limit } => test(house, &or_stdin(query)?, *limit, out).await,
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

/// Reads a query strictly, for one search at `now`, and expands it.
pub(crate) fn read(text: &str, now: Timestamp, lexicon: &Lexicon) -> anyhow::Result<(String, Plan)> {
    expand(parse_at(text, now), text, lexicon)
}

fn expand(read: Result<Query, QueryError>, text: &str, lexicon: &Lexicon) -> anyhow::Result<(String, Plan)> {
    let expanded = read.and_then(|query| Ok((query.to_string(), plan(&query, lexicon)?)));
    expanded.map_err(|error| anyhow::anyhow!(error.placed_in(text, lexicon).pointed_at(text)))
}

async fn add(house: &House, name: &str, text: &str, out: Output) -> anyhow::Result<ExitCode> {
    if name.trim().is_empty() {
        bail!("a watch needs a name: it stands in mails");
    }
    let lexicon = house.lexicon().await?;
    let (reading, plan) = expand(parse_watch(text), text, &lexicon)?;
    if !plan.has_text() {
        out.say("This watch asks for no text: every article that its filters let through will be mailed.");
    }
    let id = house.store.add_watch(name.trim(), &reading, house.clock.now()).await?;
    let row = Row { id: id.0, name: name.trim().to_owned(), query: reading, state: "active" };
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
            rows.iter().map(|row| vec![row.name.clone(), row.state.to_owned(), row.query.clone()]).collect();
        if cells.is_empty() {
            "No watches yet: qarauyl watch add NAME QUERY".to_owned()
        } else {
            table(&["watch", "state", "query"], &cells)
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A watch whose query cannot be read any more is shown as such, not hidden.
fn row(watch: Watch, lexicon: &Lexicon) -> Row {
    let readable = parse_watch(&watch.query).and_then(|query| plan(&query, lexicon)).is_ok();
    let state = match watch.state {
        _ if !readable => "unreadable: add it anew",
        WatchState::Active => "active",
        WatchState::Paused => "paused",
        WatchState::Quarantined => "quarantined",
    };
    Row { id: watch.id.0, name: watch.name, query: watch.query, state }
}

async fn test(house: &House, text: &str, limit: usize, out: Output) -> anyhow::Result<ExitCode> {
    let lexicon = house.lexicon().await?;
    let stored = if house.store.is_locked() { None } else { house.store.watch_named(text).await? };
    let text = stored.map_or_else(|| text.to_owned(), |watch| watch.query);
    let (reading, plan) = read(&text, house.clock.now(), &lexicon)?;
    let request = SearchRequest { plan, order: Order::Newest, limit: limit.clamp(1, 1_000), after: None };
    let hits = house.index(&lexicon)?.search(&request)?;
    let articles = hits.hits.into_iter().map(|hit| (hit.source_name, hit.title)).collect();
    let tested = Tested { reading, total: hits.total, articles };
    out.show(&tested, || {
        let rows: Vec<Vec<String>> =
            tested.articles.iter().map(|(source, title)| vec![source.clone(), title.clone()]).collect();
        format!(
            "Read as: {}\n{} articles in the archive match.\n{}",
            tested.reading,
            tested.total,
            table(&["source", "title"], &rows)
        )
    })?;
    Ok(if tested.total == 0 { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}
