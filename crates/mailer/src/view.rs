//! What a mail shows, made from a digest: stories in the order of finding, each with its copies below it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Digest, Mode};

use crate::Config;
use crate::line::one_line;
use crate::news::{NewsLine, news, restored, watch_news};
use crate::story::{StoryView, grouped};
use crate::words::Words;

/// Names of unread sources beyond these are only counted.
const NAMES: usize = 10;

/// All that either form shows.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) language: &'static str,
    pub(crate) dir: &'static str,
    pub(crate) heading: String,
    pub(crate) summary: Option<String>,
    pub(crate) stories: Vec<StoryView>,
    pub(crate) watches: Vec<NewsLine>,
    pub(crate) news: Vec<NewsLine>,
    pub(crate) foot: Vec<String>,
    pub(crate) labels: Labels,
}

/// The words that stand in the templates.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) watch: &'static str,
    pub(crate) published: &'static str,
    pub(crate) from_feed: &'static str,
    pub(crate) reading_copy: &'static str,
    pub(crate) publisher: &'static str,
    pub(crate) also: &'static str,
    pub(crate) named: &'static str,
    pub(crate) news: &'static str,
}

/// In which words and by whose clock a mail speaks.
#[derive(Debug)]
pub(crate) struct Voice {
    pub(crate) words: Words,
    pub(crate) zone: TimeZone,
}

impl Voice {
    /// Returns a time as the subscriber's clock shows it.
    pub(crate) fn local(&self, time: Timestamp) -> String {
        let local = time.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M");
        self.words.left_to_right(local.to_string())
    }

    pub(crate) fn count(&self, name: &str, count: usize) -> String {
        self.words.fill(name, &[("n", count.to_string())])
    }
}

impl View {
    pub(crate) fn new(digest: &Digest, config: &Config) -> Self {
        let words = Words::of(&digest.subscriber.language);
        let zone = TimeZone::get(&digest.subscriber.timezone).unwrap_or(TimeZone::UTC);
        let voice = Voice { words, zone };
        let groups = grouped(&digest.contents.items);
        let told = digest.contents.mode != Some(Mode::Counts);
        let shown = if told { groups.len().min(config.max_stories) } else { 0 };
        let summary = match groups.len() {
            0 => Some(words.get("nothing").to_owned()),
            count if !told => Some(voice.count("counts", count)),
            _ => None,
        };
        let mut foot = Vec::new();
        if told && groups.len() > shown {
            foot.push(voice.count("more", groups.len() - shown));
        }
        foot.extend(closing(digest, &voice, told));
        Self {
            language: words.language(),
            dir: words.direction().as_str(),
            heading: heading(digest, groups.len(), words),
            summary,
            stories: groups
                .iter()
                .take(shown)
                .map(|group| StoryView::new(group, &digest.contents.stories, config, &voice))
                .collect(),
            watches: restored(digest.contents.restored, &voice)
                .into_iter()
                .chain(watch_news(&digest.contents.watches, digest.contents.mode, &voice))
                .collect(),
            news: news(&digest.contents.news, digest.contents.mode, &voice),
            foot,
            labels: Labels::new(words),
        }
    }
}

impl Labels {
    fn new(words: Words) -> Self {
        Self {
            watch: words.get("watch"),
            published: words.get("published"),
            from_feed: words.get("from_feed"),
            reading_copy: words.get("reading_copy"),
            publisher: words.get("publisher"),
            also: words.get("also"),
            named: words.get("named"),
            news: words.get("news"),
        }
    }
}

/// The neutral subject: it tells a bystander a number and a count.
fn heading(digest: &Digest, stories: usize, words: Words) -> String {
    let name = match stories {
        0 => "subject_empty",
        1 => "subject_story",
        _ => "subject_stories",
    };
    words.fill(name, &[("n", digest.number.to_string()), ("m", stories.to_string())])
}

/// What stands below the stories: what is not told one by one, how the sources did, when the next mail comes.
fn closing(digest: &Digest, voice: &Voice, told: bool) -> Vec<String> {
    let (contents, words) = (&digest.contents, voice.words);
    let mut lines = Vec::new();
    if contents.older_matches > 0 {
        lines.push(words.fill("older", &[("n", contents.older_matches.to_string())]));
    }
    lines.extend(held(&contents.held, voice, told));
    let readings = &contents.readings;
    lines.push(
        words.fill("sources", &[("n", readings.read.to_string()), ("m", readings.enabled.to_string())]),
    );
    if told && !readings.unread.is_empty() {
        lines.push(unread(&readings.unread, voice));
    }
    if let Some(time) = contents.next_mail {
        lines.push(words.fill("next", &[("t", voice.local(time))]));
    }
    let zone = voice.zone.iana_name().unwrap_or("UTC").to_owned();
    lines.push(words.fill("times", &[("t", zone)]));
    lines.push(words.get("unsubscribe").to_owned());
    lines
}

/// What was not told because a name has another meaning: without what it is where nothing is told.
fn held(traps: &[(String, u32)], voice: &Voice, told: bool) -> Option<String> {
    let count: u32 = traps.iter().map(|(_, count)| count).sum();
    let each = |(trap, count): &(String, u32)| format!("{} {count}", one_line(trap));
    let list: Vec<String> = traps.iter().take(NAMES).map(each).collect();
    let line = voice.words.fill("held", &[("n", count.to_string())]);
    (count > 0).then(|| if told { format!("{line} ({})", list.join(", ")) } else { line })
}

fn unread(sources: &[(String, String)], voice: &Voice) -> String {
    let plain = |(name, state): &(String, String)| {
        let words =
            voice.words.find(&format!("state_{state}")).map_or_else(|| one_line(state), str::to_owned);
        format!("{} ({words})", one_line(name))
    };
    let mut names: Vec<String> = sources.iter().take(NAMES).map(plain).collect();
    if sources.len() > NAMES {
        names.push(voice.count("unread_more", sources.len() - NAMES));
    }
    format!("{}: {}", voice.words.get("unread"), names.join(", "))
}
