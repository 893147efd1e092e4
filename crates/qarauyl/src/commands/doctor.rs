//! `qarauyl doctor`: checks everything and says what to do.

use std::process::ExitCode;

use serde::Serialize;
use store::{KeyOrigin, Queue, Reading, Reconciling, Watching};

use crate::house::House;
use crate::output::{Output, table};

#[derive(Serialize)]
struct Finding {
    what: &'static str,
    state: &'static str,
    says: String,
    todo: String,
}

const FINE: &str = "fine";
const LOOK: &str = "look";
/// A disk that is full sooner than this wants a person.
const DAYS_TO_ACT: u64 = 30;

pub(crate) async fn run(house: &House, out: Output) -> anyhow::Result<ExitCode> {
    let findings = vec![
        key(house),
        store(house).await,
        sources(house).await?,
        lexicon(house).await,
        watches(house).await,
        archive(house),
        disk(house),
        index(house).await,
        mail(house),
        jobs(house).await?,
        ledger(house).await?,
    ];
    out.show(&findings, || {
        let rows: Vec<Vec<String>> = findings
            .iter()
            .map(|one| vec![one.what.to_owned(), one.state.to_owned(), one.says.clone(), one.todo.clone()])
            .collect();
        table(&["what", "state", "finding", "what to do"], &rows)
    })?;
    Ok(if findings.iter().all(|one| one.state == FINE) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn fine(what: &'static str, says: impl Into<String>) -> Finding {
    Finding { what, state: FINE, says: says.into(), todo: String::new() }
}

fn look(what: &'static str, says: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { what, state: LOOK, says: says.into(), todo: todo.into() }
}

fn key(house: &House) -> Finding {
    match &house.key {
        KeyOrigin::None => look(
            "key",
            "there is none: watches, subscribers and digests are locked",
            "qarauyl init makes one; or see [seal] in the settings",
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

async fn store(house: &House) -> Finding {
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

async fn sources(house: &House) -> anyhow::Result<Finding> {
    if let Err(error) = house.sources() {
        return Ok(look(
            "sources",
            format!("{error:#}"),
            "mend the line that is named, then: qarauyl config check",
        ));
    }
    let records = house.store.source_records().await?;
    let on: Vec<_> = records.iter().filter(|record| record.source.enabled).collect();
    let read = on.iter().filter(|record| record.last_read.is_some()).count();
    let says = format!("{} endpoints switched on, {read} of them read so far", on.len());
    if on.is_empty() || read == on.len() {
        return Ok(fine("sources", says));
    }
    Ok(look("sources", says, "qarauyl run reads them; qarauyl source check says why one does not answer"))
}

async fn lexicon(house: &House) -> Finding {
    match house.lexicon().await {
        Ok(lexicon) => fine("lexicon", format!("{} entities", lexicon.entities().len())),
        Err(error) => look("lexicon", format!("{error:#}"), "mend the line that is named"),
    }
}

async fn watches(house: &House) -> Finding {
    if house.store.is_locked() {
        return fine("watches", "wait for the key");
    }
    let (watches, lexicon) = match (house.store.watches().await, house.lexicon().await) {
        (Ok(watches), Ok(lexicon)) => (watches, lexicon),
        (Err(error), _) => return look("watches", error.to_string(), "see [seal] in the settings"),
        _ => return look("watches", "wait for the lexicon", ""),
    };
    let unreadable =
        watches.iter().filter(|watch| super::watch::read(&watch.query, &lexicon).is_err()).count();
    if unreadable == 0 {
        return fine("watches", format!("{} can be read", watches.len()));
    }
    look(
        "watches",
        format!("{unreadable} of {} cannot be read and find nothing", watches.len()),
        "qarauyl watch list says why; write them anew",
    )
}

fn archive(house: &House) -> Finding {
    let dir = &house.settings.archive.dir;
    match std::fs::create_dir_all(dir) {
        Ok(()) => fine("archive", format!("{} can be written", dir.display())),
        Err(error) => look(
            "archive",
            format!("{}: {error}", dir.display()),
            "give the folder to the user who runs qarauyl",
        ),
    }
}

/// Says how long the disk will last, by the growth of the last days.
fn disk(house: &House) -> Finding {
    let config = &house.settings.archive;
    let todo = "free some space, or move [archive] dir; keep_relooks_days drops old looks";
    if let Err(full) = house.archive().room() {
        return look("disk", full.to_string(), todo);
    }
    let known = archive::free_bytes(&config.dir)
        .and_then(|free| Ok((free, archive::growth(&config.dir, house.clock.now())?)));
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

async fn index(house: &House) -> Finding {
    let Ok(lexicon) = house.lexicon().await else { return look("index", "waits for the lexicon", "") };
    let articles = house.store.counts().await.map_or(0, |counts| counts.articles);
    match house.index(&lexicon) {
        Ok(index) if index.needs_rebuild() && articles > 0 => {
            look("index", "lacks articles of the store", "qarauyl index rebuild")
        }
        Ok(index) => fine("index", format!("{} articles searchable", index.documents())),
        Err(error) => look("index", format!("{error:#}"), "qarauyl index rebuild"),
    }
}

fn mail(house: &House) -> Finding {
    let mailer = &house.settings.mailer;
    match (mailer.transport, mailer::Transport::new(mailer)) {
        (_, Err(error)) => look("mail", error.to_string(), "see [mailer.smtp] in the settings"),
        (mailer::TransportKind::File, Ok(_)) => fine(
            "mail",
            format!("goes to the folder {}; [mailer] transport = \"smtp\" sends it", mailer.outbox.display()),
        ),
        (mailer::TransportKind::Smtp, Ok(_)) => {
            fine("mail", format!("goes to {}:{}", mailer.smtp.host, mailer.smtp.port))
        }
    }
}

/// Whether what was matched is what a search finds.
async fn ledger(house: &House) -> anyhow::Result<Finding> {
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

async fn jobs(house: &House) -> anyhow::Result<Finding> {
    let parked = house.store.parked().await?.len();
    Ok(if parked == 0 {
        fine("jobs", "none waits for a person")
    } else {
        look("jobs", format!("{parked} wait for a person"), "qarauyl jobs")
    })
}
