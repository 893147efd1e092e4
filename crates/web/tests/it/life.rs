//! An article's page through its life: announced, read from the feed, read from its page.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use model::{Block, BlockKind, CanonicalUrl, CaptureId, CaptureLocation, EndpointId, EndpointState, Entry};
use store::{
    Extracting, Extraction, Fetching, Job, JobKind, NewCapture, NewVersion, Polled, Queue, UnreadPage,
};

use crate::given::Given;

async fn lease(given: &Given, kind: JobKind) -> Job {
    let length = SignedDuration::from_secs(30);
    given.app.store.lease(kind, 1, given.house.clock.now(), length).await.unwrap().pop().unwrap()
}

/// An endpoint announces one article.
async fn announce(given: &Given, now: Timestamp) {
    let job = lease(given, JobKind::Poll).await;
    let (source, endpoint) = given.app.store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    let entry = Entry {
        url: CanonicalUrl::parse("https://herald.test/life").unwrap(),
        title: "From the feed".into(),
        summary: "A summary that the feed gave.".into(),
        content: String::new(),
        published: None,
    };
    let polled = Polled {
        entries: vec![entry],
        state: EndpointState::Ok,
        ..Polled::nothing_new(source, endpoint, now, now + SignedDuration::from_mins(15))
    };
    given.app.store.finish_poll(&job, &polled).await.unwrap();
}

/// Its page cannot be read: the feed's text stands in, and the page is due again.
async fn fail(given: &Given, now: Timestamp) {
    let job = lease(given, JobKind::FetchPage).await;
    let article = model::ArticleId(job.subject);
    let unread = UnreadPage { article, due: Some(now), reason: "a wall".into(), from_feed: true };
    given.app.store.fail_fetch(&job, &unread, now).await.unwrap();
}

/// Its page is read after all.
async fn read(given: &Given, now: Timestamp) {
    let job = lease(given, JobKind::FetchPage).await;
    let capture = NewCapture {
        article: model::ArticleId(job.subject),
        fetched: now,
        status: 200,
        payload_sha256: "cd".repeat(32),
        location: CaptureLocation { file: "life.warc.gz".into(), offset: 12, length: 34 },
        next_look: None,
    };
    given.app.store.finish_fetch(&job, &capture).await.unwrap();
    let job = lease(given, JobKind::Extract).await;
    let page = given.app.store.page_capture(CaptureId(job.subject)).await.unwrap().unwrap();
    let block = |kind, text: &str| Block { kind, text: text.into() };
    let version = NewVersion {
        title: "From the page".into(),
        byline: Vec::new(),
        published: None,
        lang: text::Lang::EnLatn,
        blocks: vec![
            block(BlockKind::Heading, "A heading"),
            block(BlockKind::ListItem, "one"),
            block(BlockKind::ListItem, "two"),
            block(BlockKind::Quote, "said"),
            block(BlockKind::Preformatted, "as\nit stands"),
        ],
        fingerprint: "ef".repeat(32),
        addresses: Vec::new(),
    };
    given.app.store.finish_extract(&job, &page, &Extraction::Read(version), now).await.unwrap();
}

fn check(body: &str, there: &[&str], not_there: &[&str]) {
    for part in there {
        assert!(body.contains(part), "{part} in {body}");
    }
    for part in not_there {
        assert!(!body.contains(part), "no {part} in {body}");
    }
}

#[tokio::test]
async fn an_article_is_shown_as_far_as_it_is_known() {
    let given = Given::empty().await;
    let now = given.house.clock.now();
    announce(&given, now).await;
    let page = given.get("/articles/1").await;
    assert_eq!(page.status, StatusCode::OK);
    check(
        &page.body,
        &["only its address is known", "https://herald.test/life", "No capture"],
        &["the feed"],
    );

    fail(&given, now).await;
    let page = given.get("/articles/1").await;
    check(
        &page.body,
        &["Read from the feed only", "A summary", "not said by the outlet"],
        &["only its address"],
    );

    read(&given, now).await;
    let page = given.get("/articles/1").await;
    let expected = [
        "<h2 lang=\"en-Latn\" dir=\"ltr\">A heading</h2>",
        "<ul>\n<li lang=\"en-Latn\" dir=\"ltr\">one</li>\n<li lang=\"en-Latn\" dir=\"ltr\">two</li>\n</ul>",
        "<blockquote",
        "as\nit stands</pre>",
        "life.warc.gz",
        "href=\"/articles/1?version=1\"",
    ];
    check(&page.body, &expected, &["Read from the feed only", "older version"]);

    let page = given.get("/articles/1?version=1").await;
    check(&page.body, &["A summary", "an older version", "href=\"/articles/1\""], &["A heading"]);
    let page = given.get("/articles/1?version=77").await;
    check(&page.body, &["A heading"], &["an older version"]);
}
