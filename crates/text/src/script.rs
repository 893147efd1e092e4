//! Scripts, and the direction in which each is read.

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

#[cfg(test)]
mod tests {
    use super::*;

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
