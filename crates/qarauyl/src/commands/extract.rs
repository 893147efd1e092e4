//! `qarauyl extract`: what is read from a page, with a source's site rules beside the general algorithm, or from a folder
//! of pages.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use extractor::{ExtractError, Extracted, Page, SiteRules, TextOrigin, batch, extract};
use fetcher::{Ask, Fetched, PoliteClient};
use indicatif::ProgressBar;
use jiff::tz::TimeZone;
use model::{Clock, Source};
use serde::Serialize;
use url::Url;

use crate::output::{NOTHING, Output, is_watched, write_out};
use crate::settings::Settings;
use crate::{house, sources};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A file with the bytes of a page; or the page's address, fetched with the manners of --source.
    #[arg(required_unless_present = "batch")]
    page: Option<String>,
    /// Show what the site rules of this source take, and what the general algorithm takes.
    #[arg(long)]
    source: Option<String>,
    /// A folder of *.html.gz pages, to be measured.
    #[arg(long, requires = "out", conflicts_with = "source")]
    batch: Option<PathBuf>,
    /// Where what was read from the folder is written, as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// What one reading of a page took.
#[derive(Serialize)]
struct Read {
    title: String,
    byline: Vec<String>,
    published: Option<String>,
    modified: Option<String>,
    language: &'static str,
    publisher: Option<String>,
    section: Option<String>,
    tags: Vec<String>,
    canonical: Option<String>,
    lead_image: Option<String>,
    next_page: Option<String>,
    form: &'static str,
    origin: &'static str,
    partial: Option<&'static str>,
    blocks: Vec<(&'static str, String)>,
}

/// Both readings of a page side by side.
#[derive(Serialize)]
struct Compared {
    source: String,
    /// What went wrong with the rules, in plain words; empty when they took a text.
    problem: String,
    rules: Option<Read>,
    general: Option<Read>,
    only_rules: Vec<String>,
    only_general: Vec<String>,
}

/// The bytes of a page, and what is known of them.
struct Got {
    bytes: Vec<u8>,
    content_type: String,
    url: Option<Url>,
}

pub(crate) async fn run(
    (home, config): (&Path, Option<&PathBuf>),
    arguments: &Arguments,
    out: Output,
) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    if let (Some(folder), Some(file)) = (&arguments.batch, &arguments.out) {
        let bar = if is_watched() && !out.json { ProgressBar::no_length() } else { ProgressBar::hidden() };
        let report = batch(folder, file, clock.now(), || bar.inc(1))?;
        bar.finish_and_clear();
        write_out(&serde_json::to_string(&report)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let named = arguments.page.as_deref().context("name a file or an address, or a folder with --batch")?;
    let url = Url::parse(named).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    // The folder that is home becomes the current one; a file is named from where we stand.
    let file = std::path::absolute(named).with_context(|| format!("cannot find `{named}`"))?;
    let Some(name) = &arguments.source else {
        if url.is_some() {
            bail!("`{named}` is an address: name its source with --source, for the manners it is asked with");
        }
        return show_one(&read_file(&file)?, &clock, out);
    };
    let settings = house::settings(home, config)?;
    let source = source(&settings, name, &clock)?;
    let got = match url {
        Some(url) => fetch(&settings, &source, url, &clock).await?,
        None => read_file(&file)?,
    };
    show_both(&source, &got, &clock, out)
}

fn read_file(path: &Path) -> anyhow::Result<Got> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    Ok(Got { bytes, content_type: String::new(), url: None })
}

fn source(settings: &Settings, name: &str, clock: &Clock) -> anyhow::Result<Source> {
    let all = sources::read(&sources::files(settings)?, settings, clock.now())?;
    let found = all.into_iter().map(|one| one.source).find(|source| source.id.as_str() == name);
    found.with_context(|| format!("there is no source `{name}`: `qarauyl source list` names them"))
}

/// Fetches a page as the house would: robots.txt, the wait for its host, the guards of size, time and address.
async fn fetch(settings: &Settings, source: &Source, url: Url, clock: &Clock) -> anyhow::Result<Got> {
    let client = PoliteClient::new(&settings.fetcher, clock.clone())?;
    let Fetched::Exchange(exchange) = client.fetch(&Ask::of(source, &url)).await? else {
        bail!("the page answered 304 to a plain request");
    };
    let response = &exchange.answer.response;
    let content_type = response.content_type().to_owned();
    let decoded = response.decoded(settings.fetcher.max_decoded_bytes);
    let bytes = decoded.context("the page cannot be unpacked")?.bytes.into_owned();
    Ok(Got { bytes, content_type, url: Some(exchange.final_url().clone()) })
}

fn page<'a>(got: &'a Got, rules: Option<&'a SiteRules>, zone: &TimeZone, clock: &Clock) -> Page<'a> {
    let (content_type, url) = (got.content_type.as_str(), got.url.as_ref());
    Page { bytes: &got.bytes, url, content_type, rules, zone: zone.clone(), fetched: clock.now() }
}

fn show_one(got: &Got, clock: &Clock, out: Output) -> anyhow::Result<ExitCode> {
    match extract(&page(got, None, &TimeZone::UTC, clock)) {
        Ok(extracted) => {
            let read = Read::of(extracted);
            out.show(&read, || plain(&read))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            out.say(&error.to_string());
            Ok(ExitCode::from(NOTHING))
        }
    }
}

fn show_both(source: &Source, got: &Got, clock: &Clock, out: Output) -> anyhow::Result<ExitCode> {
    let zone = TimeZone::get(&source.timezone).unwrap_or(TimeZone::UTC);
    let rules = SiteRules::parse(&source.rules)?;
    let ruled = rules.as_ref().map(|rules| extract(&page(got, Some(rules), &zone, clock)));
    let general = extract(&page(got, None, &zone, clock));
    let compared = compare(source, ruled, general);
    out.show(&compared, || side_by_side(&compared))?;
    let took = compared.rules.is_some() || compared.general.is_some();
    Ok(if took { ExitCode::SUCCESS } else { ExitCode::from(NOTHING) })
}

type Reading = Result<Extracted, ExtractError>;

fn compare(source: &Source, ruled: Option<Reading>, general: Reading) -> Compared {
    let problem = match (&ruled, &general) {
        (None, Ok(_)) => "the source has no site rules: the general algorithm reads it".to_owned(),
        (None, Err(error)) => {
            format!("the source has no site rules, and the general algorithm says: {error}")
        }
        (Some(Err(error)), _) => error.to_string(),
        (Some(Ok(read)), _) if read.rule_found_nothing => {
            "the content rule found nothing: the general algorithm steps in, and the source is marked empty"
                .to_owned()
        }
        (Some(Ok(read)), _) if read.origin != TextOrigin::Rule => {
            "the rules name no content: the general algorithm reads the text".to_owned()
        }
        _ => String::new(),
    };
    let rules = ruled.and_then(Result::ok).map(Read::of);
    let general = general.ok().map(Read::of);
    let texts = |read: &Option<Read>| -> Vec<String> {
        read.iter().flat_map(|read| read.blocks.iter().map(|(_, text)| text.clone())).collect()
    };
    let (by_rules, by_general) = (texts(&rules), texts(&general));
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|text| !those.contains(text)).cloned().collect()
    };
    Compared {
        source: source.id.to_string(),
        problem,
        only_rules: without(&by_rules, &by_general),
        only_general: without(&by_general, &by_rules),
        rules,
        general,
    }
}

