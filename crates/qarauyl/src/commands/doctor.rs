//! `qarauyl doctor`: checks everything and says what to do. What is broken stops no other check.
//!
//! In reading order: what a [`Finding`] is and how it is shown (`finding`), the files (`permissions`), what the store says
//! (`state`), what was kept (`keeping`), the clock (`clock`), the sources (`sources`), and mail (`mail`).
//! Nothing is sent, and no publisher is asked unless `--online` says so.

mod clock;
mod finding;
mod keeping;
mod mail;
mod permissions;
mod sources;
mod state;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use model::Clock;
use store::{KeyError, StoreError};

use self::finding::{Finding, fine, look, page};
use super::louder;
use crate::house::{self, House};
use crate::logging;
use crate::output::Output;
use crate::settings::{FILE, Settings};

/// Exit code 0: all is fine. Exit code 1: something wants a look.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "three flags that have nothing to do with each other")]
pub(crate) struct Arguments {
    /// Ask each enabled source once as well, as `qarauyl source check` does.
    #[arg(long, conflicts_with = "offline")]
    online: bool,
    /// Ask nobody: no mail server, no DNS.
    #[arg(long)]
    offline: bool,
    /// Prove every file of the archive, and not only the newest: hours for a large one.
    #[arg(long)]
    deep: bool,
    /// Where DNS is asked about the sender's domain; tests have a resolver of their own.
    #[arg(long, hide = true)]
    resolver: Option<SocketAddr>,
}

pub(crate) async fn run(
    (home, named): (&Path, Option<&PathBuf>),
    verbose: u8,
    arguments: &Arguments,
    out: Output,
) -> anyhow::Result<ExitCode> {
    let findings = match house::settings(home, named) {
        Ok(mut settings) => {
            louder(&mut settings, verbose);
            logging::start(&settings.log);
            let file = named.map_or_else(|| PathBuf::from(FILE), Clone::clone);
            let mut findings = vec![of_settings(&file)];
            findings.extend(Box::pin(all(settings, arguments)).await?);
            findings
        }
        Err(error) => {
            vec![look("settings", format!("{error:#}"), "mend what is named, then: qarauyl config check")]
        }
    };
    out.show(&findings, || page(&findings))?;
    Ok(if findings.iter().all(Finding::is_fine) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn of_settings(file: &Path) -> Finding {
    if file.exists() {
        fine("settings", format!("{} can be used", file.display()))
    } else {
        look("settings", format!("there is no {FILE} in this folder: the defaults hold"), "qarauyl init")
    }
}

async fn all(settings: Settings, arguments: &Arguments) -> anyhow::Result<Vec<Finding>> {
    let clock = Clock::system();
    let mut findings = vec![permissions::permissions(&settings)];
    match House::open(settings.clone()).await {
        Ok(house) => findings.extend(of_house(&house).await),
        Err(error) => findings.push(closed(&error)),
    }
    findings.extend(keeping::findings(&settings, &clock, arguments.deep));
    if arguments.offline {
        findings.push(mail::unasked(&settings.mailer));
        return Ok(findings);
    }
    findings.push(sources::names(&settings, clock.now()).await);
    if arguments.online {
        findings.push(sources::answers(&settings, clock).await);
    }
    findings.extend(mail::findings(&settings.mailer, arguments.resolver).await);
    Ok(findings)
}

/// Why the house cannot be entered.
fn closed(error: &anyhow::Error) -> Finding {
    let says = format!("{error:#}");
    if error.downcast_ref::<KeyError>().is_some() {
        return look("key", says, "put the key or passphrase where [seal] in the settings says");
    }
    if let Some(StoreError::Sealed(_)) = error.downcast_ref() {
        return look(
            "key",
            says,
            "this is not the key that the store was sealed with: put that one back from its copy",
        );
    }
    look("store", says, "see [store] url in the settings, and who may read and write that place")
}

async fn of_house(house: &House) -> Vec<Finding> {
    let lexicon = house.lexicon().await;
    let mut findings = vec![
        state::key(&house.key),
        state::store(house).await,
        state::versions(house).await,
        clock::clock(house).await,
        whole("sources", sources::sources(house).await),
        state::lexicon(&lexicon),
    ];
    if let Ok(lexicon) = &lexicon {
        findings.push(state::watches(house, lexicon).await);
        findings.push(state::index(house, lexicon).await);
    }
    findings.push(whole("jobs", state::jobs(house).await));
    findings.push(whole("ledger", state::ledger(house).await));
    findings
}

/// A check that fails is a finding like the others.
fn whole(what: &'static str, found: anyhow::Result<Finding>) -> Finding {
    found.unwrap_or_else(|error| look(what, format!("{error:#}"), "see what is said of the store"))
}
