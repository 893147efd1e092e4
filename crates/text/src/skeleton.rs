//! The skeleton: one row of letters for Kazakh and Uyghur, whatever script they are written in.
//!
//! The letters are those of Kazakh in the Arabic script without its hamza, because that orthography already leaves
//! out what the others disagree on (а/ә, о/ө, ұ/ү, ы/і). The table is `data/letters.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

/// An orthography of Kazakh or Uyghur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Orthography {
    KkCyrl,
    KkArab,
    KkLatn,
    UgArab,
    UgLatn,
    UgCyrl,
}

/// One or two letters to skeleton letters.
type Table = HashMap<&'static str, &'static str>;

static TABLES: LazyLock<HashMap<&'static str, Table>> = LazyLock::new(|| {
    let mut tables: HashMap<&'static str, Table> = HashMap::new();
    let rows = include_str!("../data/letters.tsv").lines().filter(|line| !line.starts_with('#'));
    for row in rows {
        let mut cells = row.split('\t');
        if let (Some(name), Some(letter), Some(skeleton)) = (cells.next(), cells.next(), cells.next()) {
            tables.entry(name).or_default().insert(letter, skeleton);
        }
    }
    tables
});

static EMPTY: LazyLock<Table> = LazyLock::new(Table::new);

impl Orthography {
    fn table(self) -> &'static Table {
        let name = match self {
            Self::KkCyrl => "kk-Cyrl",
            Self::KkArab => "kk-Arab",
            Self::KkLatn => "kk-Latn",
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
            let one = letter.len_utf8();
            let two = rest.chars().nth(1).map_or(one, |next| one + next.len_utf8());
            // Two letters that write one sound, such as `sh`, are read before one.
            let pair = rest.get(..two).filter(|_| two > one).and_then(|pair| table.get(pair));
            let (known, read) = match pair {
                Some(letters) => (Some(letters), two),
                None => (rest.get(..one).and_then(|letter| table.get(letter)), one),
            };
            match known {
                Some(letters) => skeleton.push_str(letters),
                None => skeleton.push(letter),
            }
            rest = rest.get(read..).unwrap_or_default();
        }
        skeleton
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Orthography::{KkArab, KkCyrl, KkLatn, UgArab, UgCyrl, UgLatn};

    #[test]
    fn one_kazakh_name_has_one_skeleton_in_every_script() {
        let check = |skeleton: &str, forms: &[(Orthography, &str)]| {
            for (orthography, form) in forms {
                assert_eq!(orthography.skeleton(form), skeleton, "{form}");
            }
        };
        check("قورعاس", &[(KkCyrl, "қорғас"), (KkArab, "قورعاس"), (KkLatn, "qorğas"), (KkLatn, "qorǵas")]);
        check("قۇلجا", &[(KkCyrl, "құлжа"), (KkArab, "قۇلجا"), (KkLatn, "qūlja")]);
        check("تىل", &[(KkCyrl, "тіл"), (KkArab, "ءتىل"), (KkArab, "ٴتىل"), (KkLatn, "tıl")]);
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
