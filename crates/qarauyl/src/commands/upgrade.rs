//! `qarauyl upgrade`: brings the store to this version, after a copy of it; or says what that would take.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use archive::free_bytes;
use clap::Args;
use serde::Serialize;
use store::Database;

use crate::house::House;
use crate::output::Output;
use crate::settings::Settings;
use crate::{running, sealed};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Say what would be done and how much room it needs, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Upgrade {
    /// The numbers of the migrations.
    migrations: Vec<i64>,
    /// The copy of the store that is made first.
    copy: Option<PathBuf>,
    needed_bytes: u64,
    free_bytes: u64,
    done: bool,
}

pub(crate) async fn run(settings: Settings, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let mut upgrade = upgrade(&settings).await?;
    let has_room = upgrade.needed_bytes <= upgrade.free_bytes;
    if !arguments.dry_run && !upgrade.migrations.is_empty() {
        if !has_room {
            bail!("{}: make room, or nothing is changed", room(&upgrade));
        }
        let _nobody_begins = running::nobody(&sealed::folder(&settings.store))?;
        House::open_alone(settings).await?.store.close().await;
        upgrade.done = true;
    }
    out.show(&upgrade, || said(&upgrade))?;
    Ok(if has_room || upgrade.done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Looks what there is to do. Nothing is changed.
async fn upgrade(settings: &Settings) -> anyhow::Result<Upgrade> {
    let (migrations, holds) =
        Database::pending(&settings.store.url).await.context("the store cannot be read")?;
    let mut upgrade = Upgrade { migrations, copy: None, needed_bytes: 0, free_bytes: 0, done: false };
    let Some(file) = settings.store.file() else { return Ok(upgrade) };
    let folder = sealed::folder(&settings.store);
    upgrade.free_bytes = if folder.is_dir() { free_bytes(&folder)? } else { 0 };
    if let Some(first) = upgrade.migrations.first().filter(|_| holds) {
        upgrade.copy = Some(file.with_file_name(format!("before-{first:04}.db")));
        // The copy, and as much again for what a migration rewrites.
        upgrade.needed_bytes = file.metadata()?.len().saturating_mul(2);
    }
    Ok(upgrade)
}

fn room(upgrade: &Upgrade) -> String {
    format!("{} bytes are needed and {} are free", upgrade.needed_bytes, upgrade.free_bytes)
}

fn said(upgrade: &Upgrade) -> String {
    if upgrade.migrations.is_empty() {
        return "The store is of this version: nothing is to be done.".to_owned();
    }
    let numbers: Vec<String> = upgrade.migrations.iter().map(|number| format!("{number:04}")).collect();
    let copy = upgrade.copy.as_ref().map(|copy| copy.display().to_string());
    match (upgrade.done, copy) {
        (true, Some(copy)) => format!(
            "The store is of this version now, by the migrations {}.\nThe store as it was lies in {copy}: keep it until all is \
             well. The way back is to put it in the place of the store, with the older program.",
            numbers.join(", ")
        ),
        (true, None) => {
            format!("The store is of this version now, by the migrations {}.", numbers.join(", "))
        }
        (false, Some(copy)) => format!(
            "These migrations would run: {}.\nBefore that the store would be copied to {copy}. {}.\nNext:  qarauyl upgrade",
            numbers.join(", "),
            room(upgrade)
        ),
        (false, None) => format!(
            "These migrations would run: {}. Make a copy of the store with pg_dump first.\nNext:  qarauyl upgrade",
            numbers.join(", ")
        ),
    }
}
