//! What a mail shows, made from a digest: stories in order, each with its passage in pieces.

use std::ops::Range;

use askama::Template;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{AlertId, Digest, Excerpt, Mode, StoryId};
use url::Url;

use crate::Config;
use crate::words::Words;

/// The mail as HTML.
#[derive(Template)]
#[template(path = "digest.html")]
pub(crate) struct HtmlMail {
    pub(crate) view: View,
}

/// The mail as plain text.
#[derive(Template)]
#[template(path = "digest.txt")]
pub(crate) struct TextMail {
    pub(crate) view: View,
}

/// All that either form shows.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) language: &'static str,
    pub(crate) heading: String,
    pub(crate) nothing: Option<String>,
    pub(crate) stories: Vec<StoryView>,
    pub(crate) foot: Vec<String>,
    pub(crate) watch: &'static str,
    pub(crate) published: &'static str,
    pub(crate) from_feed: &'static str,
    pub(crate) reading_copy: &'static str,
    pub(crate) publisher: &'static str,
    pub(crate) also: &'static str,
}

/// One story.
#[derive(Debug, Clone)]
pub(crate) struct StoryView {
    pub(crate) title: String,
    pub(crate) watches: String,
    pub(crate) source: String,
    pub(crate) domain: String,
    pub(crate) published: String,
    pub(crate) lang: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) passage: Vec<Piece>,
    pub(crate) from_feed: bool,
    pub(crate) copy: String,
    pub(crate) url: String,
    pub(crate) shown_url: String,
    pub(crate) also: String,
}

/// A piece of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) marked: bool,
}

/// All alerts of one story, in the order of finding.
struct Group<'a> {
    story: StoryId,
    alerts: Vec<(AlertId, &'a Excerpt)>,
}

impl View {
    pub(crate) fn new(digest: &Digest, config: &Config) -> Self {
        let words = Words::of(&digest.subscriber.language);
        let zone = TimeZone::get(&digest.subscriber.timezone).unwrap_or(TimeZone::UTC);
        let groups = groups(digest);
        let counts = digest.contents.mode == Some(Mode::Counts);
        let shown = if counts { 0 } else { groups.len().min(config.max_stories) };
        let stories = groups.iter().take(shown).map(|group| story(group, config, &zone)).collect();
        let number = |count: usize| vec![("n", count.to_string())];
        let nothing = match groups.len() {
            0 => Some(words.get("nothing").to_owned()),
            count if counts => Some(words.fill("counts", &number(count))),
            _ => None,
        };
        let mut foot = Vec::new();
        if !counts && groups.len() > shown {
            foot.push(words.fill("more", &number(groups.len() - shown)));
        }
        foot.extend(closing(digest, words, &zone));
        Self {
            language: words.language(),
            heading: neutral_subject(digest, groups.len(), words),
            nothing,
            stories,
            foot,
            watch: words.get("watch"),
            published: words.get("published"),
            from_feed: words.get("from_feed"),
            reading_copy: words.get("reading_copy"),
            publisher: words.get("publisher"),
            also: words.get("also"),
        }
    }
}

/// What a subject tells: a number and a count.
fn neutral_subject(digest: &Digest, stories: usize, words: Words) -> String {
    let name = match stories {
        0 => "subject_empty",
        1 => "subject_story",
        _ => "subject_stories",
    };
    words.fill(name, &[("n", digest.number.to_string()), ("m", stories.to_string())])
}

fn groups(digest: &Digest) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (alert, story, excerpt) in &digest.contents.items {
        match groups.iter_mut().find(|group| group.story == *story) {
            Some(group) => group.alerts.push((*alert, excerpt)),
            None => groups.push(Group { story: *story, alerts: vec![(*alert, excerpt)] }),
        }
    }
    groups
}

fn story(group: &Group<'_>, config: &Config, zone: &TimeZone) -> StoryView {
    let none = Excerpt::default();
    let (alert, first) =
        group.alerts.first().map_or((AlertId(0), &none), |(alert, excerpt)| (*alert, *excerpt));
    let mut watches: Vec<&str> = Vec::new();
    let mut also: Vec<&str> = Vec::new();
    for (_, excerpt) in &group.alerts {
        if !watches.contains(&excerpt.watch_name.as_str()) {
            watches.push(&excerpt.watch_name);
        }
        if excerpt.url != first.url && !also.contains(&excerpt.source_name.as_str()) {
            also.push(&excerpt.source_name);
        }
    }
    let lang = first.lang.unwrap_or(text::Lang::Unknown);
    StoryView {
        title: first.title.clone(),
        watches: watches.join(", "),
        source: first.source_name.clone(),
        domain: domain(&first.url),
        published: first.published.map(|time| local(time, zone)).unwrap_or_default(),
        lang: lang.as_str(),
        dir: lang.direction().as_str(),
        passage: pieces(&first.passage, &first.highlights),
        from_feed: first.from_feed,
        copy: format!("{}/alerts/{alert}", config.link_base.trim_end_matches('/')),
        shown_url: first.url.clone(),
        url: web_only(&first.url),
        also: also.join(", "),
    }
}

fn closing(digest: &Digest, words: Words, zone: &TimeZone) -> Vec<String> {
    let contents = &digest.contents;
    let mut lines = Vec::new();
    if contents.older_matches > 0 {
        lines.push(words.fill("older", &[("n", contents.older_matches.to_string())]));
    }
    let readings = &contents.readings;
    let counts = [("n", readings.read.to_string()), ("m", readings.enabled.to_string())];
    lines.push(format!("{}.", words.fill("sources", &counts)));
    if !readings.unread.is_empty() {
        let shown: Vec<String> =
            readings.unread.iter().take(10).map(|(name, state)| format!("{name} ({state})")).collect();
        let rest = if readings.unread.len() > 10 { ", …" } else { "" };
        lines.push(format!("{}: {}{rest}", words.get("unread"), shown.join(", ")));
    }
    if let Some(time) = contents.next_mail {
        lines.push(words.fill("next", &[("t", local(time, zone))]));
    }
    lines.push(words.get("unsubscribe").to_owned());
    lines
}

fn local(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

fn domain(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// An address that is no web address is never made a link.
fn web_only(url: &str) -> String {
    if url.starts_with("http://") || url.starts_with("https://") { url.to_owned() } else { String::new() }
}

/// Cuts a passage at its highlights. Ranges that do not fit the text are passed over.
fn pieces(passage: &str, highlights: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    let mut push = |range: Range<usize>, marked| {
        if let Some(text) = passage.get(range).filter(|text| !text.is_empty()) {
            pieces.push(Piece { text: text.to_owned(), marked });
        }
    };
    for mark in highlights.iter().filter(|mark| passage.get((*mark).clone()).is_some()) {
        if mark.start >= at {
            push(at..mark.start, false);
            push(mark.clone(), true);
            at = mark.end;
        }
    }
    push(at..passage.len(), false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_cut_at_its_highlights_and_loses_nothing() {
        let passage = "Қорғас порты жабылды";
        for highlights in [vec![], vec![0..12], vec![0..12, 13..23], vec![0..1], vec![5..900]] {
            let whole: String = pieces(passage, &highlights).into_iter().map(|piece| piece.text).collect();
            assert_eq!(whole, passage, "{highlights:?}");
        }
        assert!(
            pieces(passage, &[0..12][..]).first().is_some_and(|piece| piece.marked && piece.text == "Қорғас")
        );
    }
}
