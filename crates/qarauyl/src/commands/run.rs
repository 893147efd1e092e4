//! `qarauyl run`: the services, until they are stopped, or once.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use store::{JobKind, Reading, Sourcing};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::house::House;
use crate::output::{Output, is_watched};
use crate::pipeline::{Only, Pipeline, until_idle};
use crate::running::Running;
use crate::sealed;
use crate::service_manager;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Run some services only: fetcher, extractor, matcher, indexer, mailer, web.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Poll each endpoint once, and end when nothing is due.
    #[arg(long)]
    once: bool,
}

pub(crate) async fn run(house: &House, arguments: &Arguments, out: Output) -> anyhow::Result<ExitCode> {
    let only = Only::parse(&arguments.only)?;
    let shutdown = CancellationToken::new();
    // Whoever finds this process by its number asks it to end: from then on it ends in order.
    stop_on_signal(&shutdown);
    let folder = sealed::folder(&house.settings.store);
    let _running = Running::begin(&folder)?;
    sealed::refuse(&folder)?;
    let pipeline = Pipeline::new(house, &only).await?;
    if arguments.once {
        once(house, &pipeline, &shutdown, out).await?;
    } else {
        let web = if only.has("web") { Some(serve(house, &pipeline, &shutdown).await?) } else { None };
        let stages = pipeline.start(&shutdown);
        let alive = service_manager::stay_alive(
            Arc::<store::Database>::clone(&house.store),
            house.clock.clone(),
            shutdown.clone(),
        );
        let alive = tokio::spawn(alive);
        service_manager::ready();
        tracing::info!("running; stop with Ctrl-C");
        shutdown.cancelled().await;
        service_manager::stopping();
        stages.wait().await;
        alive.await?;
        if let Some(web) = web {
            web.wait().await;
        }
    }
    pipeline.close()?;
    Ok(ExitCode::SUCCESS)
}

/// Polls each endpoint once and works until nothing is due or leased.
pub(crate) async fn once(
    house: &House,
    pipeline: &Pipeline,
    shutdown: &CancellationToken,
    out: Output,
) -> anyhow::Result<()> {
    let kinds = pipeline.kinds();
    if kinds.contains(&JobKind::Poll) {
        house.store.poll_all(house.clock.now()).await?;
    }
    let stages = pipeline.start(shutdown);
    let bar = progress(out);
    let each = async || {
        if let Ok(counts) = house.store.counts().await {
            bar.set_message(format!(
                "{} articles, {} read, {} alerts",
                counts.articles, counts.versions, counts.alerts
            ));
        }
    };
    tokio::select! {
        done = until_idle(house, &kinds, each) => done?,
        () = shutdown.cancelled() => {}
    }
    bar.finish_and_clear();
    shutdown.cancel();
    stages.wait().await;
    Ok(())
}

fn progress(out: Output) -> ProgressBar {
    if out.json || !is_watched() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Starts the pages; they end with `shutdown`.
pub(crate) async fn serve(
    house: &House,
    pipeline: &Pipeline,
    shutdown: &CancellationToken,
) -> anyhow::Result<TaskTracker> {
    let index = match &pipeline.index {
        Some(index) => Arc::clone(index),
        None => house.index(&pipeline.lexicon)?,
    };
    let app = web::App {
        store: Arc::<store::Database>::clone(&house.store),
        index,
        lexicon: Arc::clone(&pipeline.lexicon),
        clock: house.clock.clone(),
        locked: house.store.is_locked(),
    };
    let listener = web::listen(&house.settings.web).await.context("the pages cannot be served")?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "the search page is at http://{address}/");
    let (tracker, token, config) = (TaskTracker::new(), shutdown.clone(), house.settings.web.clone());
    tracker.spawn(async move {
        if let Err(error) = web::serve(app, &config, listener, token).await {
            tracing::error!(%error, "the pages are not served any more");
        }
    });
    tracker.close();
    Ok(tracker)
}

/// Ctrl-C and the service manager's SIGTERM end the work gracefully; a second one ends it at once.
pub(crate) fn stop_on_signal(shutdown: &CancellationToken) {
    let shutdown = shutdown.clone();
    // Heard from here on, not from whenever the task begins.
    let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let Ok(mut terminate) = terminate else { return };
    tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        shutdown.cancel();
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        std::process::exit(130);
    });
}
