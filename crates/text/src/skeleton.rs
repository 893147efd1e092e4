//! The skeleton: one row of letters for Kazakh and Uyghur, whatever script they are written in.
//!
//! The letters are those of Kazakh in the Arabic script without its hamza, because that orthography already leaves
//! out what the others disagree on (а/ә, о/ө, ұ/ү, ы/і). The table is `data/letters.tsv`.

use std::sync::LazyLock;

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

/// What an orthography makes of a letter.
#[derive(Default)]
struct Cell {
    /// What the letter alone is written as.
    single: Option<&'static str>,
    /// Groups that begin with it and write one sound, longest first.
    groups: Vec<(&'static str, &'static str)>,
}

/// The letters of an orthography with their skeleton letters, by their number.
type Table = Vec<Cell>;

/// No orthography has letters from here on.
const BEYOND: usize = 0x700;

static TABLES: LazyLock<[Table; 9]> = LazyLock::new(|| {
    [
        "kk-Cyrl",
        "kk-Arab",
        "kk-Latn-2021",
        "kk-Latn-2018",
        "kk-Latn-wiki",
        "kk-Latn-bgn",
        "ug-Arab",
        "ug-Latn",
        "ug-Cyrl",
    ]
    .map(table)
});

fn table(name: &str) -> Table {
    let mut table: Table = Vec::new();
    table.resize_with(BEYOND, Cell::default);
    for row in include_str!("../data/letters.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = row.split('\t');
        let (Some(of), Some(letters), Some(skeleton)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let mut chars = letters.chars();
        let (first, more) = (chars.next(), chars.next().is_some());
        if let Some(cell) = first.and_then(|first| table.get_mut(place(first))).filter(|_| of == name) {
            if more {
                cell.groups.push((letters, skeleton));
            } else {
                cell.single = Some(skeleton);
            }
        }
    }
    for cell in &mut table {
        cell.groups.sort_by_key(|(letters, _)| std::cmp::Reverse(letters.len()));
    }
    table
}

fn place(letter: char) -> usize {
    usize::try_from(u32::from(letter)).unwrap_or(usize::MAX)
}

/// The skeleton letters of the longest group that `rest` begins with, or of its first letter, and how many bytes they
/// stand for.
fn next(table: &Table, rest: &str, letter: char) -> (Option<&'static str>, usize) {
    let Some(cell) = table.get(place(letter)) else { return (None, letter.len_utf8()) };
    match cell.groups.iter().find(|(letters, _)| rest.starts_with(letters)) {
        Some((letters, skeleton)) => (Some(*skeleton), letters.len()),
        None => (cell.single, letter.len_utf8()),
    }
}

impl Orthography {
    fn table(self) -> &'static Table {
        let [kk_cyrl, kk_arab, kk_2021, kk_2018, kk_wiki, kk_bgn, ug_arab, ug_latn, ug_cyrl] = &*TABLES;
        match self {
            Self::KkCyrl => kk_cyrl,
            Self::KkArab => kk_arab,
            Self::KkLatn2021 => kk_2021,
            Self::KkLatn2018 => kk_2018,
            Self::KkLatnWiki => kk_wiki,
            Self::KkLatnBgn => kk_bgn,
            Self::UgArab => ug_arab,
            Self::UgLatn => ug_latn,
            Self::UgCyrl => ug_cyrl,
        }
    }

    /// Returns the skeleton of a word in small letters. A letter that the orthography lacks stands for itself.
    pub(crate) fn skeleton(self, word: &str) -> String {
        let table = self.table();
        let mut skeleton = Joined { letters: String::with_capacity(word.len() + 4), last: None };
        let mut rest = word;
        while let Some(letter) = rest.chars().next() {
            let (letters, length) = next(table, rest, letter);
            match letters {
                Some(letters) => letters.chars().for_each(|letter| skeleton.push(letter)),
                None => skeleton.push(letter),
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        skeleton.ended()
    }

    /// Returns whether the orthography has all letters of a text in small letters.
    pub(crate) fn fits(self, text: &str) -> bool {
        let table = self.table();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let (known, length) = next(table, rest, letter);
            if known.is_none() && Script::of(letter) != Script::Other {
                return false;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        true
    }
}

/// Joins what some orthographies write with two letters and others with one.
pub(crate) fn joined(skeleton: &str) -> String {
    let mut joined = Joined { letters: String::with_capacity(skeleton.len()), last: None };
    skeleton.chars().for_each(|letter| joined.push(letter));
    joined.ended()
}

/// Letters that are joined as they come: и as ىي, ч as تش. An и before a vowel is one й, whoever writes both (`ия`) or
/// the vowel alone (`ىا`). Loan words lose the doubles that no Kazakh syllable has: фф anywhere, any consonant at the
/// end of a word (маршалл).
struct Joined {
    letters: String,
    last: Option<char>,
}

impl Joined {
    fn push(&mut self, letter: char) {
        match (letter, self.last) {
            ('ي', Some('ى')) => {
                self.letters.pop();
                if !self.letters.ends_with('ي') {
                    self.letters.push('ي');
                }
            }
            ('ا' | 'ە' | 'و', Some('ى')) => {
                self.letters.pop();
                self.letters.push('ي');
                self.letters.push(letter);
            }
            ('ي', Some('ي')) | ('ف', Some('ف')) => {}
            ('ش', Some('ت')) => {
                self.letters.pop();
                self.letters.push('چ');
                self.last = Some('چ');
                return;
            }
            _ => self.letters.push(letter),
        }
        self.last = Some(letter);
    }

    fn ended(mut self) -> String {
        while ends_in_a_double(&self.letters) && self.letters.chars().count() > 3 {
            self.letters.pop();
        }
        self.letters
    }
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
