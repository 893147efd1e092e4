//! What fetcher, extractor and matcher would make of a page of the press, by their rooms' own functions.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::mpsc::channel;

use archive::{Answer, Archive, Exchange, Kept, Response};
use indexer::ReadVersion;
use jiff::{SignedDuration, Timestamp};
use matcher::{Signature, Told, Watchlist, excerpt, origin, story_sentences};
use model::{
    Article, ArticleId, Block, BlockKind, CanonicalUrl, CaptureId, Novelty, Origin, Source, StoryId, Version,
    VersionId,
};
use query::{Document, Lexicon};
use store::testing::Passed;
use store::{Finding, MatchedVersion, NewAlert, NewCapture, StoryChoice, VersionInContext};

use crate::folder::Folder;
use crate::press::{OUTLETS, Press, Written, host, path};
use crate::readers::{Standing, source};

/// As `[matcher] story_window` has it.
const STORY_WINDOW: SignedDuration = SignedDuration::from_hours(720);
/// As `[fetcher] looks` has it, in hours.
const LOOKS: [i64; 4] = [1, 24, 168, 720];

/// Reads pages before they are asked for.
pub(crate) struct Reader {
    folder: Arc<Folder>,
    press: Arc<Press>,
    lexicon: Arc<Lexicon>,
    sources: Vec<Source>,
    watches: Vec<Standing>,
    list: Watchlist,
    revision: i64,
    /// The story of each article, by its number.
    stories: Vec<i64>,
}

impl Reader {
    pub(crate) fn new(
        folder: &Arc<Folder>,
        press: &Arc<Press>,
        lexicon: &Arc<Lexicon>,
        (watches, revision): (Vec<Standing>, i64),
    ) -> Self {
        let list = Watchlist::new(watches.iter().map(|watch| (watch.id, watch.plan.clone())));
        let sources = (0..OUTLETS).map(|outlet| source(folder, press, outlet).source).collect();
        let (mut stories, mut last) = (vec![0], 0);
        for number in 1..=folder.plan.articles {
            let copied = press.original(number).and_then(|original| usize::try_from(original).ok());
            stories.push(copied.map_or_else(
                || {
                    last += 1;
                    last
                },
                |original| stories[original],
            ));
        }
        let (folder, press, lexicon) = (Arc::clone(folder), Arc::clone(press), Arc::clone(lexicon));
        Self { folder, press, lexicon, sources, watches, list, revision, stories }
    }

    /// Keeps the pages of these articles, and reads them meanwhile.
    pub(crate) fn read(
        &self,
        numbers: RangeInclusive<u64>,
        archive: &Archive,
    ) -> (Vec<Passed>, Vec<ReadVersion>) {
        let (mut passed, mut read, mut kept) = (Vec::new(), Vec::new(), Vec::new());
        for number in numbers {
            let written = self.press.write(number);
            let came = self.folder.time(number);
            let (tell, told) = channel();
            archive.keep_then(exchange(&written, came, &self.url(&written)), move |result| {
                tell.send(result.unwrap()).unwrap();
            });
            kept.push(told);
            let context = self.context(&written, came);
            let document = context.document(&self.lexicon);
            passed.push((self.matched(&context, &document), written.summary()));
            read.push(ReadVersion { context, document });
        }
        let whole =
            |((matched, summary), told): ((MatchedVersion, String), std::sync::mpsc::Receiver<Kept>)| {
                self.passed(matched, summary, told.recv().unwrap())
            };
        (passed.into_iter().zip(kept).map(whole).collect(), read)
    }

    fn url(&self, written: &Written) -> String {
        format!("http://{}:{}{}", host(written.outlet), self.folder.plan.newsroom, path(written.number))
    }

    fn context(&self, written: &Written, came: Timestamp) -> VersionInContext {
        let number = i64::try_from(written.number).unwrap();
        let block = |text: &String| Block { kind: BlockKind::Paragraph, text: text.clone() };
        let whole = format!("{}\n{}", written.title, written.paragraphs.join("\n"));
        VersionInContext {
            version: Version {
                id: VersionId(number),
                article: ArticleId(number),
                capture: Some(CaptureId(number)),
                origin: Origin::Page,
                title: written.title.clone(),
                byline: vec![written.byline.clone()],
                published: Some(came),
                lang: written.lang,
                blocks: written.paragraphs.iter().map(block).collect(),
                fingerprint: text::fingerprint(&whole).to_hex(),
                created: came,
            },
            article: Article {
                id: ArticleId(number),
                source: self.sources[written.outlet].id.clone(),
                url: CanonicalUrl::parse(&self.url(written)).unwrap(),
                first_seen: came,
                backlog: false,
                story: Some(StoryId(self.stories[usize::try_from(number).unwrap()])),
            },
            source: self.sources[written.outlet].clone(),
            edited: false,
            removed: false,
        }
    }

    fn matched(&self, context: &VersionInContext, document: &Document) -> MatchedVersion {
        let number = u64::try_from(context.article.id.0).unwrap();
        let story = if self.press.original(number).is_some() {
            StoryChoice::Existing(context.article.story.unwrap())
        } else {
            let signature = Signature::of(document);
            let since = context.version.created - STORY_WINDOW;
            StoryChoice::New { signature: signature.to_bytes(), shingles: signature.kept(), since }
        };
        let blocks: Vec<&str> = context.version.blocks.iter().map(|block| block.text.as_str()).collect();
        let finding = |found: matcher::Match| {
            let name = self
                .watches
                .iter()
                .find(|watch| watch.id == found.watch)
                .map_or("", |watch| watch.name.as_str());
            let told = Told { context, document, lexicon: &self.lexicon };
            let alert = NewAlert { novelty: Novelty::default(), excerpt: excerpt(told, name, &found.hits) };
            Finding { watch: found.watch, clauses: found.clauses(), alert: Some(alert) }
        };
        MatchedVersion {
            revision: self.revision,
            story,
            origin: origin(&context.version),
            sentences: story_sentences(document, &context.version.title, &blocks),
            findings: self.list.matches(document).into_iter().map(finding).collect(),
            held: Vec::new(),
            context: context.clone(),
        }
    }

    fn passed(&self, matched: MatchedVersion, summary: String, kept: Kept) -> Passed {
        let (came, end) = (matched.context.version.created, self.folder.plan.end);
        let times = LOOKS.map(|hours| came + SignedDuration::from_hours(hours));
        let capture = NewCapture {
            article: matched.context.article.id,
            fetched: came,
            status: 200,
            payload_sha256: kept.payload_sha256,
            location: kept.location,
            next_look: times.into_iter().find(|at| *at > end),
        };
        Passed { matched, summary, capture, looks: times.into_iter().filter(|at| *at <= end).collect() }
    }
}

fn exchange(written: &Written, came: Timestamp, url: &str) -> Exchange {
    let url: url::Url = url.parse().unwrap();
    let body = written.page(&came.to_string()).into_bytes();
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", http::HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert("content-length", http::HeaderValue::from(body.len()));
    headers.insert("connection", http::HeaderValue::from_static("close"));
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\naccept-encoding: gzip\r\nuser-agent: Qarauyl (automated reader)\r\n\r\n",
        url.path(),
        host(written.outlet)
    );
    Exchange {
        redirects: Vec::new(),
        answer: Answer {
            url,
            request: request.into_bytes(),
            response: Response {
                version: http::Version::HTTP_11,
                status: http::StatusCode::OK,
                headers,
                body,
                truncated: false,
            },
            remote: Some([127, 0, 0, 1].into()),
            began: came,
            ended: came,
            tls: None,
            proxy: None,
        },
    }
}
