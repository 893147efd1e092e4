//! The service: matches each new version against all watches and keeps what was decided.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use async_trait::async_trait;
use model::{Clock, FirstLook, VersionId, Watch, WatchId, WatchState};
use query::{Document, HeldBack, Lexicon, plan_watch};
use store::{
    Failed, Finding, Handler, HeldFinding, Job, JobKind, MatchedVersion, Matching, NewAlert, StoreError,
    StoryChoice, VersionInContext, WatchChanges,
};

use crate::{Config, KnownSentences, News, Signature, Told, Watchlist, excerpt, origin, story_sentences};

/// So many articles teach which words are rare; then all watches are filed once more.
const LESSONS: u32 = 500;

/// How often a version is matched anew because the watch list changed meanwhile, before its job is given back.
const TRIES: usize = 5;

/// So many traps of one version are looked into.
const TRAPS: usize = 8;

/// Matches new versions.
pub struct MatchService {
    store: Arc<dyn Matching>,
    lexicon: Arc<Lexicon>,
    clock: Clock,
    config: Config,
    /// The watch list as it was read last. It is changed in place, so that whoever matches holds it meanwhile.
    loaded: Arc<RwLock<Loaded>>,
}

/// The watches of one revision, ready to be matched.
#[derive(Default)]
struct Loaded {
    revision: Option<i64>,
    list: Watchlist,
    names: HashMap<WatchId, String>,
    /// How many articles the list has learned from.
    lessons: u32,
}

/// A version as it was read, and the names that a trap of the lexicon kept out.
struct Read {
    document: Document,
    held: Vec<HeldBack>,
}

/// What the story of a version knows already.
struct Known {
    story: StoryChoice,
    sentences: KnownSentences,
    told: Vec<WatchId>,
    /// The watches that found this version when it was matched before.
    matched: Vec<WatchId>,
}

impl fmt::Debug for MatchService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MatchService")
    }
}

impl MatchService {
    /// Makes a service over `store` with the entities of `lexicon`.
    pub fn new(store: Arc<dyn Matching>, lexicon: Arc<Lexicon>, clock: Clock, config: Config) -> Self {
        Self { store, lexicon, clock, config, loaded: Arc::default() }
    }

    async fn once(&self, job: &Job) -> Result<(), StoreError> {
        let Some(context) = self.store.version(VersionId(job.subject)).await? else {
            return Err(StoreError::Row { what: "version", value: job.subject.to_string() });
        };
        self.follow_watches().await?;
        let lexicon = Arc::clone(&self.lexicon);
        let (context, mut as_read, signature) = compute(move || {
            let (document, held) = context.document_with_traps(&lexicon);
            let signature = Signature::of(&document);
            (context, Read { document, held }, signature)
        })
        .await?;
        let known = self.known(&context, &signature).await?;
        if let StoryChoice::Existing(story) = known.story {
            as_read.document.facts.story = Some(story.0);
        }
        let lexicon = Arc::clone(&self.lexicon);
        let loaded = Arc::clone(&self.loaded);
        let matched = compute(move || {
            let matched = decide(context, &as_read, known, &read(&loaded), &lexicon);
            learn(&loaded, &as_read.document);
            matched
        })
        .await?;
        self.store.finish_match(job, &matched, self.clock.now()).await
    }

    /// Brings the watch list to the present revision: what has changed is filed anew, the rest stays as it is.
    async fn follow_watches(&self) -> Result<(), StoreError> {
        let known = read(&self.loaded).revision;
        if known == Some(self.store.watch_revision().await?) {
            return Ok(());
        }
        let changes = self.store.watch_changes(known.unwrap_or(-1)).await?;
        let (loaded, lexicon) = (Arc::clone(&self.loaded), Arc::clone(&self.lexicon));
        compute(move || loaded.write().unwrap_or_else(PoisonError::into_inner).apply(changes, &lexicon)).await
    }

    /// Returns the story that a text belongs to, of those begun of late.
    async fn story(&self, signature: &Signature) -> Result<StoryChoice, StoreError> {
        let now = self.clock.now();
        let since = now.checked_sub(self.config.story_window).unwrap_or(now);
        let candidates = self.store.story_candidates(&signature.sought(), since).await?;
        Ok(match signature.choose(&candidates) {
            Some(story) => StoryChoice::Existing(story),
            None => StoryChoice::New { signature: signature.to_bytes(), shingles: signature.kept(), since },
        })
    }

