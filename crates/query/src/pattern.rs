//! Patterns: what fits many keys, which only the keys themselves tell.

use text::{Key, sounds, syllable};

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Folded letters, `*` for any, `?` for one: fits surface keys.
    Signs(String),
    /// The sounds that a name may have: fits the keys of what sounds like one of them.
    Sounds(Vec<String>),
    /// Two neighbouring characters of a name in Chinese, each by the classes of its consonants.
    Syllables(String, String),
}

impl Pattern {
    /// Takes a pattern whose letters are folded.
    pub fn new(folded: &str) -> Self {
        Self::Signs(folded.to_owned())
    }

    /// Returns how the stored form of every key begins that the pattern fits.
    pub fn start(&self) -> String {
        match self {
            Self::Signs(signs) => {
                let letters = signs.split(['*', '?']).next().unwrap_or_default();
                Key::surface(letters).as_str().to_owned()
            }
            Self::Sounds(_) => String::new(),
            Self::Syllables(..) => Key::surface("").as_str().to_owned(),
        }
    }

    /// Returns whether it fits by sound: what it finds stands apart, and mails only when its watch says so.
    pub fn is_heard(&self) -> bool {
        !matches!(self, Self::Signs(_))
    }

    /// Returns whether the pattern fits a key.
    pub fn fits(&self, key: &Key) -> bool {
        match self {
            Self::Signs(signs) => key.is_surface() && signs_fit(signs, key.text()),
            Self::Sounds(wanted) => sounds(key).iter().any(|sound| wanted.contains(sound)),
            Self::Syllables(first, second) => {
                let mut letters = key.text().chars();
                key.is_surface()
                    && letters.next().and_then(syllable) == Some(first)
                    && letters.next().and_then(syllable) == Some(second)
                    && letters.next().is_none()
            }
        }
    }
}

fn signs_fit(signs: &str, text: &str) -> bool {
    let pattern: Vec<char> = signs.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // The last `*` seen, and how much of the text it has taken so far.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => {
                p += 1;
                t += 1;
            }
            _ => {
                let Some((star_p, star_t)) = star else { return false };
                star = Some((star_p, star_t + 1));
                p = star_p + 1;
                t = star_t + 1;
            }
        }
    }
    pattern.get(p..).is_some_and(|rest| rest.iter().all(|c| *c == '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_for_letters() {
        let check = |pattern, text, fits| {
            assert_eq!(Pattern::new(pattern).fits(&Key::surface(text)), fits, "{pattern} {text}");
        };
        check("detain*", "detained", true);
        check("detain*", "detain", true);
        check("detain*", "detai", false);
        check("w?rd", "word", true);
        check("w?rd", "wrd", false);
        check("ab*cd*e", "abxcdcdye", true);
        check("ab*cd", "abcdx", false);
        assert_eq!(Pattern::new("de*d?").start(), "=de");
        assert!(!Pattern::new("de*").fits(&Key::peeled("detain")));
    }

    #[test]
    fn a_sound_fits_every_spelling() {
        let sound = Pattern::Sounds(sounds(&Key::surface("serikzhan")));
        assert!(sound.fits(&Key::surface("سەرىكجان")));
        assert!(!sound.fits(&Key::surface("bekali")));
        let pair = Pattern::Syllables("S".to_owned(), "L".to_owned());
        assert!(pair.fits(&Key::surface("谢里")));
        assert!(!pair.fits(&Key::surface("里谢")) && !pair.fits(&Key::surface("世里")));
    }
}
