//! What the team says of a story stands on the pages of its articles.

use jiff::SignedDuration;
use model::{Mark, StoryId, VersionId};
use store::{JobKind, MatchedVersion, Matching, Queue, Remark, Remarking, StoryChoice};

use crate::given::Given;

/// Gives the first article that waits a story, and returns its number and the story's.
async fn told(given: &Given) -> (i64, StoryId) {
    let (store, now) = (&given.app.store, given.house.clock.now());
    let job =
        store.lease(JobKind::Match, 1, now, SignedDuration::from_secs(30)).await.unwrap().pop().unwrap();
    let context = store.version(VersionId(job.subject)).await.unwrap().unwrap();
    let article = context.article.id;
    let matched = MatchedVersion {
        context,
        revision: store.watch_revision().await.unwrap(),
        story: StoryChoice::New { signature: vec![1], shingles: vec![1], since: now },
        origin: None,
        sentences: Vec::new(),
        findings: Vec::new(),
        held: Vec::new(),
    };
    store.finish_match(&job, &matched, now).await.unwrap();
    let context = store.version(VersionId(job.subject)).await.unwrap().unwrap();
    (article.0, context.article.story.unwrap())
}

#[tokio::test]
async fn mark_and_notes_stand_on_the_page_and_as_text_alone() {
    let given = Given::house().await;
    let (article, story) = told(&given).await;
    let address = format!("/articles/{article}");
    let page = given.get(&address).await.body;
    assert!(!page.contains("id=\"notes\"") && !page.contains("The team marked"));
    let now = given.house.clock.now();
    for remark in [
        Remark::Marked(Some(Mark::Noise)),
        Remark::Noted("Asked <b>them</b>.".into()),
        Remark::Marked(Some(Mark::Relevant)),
    ] {
        assert!(given.app.store.remark(story, &remark, now).await.unwrap());
    }
    let page = given.get(&address).await.body;
    assert!(page.contains("The team marked this story: relevant"), "{page}");
    assert!(page.contains("Asked &#60;b&#62;them&#60;/b&#62;."), "{page}");
    let page = given.get(&format!("{address}?ui=ru")).await.body;
    assert!(page.contains("Пометка команды: важно"), "{page}");
}

#[tokio::test]
async fn a_locked_house_shows_the_article_without_them() {
    let mut given = Given::house().await;
    let (article, story) = told(&given).await;
    let note = Remark::Noted("Asked them.".into());
    given.app.store.remark(story, &note, given.house.clock.now()).await.unwrap();
    given.app.locked = true;
    let page = given.get(&format!("/articles/{article}")).await;
    assert!(page.status.is_success() && !page.body.contains("Asked them"), "{}", page.body);
}
