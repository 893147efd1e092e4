//! `qarauyl init`: a commented settings file and a key.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use data_encoding::HEXLOWER;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::output::Output;
use crate::settings::FILE;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name under which mails are sent.
    #[arg(long, default_value = "Qarauyl")]
    name: String,
    /// The team's time zone, such as Asia/Almaty.
    #[arg(long, default_value = "UTC")]
    timezone: String,
    /// The language of mails: en, ru or kk.
    #[arg(long, default_value = "en")]
    language: String,
}

#[derive(Serialize)]
struct Written {
    settings: String,
    key: String,
}

pub(crate) fn run(home: &Path, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    if TimeZone::get(&arguments.timezone).is_err() {
        bail!("`{}` is no time zone that is known: write it as Asia/Almaty", arguments.timezone);
    }
    std::fs::create_dir_all(home.join("data"))
        .with_context(|| format!("cannot make the folder `{}`", home.display()))?;
    let (settings, key) = (home.join(FILE), home.join("data/key"));
    write_new(&settings, &text(arguments), 0o644)?;
    if key.exists() {
        out.say("data/key is there already and is kept.");
    } else {
        write_new(&key, &HEXLOWER.encode(&rand::random::<[u8; 32]>()), 0o600)?;
    }
    let written = Written { settings: settings.display().to_string(), key: key.display().to_string() };
    out.show(&written, || {
        format!(
            "Wrote {} and {}.\nThe key opens watches, subscribers and digests: keep a copy of it elsewhere, without it they are lost.\n\
             Next:\n  qarauyl watch add Khorgos '@khorgos'\n  qarauyl subscriber add you@example.org --watch Khorgos\n  qarauyl run",
            written.settings, written.key
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that is not there yet.
pub(crate) fn write_new(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(mode).open(path).with_context(|| {
            format!(
                "`{}` is not overwritten: move it away first, or name another folder with --home",
                path.display()
            )
        })?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write `{}`", path.display()))
}

fn text(arguments: &Arguments) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    format!(
        "# The settings of this house. Only what differs from the defaults stands here;\n\
         # `qarauyl config show` prints every setting with its default and what it does.\n\n\
         [team]\n# The name under which mails are sent.\nname = {}\n# \"08:00\" in digests is meant in this zone.\ntimezone = {}\n\
         # The language of mails: en, ru or kk.\nlanguage = {}\n\n\
         [mailer]\n# \"file\" writes mails to data/outbox; \"smtp\" sends them, see [mailer.smtp] in `qarauyl config show`.\ntransport = \"file\"\n",
        quoted(&arguments.name),
        quoted(&arguments.timezone),
        quoted(&arguments.language)
    )
}
