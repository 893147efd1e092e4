//! The stages as workers over one store, all of them or some.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context, bail};
use archive::Archive;
use extractor::ExtractService;
use fetcher::{LookService, PageService, PoliteClient, PollService, Scheduler, Tools};
use indexer::{IndexService, TantivyIndex};
use jiff::tz::TimeZone;
use mailer::{MailService, Signer, Transport};
use matcher::MatchService;
use query::Lexicon;
use store::{Handler, JobKind, Queue, Reading, Reconciling, Sourcing, Worker};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::house::House;
use crate::reconcile::{Nightly, Reconciler};
use crate::timed::{Stopwatch, Timed};

/// So often it is looked whether the index has small segments and nothing else to do.
const TIDY: std::time::Duration = std::time::Duration::from_mins(1);

/// The services that `--only` names.
pub(crate) const SERVICES: [&str; 6] = ["fetcher", "extractor", "matcher", "indexer", "mailer", "web"];

/// A worker whose handler is not named in its type.
trait Stage: Send + Sync {
    fn run(self: Arc<Self>, shutdown: CancellationToken) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

impl<H: Handler + Debug> Stage for Worker<H> {
    fn run(self: Arc<Self>, shutdown: CancellationToken) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(Self::run(self, shutdown))
    }
}

/// One stage with its stopwatch.
struct Entry {
    kind: JobKind,
    stage: Arc<dyn Stage>,
    watch: Arc<Stopwatch>,
}

/// The stages of this process.
pub(crate) struct Pipeline {
    entries: Vec<Entry>,
    archive: Arc<Archive>,
    pub(crate) index: Option<Arc<TantivyIndex>>,
    pub(crate) lexicon: Arc<Lexicon>,
}

/// Which services a process runs.
#[derive(Debug, Clone)]
pub(crate) struct Only(Vec<String>);

impl Only {
    /// Reads `fetcher,extractor`; all services for an empty list.
    pub(crate) fn parse(names: &[String]) -> anyhow::Result<Self> {
        for name in names {
            if !SERVICES.contains(&name.as_str()) {
                bail!("there is no service `{name}`: use some of {}", SERVICES.join(", "));
            }
        }
        Ok(Self(names.to_vec()))
    }

    pub(crate) fn has(&self, service: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|name| name == service)
    }
}

impl Pipeline {
    /// Prepares the store and makes the stages that `only` names. Without the key, matching and mailing wait.
    pub(crate) async fn new(house: &House, only: &Only) -> anyhow::Result<Self> {
        house.store.sync_sources(&house.sources()?, house.clock.now()).await?;
        let freed = house.store.free_dead_leases().await?;
        if freed > 0 {
            tracing::info!(freed, "took over the work of a process that is gone");
        }
        let lexicon = house.lexicon().await?;
        let mut pipeline = Self { entries: Vec::new(), archive: house.archive(), index: None, lexicon };
        if only.has("fetcher") {
            pipeline.add_fetcher(house)?;
        }
        if only.has("extractor") {
            pipeline.add(house, extract_service(house, &pipeline.archive));
        }
        if only.has("indexer") {
            let index = house.index(&pipeline.lexicon)?;
            if index.needs_rebuild() {
                if house.store.counts().await?.articles == 0 {
                    index.mark_whole()?;
                } else {
                    tracing::warn!(
                        "the index lacks articles of the store: `qarauyl index rebuild` makes it anew"
                    );
                }
            }
            pipeline.index = Some(Arc::clone(&index));
            pipeline.add(house, IndexService::new(Arc::<store::Database>::clone(&house.store), index));
        }
        if house.store.is_locked() {
            tracing::warn!(
                "locked: fetching and extracting go on, matching and mailing wait for the key; see [seal]"
            );
            return Ok(pipeline);
        }
        if only.has("matcher") {
            let changed = matcher::quarantine(&*house.store, &pipeline.lexicon, house.clock.now()).await?;
            if changed > 0 {
                tracing::warn!(
                    changed,
                    "watches cannot be read any more, or can again: see `qarauyl watch list`"
                );
            }
            let matching = Arc::<store::Database>::clone(&house.store);
            let (lexicon, config) = (Arc::clone(&pipeline.lexicon), house.settings.matcher.clone());
            pipeline.add(house, MatchService::new(matching, lexicon, house.clock.clone(), config));
            pipeline.add_reconciliation(house).await?;
        }
        if only.has("mailer") {
            pipeline.add(house, mail_service(house)?);
        }
        Ok(pipeline)
    }

    /// Compares ledger and archive every night, beside the matcher.
    async fn add_reconciliation(&mut self, house: &House) -> anyhow::Result<()> {
        let index = match &self.index {
            Some(index) => Arc::clone(index),
            None => house.index(&self.lexicon)?,
        };
        let nightly = Nightly {
            reconciler: Reconciler::new(house, index, Arc::clone(&self.lexicon)),
            config: house.settings.reconcile.clone(),
            zone: TimeZone::get(&house.settings.team.timezone).context("[team] timezone")?,
        };
        let now = house.clock.now();
        house.store.open_reconciliation(nightly.next(now), now).await?;
        self.add(house, nightly);
        Ok(())
    }

