//! `qarauyl demo`: the whole way on a bundled newsroom, served on loopback and read like any other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use data_encoding::HEXLOWER;
use model::{Clock, Frequency, Mode};
use newsroom::{Newsroom, sample, source_file};
use serde::Serialize;
use store::{Mailing, NewSubscriber, Reading, Subscribing, Watching};
use tokio_util::sync::CancellationToken;

use super::run::{once, serve, stop_on_signal};
use crate::house::{House, settings_with};
use crate::logging;
use crate::output::{Output, table};
use crate::pipeline::{Only, Pipeline};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Where the demo's house is made; mails are in its outbox.
    #[arg(long, default_value = "qarauyl-demo")]
    dir: PathBuf,
    /// End when all is read, instead of leaving the search page open.
    #[arg(long)]
    once: bool,
}

/// A watch and an article that it found, or should have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Pair {
    watch: String,
    article: String,
    title: String,
}

#[derive(Debug, Serialize)]
struct Stage {
    name: &'static str,
    jobs: u64,
    seconds: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    expected: Vec<Pair>,
    found: Vec<Pair>,
    mails: usize,
    stages: Vec<Stage>,
    seconds: f64,
}

pub(crate) async fn run(arguments: &Arguments, verbose: u8, out: Output) -> anyhow::Result<ExitCode> {
    let clock = Clock::system();
    let sites = sample::sites(clock.now())?;
    let newsroom = Newsroom::start(sites.clone(), ([127, 0, 0, 1], 0).into()).await?;
    let dir = prepare(&arguments.dir, &source_file(&sites, newsroom.address()), newsroom.address())?;
    // What is set for a real house must not reach the demo, which reads invented outlets and nothing else.
    let mut settings = settings_with(&dir, None, |name| name.starts_with("QARAUYL__WEB__"))?;
    settings.log.level = ["error", "info", "trace"].get(usize::from(verbose)).unwrap_or(&"trace").to_string();
    logging::start(&settings.log);
    let house = House::open(settings).await?;
    subscribe(&house).await?;
    out.say("Reading thirteen invented outlets on this machine …");
    let start = Instant::now();
    let pipeline = Pipeline::new(&house, &Only::parse(&[])?).await?;
    once(&house, &pipeline, &CancellationToken::new(), out).await?;
    let report = report(&house, &pipeline, start.elapsed()).await?;
    out.show(&report, || plain(&report, &dir))?;
    if !arguments.once {
        let shutdown = CancellationToken::new();
        stop_on_signal(&shutdown);
        let web = serve(&house, &pipeline, &shutdown).await?;
        out.say(&format!("\nThe search page is open at http://{}/ until Ctrl-C.", house.settings.web.listen));
        web.wait().await;
    }
    pipeline.close()?;
    newsroom.stop().await;
    Ok(if report.expected == report.found { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The files by which a folder is known to be a demo's: only such a folder is cleared.
const MADE: &str = ".qarauyl-demo";

/// Makes a fresh house that knows the newsroom and nothing else.
fn prepare(dir: &Path, sources: &str, address: std::net::SocketAddr) -> anyhow::Result<PathBuf> {
    let dir = std::path::absolute(dir)?;
    if dir.exists() {
        let empty = std::fs::read_dir(&dir)?.next().is_none();
        if !dir.join(MADE).exists() && !empty {
            bail!("`{}` holds something else: name another folder with --dir", dir.display());
        }
        std::fs::remove_dir_all(&dir).with_context(|| format!("cannot clear `{}`", dir.display()))?;
    }
    let write = |name: &str, text: &str| -> anyhow::Result<()> {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))
    };
    write(MADE, "Made by `qarauyl demo`; cleared by the next one.\n")?;
    write("sources/newsroom.toml", sources)?;
    write("data/key", &HEXLOWER.encode(&rand::random::<[u8; 32]>()))?;
    write(
        crate::settings::FILE,
        &format!(
            "# The house of the demo: invented outlets on this machine.\n[team]\nname = \"Qarauyl demo ({})\"\ntimezone = \"Asia/Almaty\"\n\n\
         [sources]\ndirectory = \"sources\"\n\n[queue]\nidle = \"50ms\"\n\n[fetcher]\nexempt = [{{ suffix = \".test\", address = \"{address}\" }}]\n\n[mailer]\noutbox = \"outbox\"\n",
            sample::MARK
        ),
    )?;
    Ok(dir)
}

/// Adds the six watches, and somebody who wants to hear of each at once.
async fn subscribe(house: &House) -> anyhow::Result<()> {
    let now = house.clock.now();
    let lexicon = house.lexicon().await?;
    let new = NewSubscriber {
        address: "reader@qarauyl-demo.test".parse()?,
        language: "en".to_owned(),
        timezone: house.settings.team.timezone.clone(),
    };
    let subscriber = house.store.add_subscriber(&new, now).await?;
    for watch in sample::WATCHES {
        let (query, _) = super::watch::read(watch.query, &lexicon)?;
        let id = house.store.add_watch(watch.name, &query.to_string(), now).await?;
        house.store.subscribe(subscriber, id, (Frequency::Instant, Mode::Full), now).await?;
    }
    Ok(())
}

async fn report(house: &House, pipeline: &Pipeline, took: Duration) -> anyhow::Result<Report> {
    let mut expected: Vec<Pair> = sample::expected()?
        .into_iter()
        .map(|pair| Pair { watch: pair.watch.to_owned(), article: pair.article, title: pair.title })
        .collect();
    expected.sort();
    let stages = pipeline.stopwatches().into_iter().map(|(kind, watch)| Stage {
        name: kind.as_str(),
        jobs: watch.jobs(),
        seconds: watch.time().as_secs_f64(),
    });
    let mails = usize::try_from(house.store.counts().await?.mails)?;
    Ok(Report {
        expected,
        found: found(house).await?,
        mails,
        stages: stages.collect(),
        seconds: took.as_secs_f64(),
    })
}

/// What the mails told: read from the digests that were sent.
async fn found(house: &House) -> anyhow::Result<Vec<Pair>> {
    let mut found = BTreeSet::new();
    for excerpt in house.store.told_excerpts().await? {
        let article = excerpt.url.split_once("//").map_or(excerpt.url.as_str(), |(_, rest)| rest);
        let (host, path) = article.split_once('/').unwrap_or((article, ""));
        let host = host.split(':').next().unwrap_or_default();
        found.insert(Pair {
            watch: excerpt.watch_name,
            article: format!("{host}/{path}"),
            title: excerpt.title,
        });
    }
    Ok(found.into_iter().collect())
}

fn plain(report: &Report, dir: &Path) -> String {
    let rows: Vec<Vec<String>> = report
        .found
        .iter()
        .map(|pair| vec![pair.watch.clone(), pair.title.clone(), pair.article.clone()])
        .collect();
    let stages: Vec<Vec<String>> = report
        .stages
        .iter()
        .map(|stage| vec![stage.name.to_owned(), stage.jobs.to_string(), format!("{:.2} s", stage.seconds)])
        .collect();
    let missing: Vec<&Pair> = report.expected.iter().filter(|pair| !report.found.contains(pair)).collect();
    let beside: Vec<&Pair> = report.found.iter().filter(|pair| !report.expected.contains(pair)).collect();
    let mut lines = vec![format!(
        "{}\n\n{}\n\n{} of {} expected alerts, {} beside them, in {} mails, {:.1} s in all.\nMails: {}",
        table(&["watch", "found", "where"], &rows),
        table(&["stage", "jobs", "work"], &stages),
        report.expected.len() - missing.len(),
        report.expected.len(),
        beside.len(),
        report.mails,
        report.seconds,
        dir.join("outbox").display()
    )];
    for (word, pairs) in [("missing", missing), ("beside", beside)] {
        lines.extend(
            pairs.iter().map(|pair| format!("{word}: {} / {} ({})", pair.watch, pair.title, pair.article)),
        );
    }
    lines.join("\n")
}
