//! One story in a mail: the article that told it first, and the copies that add to it.

use model::{AlertId, Excerpt, StoryFacts, StoryId};
use text::{Lang, ReadingAid};
use url::Url;

use crate::Config;
use crate::line::{one_line, shortened};
use crate::passage::{Piece, pieces};
use crate::view::Voice;

/// One wire report may run in forty outlets; a mail lists these many and counts the rest.
const COPIES: usize = 10;
/// What a page shows of an address. The text form has it whole.
const SHOWN_URL: usize = 90;

/// One story.
#[derive(Debug)]
pub(crate) struct StoryView {
    /// The article that is told first; only a story without alerts, which no digest holds, has none.
    pub(crate) first: Option<ArticleView>,
    /// Who had it first, where it is likely to come from, and how many copies there are.
    pub(crate) about: Option<String>,
    pub(crate) copies: Vec<ArticleView>,
    pub(crate) more_copies: Option<String>,
}

/// One article, with all that matched in it.
#[derive(Debug)]
pub(crate) struct ArticleView {
    pub(crate) title: String,
    pub(crate) watches: String,
    pub(crate) source: String,
    pub(crate) domain: String,
    pub(crate) published: String,
    pub(crate) lang: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) passages: Vec<Vec<Piece>>,
    /// For a reader who does not know the article's script.
    pub(crate) aid: Option<Aid>,
    /// What is named in it, in the reader's language.
    pub(crate) named: Vec<NamedView>,
    pub(crate) from_feed: bool,
    /// Our own reading copy.
    pub(crate) copy: String,
    /// The publisher's address: shown, never a link, so that no slip of the finger tells the publisher who reads.
    pub(crate) url: String,
    pub(crate) short_url: String,
}

/// Title and passages in letters that the reader knows.
#[derive(Debug)]
pub(crate) struct Aid {
    /// What it is: `in Latin letters`.
    pub(crate) label: &'static str,
    pub(crate) lang: String,
    pub(crate) title: String,
    pub(crate) passages: Vec<String>,
}

/// An entity as the reader calls it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedView {
    pub(crate) name: String,
    /// A term is said in italics: it names no one.
    pub(crate) term: bool,
}

/// The alerts of one story, article by article, in the order of finding.
pub(crate) struct Group<'a> {
    story: StoryId,
    articles: Vec<Vec<(AlertId, &'a Excerpt)>>,
}

/// Groups alerts by story, and by article within it: several watches may match one article.
pub(crate) fn grouped(items: &[(AlertId, StoryId, Excerpt)]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (alert, story, excerpt) in items {
        let found = groups.iter().position(|group| group.story == *story);
        let Some(group) = found.and_then(|at| groups.get_mut(at)) else {
            groups.push(Group { story: *story, articles: vec![vec![(*alert, excerpt)]] });
            continue;
        };
        let same =
            |article: &&mut Vec<(AlertId, &Excerpt)>| article.iter().any(|(_, one)| one.url == excerpt.url);
        match group.articles.iter_mut().find(same) {
            Some(article) => article.push((*alert, excerpt)),
            None => group.articles.push(vec![(*alert, excerpt)]),
        }
    }
    groups
}

impl StoryView {
    pub(crate) fn new(
        group: &Group<'_>,
        stories: &[(StoryId, StoryFacts)],
        config: &Config,
        voice: &Voice,
    ) -> Self {
        let mut articles = group.articles.iter().filter_map(|alerts| ArticleView::new(alerts, config, voice));
        let first = articles.next();
        let copies: Vec<ArticleView> = articles.by_ref().take(COPIES).collect();
        let more = articles.count();
        let words = || voice.words.fill("more_copies", &[("n", more.to_string())]);
        let facts = stories.iter().find(|(story, _)| *story == group.story);
        let about = facts.and_then(|(_, facts)| about(facts, voice));
        Self { first, about, copies, more_copies: (more > 0).then(words) }
    }
}

/// A story that one outlet tells, and that names no agency, has nothing more to say of itself.
fn about(facts: &StoryFacts, voice: &Voice) -> Option<String> {
    let copies = facts.articles.saturating_sub(1);
    if copies == 0 && facts.origin.is_empty() {
        return None;
    }
    let fill = |name, values: &[(&str, String)]| voice.words.fill(name, values);
    let first = [("s", one_line(&facts.first_source)), ("t", voice.local(facts.first_seen))];
    let mut parts = vec![fill("first_seen", &first)];
    if !facts.origin.is_empty() {
        parts.push(fill("origin", &[("s", one_line(&facts.origin))]));
    }
    if copies > 0 {
        parts.push(fill("copies", &[("n", copies.to_string())]));
    }
    Some(parts.join(" · "))
}

