//! The words around the articles, in the subscriber's language: `data/words.tsv`.

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

/// The languages of mails, in the order of the table's columns.
pub const LANGUAGES: [&str; 6] = ["en", "ru", "kk", "zh", "tr", "ug"];

/// Words in one language; English for one that the table lacks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    column: usize,
}

impl Words {
    pub(crate) fn of(language: &str) -> Self {
        Self { column: LANGUAGES.iter().position(|known| *known == language).unwrap_or(0) }
    }

    /// Returns the language that is spoken.
    pub(crate) fn language(self) -> &'static str {
        LANGUAGES.get(self.column).copied().unwrap_or("en")
    }

    /// Returns the direction in which it is read.
    pub(crate) fn direction(self) -> Direction {
        Lang::parse(self.language()).unwrap_or(Lang::Unknown).direction()
    }

    /// Returns the words for `name`, nothing filled in; none for a name that the table lacks.
    pub(crate) fn find(self, name: &str) -> Option<&'static str> {
        TABLE.get(name).and_then(|cells| cells.get(self.column)).copied()
    }

    /// Returns the words for `name`, of which a test knows that it is there.
    pub(crate) fn get(self, name: &str) -> &'static str {
        self.find(name).unwrap_or_default()
    }

    /// Returns words with `{n}`, `{m}` or `{t}` filled in.
    pub(crate) fn fill(self, name: &str, values: &[(&str, String)]) -> String {
        let mut text = self.get(name).to_owned();
        for (mark, value) in values {
            text = text.replace(&format!("{{{mark}}}"), value);
        }
        text
    }

    /// Returns a date or time so that it is read from left to right. After Arabic letters its numbers would change
    /// places.
    pub(crate) fn left_to_right(self, date: String) -> String {
        match self.direction() {
            Direction::Ltr => date,
            Direction::Rtl => format!("\u{200E}{date}\u{200E}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use model::EndpointState;

    use super::*;

    /// The marks that stand in a phrase.
    fn marks(text: &str) -> Vec<&str> {
        ["{n}", "{m}", "{t}"].into_iter().filter(|mark| text.contains(mark)).collect()
    }

    #[test]
    fn every_phrase_is_there_in_every_language_with_the_same_marks() {
        for (name, cells) in TABLE.iter() {
            assert_eq!(cells.len(), LANGUAGES.len(), "{name}");
            for cell in cells {
                assert!(!cell.is_empty(), "{name}");
                assert_eq!(marks(cell), marks(cells[0]), "{name}: {cell}");
            }
        }
    }

    #[test]
    fn every_state_of_an_endpoint_has_words() {
        for state in EndpointState::ALL {
            let name = format!("state_{}", state.as_str());
            assert!(Words::of("kk").find(&name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_language_that_the_table_lacks_is_answered_in_english() {
        assert_eq!(Words::of("xx").language(), "en");
        assert_eq!((Words::of("ug").language(), Words::of("ug").direction().as_str()), ("ug", "rtl"));
    }

    #[test]
    fn a_date_keeps_its_order_among_arabic_letters() {
        let date = || "2026-11-25 08:00".to_owned();
        assert_eq!(Words::of("ug").left_to_right(date()), "\u{200E}2026-11-25 08:00\u{200E}");
        assert_eq!(Words::of("kk").left_to_right(date()), date());
    }
}
