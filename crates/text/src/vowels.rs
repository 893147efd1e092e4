//! Restores what Kazakh in Arabic letters leaves to the reader: а or ә, о or ө, ұ or ү, ы or і, and the Russian letters
//! of loan words.
//!
//! A word is read with front vowels when a hamza stands before it, or a letter that only front words have (ە, ك, گ).
//! Source: the orthography of A. Baitursynuly as taught in China (1982). For display: a reader forgives a vowel.

use crate::spellings::WITH;

/// Two consonants that begin loan words, and no word of Kazakh.
const CLUSTERS: [&str; 17] =
    ["پر", "تر", "كر", "گر", "بر", "در", "فر", "پل", "كل", "گل", "بل", "فل", "ست", "سپ", "سك", "شت", "شك"];

/// Returns a word of small Arabic letters in Cyrillic ones.
pub(crate) fn kazakh_cyrillic(word: &str) -> String {
    let letters: Vec<char> = word.chars().filter(|letter| *letter != 'ء').collect();
    let fronts = fronts(&letters, word.starts_with('ء'));
    let loan = is_loan(word.trim_start_matches('ء'), &letters);
    let word = Word { letters, fronts, loan };
    let mut cyrillic = String::with_capacity(word.letters.len() * 2 + 4);
    let mut at = 0;
    while let Some(letter) = word.letters.get(at).copied() {
        let (written, taken) = word.group(at).unwrap_or_else(|| (word.single(at, letter), 1));
        cyrillic.push_str(written);
        if written.is_empty() && letter != 'ئ' {
            cyrillic.push(letter);
        }
        at += taken;
    }
    cyrillic
}

/// Loan words keep the letters of Russian: they have its sounds, or a shape that no Kazakh word has.
fn is_loan(word: &str, letters: &[char]) -> bool {
    let foreign = letters.iter().any(|letter| matches!(letter, 'ف' | 'ۆ' | 'چ'));
    // о and ө stand in the first syllable of Kazakh words only.
    let late_o = letters.iter().filter(|letter| is_vowel(**letter)).skip(1).any(|letter| *letter == 'و');
    foreign || late_o || CLUSTERS.iter().any(|cluster| word.starts_with(cluster))
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'ا' | 'ە' | 'و' | 'ۇ' | 'ى')
}

/// For each letter, whether it is a front vowel. The first vowel is told by the hamza, by the letters beside it and by
/// the vowel that follows; later ones follow the vowel before them, unless the consonant beside them says otherwise.
fn fronts(letters: &[char], hamza: bool) -> Vec<bool> {
    let word: String = letters.iter().collect();
    let ending = letters.len() > 5 && WITH.iter().any(|ending| word.ends_with(ending));
    let stem = letters.get(..letters.len() - if ending { 3 } else { 0 }).unwrap_or(letters);
    let mut fronts = vec![false; letters.len()];
    let mut state = None;
    for (at, letter) in letters.iter().enumerate().filter(|(_, letter)| is_vowel(**letter)) {
        // The hamza reaches to the first ق or ع beyond the first syllable.
        let mut since = letters.iter().take(at).skip_while(|letter| !is_vowel(**letter));
        let hamza_reaches = hamza && !since.any(|letter| matches!(letter, 'ق' | 'ع'));
        let front = match (letter, beside(letters, at)) {
            ('ە', _) => true,
            _ if hamza_reaches => true,
            (_, Some(false)) => false,
            ('ى' | 'ۇ', Some(true)) => true,
            ('ا', _) if state.is_some() => false,
            (_, told) => state.unwrap_or_else(|| first_is_front(stem, at, told)),
        };
        state = Some(front);
        if let Some(place) = fronts.get_mut(at) {
            *place = front;
        }
    }
    fronts
}

/// What the consonants beside a vowel say: ك and گ go with front vowels, ق and ع with back ones.
fn beside(letters: &[char], at: usize) -> Option<bool> {
    let side = |letter: &char| match letter {
        'ك' | 'گ' => Some(true),
        'ق' | 'ع' => Some(false),
        _ => None,
    };
    let next = letters.get(at + 1).and_then(side);
    let before = letters.iter().take(at).rev().find(|letter| **letter != 'ي');
    next.or_else(|| before.and_then(side))
}

fn first_is_front(stem: &[char], at: usize, beside: Option<bool>) -> bool {
    let rest = || stem.iter().skip(at + 1);
    // A й goes with the vowel before it: сөйле; an и is a vowel of its own: полиция.
    let glides = usize::from(rest().next() == Some(&'ي'));
    match rest().skip(glides).find(|letter| is_vowel(**letter) || **letter == 'ي') {
        Some('ە') => true,
        Some('ا' | 'و') => false,
        Some('ي') if stem.get(at) == Some(&'و') => false,
        _ if beside.is_some() => beside == Some(true),
        _ => rest()
            .find(|letter| matches!(letter, 'ە' | 'ك' | 'گ' | 'ق' | 'ع'))
            .is_some_and(|letter| matches!(letter, 'ە' | 'ك' | 'گ')),
    }
}

