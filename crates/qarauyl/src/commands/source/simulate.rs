//! `qarauyl source simulate`: the schedule on a virtual clock, over a world of made-up sources.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use fetcher::world::{Simulation, WorldPoll, WorldSource, simulate};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use crate::output::{Output, is_watched};

/// Minutes of a week: a world lasts whole weeks.
const WEEK: f64 = 10_080.0;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The world: one JSON object a line, {"source": 17, "tz": 300, "published": [minute, …]}. Minutes count from a
    /// Monday; tz is in minutes east of UTC.
    #[arg(long)]
    world: PathBuf,
    /// Polls a source and day, on the mean.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1440))]
    budget: u32,
    /// How many entries a feed holds.
    #[arg(long, default_value_t = 30)]
    window: usize,
    /// Where the polls are written, one a line: source, tab, minute. Without it they are the output.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Line {
    source: u64,
    #[serde(default)]
    tz: f64,
    published: Vec<f64>,
}

#[derive(Serialize)]
struct Simulated {
    sources: usize,
    weeks: f64,
    polls: u64,
}

pub(crate) fn run(arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let lines = read(arguments)?;
    let latest = lines.iter().filter_map(|line| line.published.last()).copied().fold(0.0, f64::max);
    let weeks = (latest / WEEK).ceil();
    let names: Vec<u64> = lines.iter().map(|line| line.source).collect();
    let world: Vec<WorldSource> =
        lines.into_iter().map(|line| WorldSource { offset: line.tz, published: line.published }).collect();
    let options = Simulation {
        budget: f64::from(arguments.budget),
        window: arguments.window.max(1),
        length: weeks * WEEK,
    };
    let mut to = target(arguments)?;
    let bar = if out.json || !is_watched() { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    let (mut polls, mut failed) = (0, None);
    simulate(&world, options, |WorldPoll { source, at }| {
        let name = names.get(source).copied().unwrap_or_default();
        // A disk that is full is told once the run is over.
        if let Err(error) = writeln!(to, "{name}\t{at:.4}") {
            failed.get_or_insert(error);
        }
        polls += 1;
        bar.inc(1);
    });
    bar.finish_and_clear();
    failed.map_or_else(|| to.flush(), Err).context("the polls cannot be written")?;
    let simulated = Simulated { sources: world.len(), weeks, polls };
    if arguments.out.is_some() {
        out.show(&simulated, || format!("{polls} polls of {} sources in {weeks} weeks", world.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn target(arguments: &Arguments) -> anyhow::Result<Box<dyn Write>> {
    let Some(path) = &arguments.out else { return Ok(Box::new(BufWriter::new(std::io::stdout()))) };
    let file = std::fs::File::create(path).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

fn read(arguments: &Arguments) -> anyhow::Result<Vec<Line>> {
    let path = arguments.world.display();
    let text = std::fs::read_to_string(&arguments.world).with_context(|| format!("cannot read `{path}`"))?;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let mut line: Line = serde_json::from_str(line).with_context(|| {
            format!("`{path}`, line {number}: no object with source, tz and published (minutes)")
        })?;
        line.published.sort_by(f64::total_cmp);
        lines.push(line);
    }
    Ok(lines)
}
