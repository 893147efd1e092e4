//! Loads the lexicon: the files, and the team's own entries from the store when it is open.

use anyhow::Context;
use query::Lexicon;
use store::Administering;

use crate::embedded;

/// Reads every `*.toml` of a folder, or what is built in when none is named.
pub(crate) fn files(directory: &str, built_in: &[(&str, &str)]) -> anyhow::Result<Vec<(String, String)>> {
    if directory.is_empty() {
        return Ok(built_in.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect());
    }
    let entries =
        std::fs::read_dir(directory).with_context(|| format!("cannot read the folder `{directory}`"))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// Loads the lexicon of the configuration alone.
pub(crate) fn public(directory: &str) -> anyhow::Result<Lexicon> {
    let files = files(directory, embedded::LEXICON)?;
    Ok(Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
}

/// Loads the lexicon with the team's own entries; without the key these are left out.
pub(crate) async fn whole(directory: &str, store: &store::Database) -> anyhow::Result<Lexicon> {
    let mut files = files(directory, embedded::LEXICON)?;
    if !store.is_locked() {
        let own = store.lexicon_entries().await?;
        files.extend(own.into_iter().map(|entry| ("the team's own lexicon".to_owned(), entry.toml)));
    }
    Ok(Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
}
