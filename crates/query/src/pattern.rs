//! Patterns: `*` stands for any letters, `?` for one. Compared with surface keys.

/// A folded pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pattern(String);

impl Pattern {
    /// Takes a pattern whose letters are folded.
    pub fn new(folded: &str) -> Self {
        Self(folded.to_owned())
    }

    /// Returns the pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the letters before the first sign: every text that fits begins with them.
    pub fn prefix(&self) -> &str {
        self.0.split(['*', '?']).next().unwrap_or_default()
    }

    /// Returns whether the pattern fits the text of a surface key, its mark left out.
    pub fn fits(&self, text: &str) -> bool {
        let pattern: Vec<char> = self.0.chars().collect();
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_stand_for_letters() {
        let check =
            |pattern, text, fits| assert_eq!(Pattern::new(pattern).fits(text), fits, "{pattern} {text}");
        check("detain*", "detained", true);
        check("detain*", "detain", true);
        check("detain*", "detai", false);
        check("w?rd", "word", true);
        check("w?rd", "wrd", false);
        check("ab*cd*e", "abxcdcdye", true);
        check("ab*cd", "abcdx", false);
        assert_eq!(Pattern::new("de*d?").prefix(), "de");
    }
}