/// A word, and what is known of it before its letters are written.
struct Word {
    letters: Vec<char>,
    /// For each letter, whether it is a front vowel.
    fronts: Vec<bool>,
    loan: bool,
}

impl Word {
    fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.letters.get(at)).copied()
    }

    fn after(&self, at: usize, steps: usize) -> Option<char> {
        self.letters.get(at + steps).copied()
    }

    /// Letters that are written as one, with how many they are.
    fn group(&self, at: usize) -> Option<(&'static str, usize)> {
        let after_vowel = self.before(at).is_none_or(is_vowel);
        match (*self.letters.get(at)?, self.after(at, 1), self.after(at, 2)) {
            ('ي', Some('ا'), _) if after_vowel => Some(("я", 2)),
            ('ي', Some('ۋ'), _) if after_vowel || (self.loan && self.after(at, 2).is_some()) => {
                Some(("ю", 2))
            }
            ('ي', Some('ا'), _) => Some(("ия", 2)),
            ('ي', Some('ۋ'), _) => Some(("ию", 2)),
            ('ي', Some('ي'), _) => Some(("ий", 2)),
            // тыйым has й; the older spelling of и has the same two letters.
            ('ى', Some('ي'), Some('ا')) => Some(("ия", 3)),
            ('ى', Some('ي'), Some('ۋ')) => Some(("ию", 3)),
            ('ى', Some('ي'), next) if next.is_none_or(|next| !is_vowel(next)) => Some(("и", 2)),
            ('ش', Some('ش'), _) => Some(("щ", 2)),
            ('ت', Some('س'), Some('ي')) => Some(("ц", 2)),
            ('ت', Some('س'), _) if self.loan && !self.before(at).is_none_or(is_vowel) => Some(("ц", 2)),
            _ => None,
        }
    }

    fn single(&self, at: usize, letter: char) -> &'static str {
        let front = self.fronts.get(at) == Some(&true);
        // ә and ө stand in first syllables, and in no word with the sounds of Russian.
        let native = !self.loan && front && self.is_first_syllable(at) && !self.letters.starts_with(&['ح']);
        match letter {
            'ا' if native && !matches!(self.before(at), Some('ق' | 'ع')) => "ә",
            'ا' => "а",
            'و' if native => "ө",
            'و' => "о",
            'ۇ' if front => "ү",
            'ۇ' => "ұ",
            'ى' if front => "і",
            'ى' => "ы",
            'ە' if at == 0 && self.loan && self.letters.contains(&'ي') => "э",
            'ي' if self.before(at).is_none_or(is_vowel) && self.after(at, 1).is_none_or(is_vowel) => "й",
            'ي' if self.before(at).is_some_and(is_vowel) => "й",
            'ي' => "и",
            other => consonant(other),
        }
    }

    fn is_first_syllable(&self, at: usize) -> bool {
        !self.letters.iter().take(at).any(|letter| is_vowel(*letter) || matches!(letter, 'ي' | 'ۋ'))
    }
}

fn consonant(letter: char) -> &'static str {
    match letter {
        'ب' => "б",
        'ۆ' => "в",
        'گ' => "г",
        'ع' => "ғ",
        'د' => "д",
        'ج' => "ж",
        'ز' => "з",
        'ك' => "к",
        'ق' => "қ",
        'ل' => "л",
        'م' => "м",
        'ن' => "н",
        'ڭ' => "ң",
        'پ' => "п",
        'ر' => "р",
        'س' => "с",
        'ت' => "т",
        'ۋ' => "у",
        'ف' => "ф",
        'ح' => "х",
        'ھ' => "һ",
        'چ' => "ч",
        'ش' => "ш",
        'ە' => "е",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vowels_are_restored() {
        for (arabic, cyrillic) in [
            ("قورعاس", "қорғас"),
            ("كىتاپ", "кітап"),
            ("ءتىل", "тіл"),
            ("كوپ", "көп"),
            ("مەملەكەتتىك", "мемлекеттік"),
            ("اياق", "аяқ"),
            ("ازيا", "азия"),
            ("اششى", "ащы"),
            ("تىيىم", "тыйым"),
            ("كوميتەت", "комитет"),
            ("قازاقستاندىكتەر", "қазақстандіктер"),
            ("ءوندىرىس", "өндіріс"),
            ("پرەزيدەنت", "президент"),
            ("زاڭمەن", "заңмен"),
            ("ءقادىرلى", "қадірлі"),
            ("ەلباسىنىڭ", "елбасының"),
            ("دۇنيە", "дүние"),
            ("پوليتسيا", "полиция"),
        ] {
            assert_eq!(kazakh_cyrillic(arabic), cyrillic);
        }
    }
}
