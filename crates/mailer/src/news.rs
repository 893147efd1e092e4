//! What a mail tells of sources and of watches: troubles that began, with a way out, and troubles that are over. Each is
//! told once.

use std::collections::HashSet;

use model::{Mode, Restored, SourceNews, WatchNews};

use crate::line::one_line;
use crate::view::Voice;

/// News beyond these are told in a word each.
const MOST: usize = 10;

/// News of one source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NewsLine {
    pub(crate) text: String,
    /// The same in a word, where there is too much news.
    short: String,
    /// The cause as the fetcher words it, in English; `None` when `text` says it already.
    pub(crate) cause: Option<String>,
}

/// Returns the news of sources for a mail that says as much as `mode` allows.
pub(crate) fn news(news: &[SourceNews], mode: Option<Mode>, voice: &Voice) -> Vec<NewsLine> {
    let plain = |text| NewsLine { text, short: String::new(), cause: None };
    if mode == Some(Mode::Counts) {
        let sources: HashSet<&str> = news.iter().map(|one| one.source_name.as_str()).collect();
        let count = (!sources.is_empty()).then(|| plain(voice.count("news_count", sources.len())));
        return count.into_iter().collect();
    }
    let mut lines: Vec<NewsLine> = Vec::new();
    for one in news {
        let line = line(one, voice);
        // Two addresses of one source mostly fail together.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let more: Vec<String> = lines.drain(lines.len().min(MOST)..).map(|line| line.short).collect();
    lines.extend((!more.is_empty()).then(|| plain(more.join(", "))));
    lines
}

/// Returns what became of the subscriber's own watches, for a mail that says as much as `mode` allows.
pub(crate) fn watch_news(news: &[WatchNews], mode: Option<Mode>, voice: &Voice) -> Vec<NewsLine> {
    if mode == Some(Mode::Counts) {
        let text = voice.count("watches_count", news.len());
        let count = NewsLine { text, short: String::new(), cause: None };
        return (!news.is_empty()).then_some(count).into_iter().collect();
    }
    let line = |one: &WatchNews| {
        let values = [("n", one_line(&one.watch_name)), ("t", voice.local(one.since))];
        let text = voice.words.fill(if one.is_over() { "watch_over" } else { "watch_unreadable" }, &values);
        let cause = (!one.is_over()).then(|| one_line(&one.reason));
        NewsLine { text, short: String::new(), cause }
    };
    news.iter().map(line).collect()
}

/// Says that the house was restored, and what follows for the reader.
pub(crate) fn restored(restored: Option<Restored>, voice: &Voice) -> Option<NewsLine> {
    let Restored { at, backup } = restored?;
    let text = voice.words.fill("restored", &[("m", voice.local(at)), ("t", voice.local(backup))]);
    Some(NewsLine { text, short: String::new(), cause: None })
}

fn line(news: &SourceNews, voice: &Voice) -> NewsLine {
    let (words, notice) = (voice.words, &news.notice);
    let state = words.find(&format!("state_{}", notice.state)).unwrap_or(notice.state.as_str());
    let values =
        [("n", one_line(&news.source_name)), ("m", state.to_owned()), ("t", voice.local(notice.since))];
    let text = words.fill(if notice.recovered { "news_over" } else { "news_began" }, &values);
    let short = words.find("ok_again").filter(|_| notice.recovered).unwrap_or(state);
    let short = format!("{} ({short})", one_line(&news.source_name));
    if notice.recovered {
        return NewsLine { text, short, cause: None };
    }
    let cause = Some(one_line(&notice.reason)).filter(|cause| !cause.is_empty());
    let advice = words.find(&format!("advice_{}", notice.state)).unwrap_or_default();
    // The cause is worded in English with its own advice.
    match cause {
        Some(cause) if words.language() == "en" => {
            NewsLine { text: format!("{text} {}.", sentence(&cause)), short, cause: None }
        }
        cause => NewsLine { text: format!("{text} {advice}").trim().to_owned(), short, cause },
    }
}

/// Writes the first letter large, unless a name in backquotes comes first.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use model::{EndpointState, Notice};

    use super::*;
    use crate::words::Words;

    fn voice(language: &str) -> Voice {
        Voice { words: Words::of(language), zone: TimeZone::UTC }
    }

    fn one(name: &str, state: EndpointState, recovered: bool, reason: &str) -> SourceNews {
        let since: Timestamp = "2026-11-23T02:00:00Z".parse().unwrap();
        let notice = Notice { state, recovered, since, reason: reason.to_owned() };
        SourceNews { source_name: name.to_owned(), notice }
    }

    fn texts(lines: &[NewsLine]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_trouble_is_told_with_its_cause_and_a_way_out() {
        let all = [
            one(
                "Herald",
                EndpointState::Frozen,
                false,
                "it answers, but nothing new came for 9 days: see why",
            ),
            one("Tribune", EndpointState::Blocked, true, ""),
        ];
        let lines = news(&all, None, &voice("en"));
        assert_eq!(
            texts(&lines),
            [
                "Herald: far less comes than before, since 2026-11-23 02:00. It answers, but nothing new came for 9 days: see why.",
                "Tribune: all is well again. Before, since 2026-11-23 02:00: blocked us.",
            ]
        );
        let lines = news(&all, None, &voice("ru"));
        assert!(lines[0].text.ends_with("Проверьте, не публикует ли издание теперь по другому адресу."));
        assert!(lines[0].cause.as_deref().unwrap().starts_with("it answers") && lines[1].cause.is_none());
    }

    #[test]
    fn a_watch_that_cannot_be_read_is_told_with_what_is_wrong_and_when_it_is_over() {
        let one = |reason: &str| WatchNews {
            watch_name: "Border".to_owned(),
            since: "2026-11-23T02:00:00Z".parse().unwrap(),
            reason: reason.to_owned(),
        };
        let all = [one("at character 5: the lexicon has no such entity: write the name"), one("")];
        let lines = watch_news(&all, None, &voice("en"));
        assert!(
            lines[0].text.contains("“Border” cannot be read since 2026-11-23 02:00"),
            "{}",
            lines[0].text
        );
        assert!(lines[0].cause.as_deref().unwrap().contains("no such entity") && lines[1].cause.is_none());
        assert!(lines[1].text.contains("is read again"));
        let counted = watch_news(&all, Some(Mode::Counts), &voice("en"));
        assert!(counted.len() == 1 && !counted[0].text.contains("Border"), "{}", counted[0].text);
        assert_eq!(watch_news(&[], Some(Mode::Counts), &voice("en")), []);
    }

    #[test]
    fn a_restore_is_told_with_both_times_in_every_language() {
        let (at, backup) = ("2026-11-23T02:00:00Z".parse().unwrap(), "2026-11-22T21:30:00Z".parse().unwrap());
        for language in ["en", "ru", "kk", "zh", "tr", "ug"] {
            let line = restored(Some(Restored { at, backup }), &voice(language)).unwrap().text;
            assert!(line.contains("2026-11-23 02:00") && line.contains("2026-11-22 21:30"), "{line}");
        }
        assert_eq!(restored(None, &voice("en")), None);
    }

    #[test]
    fn every_trouble_has_a_way_out_in_every_language() {
        let fine = [EndpointState::New, EndpointState::Ok, EndpointState::Unchanged];
        for state in EndpointState::ALL.iter().filter(|state| !fine.contains(state)) {
            for language in ["en", "ru", "kk", "zh", "tr", "ug"] {
                let advice = Words::of(language).find(&format!("advice_{state}"));
                assert!(advice.is_some_and(|advice| !advice.is_empty()), "{state} {language}");
            }
        }
    }

    #[test]
    fn what_is_told_twice_is_told_once_and_what_is_too_much_in_a_word() {
        let twice =
            [one("Herald", EndpointState::Gone, false, ""), one("Herald", EndpointState::Gone, false, "")];
        assert_eq!(news(&twice, None, &voice("en")).len(), 1);
        let many: Vec<SourceNews> =
            (0..13).map(|number| one(&format!("Herald {number}"), EndpointState::Gone, false, "")).collect();
        assert_eq!(
            texts(&news(&many, None, &voice("en"))).last(),
            Some(&"Herald 10 (gone), Herald 11 (gone), Herald 12 (gone)")
        );
        let counted = news(&many, Some(Mode::Counts), &voice("en"));
        assert_eq!(texts(&counted), ["News of 13 sources: see the page of sources."]);
        assert_eq!(news(&[], Some(Mode::Counts), &voice("en")), []);
    }
}
