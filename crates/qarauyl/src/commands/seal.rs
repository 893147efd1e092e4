//! `qarauyl seal` and `qarauyl unseal`: the secrets of the house out of sight, and back.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::backup::identity;
use crate::commands::backup::{Home, absolute};
use crate::output::Output;
use crate::settings::Settings;
use crate::{house, key_change, running, sealed};

#[derive(Debug, Args)]
pub(crate) struct Unseal {
    /// The identity file, as `qarauyl backup keygen` wrote it.
    #[arg(long)]
    identity: PathBuf,
}

#[derive(Serialize)]
struct Sealed {
    file: String,
    secrets: usize,
    stopped: usize,
    to_do: Vec<String>,
}

#[derive(Serialize)]
struct Unsealed {
    secrets: usize,
}

pub(crate) async fn seal((home, config): Home<'_>, out: Output) -> anyhow::Result<ExitCode> {
    let settings = house::settings(home, config)?;
    let recipient = identity::recipient(&settings.backup.recipient)?;
    let folder = sealed::folder(&settings.store);
    let stopped = running::stop(&folder)?;
    // A new key that a crash has left beside the old one would else be taken for nothing.
    key_change::settle(&settings).await?;
    sealed::erase_leftovers(&folder, &settings)?;
    let secrets = sealed::secrets(&settings)?;
    if secrets.is_empty() {
        let there = sealed::files(&folder);
        let why = if there.is_empty() {
            "no key, password or mail lies on this disk"
        } else {
            "the house is sealed already"
        };
        out.say(&format!("Nothing to seal: {why}."));
        return Ok(ExitCode::SUCCESS);
    }
    let file = sealed::seal(&folder, &secrets, &recipient)?;
    let sealed = Sealed {
        file: file.display().to_string(),
        secrets: secrets.len(),
        stopped: stopped.processes,
        to_do: to_do(&settings),
    };
    out.show(&sealed, || said(&sealed))?;
    Ok(ExitCode::SUCCESS)
}

/// What the program cannot reach.
fn to_do(settings: &Settings) -> Vec<String> {
    let mut list = Vec::new();
    if !settings.seal.credential.is_empty() {
        list.push(format!(
            "the key comes from the credential `{}`: remove its .cred file, which this machine can decrypt",
            settings.seal.credential
        ));
    }
    if !settings.seal.passphrase_file.is_empty() {
        list.push(
            "the key comes from a passphrase: see that it stands on no paper beside the machine".to_owned(),
        );
    }
    list
}

fn said(sealed: &Sealed) -> String {
    let mut lines = vec![format!(
        "{} secrets lie in {}, for the backup identity alone: keys, mail password, outbox. The files were written over and \
         removed; {} running processes were stopped.",
        sealed.secrets, sealed.file, sealed.stopped
    )];
    lines.extend(sealed.to_do.iter().map(|one| format!("TO DO  {one}")));
    lines.push(
        "Still readable: settings, sources, the public articles in store, archive and index. Watches, subscribers and \
         digests in the store are encrypted with the key that is gone from here.\n\
         Not promised: what was written over may lie on in spare blocks of an SSD, in the journal or snapshots of the file \
         system, in swap, and in copies made by others. Only a disk that was encrypted from the first day leaves nothing.\n\
         Back:  qarauyl unseal --identity FILE"
            .to_owned(),
    );
    lines.join("\n")
}

pub(crate) fn unseal((home, config): Home<'_>, arguments: &Unseal, out: Output) -> anyhow::Result<ExitCode> {
    let identity = absolute(&arguments.identity)?;
    let settings = house::settings(home, config)?;
    let identities = identity::identities(&identity)?;
    let folder = sealed::folder(&settings.store);
    let _nobody_begins = running::nobody(&folder)?;
    let secrets = sealed::unseal(&folder, &settings, &identities)?;
    out.show(&Unsealed { secrets }, || {
        format!("{secrets} secrets are back in their places.\nNext:  qarauyl run")
    })?;
    Ok(ExitCode::SUCCESS)
}
