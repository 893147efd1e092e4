//! `qarauyl source add`: finds where a site announces its news, and proposes a source file.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use fetcher::PoliteClient;
use fetcher::discovery::{Discovery, discover};
use jiff::SignedDuration;
use model::{Source, SourceId, SourceKind, registered_domain};
use serde::Serialize;
use url::Url;

use super::lookalike;
use super::proposal::{Proposal, Row};
use crate::commands::init::write_new;
use crate::house::House;
use crate::output::{NOTHING, Output, table};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The site, or one of its feeds, sitemaps or channels.
    url: String,
    /// The id of the new source; by default made from its address.
    #[arg(long)]
    id: Option<String>,
    /// Its name; by default the one that its page gives.
    #[arg(long)]
    name: Option<String>,
    /// Its country, two capital letters.
    #[arg(long)]
    country: Option<String>,
    /// What kind of outlet it is: independent, state, exile, ngo, trade, academic or social.
    #[arg(long)]
    kind: Option<String>,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Report {
    url: String,
    endpoints: Vec<Row>,
    unreadable: Vec<(String, String)>,
    warnings: Vec<String>,
    written: Option<String>,
    source: String,
}

pub(super) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let url = address(&arguments.url)?;
    let kind = arguments.kind.as_deref().map(str::parse::<SourceKind>).transpose()?;
    let asked = asked_as(house, kind.unwrap_or(SourceKind::Unlisted))?;
    let client = PoliteClient::new(&house.settings.fetcher, house.clock.clone())?;
    let found = discover(&client, &asked, &url).await?;
    let sources = house.sources()?;
    let proposal = proposal(house, arguments, &found)?;
    if sources.iter().any(|known| known.source.id == proposal.id) {
        bail!("there is a source `{}` already: name another id with --id", proposal.id);
    }
    let warnings = warnings(&found, &sources);
    let text = proposal.text();
    let path = Path::new(&house.settings.sources.own).join(format!("{}.toml", proposal.id));
    let is_written = !arguments.dry_run && !found.found.is_empty();
    if is_written {
        write(&path, &text)?;
    }
    let report = Report {
        url: found.url.to_string(),
        unreadable: found.failed.iter().map(|(url, why)| (url.to_string(), why.clone())).collect(),
        endpoints: proposal.rows,
        warnings,
        written: is_written.then(|| path.display().to_string()),
        source: text,
    };
    for warning in &report.warnings {
        out.say(&format!("Take care: {warning}"));
    }
    out.show(&report, || plain(&report))?;
    Ok(if found.found.is_empty() { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

/// An address as people write it: the scheme may be missing.
fn address(text: &str) -> anyhow::Result<Url> {
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&whole).with_context(|| format!("`{text}` is no address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        bail!("`{text}` is no web address: write it as https://news.example/");
    }
    Ok(url)
}

/// How a site is asked before anything is known of it: slowly, and without our contact unless it is known to be no
/// state's.
fn asked_as(house: &House, kind: SourceKind) -> anyhow::Result<Source> {
    let settings = &house.settings;
    Ok(Source {
        name: String::new(),
        kind,
        schedule: settings.sources.schedule.clone(),
        timezone: settings.team.timezone.clone(),
        delay: settings.fetcher.delay.max(SignedDuration::ZERO),
        ..Source::new("new-source".parse()?)
    })
}

fn proposal(house: &House, arguments: &Arguments, found: &Discovery) -> anyhow::Result<Proposal> {
    let mut proposal = Proposal::of(found, house.clock.now());
    if let Some(id) = &arguments.id {
        proposal.id = id.parse::<SourceId>()?;
    }
    if let Some(name) = &arguments.name {
        proposal.name.clone_from(name);
    }
    if let Some(country) = &arguments.country {
        proposal.country = Some(country.clone());
    }
    if let Some(kind) = &arguments.kind {
        proposal.kind = Some(kind.parse()?);
    }
    Ok(proposal)
}

fn warnings(found: &Discovery, sources: &[store::ConfiguredSource]) -> Vec<String> {
    let domain = registered_domain(found.url.host_str().unwrap_or_default());
    let mut known: Vec<String> = Vec::new();
    for source in sources {
        let hosts = source.endpoints.iter().filter_map(|endpoint| endpoint.url.host_str());
        known.extend(hosts.chain(source.domains.iter().map(String::as_str)).map(registered_domain));
    }
    let mut warnings = lookalike::warnings(&domain, &known);
    if known.contains(&domain) && !model::is_platform(&domain) {
        let named = sources.iter().find(|source| {
            source
                .endpoints
                .iter()
                .any(|one| registered_domain(one.url.host_str().unwrap_or_default()) == domain)
        });
        let id = named.map(|source| source.source.id.to_string()).unwrap_or_default();
        warnings
            .push(format!("`{domain}` is read already, as the source `{id}`: add endpoints there instead"));
    }
    warnings
}

/// Writes the file; one that is there is never touched.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    }
    write_new(path, text, 0o644)
}

fn plain(report: &Report) -> String {
    let cells: Vec<Vec<String>> = report.endpoints.iter().map(Row::cells).collect();
    let mut parts = Vec::new();
    if cells.is_empty() {
        parts.push(format!("{} announces no news that can be read.", report.url));
    } else {
        parts.push(table(&["kind", "entries", "newest", "languages", "how it was found", "address"], &cells));
    }
    parts.extend(report.unreadable.iter().map(|(url, why)| format!("not read: {url}: {why}")));
    parts.push(format!("\n{}", report.source));
    parts.push(match &report.written {
        Some(path) => format!("Wrote {path}. Look it over; `qarauyl source check` asks it again."),
        None => "Nothing was written.".to_owned(),
    });
    parts.join("\n")
}