    async fn known(&self, context: &VersionInContext, signature: &Signature) -> Result<Known, StoreError> {
        // A later version of an article stays in the story of its first, however much it changed.
        let story = match context.article.story {
            Some(story) => StoryChoice::Existing(story),
            None => self.story(signature).await?,
        };
        let StoryChoice::Existing(id) = story else {
            let (told, matched) = (Vec::new(), Vec::new());
            return Ok(Known { story, sentences: KnownSentences::default(), told, matched });
        };
        let version = context.version.id;
        let sentences = KnownSentences::new(self.store.story_sentences(id, version).await?);
        let told = self.store.told_watches(id).await?;
        Ok(Known { story, sentences, told, matched: self.store.matched_watches(version).await? })
    }
}

impl Loaded {
    fn apply(&mut self, changes: WatchChanges, lexicon: &Lexicon) {
        for watch in changes.removed {
            self.list.remove(watch);
            self.names.remove(&watch);
        }
        let mut planned = Vec::new();
        for watch in changes.watches {
            let plan = (watch.state == WatchState::Active).then(|| plan_of(&watch, lexicon)).flatten();
            match plan {
                Some(plan) => planned.push((watch.id, plan)),
                None => self.list.remove(watch.id),
            }
            self.names.insert(watch.id, watch.name);
        }
        if self.list.is_empty() {
            self.list.fill(planned);
        } else {
            for (watch, plan) in planned {
                self.list.add(watch, &plan);
            }
        }
        self.revision = Some(changes.revision);
    }
}

/// Teaches the list which words are rare, as long as it has lessons to come.
fn learn(loaded: &RwLock<Loaded>, document: &Document) {
    if read(loaded).lessons >= LESSONS {
        return;
    }
    let mut loaded = loaded.write().unwrap_or_else(PoisonError::into_inner);
    loaded.list.learn(document);
    loaded.lessons += 1;
    if loaded.lessons == LESSONS {
        loaded.list.refile();
    }
}

/// A list that was left in the middle of a change by a panic is still a list.
fn read(loaded: &RwLock<Loaded>) -> RwLockReadGuard<'_, Loaded> {
    loaded.read().unwrap_or_else(PoisonError::into_inner)
}

/// Runs what may take longer than half a millisecond off the runtime's own threads.
async fn compute<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    // What a panic says may quote the text that it fell over.
    done.map_err(|_| StoreError::Row { what: "computation", value: "a panic".to_owned() })
}

/// A watch whose query this version cannot read matches nothing; it is said by number, never by text.
fn plan_of(watch: &Watch, lexicon: &Lexicon) -> Option<query::Plan> {
    let plan = plan_watch(&watch.query, lexicon).ok();
    if plan.is_none() {
        tracing::error!(watch.id = watch.id.0, "a watch cannot be read any more: see `qarauyl watch list`");
    }
    plan
}

fn decide(
    context: VersionInContext,
    Read { document, held }: &Read,
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
        let decided = backlog || known.matched.contains(&found.watch);
        let novelty = if decided {
            None
        } else {
            news.novelty(told, &loaded.list.plan(found.watch)?, &found.hits, document)
        };
        let name = loaded.names.get(&found.watch).map_or("", String::as_str);
        let alert = novelty.map(|novelty| NewAlert { novelty, excerpt: excerpt(version, name, &found.hits) });
        Some(Finding { watch: found.watch, clauses: found.clauses(), alert })
    };
    let findings: Vec<Finding> = loaded.list.matches(document).into_iter().filter_map(finding).collect();
    let held = held_back(document, held, &findings, &loaded.list);
    // What stood in the backlog alone was told to nobody: it is news in the next copy that has it.
    let sentences = if backlog { Vec::new() } else { story_sentences(document, &title, &blocks) };
    let origin = origin(&context.version);
    MatchedVersion {
        revision: loaded.revision.unwrap_or(-1),
        story: known.story,
        origin,
        sentences,
        findings,
        held,
        context,
    }
}

/// The watches that would have matched without one of the traps.
fn held_back(
    document: &Document,
    held: &[HeldBack],
    findings: &[Finding],
    list: &Watchlist,
) -> Vec<HeldFinding> {
    let mut traps: Vec<(&str, &str)> =
        held.iter().map(|one| (one.entity.as_str(), one.trap.as_str())).collect();
    traps.sort_unstable();
    traps.dedup();
    let mut missed = Vec::new();
    for (entity, trap) in traps.into_iter().take(TRAPS) {
        let same: Vec<&HeldBack> =
            held.iter().filter(|one| one.entity == entity && one.trap == trap).collect();
        let found = list.matching(&document.without_trap(&same)).into_iter();
        let only_so = found.filter(|watch| !findings.iter().any(|finding| finding.watch == *watch));
        missed.extend(only_so.map(|watch| HeldFinding {
            watch,
            entity: entity.to_owned(),
            trap: trap.to_owned(),
        }));
    }
    missed
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
