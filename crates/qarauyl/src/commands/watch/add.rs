//! `qarauyl watch add`: a new watch, with what it would have told.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use query::{Lexicon, Plan, Query};
use serde::Serialize;
use store::Watching;

use super::trial::{Bench, Trial};
use super::{fit, read};
use crate::house::House;
use crate::output::{Output, or_stdin};

/// What the help begins with.
pub(super) const EXAMPLES: &str = "\
Examples:
  qarauyl watch add Khorgos '@khorgos AND freight'
  qarauyl watch add Khorgos '@khorgos AND freight' --dry-run  # only show what it would have told
  qarauyl watch add Detentions -  # type the query, end with Ctrl-D";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the team calls it.
    name: String,
    /// The query; `-` reads it from stdin, so that it stands in no process list.
    query: String,
    /// Show what it would have told, and add nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Added {
    /// None after a dry run.
    id: Option<i64>,
    name: String,
    query: String,
    state: &'static str,
    /// What it would have told; none where that cannot be found out.
    trial: Option<Trial>,
}

pub(super) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let name = fit(&arguments.name)?;
    let lexicon = house.lexicon().await?;
    let (query, plan) = read(&or_stdin(&arguments.query)?, &lexicon)?;
    let reading = query.to_string();
    if !plan.has_text() {
        out.say("This watch asks for no text: every article that its filters let through will be mailed.");
    }
    let id = if arguments.dry_run {
        if house.store.watch_named(name).await?.is_some() {
            bail!(
                "there is a watch of that name: choose another, or try `qarauyl watch edit NAME --query … --dry-run`"
            );
        }
        None
    } else {
        Some(house.store.add_watch(name, &reading, house.clock.now()).await?.0)
    };
    let trial = match tried(house, lexicon, (&query, &plan)).await {
        Ok(trial) => Some(trial),
        // The watch is there all the same.
        Err(error) => {
            out.say(&format!("What it would have told cannot be shown: {error:#}"));
            None
        }
    };
    let state = if arguments.dry_run { "not added" } else { "active" };
    let added = Added { id, name: name.to_owned(), query: reading, state, trial };
    out.show(&added, || plain(&added))?;
    Ok(ExitCode::SUCCESS)
}

async fn tried(
    house: &House,
    lexicon: Arc<Lexicon>,
    (query, plan): (&Query, &Plan),
) -> anyhow::Result<Trial> {
    Bench::open(house, lexicon).await?.trial(query, plan).await
}

fn plain(added: &Added) -> String {
    let Added { id, name, query, trial, .. } = added;
    let trial = trial.as_ref().map(Trial::plain).unwrap_or_default();
    if id.is_none() {
        return format!(
            "It is read as: {query}\n\n{trial}\n\nNothing was added: the same without --dry-run adds it."
        );
    }
    format!("Added. It is read as: {query}\n\n{trial}\n\nNext: qarauyl subscriber add - --watch '{name}'")
}
