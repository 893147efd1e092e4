//! The command line of the house's own tools.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use jiff::Timestamp;
use xtask::newsroom::Serving;
use xtask::{check, newsroom, tidy};

/// The house's own tools.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    tool: Tool,
}

#[derive(Subcommand)]
enum Tool {
    /// Checks what no compiler checks: edges between crates, lengths of files, comments of settings, sources, lexicon.
    Tidy,
    /// Runs all that must pass before a commit: fmt, tidy, typos, clippy, tests, doc, deny, machete.
    Check,
    /// Serves a folder of `*.html.gz` pages on loopback, each site of it as a host of its own, until Ctrl-C.
    Newsroom {
        /// The folder of the pages.
        folder: PathBuf,
        /// The port to listen on; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Where the source file for Qarauyl is written; without it, it goes to standard output.
        #[arg(long)]
        sources: Option<PathBuf>,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let root = root()?;
    match Arguments::parse().tool {
        Tool::Tidy => report(&tidy::tidy(&root)?),
        Tool::Check => Ok(ExitCode::from(u8::from(!check::run(&root)?))),
        Tool::Newsroom { folder, port, sources } => {
            let address = (Ipv4Addr::LOCALHOST, port).into();
            newsroom::serve(&Serving { folder, address, sources }, now())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn report(findings: &[tidy::Finding]) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    if findings.is_empty() {
        writeln!(out, "tidy: nothing to say")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "tidy: {} findings", findings.len())?;
    Ok(ExitCode::FAILURE)
}

fn root() -> anyhow::Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).context("crates/xtask lies two folders below the root")?;
    Ok(root.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "this main is a shell, and xtask may not use `model::Clock`")]
fn now() -> Timestamp {
    Timestamp::now()
}
