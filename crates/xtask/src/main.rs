//! The command line of the house's own tools.

use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use jiff::Timestamp;
use xtask::crash::Trial;
use xtask::newsroom::Serving;
use xtask::{check, crash, newsroom, tidy};

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
        /// The folder of the pages; the bundled sample without it.
        folder: Option<PathBuf>,
        /// The port to listen on; 0 takes a free one.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Where the source file for Qarauyl is written; without it, it goes to standard output.
        #[arg(long)]
        sources: Option<PathBuf>,
    },
    /// Kills a house at random moments, starts it again, and compares its end with an undisturbed one.
    Crash {
        /// How often it is killed.
        #[arg(long, default_value_t = 25)]
        runs: u32,
        /// A folder of `*.html.gz` pages; the bundled sample without it.
        #[arg(long)]
        folder: Option<PathBuf>,
        /// What the random moments come from.
        #[arg(long, default_value_t = 1)]
        seed: u64,
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
        Tool::Crash { runs, folder, seed } => {
            let program = program(&root)?;
            let found = crash::run(&Trial { kills: runs, folder, seed, program }, now())?;
            writeln!(io::stdout().lock(), "{found}")?;
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

/// Builds the program as it ships, and returns where it lies.
fn program(root: &Path) -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    build.args(["build", "--release", "--package", "qarauyl"]).current_dir(root);
    // `cargo run` tells this program who it is. A build script that asks for the same variables would take that for a
    // change, and half of the house would be built anew.
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars().filter(|(name, _)| told(name)) {
        build.env_remove(name);
    }
    let built = build.status()?;
    anyhow::ensure!(built.success(), "the program cannot be built");
    Ok(root.join("target/release/qarauyl"))
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
