//! The skeleton: one row of letters for Kazakh and Uyghur, whatever script they are written in.
//!
//! The letters are those of Kazakh in the Arabic script without its hamza, because that orthography already leaves
//! out what the others disagree on (а/ә, о/ө, ұ/ү, ы/і). The table is `data/letters.tsv`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::Script;

/// An orthography of Kazakh or Uyghur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Orthography {
    KkCyrl,
    KkArab,
    /// The Latin alphabet of 2021: ş ñ ğ ū, ı for і, y for ы.
    KkLatn2021,
    /// The Latin alphabet of 2018: sh ń ǵ ý, ı for и and й.
    KkLatn2018,
    /// The Latin letters of Kazakh Wikipedia: ş ñ ğ w ï, ı for ы.
    KkLatnWiki,
    /// The romanisation of BGN and PCGN: sh ng gh ū ī.
    KkLatnBgn,
    UgArab,
    UgLatn,
    UgCyrl,
}

/// Letters, alone and in groups that write one sound, with their skeleton letters.
#[derive(Default)]
struct Table {
    single: FxHashMap<char, &'static str>,
    /// By their first letter, longest first.
    groups: FxHashMap<char, Vec<(&'static str, &'static str)>>,
}

static TABLES: LazyLock<FxHashMap<&'static str, Table>> = LazyLock::new(|| {
    let mut tables: FxHashMap<&'static str, Table> = FxHashMap::default();
    let rows = include_str!("../data/letters.tsv").lines().filter(|line| !line.starts_with('#'));
    for row in rows {
        let mut cells = row.split('\t');
        let (Some(name), Some(letters), Some(skeleton)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let table = tables.entry(name).or_default();
        let mut chars = letters.chars();
        match (chars.next(), chars.next()) {
            (Some(letter), None) => {
                table.single.insert(letter, skeleton);
            }
            (Some(first), Some(_)) => table.groups.entry(first).or_default().push((letters, skeleton)),
            _ => {}
        }
    }
    for group in tables.values_mut().flat_map(|table| table.groups.values_mut()) {
        group.sort_by_key(|(letters, _)| std::cmp::Reverse(letters.len()));
    }
    tables
});

impl Table {
    /// The skeleton letters of the longest group that `rest` begins with, or of its first letter, and how many bytes
    /// they stand for.
    fn next(&self, rest: &str, letter: char) -> (Option<&'static str>, usize) {
        let groups = self.groups.get(&letter).map_or(&[][..], Vec::as_slice);
        match groups.iter().find(|(letters, _)| rest.starts_with(letters)) {
            Some((letters, skeleton)) => (Some(*skeleton), letters.len()),
            None => (self.single.get(&letter).copied(), letter.len_utf8()),
        }
    }
}

static EMPTY: LazyLock<Table> = LazyLock::new(Table::default);

