//! `qarauyl jobs`: how much work there is, and what waits for a person.

use std::process::ExitCode;

use clap::Args;
use model::JobId;
use serde::Serialize;
use store::Queue;

use crate::house::House;
use crate::output::{Output, table};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Try a parked job again, by its number; `all` tries every one.
    #[arg(long)]
    retry: Option<String>,
}

#[derive(Serialize)]
struct Report {
    counts: Vec<(&'static str, u64, u64, u64)>,
    parked: Vec<(i64, &'static str, i64, u32, String)>,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    if let Some(which) = &arguments.retry {
        let job = match which.as_str() {
            "all" => None,
            number => Some(JobId(number.parse().map_err(|_| {
                anyhow::anyhow!("`{number}` is no number of a job: `qarauyl jobs` lists them")
            })?)),
        };
        let retried = house.store.retry_parked(job, house.clock.now()).await?;
        out.say(&format!("{retried} jobs are tried again."));
    }
    let counts = house.store.job_counts(house.clock.now()).await?;
    let parked = house.store.parked().await?;
    let report = Report {
        counts: counts.iter().map(|one| (one.kind.as_str(), one.ready, one.later, one.parked)).collect(),
        parked: parked
            .into_iter()
            .map(|job| (job.id.0, job.kind.as_str(), job.subject, job.attempt, job.last_error))
            .collect(),
    };
    out.show(&report, || plain(&report))?;
    Ok(ExitCode::SUCCESS)
}

fn plain(report: &Report) -> String {
    let counts: Vec<Vec<String>> = report
        .counts
        .iter()
        .map(|(kind, ready, later, parked)| {
            vec![(*kind).to_owned(), ready.to_string(), later.to_string(), parked.to_string()]
        })
        .collect();
    let mut text = table(&["job", "ready", "later", "parked"], &counts);
    if !report.parked.is_empty() {
        let rows: Vec<Vec<String>> = report
            .parked
            .iter()
            .map(|(id, kind, subject, tries, why)| {
                vec![id.to_string(), (*kind).to_owned(), subject.to_string(), tries.to_string(), why.clone()]
            })
            .collect();
        text.push_str("\n\nThese wait for a person: qarauyl jobs --retry NUMBER, or --retry all\n");
        text.push_str(&table(&["number", "job", "about", "tries", "why"], &rows));
    }
    text
}
