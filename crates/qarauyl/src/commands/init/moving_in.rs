//! Makes the house: folder, key, password and settings, and then the first watch and its subscriber. Nothing that is there
//! is overwritten.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use data_encoding::HEXLOWER;
use model::{EmailAddress, Frequency, Mode};
use serde::Serialize;
use store::{NewSubscriber, Watching};
use zeroize::Zeroizing;

use super::answers::{Answers, CREDENTIAL, KeyPlace, Password};
use super::files::{PASSWORD_FILE, settings_file};
use crate::backup::writing::sync_folder_of;
use crate::commands::{subscriber, watch};
use crate::house::{self, House};
use crate::output::Output;
use crate::settings::FILE;

/// The watch that a first subscriber hears of, and its query.
const FIRST_WATCH: (&str, &str) = ("Khorgos", "@khorgos");
/// At once: whoever has just set a house up wants to see that it works.
const FIRST_FREQUENCY: &str = "instant";
const KEY_FILE: &str = "data/key";

#[derive(Serialize)]
struct Written {
    settings: String,
    /// Empty where a passphrase is the key.
    key: String,
    /// Empty where no password was typed.
    password: String,
    /// The watch that the first subscriber hears of; empty without one.
    watch: &'static str,
    next: Vec<String>,
}

/// Does it all, and says what comes next.
pub(super) async fn move_in(home: &Path, answers: &Answers, out: Output) -> anyhow::Result<ExitCode> {
    make_folder(&home.join("data"))?;
    let key = if matches!(answers.key, KeyPlace::Passphrase(_)) { None } else { Some(home.join(KEY_FILE)) };
    if let Some(key) = &key {
        make_key(key, out)?;
    }
    let mut password = String::new();
    if let Some(Password::Typed(typed)) = answers.mail.as_ref().map(|mail| &mail.password) {
        let file = home.join(PASSWORD_FILE);
        write_new(&file, typed, 0o600)?;
        password = file.display().to_string();
    }
    let settings = home.join(FILE);
    write_new(&settings, &settings_file(answers), 0o644)?;
    let mut written = Written {
        settings: settings.display().to_string(),
        key: key.map(|key| key.display().to_string()).unwrap_or_default(),
        password,
        watch: "",
        next: next(home, &house::called_as(), answers),
    };
    if let Some(address) = &answers.subscriber {
        let failed =
            "the house is there, without its first subscriber: qarauyl subscriber add ADDRESS adds one";
        subscribe(home, address, answers, out).await.context(failed)?;
        written.watch = FIRST_WATCH.0;
    }
    out.show(&written, || said(&written, answers))?;
    Ok(ExitCode::SUCCESS)
}

/// Only the team's own user sees what lies in the house.
fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| format!("cannot make the folder `{}`", folder.display()))
}

fn make_key(file: &Path, out: Output) -> anyhow::Result<()> {
    if file.exists() {
        out.say(&format!("{} is there already and is kept.", file.display()));
        return Ok(());
    }
    let key = Zeroizing::new(rand::random::<[u8; 32]>());
    let text = Zeroizing::new(HEXLOWER.encode(&*key));
    write_new(file, &text, 0o600)
}

/// Keeps a passphrase where the house will look for it.
pub(super) fn keep_passphrase(file: &Path, passphrase: &str) -> anyhow::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    write_new(file, passphrase.trim(), 0o600)
}

/// Writes a file that is not there yet.
pub(crate) fn write_new(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let opened = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let mut file = opened.map_err(|error| {
        let problem = if error.kind() == std::io::ErrorKind::AlreadyExists {
            format!(
                "`{}` is not overwritten: move it away first, or name another folder with --home",
                path.display()
            )
        } else {
            format!("cannot write `{}`", path.display())
        };
        anyhow::Error::new(error).context(problem)
    })?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Puts a file in its place, whole or not at all, with the owner of what it takes the place of. What an earlier try has left
/// beside it goes.
pub(crate) fn replace(place: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let new = PathBuf::from(format!("{}.new", place.display()));
    if new.exists() {
        fs::remove_file(&new).with_context(|| format!("cannot remove `{}`", new.display()))?;
    }
    write_new(&new, text, 0o600)?;
    fs::set_permissions(&new, Permissions::from_mode(mode))?;
    keep_owner(place, &new)?;
    fs::rename(&new, place).with_context(|| format!("cannot write `{}`", place.display()))?;
    sync_folder_of(place)
}

/// Gives a file to whom the one belongs whose place it takes, or the folder where there is none: what root types must not
/// lock the service out.
pub(crate) fn keep_owner(place: &Path, new: &Path) -> anyhow::Result<()> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let given = fs::metadata(place).or_else(|_| fs::metadata(folder)).and_then(|owner| {
        let now = fs::metadata(new)?;
        if (now.uid(), now.gid()) == (owner.uid(), owner.gid()) {
            return Ok(());
        }
        chown(new, Some(owner.uid()), Some(owner.gid()))
    });
    given.with_context(|| format!("cannot give `{}` to the owner of `{}`", new.display(), folder.display()))
}