impl Read {
    fn of(extracted: Extracted) -> Self {
        let address = |url: Option<Url>| url.map(|url| url.to_string());
        Self {
            language: text::detect(&extracted.text()).as_str(),
            title: extracted.title,
            byline: extracted.byline,
            published: extracted.published.map(|time| time.to_string()),
            modified: extracted.modified.map(|time| time.to_string()),
            publisher: extracted.publisher,
            section: extracted.section,
            tags: extracted.tags,
            canonical: address(extracted.canonical),
            lead_image: address(extracted.lead_image),
            next_page: address(extracted.next_page),
            form: extracted.form.as_str(),
            origin: extracted.origin.as_str(),
            partial: extracted.partial.map(extractor::Partial::as_str),
            blocks: extracted.blocks.into_iter().map(|block| (block.kind.as_str(), block.text)).collect(),
        }
    }
}

fn side_by_side(compared: &Compared) -> String {
    let mut parts = vec![format!("source     {}\n", compared.source)];
    if !compared.problem.is_empty() {
        parts.push(format!("note       {}\n", compared.problem));
    }
    for (name, read) in [("site rules", &compared.rules), ("general algorithm", &compared.general)] {
        let shown = read.as_ref().map_or_else(|| "took nothing\n".to_owned(), plain);
        parts.push(format!("\n== {name}\n{shown}"));
    }
    for (name, lines) in [
        ("only the site rules", &compared.only_rules),
        ("only the general algorithm", &compared.only_general),
    ] {
        parts.push(format!("\n== taken by {name}: {} blocks\n", lines.len()));
        parts.extend(lines.iter().map(|line| format!("  {line}\n")));
    }
    parts.concat()
}

fn plain(read: &Read) -> String {
    let mut parts = vec![format!(
        "title      {}\nbyline     {}\npublished  {}\nlanguage   {}\n",
        read.title,
        read.byline.join(", "),
        read.published.as_deref().unwrap_or("not said"),
        read.language
    )];
    parts.extend(read.partial.map(|partial| format!("partial    {partial}\n")));
    for (kind, block) in &read.blocks {
        let mark = match *kind {
            "heading" => "\n# ",
            "list-item" => "\n- ",
            "quote" => "\n> ",
            _ => "\n",
        };
        parts.push(format!("{mark}{block}\n"));
    }
    parts.concat()
}