impl Orthography {
    fn table(self) -> &'static Table {
        let name = match self {
            Self::KkCyrl => "kk-Cyrl",
            Self::KkArab => "kk-Arab",
            Self::KkLatn2021 => "kk-Latn-2021",
            Self::KkLatn2018 => "kk-Latn-2018",
            Self::KkLatnWiki => "kk-Latn-wiki",
            Self::KkLatnBgn => "kk-Latn-bgn",
            Self::UgArab => "ug-Arab",
            Self::UgLatn => "ug-Latn",
            Self::UgCyrl => "ug-Cyrl",
        };
        TABLES.get(name).unwrap_or(&EMPTY)
    }

    /// Returns the skeleton of a word in small letters. A letter that the orthography lacks stands for itself.
    pub(crate) fn skeleton(self, word: &str) -> String {
        let table = self.table();
        let mut skeleton = String::with_capacity(word.len() + 4);
        let mut rest = word;
        while let Some(letter) = rest.chars().next() {
            let (letters, length) = table.next(rest, letter);
            match letters {
                Some(letters) => skeleton.push_str(letters),
                None => skeleton.push(letter),
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        joined(&skeleton)
    }

    /// Returns whether the orthography has all letters of a text in small letters.
    pub(crate) fn fits(self, text: &str) -> bool {
        let table = self.table();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let (known, length) = table.next(rest, letter);
            if known.is_none() && Script::of(letter) != Script::Other {
                return false;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        true
    }
}

/// Joins what some orthographies write with two letters and others with one: и as ىي, ч as تش. An и before a vowel
/// is one й, whoever writes both (`ия`) or the vowel alone (`ىا`). Loan words lose the doubles that no Kazakh syllable
/// has: фф anywhere, any consonant at the end of a word (маршалл).
pub(crate) fn joined(skeleton: &str) -> String {
    let mut joined = String::with_capacity(skeleton.len());
    for letter in skeleton.chars() {
        match (letter, joined.chars().next_back()) {
            ('ي', Some('ى')) => {
                joined.pop();
                if !joined.ends_with('ي') {
                    joined.push('ي');
                }
            }
            ('ا' | 'ە' | 'و', Some('ى')) => {
                joined.pop();
                joined.push('ي');
                joined.push(letter);
            }
            ('ي', Some('ي')) | ('ف', Some('ف')) => {}
            ('ش', Some('ت')) => {
                joined.pop();
                joined.push('چ');
            }
            _ => joined.push(letter),
        }
    }
    while joined.chars().count() > 3 && ends_in_a_double(&joined) {
        joined.pop();
    }
    joined
}

fn ends_in_a_double(skeleton: &str) -> bool {
    let mut back = skeleton.chars().rev();
    let last = back.next();
    last == back.next() && last.is_some_and(|last| !matches!(last, 'ا' | 'ە' | 'و' | 'ۇ' | 'ى'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Orthography::{
        KkArab, KkCyrl, KkLatn2018, KkLatn2021, KkLatnBgn, KkLatnWiki, UgArab, UgCyrl, UgLatn,
    };

    #[test]
    fn one_kazakh_name_has_one_skeleton_in_every_script() {
        let check = |skeleton: &str, forms: &[(Orthography, &str)]| {
            for (orthography, form) in forms {
                assert_eq!(orthography.skeleton(form), skeleton, "{form}");
            }
        };
        check(
            "قورعاس",
            &[(KkCyrl, "қорғас"), (KkArab, "قورعاس"), (KkLatn2021, "qorğas"), (KkLatn2018, "qorǵas")],
        );
        check("قورعاس", &[(KkLatnBgn, "qorghas"), (KkLatnWiki, "qorğas")]);
        check("قۇلجا", &[(KkCyrl, "құлжа"), (KkArab, "قۇلجا"), (KkLatn2021, "qūlja"), (KkLatn2018, "qulja")]);
        check("تىل", &[(KkCyrl, "тіл"), (KkArab, "ءتىل"), (KkArab, "ٴتىل"), (KkLatn2021, "tıl")]);
        check("يراندا", &[(KkCyrl, "иранда"), (KkArab, "ىيراندا"), (KkArab, "يراندا")]);
        check("پولينەزيا", &[(KkCyrl, "полинезия"), (KkArab, "پولينەزىا")]);
        check("مارشال", &[(KkCyrl, "маршалл"), (KkArab, "مارشال")]);
        check("ازيا", &[(KkCyrl, "азия"), (KkArab, "ازيا"), (KkLatn2021, "aziia"), (KkLatnWiki, "azïya")]);
    }

    #[test]
    fn one_uyghur_name_has_one_skeleton_and_meets_the_kazakh_one_where_the_letters_agree() {
        let forms = [(UgArab, "قورغاس"), (UgLatn, "qorghas"), (UgCyrl, "қорғас")];
        for (orthography, form) in forms {
            assert_eq!(orthography.skeleton(form), KkCyrl.skeleton("қорғас"), "{form}");
        }
        assert_eq!(UgArab.skeleton("غۇلجا"), UgLatn.skeleton("ghulja"));
        assert_eq!(UgArab.skeleton("غۇلجا"), UgCyrl.skeleton("ғулҗа"));
        assert_eq!(UgArab.skeleton("ئۈرۈمچى"), UgLatn.skeleton("ürümchi"));
    }

    #[test]
    fn ili_is_not_year() {
        assert_ne!(UgArab.skeleton("ئىلى"), UgArab.skeleton("يىلى"));
    }
}
