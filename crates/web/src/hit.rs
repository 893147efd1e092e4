//! Hits as the page shows them; tellings of one story stand together.

use indexer::SearchHit;
use model::StoryId;
use query::Lexicon;
use url::Url;

use crate::aid::{Aid, NameView, aid, names};
use crate::face::{Face, Tongue};
use crate::marks::Marked;
use crate::moment::Moment;

/// A hit.
#[expect(clippy::struct_excessive_bools, reason = "two facts of a hit, each shown by itself")]
pub(crate) struct HitView {
    pub(crate) title: Marked,
    pub(crate) passage: Marked,
    pub(crate) tongue: Tongue,
    pub(crate) lang: String,
    pub(crate) source: String,
    pub(crate) domain: String,
    pub(crate) published: Moment,
    pub(crate) from_feed: bool,
    /// Whether it was found by the sound of a name alone.
    pub(crate) heard: bool,
    /// For a reader who does not know the script.
    pub(crate) aid: Option<Aid>,
    /// What is named in it, in the reader's language.
    pub(crate) names: Vec<NameView>,
    pub(crate) link: String,
    /// Other hits of this page that tell the same story.
    pub(crate) copies: Vec<HitView>,
    /// All that tell it, on this page or not.
    pub(crate) story_link: String,
}

/// Returns the hits of a page in their order, each telling under the first of its story.
pub(crate) fn hits(face: &Face, lexicon: &Lexicon, hits: Vec<SearchHit>, q: &str) -> Vec<HitView> {
    let mut views: Vec<(Option<StoryId>, HitView)> = Vec::new();
    for hit in hits {
        let story = hit.story;
        let view = view(face, lexicon, hit, q);
        match views.iter_mut().find(|(known, _)| story.is_some() && *known == story) {
            Some((_, first)) => first.copies.push(view),
            None => views.push((story, view)),
        }
    }
    views.into_iter().map(|(_, view)| view).collect()
}

fn view(face: &Face, lexicon: &Lexicon, hit: SearchHit, q: &str) -> HitView {
    let story = hit.story.map(|story| face.address("/").with("q", format!("story:{story}")).to_string());
    let title = if hit.title.trim().is_empty() { face.t("untitled").to_owned() } else { hit.title };
    let entities: Vec<&str> = hit.entities.iter().map(String::as_str).collect();
    HitView {
        aid: aid(face, hit.lang, &title, [hit.passage.as_str()]),
        names: names(face, lexicon, hit.lang, &entities),
        title: Marked::new(&title, &hit.title_marks),
        passage: Marked::new(&hit.passage, &hit.passage_marks),
        tongue: Tongue::of(hit.lang),
        lang: face.word("lang", hit.lang.as_str()),
        source: hit.source_name,
        domain: domain(&hit.url),
        published: Moment::day(hit.published),
        from_feed: hit.from_feed,
        heard: hit.heard,
        link: face.address(&format!("/articles/{}", hit.article)).with("q", q).to_string(),
        copies: Vec::new(),
        story_link: story.unwrap_or_default(),
    }
}

/// Returns the host of an address, so that a reader sees whose page it is.
pub(crate) fn domain(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
