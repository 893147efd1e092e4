//! Settings: the built-in defaults, then the operator's file, then `QARAUYL__…` variables. All are checked before
//! anything starts; a mistake is named with its file and line.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use crate::{backup, embedded, logging, reconcile};

/// The operator's file, in the folder that is home.
pub(crate) const FILE: &str = "qarauyl.toml";
/// How the variables begin that stand above it.
const VARIABLE: &str = "QARAUYL__";

/// Every setting.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) team: Team,
    pub(crate) sources: Sources,
    pub(crate) lexicon: Folder,
    pub(crate) store: store::StoreConfig,
    pub(crate) seal: store::SealConfig,
    pub(crate) queue: store::QueueConfig,
    pub(crate) workers: Workers,
    pub(crate) archive: archive::Config,
    pub(crate) fetcher: fetcher::Config,
    pub(crate) matcher: matcher::Config,
    pub(crate) indexer: indexer::Config,
    pub(crate) reconcile: reconcile::Config,
    pub(crate) mailer: mailer::Config,
    pub(crate) web: web::Config,
    pub(crate) backup: backup::config::Config,
    pub(crate) log: logging::Config,
    /// SHA-256 of all settings in force, in small hexadecimal letters. It stands in the files of the archive.
    #[serde(skip)]
    pub(crate) sha256: String,
    /// The operator's file, which need not exist.
    #[serde(skip)]
    pub(crate) file: PathBuf,
    /// The names of the variables that stand above it.
    #[serde(skip)]
    pub(crate) variables: Vec<String>,
}

/// The `[team]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Team {
    /// The name under which mails are sent.
    pub(crate) name: String,
    /// The zone of subscribers who have none of their own.
    pub(crate) timezone: String,
    /// The language of subscribers who have chosen none.
    pub(crate) language: String,
}

/// The `[sources]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sources {
    /// The folder of the source files; empty: those built in.
    pub(crate) directory: String,
    /// The folder of the team's own source files, read beside those; it need not exist.
    pub(crate) own: String,
    /// Sources and groups that are read though their file has them switched off.
    pub(crate) switched_on: Vec<String>,
    /// Sources and groups that are not read whatever their file says.
    pub(crate) switched_off: Vec<String>,
    /// The schedule of sources that state none.
    pub(crate) schedule: String,
}

/// A section that names a folder.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Folder {
    /// The folder; empty: what is built in.
    pub(crate) directory: String,
}

/// The `[workers]` section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workers {
    /// Requests to publishers side by side.
    pub(crate) fetch: usize,
    /// Pages that are read side by side.
    pub(crate) extract: usize,
}

/// One value that stands above the defaults, with the place it comes from.
struct Override {
    path: Vec<String>,
    value: Value,
    place: String,
}

impl Settings {
    /// Reads and checks all settings. `file` need not exist unless it was asked for by name.
    pub(crate) fn load(file: &Path, named: bool, variables: &[(String, String)]) -> anyhow::Result<Self> {
        let defaults: Table = embedded::SETTINGS.parse().context("the built-in settings cannot be read")?;
        let mut overrides = Vec::new();
        if named || file.exists() {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read `{}`; `qarauyl init` writes one", file.display()))?;
            overrides.extend(of_file(file, &text, &defaults)?);
        }
        overrides.extend(of_variables(variables, &defaults)?);
        let mut settings = merged(defaults, &overrides)?;
        settings.check()?;
        file.clone_into(&mut settings.file);
        settings.variables = variables
            .iter()
            .map(|(name, _)| name)
            .filter(|name| name.starts_with(VARIABLE))
            .cloned()
            .collect();
        Ok(settings)
    }

    /// What the types alone cannot check.
    fn check(&self) -> anyhow::Result<()> {
        self.archive.validate().context("[archive] cannot be used")?;
        self.fetcher.validate().context("[fetcher] cannot be used")?;
        fetcher::Schedule::parse(&self.sources.schedule, &self.team.timezone)
            .context("[sources] schedule, or [team] timezone")?;
        self.mailer.validate().context("[mailer] cannot be used")?;
        self.backup.validate()?;
        if self.workers.fetch == 0 || self.workers.extract == 0 {
            bail!("[workers] fetch and extract must be at least 1");
        }
        Ok(())
    }
}

/// Reads the operator's file; a name that the defaults lack is a mistake.
fn of_file(file: &Path, text: &str, defaults: &Table) -> anyhow::Result<Vec<Override>> {
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let place = |at: usize| format!("{}, line {}", file.display(), line(at));
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        anyhow::anyhow!("{}: {}", place(at), error.message())
    })?;
    let mut found = Vec::new();
    walk(table.get_ref(), &mut Vec::new(), defaults, &mut |path, value, at| {
        found.push(Override { path, value, place: place(at) });
    })
    .map_err(|(at, problem)| anyhow::anyhow!("{}: {problem}", place(at)))?;
    Ok(found)
}

type Visit<'a> = &'a mut dyn FnMut(Vec<String>, Value, usize);

