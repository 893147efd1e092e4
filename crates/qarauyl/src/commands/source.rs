//! `qarauyl source`: who is read, and whether they answer.

mod check;
mod list;

use std::process::ExitCode;

use clap::Subcommand;

use crate::house::House;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// List the sources with the state of their endpoints.
    List,
    /// Ask each endpoint once and say what it answers; nothing is kept.
    Check(check::Arguments),
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    match action {
        Action::List => list::run(house, out).await,
        Action::Check(arguments) => check::run(house, arguments, out).await,
    }
}
