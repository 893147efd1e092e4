//! The open house: settings, store, lexicon, archive and index, wired together once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use archive::Archive;
use indexer::TantivyIndex;
use model::Clock;
use query::Lexicon;
use store::{ConfiguredSource, Database, KeyOrigin, Sealer, load_key};

use crate::key_change::{self, Opened};
use crate::settings::{Settings, file_in};
use crate::{lexicon, running, sealed, sources};

/// Settings, store and clock: what every command needs.
pub(crate) struct House {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<Database>,
    pub(crate) key: KeyOrigin,
    pub(crate) clock: Clock,
    pub(crate) opened: Opened,
}

impl House {
    /// Opens the store with the key that the settings name. A store that has to be migrated is left alone while an older
    /// program works with it.
    pub(crate) async fn open(settings: Settings) -> anyhow::Result<Self> {
        let (migrations, holds) =
            Database::pending(&settings.store.url).await.context("the store cannot be opened")?;
        if holds && !migrations.is_empty() && running::is_running(&sealed::folder(&settings.store)) {
            bail!(
                "the house runs with an older program, and this one would change its store: `sudo systemctl restart qarauyl` has the new one run"
            );
        }
        Self::open_alone(settings).await
    }

    /// The same for whoever has made sure that nobody runs the house.
    pub(crate) async fn open_alone(settings: Settings) -> anyhow::Result<Self> {
        sealed::refuse(&sealed::folder(&settings.store))?;
        key_change::settle(&settings).await?;
        let opened = Opened::begin(&settings)?;
        let (key, origin) = load_key(&settings.seal)?;
        let sealer = key.as_deref().map(Sealer::new);
        let variables: Vec<(String, String)> = std::env::vars().collect();
        let store =
            Database::open(&settings.store.url, sealer).await.context("the store cannot be opened")?;
        let store = store.used_by(person(&variables));
        Ok(Self { settings, store: Arc::new(store), key: origin, clock: Clock::system(), opened })
    }

    /// Loads the lexicon with the team's own entries.
    pub(crate) async fn lexicon(&self) -> anyhow::Result<Arc<Lexicon>> {
        Ok(Arc::new(lexicon::whole(&self.settings.lexicon.directory, &self.store).await?))
    }

    /// Opens the archive. Nothing is written until something is kept.
    pub(crate) fn archive(&self) -> Arc<Archive> {
        let archive = Archive::open(&self.settings.archive, self.clock.clone());
        Arc::new(archive.configured_as(self.settings.sha256.clone()))
    }

    /// Opens the index for searching, while another process may write to it.
    pub(crate) fn index(&self, lexicon: &Arc<Lexicon>) -> anyhow::Result<Arc<TantivyIndex>> {
        let index = TantivyIndex::open(&self.settings.indexer, Arc::clone(lexicon));
        Ok(Arc::new(index.context("the index cannot be opened; `qarauyl index rebuild` makes it anew")?))
    }

    /// Reads the configured sources.
    pub(crate) fn sources(&self) -> anyhow::Result<Vec<ConfiguredSource>> {
        sources::read(&sources::files(&self.settings)?, &self.settings, self.clock.now())
    }
}

/// Who uses the command line, as the system's accounts name them: what is done by hand is noted in their name.
fn person(variables: &[(String, String)]) -> &str {
    let named = |wanted| variables.iter().find(|(name, value)| name == wanted && !value.is_empty());
    let found = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(named);
    found.map_or("somebody", |(_, value)| value)
}

/// How whoever sits at the terminal calls this program, so that the next command can be typed as this one was.
pub(crate) fn called_as() -> String {
    let variables: Vec<(String, String)> = std::env::vars().collect();
    called(&variables)
}

/// A shell that sudo opened is there still, and is that of the house; a command that sudo was given is over.
fn called(variables: &[(String, String)]) -> String {
    let value = |wanted| variables.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    match (value("SUDO_COMMAND"), value("USER")) {
        (Some(command), Some(user)) if command.contains("qarauyl ") && user != "root" => {
            format!("sudo -u {user} -i qarauyl")
        }
        _ => "qarauyl".to_owned(),
    }
}

/// Reads the settings of the folder that is home, and makes it the current folder, so that every relative path of the
/// configuration begins there.
pub(crate) fn settings(home: &Path, named: Option<&PathBuf>) -> anyhow::Result<Settings> {
    settings_with(home, named, |_| true)
}

/// The same with some of the variables only.
pub(crate) fn settings_with(
    home: &Path,
    named: Option<&PathBuf>,
    takes: impl Fn(&str) -> bool,
) -> anyhow::Result<Settings> {
    let file = match named {
        Some(named) => {
            std::path::absolute(named).with_context(|| format!("cannot find `{}`", named.display()))?
        }
        None => PathBuf::from(crate::settings::FILE),
    };
    std::env::set_current_dir(home)
        .with_context(|| format!("cannot enter the folder `{}`", home.display()))?;
    let variables: Vec<(String, String)> = std::env::vars().filter(|(name, _)| takes(name)).collect();
    Settings::load(&file_in(Path::new(""), Some(&file)), named.is_some(), &variables)
}

#[cfg(test)]
mod tests {
    use super::{called, person};

    fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn whoever_became_another_account_is_named_as_themselves() {
        assert_eq!(person(&variables(&[("USER", "root"), ("SUDO_USER", "aigul")])), "aigul");
        assert_eq!(person(&variables(&[("SUDO_USER", ""), ("LOGNAME", "dana")])), "dana");
        assert_eq!(person(&[]), "somebody");
    }

    #[test]
    fn the_next_command_is_typed_as_this_one_was() {
        let check = |user: &str, command: &str, expected: &str| {
            assert_eq!(
                called(&variables(&[("USER", user), ("SUDO_COMMAND", command)])),
                expected,
                "{command}"
            );
        };
        check("qarauyl", "/bin/bash -c qarauyl init", "sudo -u qarauyl -i qarauyl");
        check("qarauyl", "/bin/bash", "qarauyl");
        check("root", "/usr/local/bin/qarauyl doctor", "qarauyl");
        assert_eq!(called(&[]), "qarauyl");
    }
}
