//! Qarauyl: watches the news for coverage of the Xinjiang Kazakhs and of Khorgos.
//!
//! This is the only program of the workspace. It parses the command line, reads the settings and wires the rooms
//! together; everything that decides lies in the other crates.

mod backup;
mod commands;
mod embedded;
mod house;
mod key_change;
mod lexicon;
mod logging;
mod output;
mod pipeline;
mod reconcile;
mod running;
mod sealed;
mod service_manager;
mod settings;
mod sources;
mod timed;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output::failed(&anyhow::Error::new(error).context("the runtime cannot be started"));
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => output::failed(&error),
    }
}
