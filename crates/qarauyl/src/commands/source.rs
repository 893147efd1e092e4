//! `qarauyl source`: who is read, and whether they answer.

mod add;
pub(super) mod check;
mod import;
mod list;
mod lookalike;
mod plan;
mod proposal;
pub(crate) mod simulate;

use std::process::ExitCode;

use clap::Subcommand;

use super::examples;
use crate::house::House;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List the sources with the state of their endpoints.
    #[command(before_help = examples::SOURCE_LIST)]
    List,
    /// Ask each endpoint once and say what it answers; nothing is kept.
    #[command(before_help = examples::SOURCE_CHECK)]
    Check(check::Arguments),
    /// Find the feeds, sitemaps and channels of a site, and write a source file for it.
    #[command(before_help = examples::SOURCE_ADD)]
    Add(add::Arguments),
    /// Take over the feeds of another reader from its OPML file.
    #[command(before_help = examples::SOURCE_IMPORT)]
    Import(import::Arguments),
    /// Write all feeds as OPML to stdout.
    #[command(before_help = examples::SOURCE_EXPORT)]
    Export,
    /// Show when each endpoint is due, and why.
    #[command(before_help = examples::SOURCE_PLAN)]
    Plan(plan::Arguments),
    /// Run the schedule over a world of made-up sources on a virtual clock, and print its polls.
    #[command(before_help = examples::SOURCE_SIMULATE)]
    Simulate(simulate::Arguments),
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::List => list::run(house, out).await,
        Action::Check(arguments) => check::run(house, arguments, out).await,
        Action::Add(arguments) => add::run(house, arguments, out).await,
        Action::Import(arguments) => import::import(house, arguments, out),
        Action::Export => import::export(house, out),
        Action::Plan(arguments) => plan::run(house, arguments, out).await,
        Action::Simulate(arguments) => simulate::run(arguments, out),
    }
}