/// Opens the house that was just made, and adds the first watch and the first subscriber.
async fn subscribe(
    home: &Path,
    address: &EmailAddress,
    answers: &Answers,
    out: Output,
) -> anyhow::Result<()> {
    let house = House::open(house::settings(home, None)?).await?;
    let (name, text) = FIRST_WATCH;
    if house.store.watch_named(name).await?.is_none() {
        let lexicon = house.lexicon().await?;
        let (query, _) = watch::read(text, &lexicon)?;
        house.store.add_watch(name, &query.to_string(), house.clock.now()).await?;
    }
    let new = NewSubscriber {
        address: address.clone(),
        language: answers.place.language.clone(),
        timezone: answers.place.timezone.clone(),
    };
    let wish = (FIRST_FREQUENCY.parse::<Frequency>()?, Mode::Full);
    subscriber::add(&house, &new, &[name.to_owned()], wish, out).await?;
    house.store.close().await;
    Ok(())
}

/// The next commands, three at most.
fn next(home: &Path, called: &str, answers: &Answers) -> Vec<String> {
    let program =
        if home == Path::new(".") { called.to_owned() } else { format!("qarauyl --home {}", home.display()) };
    let mut next = Vec::new();
    if answers.key == KeyPlace::Credential {
        // It is typed as another user, who is in another folder.
        let key = home.join(KEY_FILE);
        let key = std::path::absolute(&key).unwrap_or(key);
        next.push(format!(
            "sudo systemd-creds encrypt --name={CREDENTIAL} {} /etc/credstore.encrypted/{CREDENTIAL}",
            key.display()
        ));
    }
    if answers.subscriber.is_none() {
        next.push(format!("{program} watch add {} '{}'", FIRST_WATCH.0, FIRST_WATCH.1));
        next.push(format!("{program} subscriber add - --watch {}", FIRST_WATCH.0));
    } else {
        next.push(format!("{program} doctor"));
    }
    next.push(format!("{program} run"));
    next.truncate(3);
    next
}

fn said(written: &Written, answers: &Answers) -> String {
    let files: Vec<&str> = [&written.settings, &written.key, &written.password]
        .into_iter()
        .filter(|file| !file.is_empty())
        .map(String::as_str)
        .collect();
    let mut text = format!("Wrote {}.\n", files.join(", "));
    text.push_str(match &answers.key {
        KeyPlace::File => {
            "The key opens watches, subscribers and digests: keep a copy of it elsewhere, without it they are lost.\n"
        }
        KeyPlace::Passphrase(_) => {
            "The passphrase opens watches, subscribers and digests: without it they are lost.\n"
        }
        KeyPlace::Credential => {
            "The key opens watches, subscribers and digests: keep a copy of it elsewhere. The first command below seals it to \
             this machine; remove it here once the service runs. Commands that you type then need the key as well: \
             docs/guide/keys.md says how they get it.\n"
        }
    });
    format!("{text}Next:\n  {}", written.next.join("\n  "))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::answers::Place;
    use super::*;

    fn answers(subscriber: &str, key: KeyPlace) -> Answers {
        Answers {
            name: "Watch".to_owned(),
            place: Place { timezone: "UTC".to_owned(), language: "en".to_owned() },
            subscriber: Some(subscriber).filter(|text| !text.is_empty()).map(|text| text.parse().unwrap()),
            mail: None,
            sources: Vec::new(),
            key,
        }
    }

    #[test]
    fn at_most_three_commands_come_next() {
        let check = |subscriber: &str, key: KeyPlace, expected: &[&str]| {
            let next = next(Path::new("."), "qarauyl", &answers(subscriber, key));
            assert_eq!(next.len(), expected.len(), "{next:?}");
            assert!(next.iter().zip(expected).all(|(command, part)| command.contains(part)), "{next:?}");
        };
        check("", KeyPlace::File, &["watch add", "subscriber add", "qarauyl run"]);
        check("a@example.org", KeyPlace::File, &["doctor", "run"]);
        check("a@example.org", KeyPlace::Credential, &["systemd-creds", "doctor", "run"]);
        check("", KeyPlace::Credential, &["systemd-creds", "watch add", "subscriber add"]);
        let elsewhere = next(Path::new("/srv/watch"), "qarauyl", &answers("", KeyPlace::File));
        assert!(
            elsewhere.iter().all(|command| command.starts_with("qarauyl --home /srv/watch ")),
            "{elsewhere:?}"
        );
    }

    #[test]
    fn what_is_secret_is_the_owners_alone_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/phrase");
        keep_passphrase(&file, "correct horse battery\n").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        let error = keep_passphrase(&file, "another passphrase").unwrap_err();
        assert!(error.to_string().contains("not overwritten"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "correct horse battery");
    }
}
