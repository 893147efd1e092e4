//! The words around the articles, in the subscriber's language: `data/words.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let rows = include_str!("../data/words.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|row| {
        let mut cells = row.split('\t');
        Some((cells.next()?, cells.collect()))
    })
    .collect()
});

/// The languages, in the order of the table's columns.
const LANGUAGES: [&str; 3] = ["en", "ru", "kk"];

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

    /// Returns a word with nothing to fill in.
    pub(crate) fn get(self, name: &str) -> &'static str {
        TABLE.get(name).and_then(|cells| cells.get(self.column)).copied().unwrap_or_default()
    }

    /// Returns a word with `{n}`, `{m}` or `{t}` filled in.
    pub(crate) fn fill(self, name: &str, values: &[(&str, String)]) -> String {
        let mut text = self.get(name).to_owned();
        for (mark, value) in values {
            text = text.replace(&format!("{{{mark}}}"), value);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_there_in_every_language() {
        for (name, cells) in TABLE.iter() {
            assert_eq!(cells.len(), LANGUAGES.len(), "{name}");
            assert!(cells.iter().all(|cell| !cell.is_empty()), "{name}");
        }
        assert_eq!(Words::of("xx").language(), "en");
    }
}
