//! Fills the house through the rooms' own functions: pages into the archive, articles into the store, texts into the index.
//! What the stages do one by one is done in batches. It goes on where it was ended.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use indexer::{ReadVersion, TantivyIndex};
use jiff::SignedDuration;
use model::{ArticleId, Clock, DeliveryOutcome};
use query::Lexicon;
use store::testing::Passed;
use store::{Database, Indexing, JobKind, Mailing, Matching, Queue, Reading, Sealer, Sent};
use tokio::runtime::Runtime;

use crate::folder::{A_DAY, Folder};
use crate::press::Press;
use crate::readers;
use crate::reading::Reader;

/// So many articles are kept in one transaction.
const BATCH: u64 = 500;
/// So many batches go into one commit of the index.
const TOGETHER: usize = 6;

/// Fills what is missing, and returns how long that took.
pub(crate) fn fill(folder: &Arc<Folder>, press: &Arc<Press>, lexicon: &Arc<Lexicon>) -> f64 {
    let began = Instant::now();
    let runtime = Runtime::new().unwrap();
    let url = format!("sqlite:{}", folder.path.join("data/qarauyl.db").display());
    let store = runtime.block_on(Database::open(&url, Some(Sealer::new(&[0x5a; 32])))).unwrap();
    let watches = runtime.block_on(readers::settle(&store, folder, press, lexicon));
    let known = runtime.block_on(store.counts()).unwrap().articles;
    let index = open_index(folder, lexicon);
    runtime.block_on(index_missing(&store, &index, known));
    let config = archive::Config {
        signing_key_file: folder.path.join("data/manifest.key"),
        ..archive::Config::at(&folder.path.join("data/archive"))
    };
    let archive = archive::Archive::open(&config, Clock::system());
    let revision = runtime.block_on(store.watch_revision()).unwrap();
    let reader = Reader::new(folder, press, lexicon, (watches, revision));
    let (give, take) = sync_channel::<(Vec<Passed>, Vec<ReadVersion>)>(2);
    let (give_read, take_read) = sync_channel::<Vec<ReadVersion>>(2);
    let index = &index;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut from = known;
            while from < folder.plan.articles {
                let to = (from + BATCH).min(folder.plan.articles);
                give.send(reader.read(from + 1..=to, &archive)).unwrap();
                from = to;
            }
            drop(give);
        });
        scope.spawn(move || index_all(index, &take_read));
        keep_all((&runtime, &store), folder, &take, give_read);
    });
    archive.close().unwrap();
    while index.tidy().unwrap() > 0 || index.tidy().unwrap() > 0 {
        index.close().unwrap();
    }
    index.close().unwrap();
    runtime.block_on(store.close());
    began.elapsed().as_secs_f64()
}

fn open_index(folder: &Folder, lexicon: &Arc<Lexicon>) -> TantivyIndex {
    let config = indexer::Config { directory: folder.path.join("data/index"), memory_bytes: 100_000_000 };
    let index = TantivyIndex::open(&config, Arc::clone(lexicon)).unwrap();
    if index.needs_rebuild() {
        index.mark_whole().unwrap();
    }
    index
}

/// Makes searchable what a run that was ended had kept and not indexed.
async fn index_missing(store: &Database, index: &TantivyIndex, known: u64) {
    let mut after = ArticleId(i64::try_from(index.documents()).unwrap());
    while after.0 < i64::try_from(known).unwrap() {
        let missing = store.articles_after(after, 500).await.unwrap();
        after = missing.last().unwrap().article.id;
        assert!(index.put(&missing).unwrap().is_empty());
    }
}

fn keep_all(
    (runtime, store): (&Runtime, &Database),
    folder: &Folder,
    take: &Receiver<(Vec<Passed>, Vec<ReadVersion>)>,
    give_read: SyncSender<Vec<ReadVersion>>,
) {
    let began = Instant::now();
    let mut kept = 0;
    for (passed, read) in take {
        let last = u64::try_from(passed.last().unwrap().capture.article.0).unwrap();
        kept += passed.len();
        runtime.block_on(async {
            store.put_passed(&passed).await.unwrap();
            if last.is_multiple_of(A_DAY) {
                tell(store, folder, last).await;
            }
        });
        give_read.send(read).unwrap();
        if last.is_multiple_of(10_000) {
            let each = began.elapsed().as_secs_f64() / kept as f64;
            let left = (folder.plan.articles - last) as f64 * each / 60.0;
            eprintln!(
                "{last} of {} articles, {:.2} ms each, {left:.0} minutes to go",
                folder.plan.articles,
                each * 1e3
            );
        }
    }
    // There are no more: whoever indexes may end.
    drop(give_read);
}

fn index_all(index: &TantivyIndex, take: &Receiver<Vec<ReadVersion>>) {
    let mut open = Vec::new();
    for (count, read) in (1..).zip(take) {
        open.extend(read);
        if count % TOGETHER == 0 {
            assert!(index.put_read(&std::mem::take(&mut open)).unwrap().is_empty());
        }
    }
    assert!(index.put_read(&open).unwrap().is_empty());
}

/// Tells the readers what is due at the end of a day, but for the sending.
async fn tell(store: &Database, folder: &Folder, last: u64) {
    let now = folder.time(last);
    let jobs = store.lease(JobKind::Deliver, 100, now, SignedDuration::from_mins(1)).await.unwrap();
    for job in jobs {
        let digest = store.freeze_digest(&job, "localhost", now).await.unwrap().map(|digest| digest.id);
        let sent = Sent { digest, outcome: DeliveryOutcome::Accepted("250 taken".to_owned()) };
        store.finish_delivery(&job, &sent, now).await.unwrap();
    }
}
