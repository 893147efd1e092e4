//! `qarauyl watch list`: all watches, with what is wrong with them.

use std::process::ExitCode;

use model::{Watch, WatchState};
use query::{Lexicon, plan_watch};
use serde::Serialize;
use store::Watching;

use crate::house::House;
use crate::output::{Output, table};

#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    query: String,
    state: &'static str,
    /// What is wrong with it, where it cannot be read.
    reason: String,
}

pub(super) async fn run(house: &House, out: Output) -> anyhow::Result<ExitCode> {
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
