//! `qarauyl source import` and `export`: lists of feeds as other readers write them, OPML 2.0.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use fetcher::opml::{self, Outline};
use model::{CanonicalUrl, EndpointKind, SourceId, registered_domain};
use serde::Serialize;
use text::Lang;

use crate::commands::init::write_new;
use crate::house::House;
use crate::output::{NOTHING, Output, write_out};

/// No list of a reader is larger.
const MAX_BYTES: u64 = 10_000_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The list, an OPML file.
    file: PathBuf,
    /// The file name of the new source file; by default that of the list.
    #[arg(long)]
    name: Option<String>,
    /// Show what would be written, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Serialize)]
struct Report {
    added: Vec<String>,
    known: Vec<String>,
    duplicates: Vec<String>,
    unusable: Vec<String>,
    written: Option<String>,
    sources: String,
}

/// Writes a source file of what a list has and the house lacks. Its sources are switched off until somebody looks at
/// them: a list says neither country nor kind.
pub(super) fn import(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let file = &arguments.file;
    let size = std::fs::metadata(file).with_context(|| format!("cannot read `{}`", file.display()))?.len();
    if size > MAX_BYTES {
        bail!("`{}` has {size} bytes, and no list of feeds is larger than {MAX_BYTES}", file.display());
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let list = opml::parse(&bytes).with_context(|| format!("`{}` cannot be imported", file.display()))?;
    let mut ids: HashMap<String, String> = HashMap::new();
    for source in house.sources()? {
        ids.insert(source.source.id.to_string(), String::new());
        for endpoint in &source.endpoints {
            let identity = CanonicalUrl::from_url(endpoint.url.clone()).map(|url| url.identity());
            ids.extend(identity.ok().map(|identity| (identity, source.source.id.to_string())));
        }
    }
    let mut report = Report {
        added: Vec::new(),
        known: Vec::new(),
        duplicates: list.duplicates,
        unusable: list.unusable,
        written: None,
        sources: "# Imported by `qarauyl source import`. Set country, kind and owner, then enabled = true.\n"
            .to_owned(),
    };
    for outline in &list.outlines {
        let identity = CanonicalUrl::parse(&outline.feed).map(|url| url.identity()).unwrap_or_default();
        if let Some(id) = ids.get(&identity) {
            report.known.push(format!("{} ({id})", outline.feed));
            continue;
        }
        let id = free_id(outline, &ids);
        report.sources.push_str(&source_text(&id, outline));
        report.added.push(id.clone());
        ids.insert(id.clone(), String::new());
        ids.insert(identity, id);
    }
    let stem = arguments.name.clone().or_else(|| Some(file.file_stem()?.to_string_lossy().into_owned()));
    let path =
        Path::new(&house.settings.sources.own).join(format!("{}.toml", file_name(&stem.unwrap_or_default())));
    if !arguments.dry_run && !report.added.is_empty() {
        std::fs::create_dir_all(&house.settings.sources.own)
            .with_context(|| format!("cannot make the folder `{}`", house.settings.sources.own))?;
        write_new(&path, &report.sources, 0o644)?;
        report.written = Some(path.display().to_string());
    }
    out.show(&report, || plain(&report))?;
    Ok(if report.added.is_empty() { ExitCode::from(NOTHING) } else { ExitCode::SUCCESS })
}

/// Writes all configured feeds as OPML to stdout. Other kinds of endpoints have no place in it, and are named on stderr.
pub(super) fn export(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    let (mut outlines, mut left) = (Vec::new(), Vec::new());
    for source in house.sources()? {
        for endpoint in &source.endpoints {
            let feed = match endpoint.kind {
                EndpointKind::Feed => Some(endpoint.url.clone()),
                EndpointKind::Youtube => fetcher::youtube::feed_of(&endpoint.url),
                EndpointKind::Sitemap | EndpointKind::Listing | EndpointKind::Telegram => None,
            };
            let Some(feed) = feed else {
                left.push(endpoint.url.to_string());
                continue;
            };
            outlines.push(Outline {
                title: source.source.name.clone(),
                feed: feed.to_string(),
                site: endpoint.url.join("/").map(String::from).unwrap_or_default(),
                language: source
                    .source
                    .languages
                    .first()
                    .map(|lang| lang.code().to_owned())
                    .unwrap_or_default(),
                folders: vec![source.source.country.clone()],
            });
        }
    }
    if !left.is_empty() {
        out.say(&format!("Not in the list, for they are no feeds:\n  {}", left.join("\n  ")));
    }
    write_out(opml::write("Qarauyl", &outlines).trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn source_text(id: &str, outline: &Outline) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let name = if outline.title.is_empty() { id } else { &outline.title };
    let lang = outline.language.split(['-', '_']).next().unwrap_or_default();
    let language = Lang::parse(lang).map_or_else(|| "en".to_owned(), |_| lang.to_owned());
    format!(
        "\n[[source]]\nid = {}\nname = {}\ncountry = \"ZZ\"\nkind = \"independent\"\nlanguages = [{}]\nowner = \"\"\nschedule = \"auto\"\n\
         # Disabled: imported, and nobody has described it yet.\nenabled = false\n[[source.endpoint]]\nkind = \"feed\"\nurl = {}\n",
        quoted(id),
        quoted(name),
        quoted(&language),
        quoted(&outline.feed),
    )
}

/// An id from the feed's domain that no other source has.
fn free_id(outline: &Outline, taken: &HashMap<String, String>) -> String {
    let host = CanonicalUrl::parse(&outline.feed).map(|url| url.host().to_owned()).unwrap_or_default();
    let domain = registered_domain(&host);
    let stem = file_name(domain.rsplit_once('.').map_or(domain.as_str(), |(stem, _)| stem));
    let stem =
        if stem.parse::<SourceId>().is_ok() { stem } else { SourceId::of_unlisted(&domain).to_string() };
    let numbered = |number: usize| if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
    (1..=taken.len() + 1).map(numbered).find(|id| !taken.contains_key(id)).unwrap_or(stem.clone())
}

/// What of a name can stand in a file name or an id.
fn file_name(name: &str) -> String {
    let small = name.to_ascii_lowercase();
    let words: Vec<&str> =
        small.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").chars().take(50).collect();
    if name.is_empty() { "imported".to_owned() } else { name.trim_end_matches('-').to_owned() }
}

fn plain(report: &Report) -> String {
    let mut lines = vec![report.sources.clone()];
    for (what, list) in [
        ("read already", &report.known),
        ("twice in the list", &report.duplicates),
        ("no web address", &report.unusable),
    ] {
        lines.extend(list.iter().map(|one| format!("{what}: {one}")));
    }
    lines.push(match &report.written {
        Some(path) => {
            format!("Wrote {path}: {} sources, switched off until you describe them.", report.added.len())
        }
        None => "Nothing was written.".to_owned(),
    });
    lines.join("\n")
}
