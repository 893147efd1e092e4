//! Scripts, and the direction in which each is read.

use std::sync::LazyLock;

use crate::fold;

/// A script, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Script {
    /// Kazakh, Russian, Kyrgyz …
    Cyrillic,
    /// Kazakh in China, Uyghur, Arabic, Persian, Urdu.
    Arabic,
    /// English, Turkish, Kazakh and Uyghur in Latin letters.
    Latin,
    /// Chinese characters, simplified or traditional.
    Han,
    /// Everything else, digits and punctuation included.
    Other,
}

/// The direction in which a script is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// Returns the value of HTML's `dir` attribute.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

impl Script {
    /// Returns the script of most letters of a word, of the earlier one where they are as many.
    pub(crate) fn of_word(word: &str) -> Self {
        Letters::of(word).most()
    }

    /// Returns the script of a letter; [`Script::Other`] for what is no letter of the four.
    pub fn of(c: char) -> Self {
        Letter::known(c).map_or_else(|| Self::told(c), |letter| letter.script)
    }

    fn told(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}'
                if c != '×' && c != '÷' =>
            {
                Self::Latin
            }
            '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' => Self::Cyrillic,
            '\u{600}'..='\u{6ff}'
            | '\u{750}'..='\u{77f}'
            | '\u{fb50}'..='\u{fdff}'
            | '\u{fe70}'..='\u{feff}'
                if c.is_alphabetic() =>
            {
                Self::Arabic
            }
            '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3134f}' => Self::Han,
            _ => Self::Other,
        }
    }

    /// Returns the word that `script:` in a query takes (ISO 15924, small letters).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cyrillic => "cyrl",
            Self::Arabic => "arab",
            Self::Latin => "latn",
            Self::Han => "hani",
            Self::Other => "zzzz",
        }
    }

    /// Reads the word that `script:` takes.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Cyrillic, Self::Arabic, Self::Latin, Self::Han, Self::Other];
        let word = word.to_ascii_lowercase();
        all.into_iter().find(|script| script.as_str() == word)
    }

    /// Returns the direction in which it is read.
    pub fn direction(self) -> Direction {
        if self == Self::Arabic { Direction::Rtl } else { Direction::Ltr }
    }
}

/// How many letters of each script a text has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Letters {
    pub(crate) cyrillic: u32,
    pub(crate) arabic: u32,
    pub(crate) latin: u32,
    pub(crate) han: u32,
}

impl Letters {
    pub(crate) fn of(text: &str) -> Self {
        let mut letters = Self::default();
        text.chars().for_each(|letter| letters.add(letter));
        letters
    }

    #[inline]
    pub(crate) fn add(&mut self, letter: char) {
        match Script::of(letter) {
            Script::Cyrillic => self.cyrillic += 1,
            Script::Arabic => self.arabic += 1,
            Script::Latin => self.latin += 1,
            Script::Han => self.han += 1,
            Script::Other => {}
        }
    }

    /// The script of most letters, of the earlier one where they are as many.
    pub(crate) fn most(self) -> Script {
        let counts = [
            (Script::Cyrillic, self.cyrillic),
            (Script::Arabic, self.arabic),
            (Script::Latin, self.latin),
            (Script::Han, self.han),
        ];
        let mut best = (Script::Other, 0);
        for count in counts {
            if count.1 > best.1 {
                best = count;
            }
        }
        best.0
    }
}

/// What is asked of every letter of every text, so that it is looked up and not searched for each time.
#[derive(Debug, Clone, Copy)]
struct Letter {
    script: Script,
    sort: Sort,
    /// The small letter, where it is one.
    small: Option<char>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Neither letter nor digit.
    Sign,
    Alphanumeric,
    /// Alphanumeric, and one that [`fold::is_plain_letter`] names.
    Plain,
}

/// Latin, Cyrillic and Arabic letters lie below.
const KNOWN: u32 = 0x800;

static LETTERS: LazyLock<Vec<Letter>> = LazyLock::new(|| {
    let letter = |c: char| {
        let mut small = c.to_lowercase();
        let one = small.next().filter(|_| small.next().is_none());
        let sort = match (c.is_alphanumeric(), fold::is_plain_letter(c)) {
            (false, _) => Sort::Sign,
            (true, false) => Sort::Alphanumeric,
            (true, true) => Sort::Plain,
        };
        Letter { script: Script::told(c), sort, small: one }
    };
    (0..KNOWN).filter_map(char::from_u32).map(letter).collect()
});

impl Letter {
    #[inline]
    fn known(c: char) -> Option<&'static Self> {
        usize::try_from(u32::from(c)).ok().and_then(|at| LETTERS.get(at))
    }
}

/// The script of a character, and whether it is one of [`char::is_alphanumeric`].
#[inline]
pub(crate) fn script_and_alphanumeric(c: char) -> (Script, bool) {
    Letter::known(c).map_or_else(
        || (Script::told(c), c.is_alphanumeric()),
        |letter| (letter.script, letter.sort != Sort::Sign),
    )
}

/// Whether a word has plain letters alone.
pub(crate) fn is_plain(word: &str) -> bool {
    word.chars().all(|c| Letter::known(c).is_some_and(|letter| letter.sort == Sort::Plain))
}

/// Calls `each` with the small letter; the same as [`char::to_lowercase`], quicker.
#[inline]
pub(crate) fn each_small(c: char, mut each: impl FnMut(char)) {
    match Letter::known(c).and_then(|letter| letter.small) {
        Some(small) => each(small),
        None => c.to_lowercase().for_each(each),
    }
}

/// Adds the small letter to `text`.
#[inline]
pub(crate) fn push_small(text: &mut String, c: char) {
    each_small(c, |small| text.push(small));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_up_is_what_would_be_searched_for() {
        for c in (0..0x1_0000).filter_map(char::from_u32) {
            let mut small = String::new();
            push_small(&mut small, c);
            assert_eq!(small, c.to_lowercase().to_string());
            assert_eq!(script_and_alphanumeric(c), (Script::told(c), c.is_alphanumeric()), "{c}");
            assert_eq!(
                (Script::of(c), is_plain(&c.to_string())),
                (Script::told(c), fold::is_plain_letter(c))
            );
        }
    }

    #[test]
    fn letters_know_their_script() {
        let check = |text: &str, script| assert!(text.chars().all(|c| Script::of(c) == script), "{text}");
        check("Қорғас", Script::Cyrillic);
        check("قورعاس", Script::Arabic);
        check("Qorğasşñı", Script::Latin);
        check("霍尔果斯", Script::Han);
        check("12 .،؟۔", Script::Other);
    }
}
