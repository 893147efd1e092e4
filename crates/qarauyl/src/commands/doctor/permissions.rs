//! Who else on this machine may read what lies in the house.

use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::finding::{Finding, fine, look};
use crate::settings::Settings;

/// Read, write and enter, for the group and for all others.
const OTHERS: u32 = 0o077;

/// Something that others could reach, and the mode that ends it.
struct Open {
    path: PathBuf,
    mode: &'static str,
}

/// Looks at the keys and passwords, which are the owner's alone, and at the folders, which may be a group's.
pub(super) fn permissions(settings: &Settings) -> Finding {
    let mut found = Vec::new();
    for path in secrets(settings).into_iter().chain(store_elsewhere(settings)) {
        if reach(&path) & OTHERS != 0 {
            found.push(Open { path, mode: "600" });
        }
    }
    for path in folders(settings) {
        if reach(&path) & 0o007 != 0 {
            found.push(Open { path, mode: "700" });
        }
    }
    verdict(&found)
}

fn verdict(found: &[Open]) -> Finding {
    if found.is_empty() {
        return fine("permissions", "keys, passwords and data are closed to other users of this machine");
    }
    let names: Vec<String> = found.iter().map(|one| one.path.display().to_string()).collect();
    let commands: Vec<String> =
        found.iter().map(|one| format!("chmod {} '{}'", one.mode, one.path.display())).collect();
    look(
        "permissions",
        format!("other users of this machine can get at {}", names.join(", ")),
        commands.join("; "),
    )
}

fn secrets(settings: &Settings) -> Vec<PathBuf> {
    let named =
        [&settings.seal.key_file, &settings.seal.passphrase_file, &settings.mailer.smtp.password_file];
    let mut all: Vec<PathBuf> = named.iter().filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    all.push(settings.archive.signing_key_file.clone());
    all.push(settings.mailer.dkim.key_file.clone());
    all
}

/// A store outside the house lies in a folder that may be others' as well: the file alone is ours to close.
fn store_elsewhere(settings: &Settings) -> Option<PathBuf> {
    settings.store.file().filter(|file| file.is_absolute())
}

fn folders(settings: &Settings) -> Vec<PathBuf> {
    let mut all = Vec::new();
    if let Some(file) = settings.store.file().filter(|file| file.is_relative()) {
        all.extend(file.parent().filter(|folder| !folder.as_os_str().is_empty()).map(Path::to_owned));
    }
    for folder in [&settings.archive.dir, &settings.indexer.directory, &settings.mailer.outbox] {
        // What lies in a folder that is closed is closed.
        if !all.iter().any(|above| folder.starts_with(above)) {
            all.push(folder.clone());
        }
    }
    all
}

/// The permissions of a path as far as they count: whoever cannot enter a folder above it has none. What is not there is
/// nobody's.
fn reach(path: &Path) -> u32 {
    let Ok(whole) = std::fs::canonicalize(path) else { return 0 };
    let mode = |path: &Path| std::fs::metadata(path).as_ref().map_or(0, bits);
    whole.ancestors().skip(1).fold(mode(&whole), |left, above| narrowed(left, mode(above)))
}

fn bits(metadata: &Metadata) -> u32 {
    metadata.permissions().mode() & 0o777
}

/// What is left of permissions below a folder.
fn narrowed(mode: u32, folder: u32) -> u32 {
    let group = if folder & 0o010 == 0 { 0 } else { 0o070 };
    let others = if folder & 0o001 == 0 { 0 } else { 0o007 };
    mode & (0o700 | group | others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_closed_closes_what_lies_in_it() {
        let check = |mode: u32, folder: u32, expected: u32| {
            assert_eq!(narrowed(mode, folder), expected, "{mode:o} below {folder:o}");
        };
        check(0o644, 0o700, 0o600);
        check(0o644, 0o750, 0o640);
        check(0o644, 0o755, 0o644);
        check(0o600, 0o777, 0o600);
        check(0o666, 0o711, 0o666);
    }

    #[test]
    fn what_others_can_reach_is_named_with_the_command_that_ends_it() {
        let open = [Open { path: "data/key".into(), mode: "600" }, Open { path: "data".into(), mode: "700" }];
        let finding = verdict(&open);
        assert_eq!(finding.todo, "chmod 600 'data/key'; chmod 700 'data'");
        assert!(finding.says.contains("data/key, data"));
        assert!(verdict(&[]).is_fine());
    }
}
