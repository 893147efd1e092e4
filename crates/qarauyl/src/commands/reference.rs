//! `qarauyl man` and `qarauyl completions`: the command line as manual pages and for shells, made from its definition.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use super::Cli;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Manual {
    /// The folder that the pages are written to.
    #[arg(default_value = "man")]
    folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell: bash, zsh, fish, elvish or powershell.
    shell: Shell,
}

#[derive(Serialize)]
struct Pages {
    folder: String,
    pages: usize,
}

pub(crate) fn manual(arguments: &Manual, out: Output) -> anyhow::Result<ExitCode> {
    let folder = &arguments.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .with_context(|| format!("cannot write manual pages to `{}`", folder.display()))?;
    let pages = Pages { folder: folder.display().to_string(), pages: count(folder)? };
    out.show(&pages, || {
        format!(
            "Wrote {} pages to {}.\nRead one: man -l {}/qarauyl.1",
            pages.pages, pages.folder, pages.folder
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

fn count(folder: &Path) -> anyhow::Result<usize> {
    let pages = std::fs::read_dir(folder)?.filter_map(Result::ok);
    Ok(pages.filter(|page| page.path().extension().is_some_and(|ending| ending == "1")).count())
}

pub(crate) fn completions(arguments: &Completions) -> ExitCode {
    clap_complete::generate(arguments.shell, &mut Cli::command(), "qarauyl", &mut std::io::stdout());
    ExitCode::SUCCESS
}
