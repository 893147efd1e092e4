//! Hits as the page shows them; tellings of one story stand together.

use indexer::SearchHit;
use model::StoryId;
use url::Url;

use crate::face::{Face, Tongue};
use crate::marks::Marked;
use crate::moment::Moment;

/// A hit.
pub(crate) struct HitView {
    pub(crate) title: Marked,
    pub(crate) passage: Marked,
    pub(crate) tongue: Tongue,
    pub(crate) lang: String,
    pub(crate) source: String,
    pub(crate) domain: String,
    pub(crate) published: Moment,
    pub(crate) from_feed: bool,
    pub(crate) link: String,
    /// Other hits of this page that tell the same story.
    pub(crate) copies: Vec<HitView>,
    /// All that tell it, on this page or not.
    pub(crate) story_link: String,
}

/// Returns the hits of a page in their order, each telling under the first of its story.
pub(crate) fn hits(face: &Face, hits: Vec<SearchHit>, q: &str) -> Vec<HitView> {
    let mut views: Vec<(Option<StoryId>, HitView)> = Vec::new();
    for hit in hits {
        let story = hit.story;
        let view = view(face, hit, q);
        match views.iter_mut().find(|(known, _)| story.is_some() && *known == story) {
            Some((_, first)) => first.copies.push(view),
            None => views.push((story, view)),
        }
    }
    views.into_iter().map(|(_, view)| view).collect()
}

fn view(face: &Face, hit: SearchHit, q: &str) -> HitView {
    let story = hit.story.map(|story| face.address("/").with("q", format!("story:{story}")).to_string());
    let title = if hit.title.trim().is_empty() { face.t("untitled").to_owned() } else { hit.title };
    HitView {
        title: Marked::new(&title, &hit.title_marks),
        passage: Marked::new(&hit.passage, &hit.passage_marks),
        tongue: Tongue::of(hit.lang),
        lang: face.word("lang", hit.lang.as_str()),
        source: hit.source_name,
        domain: domain(&hit.url),
        published: Moment::day(hit.published),
        from_feed: hit.from_feed,
        link: face.address(&format!("/articles/{}", hit.article)).with("q", q).to_string(),
        copies: Vec::new(),
        story_link: story.unwrap_or_default(),
    }
}

/// Returns the host of an address, so that a reader sees whose page it is.
pub(crate) fn domain(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
