//! Lines that lead away from the article, by what they say. The phrases are in `data/phrases.tsv`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::measure::ends_sentence;

/// Longest line that is called away by its opening, in characters: a longer one is a sentence of its own.
const LONGEST_LEAD: usize = 160;
/// Longest line that says how long the reading takes.
const LONGEST_TIME: usize = 40;
/// Longest line that says whose a picture is.
const LONGEST_CREDIT: usize = 90;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lead,
    Stop,
    Wall,
    Consent,
    /// Anywhere in a line.
    Time,
    Credit,
    Tab,
}

/// Phrases by their first character, which tells most lines apart.
static PHRASES: LazyLock<FxHashMap<char, Vec<(Kind, &'static str)>>> = LazyLock::new(|| {
    let mut phrases: FxHashMap<char, Vec<(Kind, &'static str)>> = FxHashMap::default();
    for line in include_str!("../data/phrases.tsv").lines() {
        let Some((kind, phrase)) = line.split_once('\t') else { continue };
        let kind = match kind {
            "lead" => Kind::Lead,
            "stop" => Kind::Stop,
            "wall" => Kind::Wall,
            "consent" => Kind::Consent,
            "time" => Kind::Time,
            "credit" => Kind::Credit,
            "tab" => Kind::Tab,
            _ => continue,
        };
        let key = if matches!(kind, Kind::Time | Kind::Credit | Kind::Tab) {
            '\0'
        } else {
            phrase.chars().next().unwrap_or('\0')
        };
        phrases.entry(key).or_default().push((kind, phrase));
    }
    phrases
});

/// Returns whether a line leads away from the article rather than belonging to it.
pub(crate) fn leads_away(text: &str) -> bool {
    text.chars().nth(LONGEST_LEAD).is_none()
        && opens_with(text, Kind::Lead, |start, lead| {
            // A word must end where the phrase does.
            let rest = start.get(lead.len()..).unwrap_or_default().chars().next();
            start.starts_with(lead)
                && (!lead.ends_with(|c: char| c.is_ascii_alphanumeric())
                    || rest.is_none_or(|c| !c.is_alphanumeric()))
        })
}

/// Returns whether a line is a heading after which nothing belongs to the article any more.
pub(crate) fn stops(text: &str) -> bool {
    text.chars().nth(LONGEST_TIME).is_none()
        && opens_with(
            text.trim_end_matches([':', '：', '…', '.', '!', '»', '>', '+', '↓', ' ']),
            Kind::Stop,
            |start, stop| {
                let rest = start.get(stop.len()..).unwrap_or_default();
                // `Comments (3)` and `3` behind it are the same heading.
                start.starts_with(stop)
                    && rest.chars().all(|c| c.is_ascii_digit() || " ()（）-–|".contains(c))
            },
        )
}

fn opens_with(text: &str, kind: Kind, fits: impl Fn(&str, &str) -> bool) -> bool {
    let text = text.trim_start_matches(|c: char| {
        "-–—•·*>»▶►→■□◆【▼[".contains(c) && c != '【' && c != '[' || c.is_whitespace()
    });
    let Some(first) = text.chars().next() else { return false };
    let first = first.to_lowercase().next().unwrap_or(first);
    let Some(phrases) = PHRASES.get(&first) else { return false };
    let start: String = text.chars().take(48).flat_map(char::to_lowercase).collect();
    phrases.iter().any(|(known, phrase)| *known == kind && fits(&start, phrase))
}

/// Returns whether a line says that the rest is for subscribers.
pub(crate) fn is_wall(text: &str) -> bool {
    opens_with(text, Kind::Wall, |start, wall| start.starts_with(wall))
}

/// Returns whether a line asks for consent, an account or money.
pub(crate) fn is_consent(text: &str) -> bool {
    opens_with(text, Kind::Consent, |start, consent| start.starts_with(consent)) || is_wall(text)
}

/// Returns whether a line says how long the reading takes: "8 min read".
pub(crate) fn is_reading_time(text: &str) -> bool {
    text.chars().nth(LONGEST_TIME).is_none()
        && text.chars().any(|c| c.is_ascii_digit())
        && contains(text, Kind::Time)
}

/// Returns whether a line says whose a picture is.
pub(crate) fn is_credit(text: &str) -> bool {
    text.chars().nth(LONGEST_CREDIT).is_none() && !ends_sentence(text) && contains(text, Kind::Credit)
}

/// Returns whether a text inside a link tells that it opens elsewhere.
pub(crate) fn tells_new_tab(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || ",.".contains(c));
    (8..48).contains(&text.len()) && {
        let lower = text.to_lowercase();
        PHRASES
            .get(&'\0')
            .is_some_and(|all| all.iter().any(|(kind, phrase)| *kind == Kind::Tab && *phrase == lower))
    }
}

fn contains(text: &str, kind: Kind) -> bool {
    let text = text.to_lowercase();
    PHRASES
        .get(&'\0')
        .is_some_and(|all| all.iter().any(|(known, mark)| *known == kind && text.contains(mark)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_lead_away_are_known_in_several_languages() {
        for line in ["Read more: Border closed", "Читайте также: граница", "相关新闻", "Тағы оқыңыз: шекара"]
        {
            assert!(leads_away(line), "{line}");
        }
        assert!(!leads_away("Readers were surprised."));
        assert!(!leads_away("Loadings rose by a third at the dry port."));
        assert!(is_reading_time("8 min read"));
        assert!(!is_reading_time("It took him 8 minutes to read the letter, and an hour to answer it."));
    }

    #[test]
    fn headings_of_other_articles_are_known() {
        for line in [
            "Related Posts",
            "Recommended Posts:",
            "Comments (12)",
            "Ұқсас жаңалықтар",
            "相关阅读",
            "Privacy Overview",
        ] {
            assert!(stops(line), "{line}");
        }
        assert!(!stops("Related crimes rose") && !stops("Comments by the minister on the dry port"));
    }
}
