//! Reads the source files.

pub(crate) mod switches;

use std::collections::HashMap;

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use model::{EndpointKind, FirstLook, Source, SourceId, SourceKind};
use serde::Deserialize;
use store::{ConfiguredEndpoint, ConfiguredSource};
use text::Lang;
use toml::Spanned;
use url::Url;

use crate::settings::Settings;
use crate::{embedded, lexicon};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    #[serde(default)]
    source: Vec<Spanned<SourceForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceForm {
    id: String,
    name: String,
    country: String,
    kind: String,
    languages: Vec<String>,
    #[serde(default)]
    owner: String,
    schedule: Option<String>,
    timezone: Option<String>,
    first_look: Option<String>,
    delay: Option<SignedDuration>,
    connections: Option<u32>,
    proxy: Option<String>,
    #[serde(default)]
    accept_language: String,
    /// Why its pages are read although its robots.txt forbids it.
    robots_override: Option<String>,
    enabled: bool,
    rules: Option<toml::Table>,
    /// Registered domains of its pages, beside those of its endpoints.
    #[serde(default)]
    domains: Vec<String>,
    #[serde(default)]
    endpoint: Vec<EndpointForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointForm {
    kind: String,
    url: String,
    selectors: Option<toml::Table>,
}

/// Shorter texts are no reason.
const LEAST_REASON: usize = 10;

/// `unlisted` is what outlets are that nobody describes; whoever writes a file describes one.
fn described(kind: SourceKind) -> anyhow::Result<SourceKind> {
    if kind == SourceKind::Unlisted {
        bail!("`unlisted` is for outlets without a file: say what kind this one is");
    }
    Ok(kind)
}

/// Returns all source files with their names: the configured folder or what is built in, and the team's own beside it.
pub(crate) fn files(settings: &Settings) -> anyhow::Result<Vec<(String, String)>> {
    let (main, own) = (&settings.sources.directory, &settings.sources.own);
    let mut files = lexicon::files(main, embedded::SOURCES)?;
    let place = |folder: &str| std::fs::canonicalize(folder).ok();
    let is_other = main.is_empty() || place(main) != place(own);
    if !own.is_empty() && is_other && place(own).is_some() {
        files.extend(lexicon::files(own, &[])?);
    }
    Ok(files)
}

/// Reads source files, each with its name; a mistake is named with file and line.
pub(crate) fn read(
    files: &[(String, String)],
    settings: &Settings,
    now: Timestamp,
) -> anyhow::Result<Vec<ConfiguredSource>> {
    let mut sources = Vec::new();
    let mut known: HashMap<String, String> = HashMap::new();
    for (file, text) in files {
        let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        let form: FileForm = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            anyhow::anyhow!("{file}, line {}: {}", line(at), error.message())
        })?;
        for source in form.source {
            let place = format!("{file}, line {}", line(source.span().start));
            let form = source.into_inner();
            if let Some(other) = known.insert(form.id.clone(), place.clone()) {
                bail!("{place}: there is a source `{}` already ({other}): rename one of them", form.id);
            }
            sources.push(configured(form, settings, now).with_context(|| place.clone())?);
        }
    }
    let known = |word: &str| known.contains_key(word);
    switches::check(&settings.sources.switched_on, known).context("[sources] switched_on")?;
    switches::check(&settings.sources.switched_off, known).context("[sources] switched_off")?;
    Ok(sources)
}

fn configured(form: SourceForm, settings: &Settings, now: Timestamp) -> anyhow::Result<ConfiguredSource> {
    let schedule = form.schedule.unwrap_or_else(|| settings.sources.schedule.clone());
    let timezone = form.timezone.unwrap_or_else(|| settings.team.timezone.clone());
    let plan = fetcher::Schedule::parse(&schedule, &timezone)?;
    let languages = form.languages.iter().map(|word| {
        Lang::parse(word).with_context(|| {
            format!(
                "`{word}` is no language that is known: use kk, ug, zh, ru, en, tr or a label such as kk-Arab"
            )
        })
    });
    let rules = form.rules.map(|table| table.to_string()).unwrap_or_default();
    extractor::SiteRules::parse(&rules)?;
    let mut source = Source {
        id: form.id.parse::<SourceId>()?,
        name: form.name,
        country: Some(form.country)
            .filter(|code| code.len() == 2)
            .context("country is a code of two letters, such as KZ")?,
        kind: described(form.kind.parse()?)?,
        languages: languages.collect::<anyhow::Result<_>>()?,
        owner: form.owner,
        first_look: form.first_look.map_or(Ok(FirstLook::Archive), |word| word.parse())?,
        delay: form.delay.unwrap_or(settings.fetcher.delay),
        connections: form.connections.unwrap_or(settings.fetcher.connections).max(1),
        proxy: form.proxy.map(|proxy| proxy.parse()).transpose()?,
        accept_language: header_value(form.accept_language)?,
        robots_override: override_reason(form.robots_override)?,
        enabled: form.enabled,
        schedule,
        timezone,
        rules,
    };
    source.enabled = switches::is_on(&source, !form.endpoint.is_empty(), &settings.sources);
    let mut endpoints = Vec::new();
    for (number, endpoint) in (0_u64..).zip(form.endpoint) {
        let url = Url::parse(&endpoint.url).with_context(|| format!("`{}` is no address", endpoint.url))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("`{}` is no web address: only http and https are polled", endpoint.url);
        }
        let kind = endpoint.kind.parse::<EndpointKind>()?;
        let selectors = selectors(kind, endpoint.selectors.as_ref())?;
        // The first looks of all sources are spread as well.
        let seed = url.as_str().bytes().fold(number, |seed, byte| seed.wrapping_mul(31) ^ u64::from(byte));
        let first_due = if source.enabled { plan.next_after(now, seed) } else { now };
        endpoints.push(ConfiguredEndpoint { kind, url, selectors, first_due });
    }
    Ok(ConfiguredSource { source, endpoints, domains: form.domains })
}

fn selectors(kind: EndpointKind, table: Option<&toml::Table>) -> anyhow::Result<String> {
    let Some(table) = table else { return Ok(String::new()) };
    if kind != EndpointKind::Listing {
        bail!("only an endpoint of kind `listing` has selectors: take them out, or change the kind");
    }
    let text = table.to_string();
    fetcher::listing::Selectors::parse(&text)?;
    Ok(text)
}

/// Whoever goes past a robots.txt says why: it is shown beside the source.
fn override_reason(reason: Option<String>) -> anyhow::Result<String> {
    match reason.map(|reason| reason.trim().to_owned()) {
        None => Ok(String::new()),
        Some(reason) if reason.chars().count() < LEAST_REASON => bail!(
            "robots_override is the reason why this robots.txt is not obeyed, and who decided it, in a sentence: \
             write it, or take the key out"
        ),
        Some(reason) => Ok(reason),
    }
}

/// A text that goes into a request as it is.
fn header_value(text: String) -> anyhow::Result<String> {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain { Ok(text) } else { bail!("accept_language is plain ASCII, such as \"kk, ru;q=0.8\"") }
}
