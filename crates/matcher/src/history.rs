//! What a watch would have told of a story, had it been there from the start: the matcher's decisions, made again.

use std::collections::HashSet;

use model::{ArticleId, FirstLook, Novelty, Origin};
use query::{Hit, Lexicon, Plan, evaluate};
use store::VersionInContext;

use crate::{KnownSentences, News, story_sentences};

/// What a watch makes of one version of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "three answers, each shown by itself")]
pub struct Judged {
    /// What is found in it; `None` when the watch does not match.
    pub hits: Option<Vec<Hit>>,
    /// How many of its sentences have something that the story did not have.
    pub added: usize,
    /// Whether what the story had of it matches without them.
    pub known_matches: bool,
    /// What is new, where anything is.
    pub novelty: Option<Novelty>,
    /// Whether it is backlog, which is matched and not told.
    pub backlog: bool,
    /// Whether subscribers are told.
    pub told: bool,
}

/// Judges all versions of a story, which come oldest first, each as it stood: edited once its page said something else,
/// removed when it is the newest of a page that is gone.
pub fn judged(plan: &Plan, versions: &[VersionInContext], lexicon: &Lexicon) -> Vec<Judged> {
    let mut story = Story::default();
    let mut found = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        let is_newest = |id: ArticleId| versions.iter().skip(at + 1).all(|later| later.article.id != id);
        let mut context = version.clone();
        context.edited = story.pages.contains(&context.article.id);
        context.removed = version.removed && is_newest(context.article.id);
        found.push(story.next(plan, &context, lexicon));
    }
    found
}

/// What is known of a story, and what was told of it.
#[derive(Default)]
struct Story {
    sentences: KnownSentences,
    told: HashSet<Novelty>,
    /// The articles whose page was read.
    pages: HashSet<ArticleId>,
}

impl Story {
    fn next(&mut self, plan: &Plan, context: &VersionInContext, lexicon: &Lexicon) -> Judged {
        let document = context.document(lexicon);
        let (title, version) = (&context.version.title, &context.version);
        let blocks: Vec<&str> = version.blocks.iter().map(|block| block.text.as_str()).collect();
        let news = News::of(&document, title, &blocks, &self.sentences);
        let backlog = context.article.backlog && context.source.first_look == FirstLook::Archive;
        let hits = evaluate(plan, &document);
        let novelty = hits.as_ref().and_then(|hits| {
            let told = !self.told.is_empty();
            news.novelty(told, plan, hits, &document)
        });
        let told = !backlog && novelty.clone().is_some_and(|novelty| self.told.insert(novelty));
        let known_matches = evaluate(plan, &news.known_part(&document)).is_some();
        // As in the house: what stood in the backlog alone is news in the next copy.
        if !backlog {
            self.sentences.add(story_sentences(&document, title, &blocks));
        }
        if version.origin == Origin::Page {
            self.pages.insert(context.article.id);
        }
        Judged { hits, added: news.added(), known_matches, novelty, backlog, told }
    }
}
