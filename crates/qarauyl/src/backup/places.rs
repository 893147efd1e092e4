//! Where the parts of a house lie: in its folder, as its settings say. What lay elsewhere at the old server is brought
//! into the folder, and the settings are told.

use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use toml::{Table, Value};

use crate::backup::contents::KeyKept;
use crate::settings::{FILE, Settings};

/// A setting that names a path, by section and name, and the place that it gets when it leads out of the house.
const PLACES: &[(&[&str], &str)] = &[
    (&["archive", "dir"], "data/archive"),
    (&["archive", "signing_key_file"], "data/manifest.key"),
    (&["seal", "key_file"], "data/key"),
    (&["sources", "own"], "sources"),
    (&["sources", "directory"], "config/sources"),
    (&["lexicon", "directory"], "config/lexicon"),
    (&["indexer", "directory"], "data/index"),
    (&["mailer", "outbox"], "data/outbox"),
    (&["mailer", "smtp", "password_file"], "data/mail-password"),
    (&["mailer", "dkim", "key_file"], "data/dkim.key"),
];
const STORE: &str = "sqlite:data/qarauyl.db";

/// Writes the settings of a restored house into `home`, and returns them with every path made absolute. What had to be
/// changed in them stands in the second value, as lines for people.
pub(crate) fn settle(home: &Path, text: &str, key: KeyKept) -> anyhow::Result<(Settings, Vec<String>)> {
    let (file, mut told) = (home.join(FILE), Vec::new());
    if text.trim().is_empty() {
        return Ok((rooted(Settings::load(&file, false, &[])?, home), told));
    }
    std::fs::write(&file, text).with_context(|| format!("cannot write `{}`", file.display()))?;
    let settings = Settings::load(&file, true, &[]).context("the settings in the backup cannot be used")?;
    let moves = moves(&settings, key);
    if moves.is_empty() {
        return Ok((rooted(settings, home), told));
    }
    let mut table: Table = text.parse().context("the settings in the backup cannot be read")?;
    for (path, value) in &moves {
        told.push(format!("{} = \"{value}\"", path.join(".")));
        put(&mut table, path, value);
    }
    std::fs::rename(&file, home.join(format!("{FILE}.before")))?;
    let head = "# Written by `qarauyl restore`: paths that led out of the old house lead into this one.\n\n";
    std::fs::write(&file, format!("{head}{table}"))?;
    Ok((rooted(Settings::load(&file, true, &[])?, home), told))
}

/// Decides which paths have to be changed.
fn moves(settings: &Settings, key: KeyKept) -> Vec<(&'static [&'static str], &'static str)> {
    let mut moves = Vec::new();
    for (path, place) in PLACES {
        let now = read(settings, path);
        let is_wanted = !now.as_os_str().is_empty() || key == KeyKept::Yes && **path == ["seal", "key_file"];
        if is_wanted && !is_inside(&now) {
            moves.push((*path, *place));
        }
    }
    if settings.store.file().is_none_or(|file| !is_inside(&file)) {
        moves.push((&["store", "url"], STORE));
    }
    moves
}

/// Returns whether a path stays in the folder in which it begins.
fn is_inside(path: &Path) -> bool {
    !path.as_os_str().is_empty()
        && path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

fn read(settings: &Settings, path: &[&str]) -> PathBuf {
    match path {
        ["archive", "dir"] => settings.archive.dir.clone(),
        ["archive", "signing_key_file"] => settings.archive.signing_key_file.clone(),
        ["seal", "key_file"] => settings.seal.key_file.clone().into(),
        ["sources", "own"] => settings.sources.own.clone().into(),
        ["sources", "directory"] => settings.sources.directory.clone().into(),
        ["lexicon", "directory"] => settings.lexicon.directory.clone().into(),
        ["indexer", "directory"] => settings.indexer.directory.clone(),
        ["mailer", "outbox"] => settings.mailer.outbox.clone(),
        ["mailer", "smtp", "password_file"] => settings.mailer.smtp.password_file.clone().into(),
        ["mailer", "dkim", "key_file"] => settings.mailer.dkim.key_file.clone(),
        _ => PathBuf::new(),
    }
}

fn put(table: &mut Table, path: &[&str], value: &str) {
    match path {
        [last] => {
            table.insert((*last).to_owned(), Value::String(value.to_owned()));
        }
        [first, rest @ ..] => {
            let inner = table.entry((*first).to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
        [] => {}
    }
}

/// Lets every path begin at `home`, wherever the program itself is.
pub(crate) fn rooted(mut settings: Settings, home: &Path) -> Settings {
    let text = |path: &str| home.join(path).display().to_string();
    if let Some(file) = settings.store.file() {
        settings.store.url = format!("sqlite:{}", home.join(file).display());
    }
    for path in [&mut settings.archive.dir, &mut settings.archive.signing_key_file] {
        *path = home.join(&*path);
    }
    let mailer = &mut settings.mailer;
    for path in [&mut settings.indexer.directory, &mut mailer.outbox, &mut mailer.dkim.key_file] {
        *path = home.join(&*path);
    }
    for path in [
        &mut settings.seal.key_file,
        &mut settings.seal.passphrase_file,
        &mut settings.sources.own,
        &mut settings.sources.directory,
        &mut settings.lexicon.directory,
        &mut settings.mailer.smtp.password_file,
    ] {
        if !path.is_empty() {
            *path = text(path);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_inside_stay_and_those_that_lead_out_are_brought_in() {
        let home = tempfile::tempdir().unwrap();
        let text = "# ours\n[archive]\ndir = \"/srv/old/archive\"\n[store]\nurl = \"sqlite:deep/own.db\"\n[indexer]\ndirectory = \"../index\"\n[team]\nname = \"Watch\"\n";
        let (settings, told) = settle(home.path(), text, KeyKept::Yes).unwrap();
        assert_eq!(told, ["archive.dir = \"data/archive\"", "indexer.directory = \"data/index\""]);
        assert_eq!(settings.archive.dir, home.path().join("data/archive"));
        assert_eq!(settings.store.file().unwrap(), home.path().join("deep/own.db"));
        assert_eq!(settings.team.name, "Watch");
        assert_eq!(std::fs::read_to_string(home.path().join("qarauyl.toml.before")).unwrap(), text);
        let again = Settings::load(&home.path().join(FILE), true, &[]).unwrap();
        assert_eq!(again.indexer.directory, PathBuf::from("data/index"));
    }

    #[test]
    fn settings_that_need_no_change_are_written_as_they_are() {
        let home = tempfile::tempdir().unwrap();
        let text = "# ours\n[team]\nname = \"Watch\"\n";
        assert!(settle(home.path(), text, KeyKept::Passphrase).unwrap().1.is_empty());
        assert_eq!(std::fs::read_to_string(home.path().join(FILE)).unwrap(), text);
    }

    #[test]
    fn a_key_that_came_from_a_credential_gets_a_file() {
        let home = tempfile::tempdir().unwrap();
        let text = "[seal]\nkey_file = \"\"\ncredential = \"qarauyl-key\"\n";
        let (settings, told) = settle(home.path(), text, KeyKept::Yes).unwrap();
        assert_eq!(told, ["seal.key_file = \"data/key\""]);
        assert_eq!(PathBuf::from(settings.seal.key_file), home.path().join("data/key"));
    }
}