    fn add_fetcher(&mut self, house: &House) -> anyhow::Result<()> {
        let client = PoliteClient::new(&house.settings.fetcher, house.clock.clone())
            .context("[fetcher] cannot be used")?
            .remembering(Arc::<store::Database>::clone(&house.store));
        let tools = Tools {
            store: Arc::<store::Database>::clone(&house.store),
            archive: Arc::clone(&self.archive),
            client: Arc::new(client),
            clock: house.clock.clone(),
            width: house.settings.workers.fetch,
        };
        let scheduling = Arc::<store::Database>::clone(&house.store);
        let scheduler = Scheduler::new(scheduling, house.settings.fetcher.budget);
        self.add(house, PollService { tools: tools.clone(), scheduler });
        let plan = house.settings.fetcher.looks.clone();
        let looking = Arc::<store::Database>::clone(&house.store);
        self.add(house, LookService { tools: tools.clone(), looking, plan: plan.clone() });
        self.add(house, PageService { tools, retry: house.settings.queue.retry.clone(), looks: plan });
        Ok(())
    }

    fn add<H: Handler + Debug>(&mut self, house: &House, handler: H) {
        let watch = Arc::new(Stopwatch::default());
        let timed = Timed { handler, watch: Arc::clone(&watch) };
        let worker =
            Worker::new(timed, Arc::clone(&house.store), house.clock.clone(), house.settings.queue.clone());
        self.entries.push(Entry { kind: H::KIND, stage: Arc::new(worker), watch });
    }

    /// Returns the kinds of jobs that this process does.
    pub(crate) fn kinds(&self) -> Vec<JobKind> {
        self.entries.iter().map(|entry| entry.kind).collect()
    }

    /// Returns each stage's stopwatch.
    pub(crate) fn stopwatches(&self) -> Vec<(JobKind, Arc<Stopwatch>)> {
        self.entries.iter().map(|entry| (entry.kind, Arc::clone(&entry.watch))).collect()
    }

    /// Starts every stage; they end with `shutdown`.
    pub(crate) fn start(&self, shutdown: &CancellationToken) -> TaskTracker {
        let tracker = TaskTracker::new();
        for entry in &self.entries {
            tracker.spawn(Arc::clone(&entry.stage).run(shutdown.clone()));
        }
        if let Some(index) = &self.index {
            tracker.spawn(tidy(Arc::clone(index), shutdown.clone()));
        }
        tracker.close();
        tracker
    }

    /// Closes what is open on disk.
    pub(crate) fn close(&self) -> anyhow::Result<()> {
        if let Some(index) = &self.index {
            index.close()?;
        }
        Ok(self.archive.close()?)
    }
}

/// Merges small segments of the index while nothing is written to it.
async fn tidy(index: Arc<TantivyIndex>, shutdown: CancellationToken) {
    while shutdown.run_until_cancelled(tokio::time::sleep(TIDY)).await.is_some() {
        let index = Arc::clone(&index);
        match tokio::task::spawn_blocking(move || index.tidy()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(segments)) => tracing::info!(segments, "small segments of the index are merged"),
            Ok(Err(error)) => tracing::warn!(%error, "small segments of the index could not be merged"),
            Err(error) => tracing::warn!(%error, "merging small segments of the index was cut short"),
        }
    }
}

/// Waits until no job of `kinds` is due or leased.
pub(crate) async fn until_idle(
    house: &House,
    kinds: &[JobKind],
    mut each: impl AsyncFnMut(),
) -> anyhow::Result<()> {
    let archive = house.archive();
    loop {
        if !house.store.is_busy(kinds, house.clock.now()).await? {
            return Ok(());
        }
        // Fetching waits for room, perhaps for long: a run that is to end does not.
        if kinds.contains(&JobKind::Poll) {
            archive.room()?;
        }
        each().await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

fn extract_service(house: &House, archive: &Arc<Archive>) -> ExtractService {
    ExtractService {
        store: Arc::<store::Database>::clone(&house.store),
        archive: Arc::clone(archive),
        clock: house.clock.clone(),
        max_decoded_bytes: house.settings.fetcher.max_decoded_bytes,
        width: house.settings.workers.extract,
    }
}

fn mail_service(house: &House) -> anyhow::Result<MailService> {
    Ok(MailService {
        store: Arc::<store::Database>::clone(&house.store),
        transport: Transport::new(&house.settings.mailer)?,
        signer: Signer::new(&house.settings.mailer)?.map(Arc::new),
        config: house.settings.mailer.clone(),
        team: house.settings.team.name.clone(),
        clock: house.clock.clone(),
    })
}
