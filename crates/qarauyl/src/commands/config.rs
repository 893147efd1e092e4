//! `qarauyl config`: the settings, checked and shown.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

use crate::house::settings;
use crate::lexicon;
use crate::output::{Output, write_out};
use crate::{embedded, sources};

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Check settings, sources and lexicon; nothing is started.
    Check,
    /// Print every setting with its default and what it does.
    Show,
}

#[derive(Serialize)]
struct Checked {
    sources: usize,
    enabled: usize,
    entities: usize,
}

pub(crate) fn run(
    home: &Path,
    named: Option<&PathBuf>,
    action: &Action,
    out: Output,
) -> anyhow::Result<ExitCode> {
    if matches!(action, Action::Show) {
        write_out(embedded::SETTINGS)?;
        return Ok(ExitCode::SUCCESS);
    }
    let settings = settings(home, named)?;
    let sources = sources::read(&sources::files(&settings)?, &settings, model::Clock::system().now())?;
    let lexicon = lexicon::public(&settings.lexicon.directory)?;
    let checked = Checked {
        sources: sources.len(),
        enabled: sources.iter().filter(|one| one.source.enabled).count(),
        entities: lexicon.entities().len(),
    };
    out.show(&checked, || {
        format!(
            "The settings can be used: {} sources, {} of them switched on; {} entities.",
            checked.sources, checked.enabled, checked.entities
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
