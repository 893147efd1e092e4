//! The words of the pages, in the reader's language: `data/words.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use text::{Direction, Lang};

static TABLE: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let rows = include_str!("../data/words.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        Some((cells.next()?, cells.collect()))
    })
    .collect()
});

/// The languages with their own names, in the order of the table's columns.
pub(crate) const LANGUAGES: [(&str, &str); 6] = [
    ("en", "English"),
    ("ru", "Русский"),
    ("kk", "Қазақша"),
    ("zh", "中文"),
    ("tr", "Türkçe"),
    ("ug", "ئۇيغۇرچە"),
];

/// Words in one language; English where the table has no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    column: usize,
}

impl Words {
    /// Returns the words of a language, if there are any.
    pub(crate) fn find(language: &str) -> Option<Self> {
        LANGUAGES.iter().position(|(code, _)| *code == language).map(|column| Self { column })
    }

    /// Returns the words of the language that a browser likes best (`Accept-Language`); English when it likes none.
    pub(crate) fn accepted(header: &str) -> Self {
        let mut best = (0.0_f32, Self { column: 0 });
        for one in header.split(',').take(20) {
            let mut parts = one.split(';');
            let code = parts.next().unwrap_or_default().trim().split('-').next().unwrap_or_default();
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
            if let Some(words) = Self::find(&code.to_ascii_lowercase())
                && weight > best.0
            {
                best = (weight, words);
            }
        }
        best.1
    }

    /// Returns the code of the language.
    pub(crate) fn code(self) -> &'static str {
        LANGUAGES.get(self.column).map_or("en", |(code, _)| code)
    }

    /// Returns the direction in which it is read.
    pub(crate) fn direction(self) -> Direction {
        Lang::parse(self.code()).unwrap_or(Lang::Unknown).direction()
    }

    /// Returns the words for `name`, nothing filled in; none for a name that the table lacks.
    pub(crate) fn of(self, name: &str) -> Option<&'static str> {
        let cells = TABLE.get(name)?;
        let own = cells.get(self.column).filter(|cell| !cell.is_empty());
        own.or_else(|| cells.first()).copied().filter(|cell| !cell.is_empty())
    }

    /// Returns the words for `name`, of which a test knows that it is there.
    pub(crate) fn get(self, name: &str) -> &'static str {
        self.of(name).unwrap_or_default()
    }

    /// Returns words with `{n}`, `{m}` or `{t}` filled in.
    pub(crate) fn fill(self, name: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.get(name).to_owned();
        for (mark, value) in values {
            text = text.replace(&format!("{{{mark}}}"), value);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use model::{EndpointKind, EndpointState, Mark, Origin, Presence, Sight, SourceKind};

    use super::*;

    const TEMPLATES: [&str; 6] = [
        include_str!("../templates/base.html"),
        include_str!("../templates/search.html"),
        include_str!("../templates/parts.html"),
        include_str!("../templates/article.html"),
        include_str!("../templates/sources.html"),
        include_str!("../templates/message.html"),
    ];

    /// The marks that stand in a phrase.
    fn marks(text: &str) -> Vec<&str> {
        ["{n}", "{m}", "{t}"].into_iter().filter(|mark| text.contains(mark)).collect()
    }

    #[test]
    fn no_name_stands_for_two_phrases() {
        let names = include_str!("../data/words.tsv")
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        let names: Vec<&str> = names.filter_map(|line| line.split('\t').next()).collect();
        let mut once = names.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), names.len());
    }

    #[test]
    fn every_phrase_is_there_in_every_language_with_the_same_marks() {
        for (name, cells) in TABLE.iter().filter(|(name, _)| !name.starts_with("problem_")) {
            assert_eq!(cells.len(), LANGUAGES.len(), "{name}");
            for cell in cells {
                assert!(!cell.trim().is_empty(), "{name}");
                assert_eq!(marks(cell), marks(cells[0]), "{name}: {cell}");
            }
        }
    }

    #[test]
    fn every_name_that_a_template_uses_is_in_the_table() {
        let mut used = 0;
        for template in TEMPLATES {
            for part in template.split("face.t(\"").skip(1).chain(template.split("face.fill(\"").skip(1)) {
                let name = part.split('"').next().unwrap();
                assert!(TABLE.contains_key(name), "{name}");
                used += 1;
            }
        }
        assert!(used > 60, "{used}");
    }

    #[test]
    fn every_word_of_a_closed_list_has_its_phrase() {
        let states = EndpointState::ALL.iter().map(|state| ("state", state.as_str()));
        let endpoints = EndpointKind::ALL.iter().map(|kind| ("endpoint", kind.as_str()));
        let kinds = SourceKind::ALL.iter().map(|kind| ("kind", kind.as_str()));
        let origins = Origin::ALL.iter().map(|origin| ("origin", origin.as_str()));
        let sights = Sight::ALL.iter().map(|sight| ("sight", sight.as_str()));
        let gone = Presence::ALL.iter().filter(|one| **one != Presence::Present);
        let presences = gone.map(|presence| ("presence", presence.as_str()));
        let marks = Mark::ALL.iter().map(|mark| ("mark", mark.as_str()));
        let origins = origins.chain(sights).chain(presences).chain(marks);
        let langs = Lang::all().map(|lang| ("lang", lang.as_str()));
        for (list, word) in states.chain(endpoints).chain(kinds).chain(origins).chain(langs) {
            assert!(TABLE.contains_key(format!("{list}_{word}").as_str()), "{list}_{word}");
        }
    }

    #[test]
    fn the_language_that_the_browser_likes_best_is_spoken() {
        let check = |header: &str, code: &str| assert_eq!(Words::accepted(header).code(), code, "{header}");
        check("", "en");
        check("de-DE,de;q=0.9", "en");
        check("ru-RU,ru;q=0.9,en;q=0.8", "ru");
        check("de, en;q=0.3, kk;q=0.7", "kk");
        check("ZH-Hans-CN", "zh");
        check("ru;q=0, tr;q=x", "tr");
        check(";;;,,,q=;=", "en");
    }

    #[test]
    fn an_empty_cell_is_read_in_english_and_an_unknown_name_is_empty() {
        assert_eq!(Words::find("ug").unwrap().direction().as_str(), "rtl");
        assert_eq!(Words::find("kk").unwrap().of("problem_Empty"), None);
        assert!(Words::find("ru").unwrap().of("problem_Empty").is_some());
        assert_eq!(Words::find("xx"), None);
    }
}
