//! What searches see of a build: the engine's reader, which follows every commit.
//!
//! The engine maps its files into memory. What was read of them stays mapped until they are closed, and counts as memory of
//! this process, though the system takes it back whenever it needs it: a large archive would soon seem to fill a small
//! machine. When it is much, all files are opened anew; what they hold is still at hand, in the system's own memory.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tantivy::directory::MmapDirectory;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher};
use tracing::warn;

use crate::IndexError;
use crate::folder::{Look, look};
use crate::keys::{KEYS, KeyTokenizer};

/// So many bytes of files may lie mapped in memory, beyond what was there when they were opened, before they are opened
/// anew.
const MUCH_BYTES: u64 = 200_000_000;

/// They are opened anew no more often than this: opening them costs more than most searches.
const PAUSE: Duration = Duration::from_secs(5);

/// The reader of a build.
pub(crate) struct View {
    path: PathBuf,
    /// The file that every commit writes anew.
    meta: PathBuf,
    much_bytes: u64,
    pause: Duration,
    opened: Mutex<Opened>,
}

struct Opened {
    reader: IndexReader,
    since: Instant,
    /// What was mapped then: the program itself, and what others hold of files.
    from_bytes: u64,
    /// What the file of commits looked like when the reader last followed it.
    followed: Option<Look>,
}

impl View {
    /// Opens the files of a build.
    pub(crate) fn open(path: &Path) -> tantivy::Result<Self> {
        Self::with_limits(path, MUCH_BYTES, PAUSE)
    }

    fn with_limits(path: &Path, much_bytes: u64, pause: Duration) -> tantivy::Result<Self> {
        let opened = Mutex::new(Opened::anew(path)?);
        Ok(Self { path: path.to_owned(), meta: path.join("meta.json"), much_bytes, pause, opened })
    }

    /// Returns what was committed last, by any process.
    pub(crate) fn newest(&self) -> Result<Searcher, IndexError> {
        let mut opened = self.opened();
        // Looked at before it is followed: a commit in between is followed next time.
        let look = look(&self.meta).map_err(IndexError::file(&self.meta))?;
        if opened.since.elapsed() >= self.pause && opened.mapped_bytes() > self.much_bytes {
            match Opened::anew(&self.path) {
                Ok(anew) => {
                    *opened = anew;
                    // Without what was mapped of the files that are closed now.
                    opened.from_bytes = mapped_bytes();
                    opened.followed = Some(look);
                }
                // What is open goes on to answer.
                Err(error) => {
                    warn!(%error, "the files of the index cannot be opened anew; those that are open stay in use");
                    opened.since = Instant::now();
                }
            }
        }
        if opened.followed != Some(look) {
            opened.reader.reload()?;
            opened.followed = Some(look);
        }
        Ok(opened.reader.searcher())
    }

    /// Returns what was committed when last it was looked.
    pub(crate) fn known(&self) -> Searcher {
        self.opened().reader.searcher()
    }

    fn opened(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Opened {
    fn anew(path: &Path) -> tantivy::Result<Self> {
        let index = analysed(Index::open(MmapDirectory::open(path)?)?);
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { reader, since: Instant::now(), from_bytes: mapped_bytes(), followed: None })
    }

    /// How many more bytes are mapped than were then.
    fn mapped_bytes(&self) -> u64 {
        mapped_bytes().saturating_sub(self.from_bytes)
    }
}

/// Makes an index cut its texts into our keys.
pub(crate) fn analysed(index: Index) -> Index {
    index.tokenizers().register(KEYS, TextAnalyzer::from(KeyTokenizer::default()));
    index
}

/// How many bytes of files are mapped into this process and lie in memory; 0 where the system does not say so.
fn mapped_bytes() -> u64 {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = told.split_whitespace().nth(2).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0);
    pages.saturating_mul(u64::try_from(rustix::param::page_size()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use tantivy::schema::{STORED, Schema, TEXT};
    use tantivy::{IndexWriter, TantivyDocument, doc};

    use super::*;

    #[test]
    fn files_opened_anew_show_every_commit_and_leave_searches_under_way_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut schema = Schema::builder();
        let text = schema.add_text_field("text", TEXT | STORED);
        let index = Index::create_in_dir(folder.path(), schema.build()).unwrap();
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15_000_000).unwrap();
        let mut commit = |said: &str| {
            writer.add_document(doc!(text => said)).unwrap();
            writer.commit().unwrap();
        };
        commit("one");
        let view = |much_bytes, pause| View::with_limits(folder.path(), much_bytes, pause).unwrap();
        let (always, never) = (view(0, Duration::ZERO), view(u64::MAX, Duration::ZERO));
        let (seldom, since) = (view(0, Duration::from_hours(1)), |view: &View| view.opened().since);
        // Something is mapped beyond what was when it was opened.
        always.opened().from_bytes = 0;
        seldom.opened().from_bytes = 0;
        let (at_first, never_since, seldom_since) = (since(&always), since(&never), since(&seldom));
        let under_way = always.newest().unwrap();
        assert!(since(&always) > at_first);
        for count in 2..5 {
            commit("another");
            assert_eq!(always.known().num_docs(), count - 1);
            for view in [&always, &never, &seldom] {
                assert_eq!(view.newest().unwrap().num_docs(), count);
            }
            always.opened().from_bytes = 0;
        }
        assert_eq!((since(&never), since(&seldom)), (never_since, seldom_since));
        let found: TantivyDocument = under_way.doc(tantivy::DocAddress::new(0, 0)).unwrap();
        assert_eq!((under_way.num_docs(), found.field_values().count()), (1, 1));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_program_itself_is_mapped() {
        assert!(mapped_bytes() > 100_000);
    }
}
