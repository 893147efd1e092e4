//! The kept pages and the disk that they lie on.

use archive::{Archive, PublicKey, Verified};
use model::Clock;

use super::finding::{Finding, fine, look};
use crate::settings::Settings;

/// A disk that is full sooner than this wants a person.
const DAYS_TO_ACT: u64 = 30;
/// Of this many files each byte is proven, the newest ones: what a crash or a bad disk touched last.
const NEWEST: usize = 3;
/// No more problems than this are named.
const MOST_NAMED: usize = 3;

pub(super) fn findings(settings: &Settings, clock: &Clock, deep: bool) -> Vec<Finding> {
    let mut findings = vec![folder(settings)];
    if findings.iter().all(Finding::is_fine) {
        findings.push(evidence(settings, deep));
        findings.push(disk(settings, clock));
    }
    findings
}

fn folder(settings: &Settings) -> Finding {
    let dir = &settings.archive.dir;
    let trial = dir.join(format!("doctor-{}", std::process::id()));
    let written = std::fs::create_dir_all(dir).and_then(|()| {
        std::fs::write(&trial, "")?;
        std::fs::remove_file(&trial)
    });
    match written {
        Ok(()) => fine("archive", format!("{} can be written", dir.display())),
        Err(error) => look(
            "archive",
            format!("{}: {error}", dir.display()),
            "give the folder to the user who runs qarauyl",
        ),
    }
}

/// Whether the files are those that the manifest names.
fn evidence(settings: &Settings, deep: bool) -> Finding {
    let config = &settings.archive;
    let keys = match PublicKey::all_of_house(&config.signing_key_file) {
        Ok(keys) if keys.is_empty() => {
            return fine(
                "evidence",
                "nothing is sealed yet: a file is once it is full, or when the program ends",
            );
        }
        Ok(keys) => keys,
        Err(error) => return look("evidence", error.to_string(), "put the key back from its copy"),
    };
    let verified = if deep {
        archive::verify(&config.dir, &keys, None, |_| {})
    } else {
        archive::verify_newest(&config.dir, &keys, NEWEST, |_| {})
    };
    match verified {
        Ok(verified) => verdict(&verified, deep),
        Err(error) => look("evidence", error.to_string(), "qarauyl archive verify"),
    }
}

fn verdict(verified: &Verified, deep: bool) -> Finding {
    if verified.is_whole() {
        let proven = if deep {
            format!("{} sealed files, each byte proven", verified.files)
        } else {
            format!(
                "the newest {} sealed files proven byte by byte, the others are there in their size",
                verified.files
            )
        };
        return fine("evidence", format!("{proven}; {} were dropped on purpose", verified.dropped));
    }
    let named = verified.problems.iter().take(MOST_NAMED).map(|one| format!("{} {}", one.file, one.what));
    look(
        "evidence",
        format!("{} problems: {}", verified.problems.len(), named.collect::<Vec<_>>().join("; ")),
        "qarauyl archive verify names all; restore the files from a backup",
    )
}

/// Says how long the disk will last, by the growth of the last days.
fn disk(settings: &Settings, clock: &Clock) -> Finding {
    let config = &settings.archive;
    let todo = "free some space, or move [archive] dir; keep_relooks_days drops old looks";
    if let Err(full) = Archive::open(config, clock.clone()).room() {
        return look("disk", full.to_string(), todo);
    }
    let known = archive::free_bytes(&config.dir)
        .and_then(|free| Ok((free, archive::growth(&config.dir, clock.now())?)));
    let (free, growth) = match known {
        Ok(known) => known,
        Err(error) => return look("disk", format!("{}: {error}", config.dir.display()), "check the disk"),
    };
    let Some(per_day) = growth else {
        return fine("disk", format!("{} free; the archive is too young for a forecast", megabytes(free)));
    };
    let grows = format!("{} free, the archive grows by {} a day", megabytes(free), megabytes(per_day));
    match archive::days_left(free, config.min_free_bytes, per_day) {
        Some(days) if days < DAYS_TO_ACT => look("disk", format!("{grows}: full in {days} days"), todo),
        Some(days) => fine("disk", format!("{grows}: full in {days} days")),
        None => fine("disk", grows),
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}

#[cfg(test)]
mod tests {
    use archive::Problem;

    use super::*;

    #[test]
    fn a_broken_file_is_named_and_many_are_counted() {
        let broken = |file: &str| Problem {
            file: file.to_owned(),
            record_offset: None,
            what: "is missing".to_owned(),
        };
        let problems: Vec<Problem> = ["a", "b", "c", "d"].into_iter().map(broken).collect();
        let finding = verdict(&Verified { problems, ..Verified::default() }, false);
        assert!(!finding.is_fine() && finding.says.starts_with("4 problems: a is missing"), "{finding:?}");
        assert!(!finding.says.contains("d is missing"));
        assert!(verdict(&Verified { files: 7, ..Verified::default() }, true).says.contains("each byte"));
    }
}
