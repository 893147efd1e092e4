//! Scripts, and the direction in which each is read.

use std::sync::LazyLock;

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
        let mut best = (Self::Other, 0);
        for script in [Self::Cyrillic, Self::Arabic, Self::Latin, Self::Han] {
            let count = word.chars().filter(|c| Self::of(*c) == script).count();
            if count > best.1 {
                best = (script, count);
            }
        }
        best.0
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

/// What is asked of every letter of every text, so that it is looked up and not searched for each time.
#[derive(Debug, Clone, Copy)]
struct Letter {
    script: Script,
    alphanumeric: bool,
    /// The small letter, where it is one.
    small: Option<char>,
}

/// Latin, Cyrillic and Arabic letters lie below.
const KNOWN: u32 = 0x800;

static LETTERS: LazyLock<Vec<Letter>> = LazyLock::new(|| {
    let letter = |c: char| {
        let mut small = c.to_lowercase();
        let one = small.next().filter(|_| small.next().is_none());
        Letter { script: Script::told(c), alphanumeric: c.is_alphanumeric(), small: one }
    };
    (0..KNOWN).filter_map(char::from_u32).map(letter).collect()
});

impl Letter {
    fn known(c: char) -> Option<&'static Self> {
        usize::try_from(u32::from(c)).ok().and_then(|at| LETTERS.get(at))
    }
}

/// The same as [`char::is_alphanumeric`], quicker.
pub(crate) fn is_alphanumeric(c: char) -> bool {
    Letter::known(c).map_or_else(|| c.is_alphanumeric(), |letter| letter.alphanumeric)
}

/// Adds the small letter to `text`; the same as [`char::to_lowercase`], quicker.
pub(crate) fn push_small(text: &mut String, c: char) {
    match Letter::known(c).and_then(|letter| letter.small) {
        Some(small) => text.push(small),
        None => text.extend(c.to_lowercase()),
    }
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
            assert_eq!((Script::of(c), is_alphanumeric(c)), (Script::told(c), c.is_alphanumeric()), "{c}");
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
