//! `qarauyl config dkim`: the key that signs mails, and the record by which receivers check the signature.

use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use mailer::{DkimKey, DkimKeyKind, TransportKind};
use serde::Serialize;
use toml::{Table, Value};

use crate::commands::replace;
use crate::output::Output;
use crate::settings::Settings;

/// The name of the key where nobody gives another.
const SELECTOR: &str = "qarauyl";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name of the key in DNS: NAME._domainkey.DOMAIN. Without it, that of the settings, or `qarauyl`.
    #[arg(long, value_name = "NAME")]
    selector: Option<String>,
    /// The domain that signs: that of the sender, which is taken without it, or one above.
    #[arg(long)]
    domain: Option<String>,
    /// Make a key of the shorter kind that not all receivers can read yet, and not one of RSA.
    #[arg(long)]
    ed25519: bool,
}

#[derive(Serialize)]
struct Made {
    /// Where the record stands.
    name: String,
    /// Its text.
    record: String,
    /// The same as lines of a zone file.
    zone: String,
    key_file: String,
    /// Whether the key was made now.
    is_new: bool,
}

pub(super) fn run(settings: &Settings, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    if settings.mailer.domain_of_sender() == "localhost" {
        bail!(
            "[mailer] from is an address of this machine, and a signature needs a domain in DNS: write the sender into {} first",
            settings.file.display()
        );
    }
    let (before, wanted) = (&settings.mailer.dkim, wanted(settings, arguments)?);
    let is_set = !before.selector.is_empty();
    let text = if is_set { None } else { Some(with_section(settings, &wanted)?) };
    let file = &wanted.dkim.key_file;
    let is_new = !file.exists();
    if is_new {
        make_key(file, arguments.ed25519)?;
    }
    let key = DkimKey::read(file)?;
    if arguments.ed25519 && key.kind() != DkimKeyKind::Ed25519 {
        bail!(
            "the key {} is of the other kind: move it away if the key is to be another, then: qarauyl config dkim --ed25519",
            file.display()
        );
    }
    if let Some(text) = text {
        put_settings(&settings.file, &text)?;
    }
    let name = format!("{}._domainkey.{}", wanted.dkim.selector, wanted.dkim_domain());
    let record = key.record();
    let zone = mailer::check::zone_line(&name, &record);
    let made = Made { name, record, zone, key_file: file.display().to_string(), is_new };
    out.show(&made, || said(&made, wanted.transport))?;
    Ok(ExitCode::SUCCESS)
}

/// The mail settings as they are to be. What stands in the settings already is not changed by a flag.
fn wanted(settings: &Settings, arguments: &Arguments) -> anyhow::Result<mailer::Config> {
    let mut wanted = settings.mailer.clone();
    let differs = |given: &Option<String>, set: &str| given.as_deref().is_some_and(|given| given != set);
    if wanted.dkim.selector.is_empty() {
        wanted.dkim.selector = arguments.selector.clone().unwrap_or_else(|| SELECTOR.to_owned());
        wanted.dkim.domain = arguments.domain.clone().unwrap_or(wanted.dkim.domain);
    } else if differs(&arguments.selector, &wanted.dkim.selector)
        || differs(&arguments.domain, &wanted.dkim_domain())
    {
        bail!(
            "[mailer.dkim] says selector = \"{}\" and signs for {}: change it in {}, and move {} away if the key is to be another, then: qarauyl config dkim",
            wanted.dkim.selector,
            wanted.dkim_domain(),
            settings.file.display(),
            wanted.dkim.key_file.display()
        );
    }
    wanted.validate().context("mails cannot be signed so")?;
    Ok(wanted)
}

fn make_key(file: &Path, ed25519: bool) -> anyhow::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    let kind = if ed25519 { DkimKeyKind::Ed25519 } else { DkimKeyKind::Rsa };
    replace(file, &DkimKey::make(kind)?, 0o600)
}

/// The operator's file with a section more. A section that is there already is for its owner to change.
fn with_section(settings: &Settings, wanted: &mailer::Config) -> anyhow::Result<String> {
    let file = &settings.file;
    if settings.variables.iter().any(|name| name.starts_with("QARAUYL__MAILER__DKIM__")) {
        bail!(
            "variables QARAUYL__MAILER__DKIM__… stand above the settings: set QARAUYL__MAILER__DKIM__SELECTOR there"
        );
    }
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read `{}`; `qarauyl init` writes one", file.display()))?;
    let table: Table = text.parse().with_context(|| format!("`{}` cannot be read", file.display()))?;
    if table.get("mailer").and_then(|mailer| mailer.get("dkim")).is_some() {
        bail!(
            "`{}` has a [mailer.dkim] without a selector: write selector = \"{}\" there, then: qarauyl config dkim",
            file.display(),
            wanted.dkim.selector
        );
    }
    let value = |text: &str| Value::String(text.to_owned());
    let mut section = format!(
        "\n[mailer.dkim]\n# The name under which the key that signs mails is published in DNS.\nselector = {}\n",
        value(&wanted.dkim.selector)
    );
    if !wanted.dkim.domain.is_empty() {
        let domain = value(&wanted.dkim.domain);
        section = format!(
            "{section}# The domain that signs: that of the sender, or one above it.\ndomain = {domain}\n"
        );
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let text = format!("{text}{end}{section}");
    text.parse::<Table>().with_context(|| {
        format!(
            "[mailer.dkim] cannot be added to `{}`: write selector = \"{}\" there",
            file.display(),
            wanted.dkim.selector
        )
    })?;
    Ok(text)
}

/// Puts the settings in their place, with the mode that they had.
fn put_settings(file: &Path, text: &str) -> anyhow::Result<()> {
    let mode = std::fs::metadata(file)?.permissions().mode() & 0o777;
    replace(file, text, mode)
}

fn said(made: &Made, transport: TransportKind) -> String {
    let key = if made.is_new {
        format!("Made the key {}: keep a copy of it with the backups.", made.key_file)
    } else {
        format!("The key is {}.", made.key_file)
    };
    let sent = match transport {
        TransportKind::Smtp => "",
        TransportKind::File => {
            "\nMails go to a folder for now; they are signed there as well. [mailer] transport = \"smtp\" sends them."
        }
    };
    format!(
        "{key}{sent}\nPublish this TXT record of {}, as a line of a zone file:\n\n{}\n\nor in the form of a provider: \
         name {}, kind TXT, text\n\n{}\n\nNext:\n  qarauyl doctor                      whether it is published\n  \
         sudo systemctl restart qarauyl      then mails are signed",
        made.name, made.zone, made.name, made.record
    )
}