fn walk(
    table: &DeTable<'_>,
    path: &mut Vec<String>,
    defaults: &Table,
    visit: Visit<'_>,
) -> Result<(), (usize, String)> {
    for (key, value) in table {
        let at = key.span().start;
        let name = key.get_ref().to_string();
        let Some(default) = defaults.get(&name) else {
            let whole = path.iter().chain([&name]).cloned().collect::<Vec<_>>().join(".");
            return Err((at, format!("there is no setting `{whole}`: see the names in config/qarauyl.toml")));
        };
        path.push(name);
        match (value.get_ref(), default) {
            (DeValue::Table(inner), Value::Table(defaults)) => walk(inner, path, defaults, visit)?,
            _ => visit(path.clone(), plain(value), at),
        }
        path.pop();
    }
    Ok(())
}

/// A value without its places, by way of its text.
fn plain(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let digits: String = number.as_str().chars().filter(|c| *c != '_').collect();
            i64::from_str_radix(&digits, number.radix())
                .map_or_else(|_| Value::String(digits), Value::Integer)
        }
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| Value::String(number.to_string()), Value::Float)
        }
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => Value::Array(items.iter().map(plain).collect()),
        DeValue::Table(table) => {
            Value::Table(table.iter().map(|(key, value)| (key.get_ref().to_string(), plain(value))).collect())
        }
    }
}

/// `QARAUYL__WEB__LISTEN` is `listen` in `[web]`. The value is read as TOML, or else as plain text.
fn of_variables(variables: &[(String, String)], defaults: &Table) -> anyhow::Result<Vec<Override>> {
    let mut found = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix(VARIABLE) else { continue };
        let path: Vec<String> = rest.split("__").map(str::to_lowercase).collect();
        let known =
            path.iter().try_fold(Value::Table(defaults.clone()), |value, part| value.get(part).cloned());
        if known.is_none() {
            bail!("the variable {name} names no setting: see the names in config/qarauyl.toml");
        }
        let value =
            format!("value = {text}").parse::<Table>().ok().and_then(|table| table.get("value").cloned());
        let value = value.unwrap_or_else(|| Value::String(text.clone()));
        found.push(Override { path, value, place: format!("the variable {name}") });
    }
    Ok(found)
}

/// Lays the overrides over the defaults, one by one, so that a value that does not fit is named by its place.
fn merged(defaults: Table, overrides: &[Override]) -> anyhow::Result<Settings> {
    let mut table = defaults;
    let mut settings: Settings = table.clone().try_into().context("the built-in settings cannot be used")?;
    for one in overrides {
        put(&mut table, &one.path, one.value.clone());
        settings = table.clone().try_into().map_err(|error: toml::de::Error| {
            anyhow::anyhow!(
                "{}: `{}` cannot have this value: {}",
                one.place,
                one.path.join("."),
                error.message()
            )
        })?;
    }
    settings.sha256 = HEXLOWER.encode(&Sha256::digest(table.to_string()));
    Ok(settings)
}

fn put(table: &mut Table, path: &[String], value: Value) {
    match path {
        [last] => {
            table.insert(last.clone(), value);
        }
        [first, rest @ ..] => {
            if let Some(Value::Table(inner)) = table.get_mut(first) {
                put(inner, rest, value);
            }
        }
        [] => {}
    }
}

/// Returns the operator's file: the one named, or the one in the folder that is home.
pub(crate) fn file_in(home: &Path, named: Option<&PathBuf>) -> PathBuf {
    named.cloned().unwrap_or_else(|| home.join(FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, text).unwrap();
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Settings::load(&file, true, &variables)
    }

    #[test]
    fn the_file_stands_above_the_defaults_and_variables_above_the_file() {
        let text = "[team]\nname = \"Watch\"\n[workers]\nfetch = 3\n";
        let settings = load(text, &[("QARAUYL__WORKERS__FETCH", "5"), ("PATH", "/bin")]).unwrap();
        assert_eq!((settings.team.name.as_str(), settings.workers.fetch), ("Watch", 5));
        assert_eq!(settings.team.timezone, "UTC");
    }

    #[test]
    fn a_mistake_is_named_with_its_file_and_line() {
        let check = |text: &str, words: &[&str]| {
            let error = format!("{:#}", load(text, &[]).unwrap_err());
            assert!(words.iter().all(|word| error.contains(word)), "{error}");
        };
        check("[team]\nnmae = \"x\"\n", &["qarauyl.toml, line 2", "team.nmae"]);
        check("\n\n[team\n", &["line 3"]);
        check("[queue]\nlease = \"soon\"\n", &["line 2", "queue.lease"]);
        check("[workers]\nfetch = 0\n", &["fetch"]);
        check("[sources]\nschedule = \"every day\"\n", &["schedule"]);
    }

    #[test]
    fn a_variable_that_names_no_setting_is_a_mistake() {
        let error = load("", &[("QARAUYL__TEAM__NMAE", "x")]).unwrap_err().to_string();
        assert!(error.contains("QARAUYL__TEAM__NMAE"), "{error}");
    }
}
