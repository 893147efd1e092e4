//! The service: matches each new version against all watches and keeps what was decided.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use model::{Clock, FirstLook, StoryId, VersionId, Watch, WatchId};
use query::{Document, Lexicon, parse_watch, plan};
use store::{
    Failed, Finding, Handler, Job, JobKind, MatchedVersion, Matching, NewAlert, StoreError, StoryChoice,
    VersionInContext,
};

use crate::{News, Signature, Told, Watchlist, excerpt, sentence_hashes};

/// How often a version is matched anew because the watch list changed meanwhile, before its job is given back.
const TRIES: usize = 5;

/// Matches new versions.
pub struct MatchService {
    store: Arc<dyn Matching>,
    lexicon: Arc<Lexicon>,
    clock: Clock,
    /// The watch list of the last revision that was read.
    loaded: Mutex<Arc<Loaded>>,
}

/// The watches of one revision, ready to be matched.
struct Loaded {
    revision: i64,
    list: Watchlist,
    names: Vec<(WatchId, String)>,
}

/// What the story of a version knows already.
struct Known {
    story: StoryChoice,
    sentences: HashSet<i64>,
    told: Vec<WatchId>,
}

impl fmt::Debug for MatchService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MatchService")
    }
}

impl MatchService {
    /// Makes a service over `store` with the entities of `lexicon`.
    pub fn new(store: Arc<dyn Matching>, lexicon: Arc<Lexicon>, clock: Clock) -> Self {
        let none = Loaded { revision: -1, list: Watchlist::default(), names: Vec::new() };
        Self { store, lexicon, clock, loaded: Mutex::new(Arc::new(none)) }
    }

    async fn once(&self, job: &Job) -> Result<(), StoreError> {
        let Some(context) = self.store.version(VersionId(job.subject)).await? else {
            return Err(StoreError::Row { what: "version", value: job.subject.to_string() });
        };
        let loaded = self.watches().await?;
        let lexicon = Arc::clone(&self.lexicon);
        let (context, document, signature) = compute(move || {
            let document = context.document(&lexicon);
            let signature = Signature::of(&document);
            (context, document, signature)
        })
        .await?;
        let known = self.known(&context, &signature).await?;
        let lexicon = Arc::clone(&self.lexicon);
        let matched = compute(move || decide(context, &document, known, &loaded, &lexicon)).await?;
        self.store.finish_match(job, &matched, self.clock.now()).await
    }

    /// Returns the watches of the present revision, reading them anew when it has moved.
    async fn watches(&self) -> Result<Arc<Loaded>, StoreError> {
        let revision = self.store.watch_revision().await?;
        let last = Arc::clone(&self.loaded.lock().unwrap_or_else(PoisonError::into_inner));
        if last.revision == revision {
            return Ok(last);
        }
        let (revision, watches) = self.store.watchlist().await?;
        let loaded = Arc::new(Loaded {
            revision,
            list: Watchlist::new(watches.iter().filter_map(|watch| planned(watch, &self.lexicon))),
            names: watches.into_iter().map(|watch| (watch.id, watch.name)).collect(),
        });
        *self.loaded.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&loaded);
        Ok(loaded)
    }

    async fn known(&self, context: &VersionInContext, signature: &Signature) -> Result<Known, StoreError> {
        // A later version of an article stays in the story of its first, however much it changed.
        let story = match context.article.story {
            Some(story) => StoryChoice::Existing(story),
            None => signature.choose(&self.store.story_candidates(&signature.bands()).await?),
        };
        let StoryChoice::Existing(id) = story else {
            return Ok(Known { story, sentences: HashSet::new(), told: Vec::new() });
        };
        Ok(Known { sentences: self.sentences(id).await?, told: self.store.told_watches(id).await?, story })
    }

    async fn sentences(&self, story: StoryId) -> Result<HashSet<i64>, StoreError> {
        Ok(self.store.story_sentences(story).await?.into_iter().collect())
    }
}

/// Runs what may take longer than half a millisecond off the runtime's own threads.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Row { what: "computation", value: error.to_string() })
}

/// A watch whose query this version cannot read matches nothing; it is said by number, never by text.
fn planned(watch: &Watch, lexicon: &Lexicon) -> Option<(WatchId, query::Plan)> {
    let plan = parse_watch(&watch.query).and_then(|query| plan(&query, lexicon)).ok();
    if plan.is_none() {
        tracing::error!(watch.id = watch.id.0, "a watch cannot be read any more: see `qarauyl watch list`");
    }
    plan.map(|plan| (watch.id, plan))
}

fn decide(
    context: VersionInContext,
    document: &Document,
    known: Known,
    loaded: &Loaded,
    lexicon: &Lexicon,
) -> MatchedVersion {
    let title = context.version.title.clone();
    let texts: Vec<String> = context.version.blocks.iter().map(|block| block.text.clone()).collect();
    let blocks: Vec<&str> = texts.iter().map(String::as_str).collect();
    let news = News::of(document, &title, &blocks, &known.sentences);
    let backlog = context.article.backlog && context.source.first_look == FirstLook::Archive;
    let version = Told { context: &context, document, lexicon };
    let finding = |found: crate::Match| {
        let told = known.told.contains(&found.watch);
        let plan = loaded.list.plan(found.watch)?;
        let novelty = if backlog { None } else { news.novelty(told, &plan, &found.hits, document) };
        let name = loaded.names.iter().find(|(watch, _)| *watch == found.watch).map_or("", |(_, name)| name);
        let alert = novelty.map(|novelty| NewAlert { novelty, excerpt: excerpt(version, name, &found.hits) });
        Some(Finding { watch: found.watch, clauses: found.clauses(), alert })
    };
    let findings = loaded.list.matches(document).into_iter().filter_map(finding).collect();
    let sentences = sentence_hashes(document, &title, &blocks);
    MatchedVersion { revision: loaded.revision, story: known.story, sentences, findings, context }
}

#[async_trait]
impl Handler for MatchService {
    const KIND: JobKind = JobKind::Match;

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            let mut result = self.once(job).await;
            for _ in 1..TRIES {
                if !matches!(result, Err(StoreError::WatchesChanged)) {
                    break;
                }
                result = self.once(job).await;
            }
            result?;
        }
        Ok(())
    }
}
