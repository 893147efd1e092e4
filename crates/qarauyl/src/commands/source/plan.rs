//! `qarauyl source plan`: when each endpoint is due, and why.

use std::process::ExitCode;

use fetcher::Planned;
use jiff::Timestamp;
use serde::Serialize;
use store::Scheduling;

use crate::house::House;
use crate::output::{NOTHING, Output, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One source only, by its id.
    #[arg(long)]
    source: Option<String>,
}

#[derive(Serialize)]
struct Row {
    source: String,
    endpoint: String,
    schedule: String,
    due: Option<Timestamp>,
    why: &'static str,
    moved_minutes: Option<f64>,
    last_read: Option<Timestamp>,
    entries_a_day: f64,
    burst_size: f64,
    surge: f64,
    hours: Vec<f64>,
    weekend: f64,
    window: f64,
    least_wait_minutes: f64,
    failing_since: Option<Timestamp>,
    polls_a_day: f64,
}

#[derive(Serialize)]
struct Report {
    /// Polls an endpoint with the schedule `auto` and day, on the mean.
    budget: u32,
    endpoints: Vec<Row>,
}

pub(super) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let now = house.clock.now();
    store::Sourcing::sync_sources(&*house.store, &house.sources()?, now).await?;
    let budget = house.settings.fetcher.budget;
    let shared = house.store.shared_habit().await?;
    let mut scheduled = house.store.scheduled().await?;
    scheduled.retain(|one| arguments.source.as_ref().is_none_or(|id| one.source.id.as_str() == id));
    scheduled.sort_by_key(|one| one.due);
    let rows =
        scheduled.iter().map(|one| row(one, fetcher::plan(one, shared.as_deref(), budget, now))).collect();
    let report = Report { budget, endpoints: rows };
    out.show(&report, || plain(&report))?;
    Ok(if report.endpoints.is_empty() { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

fn row(scheduled: &store::Scheduled, planned: Planned) -> Row {
    Row {
        source: scheduled.source.id.to_string(),
        endpoint: scheduled.endpoint.url.to_string(),
        schedule: scheduled.source.schedule.clone(),
        due: planned.due,
        why: planned.why,
        moved_minutes: planned.moved_minutes,
        last_read: planned.looked,
        entries_a_day: planned.entries_a_day,
        burst_size: planned.burst_size,
        surge: planned.surge,
        hours: planned.hours,
        weekend: planned.weekend,
        window: planned.window,
        least_wait_minutes: planned.least_wait_minutes,
        failing_since: planned.failing_since,
        polls_a_day: planned.polls_a_day,
    }
}

fn plain(report: &Report) -> String {
    let cells: Vec<Vec<String>> = report.endpoints.iter().map(cells).collect();
    let head = [
        "due (UTC)",
        "source",
        "schedule",
        "polls/day",
        "entries/day",
        "now",
        "busiest",
        "wait",
        "why",
        "endpoint",
    ];
    format!(
        "{}\n\nbudget of auto: {} polls an endpoint and day; now: rate against habit; busiest: local hour; wait: minutes that server or feed ask for",
        table(&head, &cells),
        report.budget
    )
}

fn cells(row: &Row) -> Vec<String> {
    let due = row.due.map_or_else(|| "now".to_owned(), |due| due.strftime("%Y-%m-%d %H:%M").to_string());
    let busiest = (0..).zip(&row.hours).max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(hour, _)| hour);
    let why = match row.moved_minutes {
        Some(moved) if moved.abs() >= 1.0 => format!("{}; moved by {moved:+.0} min", row.why),
        _ => row.why.to_owned(),
    };
    vec![
        due,
        row.source.clone(),
        row.schedule.clone(),
        format!("{:.1}", row.polls_a_day),
        format!("{:.1}", row.entries_a_day),
        format!("×{:.1}", row.surge),
        format!("{busiest:02}h"),
        format!("{:.0}", row.least_wait_minutes),
        why,
        row.endpoint.clone(),
    ]
}
