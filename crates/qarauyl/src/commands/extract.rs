//! `qarauyl extract`: what is read from a page, or from a folder of pages.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use extractor::{Page, batch, extract};
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use model::Clock;
use serde::Serialize;

use crate::output::{NOTHING, Output, is_watched, write_out};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A file with the bytes of a page.
    #[arg(required_unless_present = "batch")]
    file: Option<PathBuf>,
    /// A folder of *.html.gz pages, to be measured.
    #[arg(long, requires = "out")]
    batch: Option<PathBuf>,
    /// Where what was read from the folder is written, as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

#[derive(Serialize)]
struct Read {
    title: String,
    byline: Vec<String>,
    published: Option<String>,
    language: &'static str,
    publisher: Option<String>,
    partial: Option<&'static str>,
    blocks: Vec<(&'static str, String)>,
}

pub(crate) fn run(arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let now = Clock::system().now();
    if let (Some(folder), Some(file)) = (&arguments.batch, &arguments.out) {
        let bar = if is_watched() && !out.json { ProgressBar::no_length() } else { ProgressBar::hidden() };
        let report = batch(folder, file, now, || bar.inc(1))?;
        bar.finish_and_clear();
        write_out(&serde_json::to_string(&report)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let path = arguments.file.as_deref().context("name a file, or a folder with --batch")?;
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let page =
        Page { bytes: &bytes, url: None, content_type: "", rules: None, zone: TimeZone::UTC, fetched: now };
    let extracted = match extract(&page) {
        Ok(extracted) => extracted,
        Err(error) => {
            out.say(&error.to_string());
            return Ok(ExitCode::from(NOTHING));
        }
    };
    let language = text::detect(&extracted.text()).as_str();
    let read = Read {
        title: extracted.title,
        byline: extracted.byline,
        published: extracted.published.map(|time| time.to_string()),
        language,
        publisher: extracted.publisher,
        partial: extracted.partial.map(extractor::Partial::as_str),
        blocks: extracted.blocks.into_iter().map(|block| (block.kind.as_str(), block.text)).collect(),
    };
    out.show(&read, || plain(&read))?;
    Ok(ExitCode::SUCCESS)
}

fn plain(read: &Read) -> String {
    let mut text = format!(
        "title      {}\nbyline     {}\npublished  {}\nlanguage   {}\n",
        read.title,
        read.byline.join(", "),
        read.published.as_deref().unwrap_or("not said"),
        read.language
    );
    for (kind, block) in &read.blocks {
        let mark = match *kind {
            "heading" => "\n# ",
            "list-item" => "\n- ",
            "quote" => "\n> ",
            _ => "\n",
        };
        text.push_str(mark);
        text.push_str(block);
        text.push('\n');
    }
    text
}