impl ArticleView {
    fn new(alerts: &[(AlertId, &Excerpt)], config: &Config, voice: &Voice) -> Option<Self> {
        let (alert, newest) = alerts.last()?;
        let mut watches: Vec<String> = Vec::new();
        for (_, excerpt) in alerts {
            let name = one_line(&excerpt.watch_name);
            if !watches.contains(&name) {
                watches.push(name);
            }
        }
        let url = visible_url(&newest.url);
        let passages = passages(alerts);
        Some(Self {
            aid: aid(newest, &passages, voice),
            named: named(alerts, voice),
            title: one_line(&newest.title),
            watches: watches.join(", "),
            source: one_line(&newest.source_name),
            domain: domain(&newest.url),
            published: newest.published.map(|time| voice.local(time)).unwrap_or_default(),
            lang: newest.lang.unwrap_or(Lang::Unknown).as_str(),
            dir: direction(newest.lang),
            passages,
            from_feed: newest.from_feed,
            copy: format!("{}/alerts/{alert}", config.link_base.trim_end_matches('/')),
            short_url: shortened(&url, SHOWN_URL),
            url,
        })
    }
}

/// Two watches that match in one passage mark it together; different passages stand below each other.
fn passages(alerts: &[(AlertId, &Excerpt)]) -> Vec<Vec<Piece>> {
    let mut kept: Vec<(&str, Vec<std::ops::Range<usize>>)> = Vec::new();
    for (_, excerpt) in alerts.iter().filter(|(_, excerpt)| !excerpt.passage.trim().is_empty()) {
        match kept.iter_mut().find(|(passage, _)| *passage == excerpt.passage) {
            Some((_, marks)) => marks.extend(excerpt.highlights.iter().cloned()),
            None => kept.push((&excerpt.passage, excerpt.highlights.clone())),
        }
    }
    kept.iter().map(|(passage, marks)| pieces(passage, marks)).collect()
}

fn aid(excerpt: &Excerpt, passages: &[Vec<Piece>], voice: &Voice) -> Option<Aid> {
    let aid = ReadingAid::find(excerpt.lang?, voice.words.language())?;
    let whole = |pieces: &Vec<Piece>| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
    Some(Aid {
        label: voice.words.get(aid.label()),
        lang: aid.tag(),
        title: aid.read(&one_line(&excerpt.title)),
        passages: passages.iter().map(|pieces| aid.read(&whole(pieces))).collect(),
    })
}

/// What the passages name, for a reader of another language than the article's.
fn named(alerts: &[(AlertId, &Excerpt)], voice: &Voice) -> Vec<NamedView> {
    let reader = voice.words.language();
    let mut views: Vec<NamedView> = Vec::new();
    for (_, excerpt) in alerts.iter().filter(|(_, one)| one.lang.is_none_or(|lang| lang.code() != reader)) {
        for one in &excerpt.named {
            let view = NamedView { name: one_line(one.name_for(reader)), term: one.kind == "term" };
            if !views.contains(&view) {
                views.push(view);
            }
        }
    }
    views
}

/// A text of unknown language takes the direction of its own letters.
fn direction(lang: Option<Lang>) -> &'static str {
    match lang {
        None | Some(Lang::Unknown) => "auto",
        Some(lang) => lang.direction().as_str(),
    }
}

/// The host that an address really leads to, whatever stands before an `@` in it.
fn domain(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// An address as it can be copied: percent-encoded, so that nothing in it turns or breaks a line. What is no address of
/// the web is not shown.
fn visible_url(url: &str) -> String {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    parsed.map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(start: usize, end: usize) -> Vec<std::ops::Range<usize>> {
        std::iter::once(start..end).collect()
    }

    fn excerpt(watch: &str, url: &str, passage: &str) -> Excerpt {
        let (watch_name, url, passage) = (watch.to_owned(), url.to_owned(), passage.to_owned());
        Excerpt { watch_name, url, passage, highlights: marks(0, 1), ..Excerpt::default() }
    }

    #[test]
    fn alerts_are_grouped_by_story_and_then_by_article() {
        let items = [
            (AlertId(1), StoryId(7), excerpt("A", "https://a.kz/1", "p")),
            (AlertId(2), StoryId(8), excerpt("A", "https://b.kz/1", "p")),
            (AlertId(3), StoryId(7), excerpt("B", "https://a.kz/1", "q")),
            (AlertId(4), StoryId(7), excerpt("A", "https://c.kz/1", "r")),
        ];
        let groups = grouped(&items);
        let numbers = |group: &Group<'_>| -> Vec<Vec<i64>> {
            group.articles.iter().map(|article| article.iter().map(|(alert, _)| alert.0).collect()).collect()
        };
        assert_eq!(
            groups.iter().map(numbers).collect::<Vec<_>>(),
            [vec![vec![1, 3], vec![4]], vec![vec![2]]]
        );
    }

    #[test]
    fn two_watches_in_one_passage_mark_it_together() {
        let mut other = excerpt("B", "https://a.kz/1", "pq");
        other.highlights = marks(1, 2);
        let first = excerpt("A", "https://a.kz/1", "pq");
        let found = passages(&[(AlertId(1), &first), (AlertId(2), &other)]);
        assert_eq!(found, [vec![Piece { text: "pq".to_owned(), marked: true }]]);
    }

    #[test]
    fn an_address_says_where_it_leads_and_nothing_else_is_shown_as_one() {
        assert_eq!(domain("https://good.org@evil.org/x"), "evil.org");
        assert_eq!(visible_url("javascript:alert(1)"), "");
        assert_eq!(visible_url("https://a.kz/\u{202E}x\r\ny"), "https://a.kz/%E2%80%AExy");
    }
}
