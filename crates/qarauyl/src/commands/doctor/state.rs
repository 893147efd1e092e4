//! What the store and what lies beside it say: key, counts, versions, lexicon, watches, index, jobs, ledger.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use query::Lexicon;
use sha2::{Digest, Sha256};
use store::{KeyOrigin, Queue, Reading, Reconciling, Watching};

use super::finding::{Finding, fine, look};
use crate::commands::watch;
use crate::embedded;
use crate::house::House;

pub(super) fn key(origin: &KeyOrigin) -> Finding {
    match origin {
        KeyOrigin::None => look(
            "key",
            "there is none: watches, subscribers and digests are locked",
            "qarauyl init makes one in a new house; put the old one back in this one, or see [seal] in the settings",
        ),
        KeyOrigin::Credential => fine("key", "comes from a systemd credential"),
        KeyOrigin::Passphrase => fine("key", "is derived from a passphrase"),
        KeyOrigin::File(path) => fine(
            "key",
            format!(
                "lies in {}: on the disk of the store it protects copies and backups of the store only, not a machine that is seized",
                path.display()
            ),
        ),
    }
}

pub(super) async fn store(house: &House) -> Finding {
    match house.store.counts().await {
        Ok(counts) => fine(
            "store",
            format!(
                "{} articles, {} versions, {} alerts, {} mails",
                counts.articles, counts.versions, counts.alerts, counts.mails
            ),
        ),
        Err(error) => look("store", error.to_string(), "see [store] url in the settings"),
    }
}

/// What a report of a fault should name.
pub(super) async fn versions(house: &House) -> Finding {
    match house.store.newest_migration().await {
        Ok(store) => fine(
            "versions",
            format!(
                "program {}, store {store}, index {}, analyser {}, lexicon {}",
                env!("QARAUYL_VERSION"),
                indexer::FIELDS_VERSION,
                text::ANALYSER_VERSION,
                lexicon_version(&house.settings.lexicon.directory)
            ),
        ),
        Err(error) => look("versions", error.to_string(), "see [store] url in the settings"),
    }
}

/// The lexicon has no number; the beginning of the hash of its files tells two apart.
fn lexicon_version(directory: &str) -> String {
    let Ok(files) = crate::lexicon::files(directory, embedded::LEXICON) else {
        return "unreadable".to_owned();
    };
    let mut hasher = Sha256::new();
    for (_, text) in files {
        hasher.update(text);
    }
    HEXLOWER.encode(&hasher.finalize()).chars().take(8).collect()
}

pub(super) fn lexicon(lexicon: &anyhow::Result<Arc<Lexicon>>) -> Finding {
    match lexicon {
        Ok(lexicon) => fine("lexicon", format!("{} entities", lexicon.entities().len())),
        Err(error) => look(
            "lexicon",
            format!("{error:#}; watches and index wait for it"),
            "mend the line that is named, then: qarauyl config check",
        ),
    }
}

pub(super) async fn watches(house: &House, lexicon: &Lexicon) -> Finding {
    if house.store.is_locked() {
        return fine("watches", "wait for the key");
    }
    let watches = match house.store.watches().await {
        Ok(watches) => watches,
        Err(error) => return look("watches", error.to_string(), "see [seal] in the settings"),
    };
    let unreadable = watches.iter().filter(|one| watch::read(&one.query, lexicon).is_err()).count();
    if unreadable == 0 {
        return fine("watches", format!("{} can be read", watches.len()));
    }
    look(
        "watches",
        format!("{unreadable} of {} cannot be read and find nothing", watches.len()),
        "qarauyl watch list says why; write them anew",
    )
}

pub(super) async fn index(house: &House, lexicon: &Arc<Lexicon>) -> Finding {
    let articles = house.store.counts().await.map_or(0, |counts| counts.articles);
    match house.index(lexicon) {
        Ok(index) if index.needs_rebuild() && articles > 0 => {
            look("index", "lacks articles of the store", "qarauyl index rebuild")
        }
        Ok(index) => fine("index", format!("{} articles searchable", index.documents())),
        Err(error) => look("index", format!("{error:#}"), "qarauyl index rebuild"),
    }
}

pub(super) async fn jobs(house: &House) -> anyhow::Result<Finding> {
    let parked = house.store.parked().await?.len();
    Ok(if parked == 0 {
        fine("jobs", "none waits for a person")
    } else {
        look("jobs", format!("{parked} wait for a person"), "qarauyl jobs")
    })
}

/// Whether what was matched is what a search finds.
pub(super) async fn ledger(house: &House) -> anyhow::Result<Finding> {
    let Some(last) = house.store.last_reconciliation().await? else {
        return Ok(fine("ledger", "not yet compared with the archive: a night of qarauyl run does it"));
    };
    let says = format!(
        "compared at {}: of {} articles and {} watches, {} matches were missing and {} too many",
        last.at.strftime("%Y-%m-%d %H:%M UTC"),
        last.versions,
        last.watches,
        last.missing,
        last.superfluous
    );
    let agrees = last.missing == 0;
    Ok(if agrees {
        fine("ledger", says)
    } else {
        look("ledger", says, "qarauyl ledger reconcile looks again")
    })
}
