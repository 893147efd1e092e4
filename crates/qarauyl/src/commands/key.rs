//! `qarauyl key`: another key of what is sealed, another passphrase, another key that signs the manifest.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use data_encoding::HEXLOWER;
use dialoguer::Password;
use serde::Serialize;
use store::{Key, KeyOrigin, key_of_passphrase};
use zeroize::Zeroizing;

use super::examples;
use crate::house::House;
use crate::output::Output;
use crate::{key_change, running, sealed};

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Make a new key and seal everything anew with it; the old key is written over. The house must not run.
    #[command(before_help = examples::KEY_ROTATE)]
    Rotate(Rotate),
    /// Take another passphrase and seal everything anew with it; a pipe gives it as its first line. The house must not run.
    #[command(before_help = examples::KEY_PASSPHRASE)]
    Passphrase,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The key that signs the manifest instead: the old one is kept as one that proves, and signs no more.
    #[arg(long)]
    manifest: bool,
}

#[derive(Serialize)]
struct Changed {
    /// How many values were sealed anew.
    values: u64,
    /// Events of removed watches that are not found by name any more.
    nameless: u64,
    /// Where the key lies; empty where somebody has it in mind.
    place: String,
    next: Vec<String>,
}

#[derive(Serialize)]
struct Signing {
    public_key: String,
    /// Those that prove older entries.
    retired: Vec<String>,
}

pub(crate) async fn run(house: &House, action: &Action, out: Output) -> anyhow::Result<ExitCode> {
    let folder = sealed::folder(&house.settings.store);
    let _nobody_begins = running::nobody(&folder).context(
        "the key cannot be changed: `sudo systemctl stop qarauyl`, change it, start the service again",
    )?;
    match action {
        Action::Rotate(Rotate { manifest: true }) => manifest(house, out),
        Action::Rotate(_) => rotate(house, out).await,
        Action::Passphrase => passphrase(house, out).await,
    }
}

async fn rotate(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    let place = key_change::place_of(house)?;
    let key: Key = Zeroizing::new(rand::random::<[u8; 32]>());
    let text = Zeroizing::new(HEXLOWER.encode(&*key));
    let done = key_change::change(house, Some(&place), (&text, &key)).await?;
    let mut next = Vec::new();
    let name = &house.settings.seal.credential;
    // The service has the credential of before until another one is made of the new key, whoever asked here.
    if !name.is_empty() {
        let file = std::path::absolute(&place)?;
        let file = file.display();
        next.push(format!("sudo systemd-creds encrypt --name={name} {file} /etc/credstore.encrypted/{name}"));
        next.push(format!("sudo shred --remove {file}"));
    }
    next.push("qarauyl backup FILE".to_owned());
    next.push("sudo systemctl start qarauyl".to_owned());
    show(
        &Changed { values: done.values, nameless: done.nameless, place: place.display().to_string(), next },
        out,
    )
}

async fn passphrase(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    if house.key != KeyOrigin::Passphrase {
        bail!("the key of this house comes from no passphrase: qarauyl key rotate makes another key");
    }
    let text = Zeroizing::new(typed()?);
    let text = Zeroizing::new(text.trim().to_owned());
    let key = key_of_passphrase(&text)
        .context("a passphrase has 12 characters or more: the one from before is in force")?;
    // A pipe holds nothing that could be replaced.
    let file = Path::new(&house.settings.seal.passphrase_file);
    let place = Some(file).filter(|file| file.is_file());
    let done = key_change::change(house, place, (&text, &key)).await?;
    let next = vec!["qarauyl backup FILE".to_owned(), "sudo systemctl start qarauyl".to_owned()];
    let place = place.map(|place| place.display().to_string()).unwrap_or_default();
    show(&Changed { values: done.values, nameless: done.nameless, place, next }, out)
}

fn typed() -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        let question = Password::new()
            .with_prompt("New passphrase, 12 characters or more; it is not shown")
            .with_confirmation("The same again", "The two are not the same.");
        return Ok(question.report(false).interact()?);
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line)
}

fn show(changed: &Changed, out: Output) -> anyhow::Result<ExitCode> {
    out.show(changed, || {
        let place = if changed.place.is_empty() {
            "The new passphrase opens them from now on; it is written nowhere.".to_owned()
        } else {
            format!("The new key lies in {}, the old one was written over.", changed.place)
        };
        let nameless = if changed.nameless == 0 {
            String::new()
        } else {
            format!("\n{} events of watches that were removed long ago are not found by name any more.", changed.nameless)
        };
        format!(
            "{} values are sealed anew. {place}{nameless}\nBackups and data/before-*.db from before are opened by the old \
             key, which lies in those backups: destroy them if that key was taken.\nKeep a copy of the new key elsewhere, \
             as of the old one.\nNext:\n  {}",
            changed.values,
            changed.next.join("\n  ")
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// A new key that signs. Nothing of the old one is left but what proves.
fn manifest(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    // A backup that is being made would take one half of each.
    house.opened.alone()?;
    let archive::Config { dir, signing_key_file: file, .. } = &house.settings.archive;
    archive::retire_signing_key(file)?;
    let cut_short = sealed::erasing(file);
    if cut_short.exists() {
        sealed::wipe(&cut_short).with_context(|| format!("cannot remove `{}`", cut_short.display()))?;
    }
    if file.exists() {
        sealed::erase(file)?;
    }
    let key = archive::make_signing_key(file, dir, house.clock.now())?;
    let all = archive::PublicKey::all_of_house(file)?;
    let retired = all.iter().filter(|one| **one != key).map(ToString::to_string).collect();
    let signing = Signing { public_key: key.to_string(), retired };
    out.show(&signing, || {
        format!(
            "New entries of the manifest are signed with a new key; its public half is\n  {}\nand lies in {}.pub. Those of \
             before are in {}.retired: `archive verify`, `doctor` and `restore --verify` know them all.\nTell those who hold \
             the public half, with the last root that you trust: qarauyl archive verify\nNext:\n  qarauyl backup FILE\n  sudo \
             systemctl start qarauyl",
            signing.public_key,
            file.display(),
            file.display()
        )
    })?;
    Ok(ExitCode::SUCCESS)
}
