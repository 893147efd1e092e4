//! A flood: one wire report in many outlets, each with edits of its own, among other articles on the same topic.
//!
//! Everything follows from a seed. The texts are made of few words and of phrases that all articles on the topic share, so
//! that they have more in common than those of newspapers.

use std::collections::HashMap;
use std::sync::LazyLock;

use text::Lang;

/// Words, phrases and lines by language and kind.
static STOCK: LazyLock<HashMap<(&str, &str), Vec<&str>>> = LazyLock::new(|| {
    let mut stock: HashMap<(&str, &str), Vec<&str>> = HashMap::new();
    for row in include_str!("../data/flood.tsv").lines().filter(|row| !row.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        if let &[lang, kind, text] = cells.as_slice() {
            stock.entry((lang, kind)).or_default().push(text);
        }
    }
    stock
});

/// The languages that floods can be made in.
pub const TONGUES: [Lang; 4] = [Lang::RuCyrl, Lang::KkCyrl, Lang::ZhHans, Lang::UgArab];

/// A generated article: its headline, and its paragraphs of sentences of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The language it is written in.
    pub lang: Lang,
    /// The headline.
    pub title: String,
    paragraphs: Vec<Vec<Vec<String>>>,
}

/// Makes articles of one language.
#[derive(Debug, Clone)]
pub struct Flood {
    lang: Lang,
    chance: Chance,
}

/// Numbers that look random and follow from a seed: splitmix64 (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let end = u64::try_from(end.max(1)).unwrap();
        usize::try_from((value ^ (value >> 31)) % end).unwrap()
    }

    /// Returns whether something of so many in a hundred happens.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

impl Flood {
    /// Makes the articles of a language that follow from a seed.
    pub fn new(lang: Lang, seed: u64) -> Self {
        Self { lang, chance: Chance::new(seed) }
    }

    fn stock(&self, kind: &'static str) -> &'static [&'static str] {
        &STOCK[&(self.lang.code(), kind)]
    }

    /// Few words are in most sentences, and most words in few.
    fn word(&mut self) -> String {
        let words = self.stock("word");
        let at = self.chance.below(words.len()).min(self.chance.below(words.len()));
        words[(at * 47 + 11) % words.len()].to_owned()
    }

    /// Returns a sentence that no other article has.
    pub fn sentence(&mut self) -> Vec<String> {
        let mut words: Vec<String> = (0..8 + self.chance.below(14)).map(|_| self.word()).collect();
        if self.chance.percent(25) {
            let phrases = self.stock("phrase");
            let phrase = phrases[self.chance.below(phrases.len())];
            let at = self.chance.below(words.len());
            let phrase: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
            words.splice(at..at, phrase);
        }
        words
    }

    /// Returns an article of its own of about so many words.
    pub fn article(&mut self, words: usize) -> Report {
        let mut paragraphs: Vec<Vec<Vec<String>>> = Vec::new();
        let mut count = 0;
        while count < words {
            let sentence = self.sentence();
            count += sentence.len();
            match paragraphs.last_mut() {
                Some(last) if last.len() < 3 => last.push(sentence),
                _ => paragraphs.push(vec![sentence]),
            }
        }
        Report { lang: self.lang, title: self.title(), paragraphs }
    }

    fn title(&mut self) -> String {
        let words: Vec<String> = (0..6).map(|_| self.word()).collect();
        words.join(if self.lang == Lang::ZhHans { "" } else { " " })
    }

    /// Returns a text in which so many of a hundred words are others.
    pub fn reworded(&mut self, told: &Report, percent: usize) -> Report {
        let mut other = told.clone();
        for word in other.paragraphs.iter_mut().flatten().flatten() {
            if self.chance.percent(percent) {
                *word = self.word();
            }
        }
        other
    }

    /// Returns what an outlet makes of a wire: so many of a hundred words are others, a sentence is dropped, paragraphs
    /// change places, a line of the outlet's own stands above or below, the headline is new.
    pub fn copy(&mut self, wire: &Report, percent: usize) -> Report {
        let mut copy = self.reworded(wire, percent);
        if self.chance.percent(50) && copy.paragraphs.iter().map(Vec::len).sum::<usize>() > 4 {
            let paragraph = self.chance.below(copy.paragraphs.len());
            copy.paragraphs[paragraph].pop();
            copy.paragraphs.retain(|paragraph| !paragraph.is_empty());
        }
        if self.chance.percent(30) && copy.paragraphs.len() > 2 {
            let (one, other) =
                (self.chance.below(copy.paragraphs.len()), self.chance.below(copy.paragraphs.len()));
            copy.paragraphs.swap(one, other);
        }
        let lines = self.stock("line");
        let line = vec![vec![lines[self.chance.below(lines.len())].to_owned()]];
        match self.chance.below(3) {
            0 => copy.paragraphs.insert(0, line),
            1 => copy.paragraphs.push(line),
            _ => {}
        }
        if self.chance.percent(60) {
            copy.title = self.title();
        }
        copy
    }

    /// Returns an article with so many new sentences at its end.
    pub fn extended(&mut self, told: &Report, sentences: usize) -> Report {
        let mut longer = told.clone();
        longer.paragraphs.extend((0..sentences).map(|_| vec![self.sentence()]));
        longer
    }
}

impl Report {
    /// Returns its first paragraphs, as many as hold so many words.
    #[must_use]
    pub fn excerpt(&self, words: usize) -> Self {
        let mut count = 0;
        let whole = self.paragraphs.iter().take_while(|paragraph| {
            let fits = count < words;
            count += paragraph.iter().map(Vec::len).sum::<usize>();
            fits
        });
        Self { paragraphs: whole.cloned().collect(), ..self.clone() }
    }

    /// Returns the same with a paragraph at its end.
    #[must_use]
    pub fn with(&self, paragraph: &str) -> Self {
        let mut longer = self.clone();
        longer.paragraphs.push(vec![vec![paragraph.trim_end_matches(['.', '。']).to_owned()]]);
        longer
    }

    /// Returns its paragraphs.
    pub fn blocks(&self) -> Vec<String> {
        let (space, stop) = if self.lang == Lang::ZhHans { ("", "。") } else { (" ", ". ") };
        let sentence = |words: &Vec<String>| format!("{}{stop}", words.join(space));
        let block = |sentences: &Vec<Vec<String>>| sentences.iter().map(sentence).collect::<String>();
        self.paragraphs.iter().map(|paragraph| block(paragraph).trim().to_owned()).collect()
    }

    /// Returns a Kazakh text in Arabic letters.
    #[must_use]
    pub fn in_arabic_letters(&self) -> Self {
        let mut other = self.clone();
        other.lang = Lang::KkArab;
        other.title = in_arabic_letters(&self.title);
        for word in other.paragraphs.iter_mut().flatten().flatten() {
            *word = in_arabic_letters(word);
        }
        other
    }
}

/// Letters of Kazakh, and what is written for them in China.
const LETTERS: [(&str, &str); 34] = [
    ("аә", "ا"),
    ("б", "ب"),
    ("в", "ۆ"),
    ("г", "گ"),
    ("ғ", "ع"),
    ("д", "د"),
    ("еэ", "ە"),
    ("ж", "ج"),
    ("з", "ز"),
    ("йи", "ي"),
    ("к", "ك"),
    ("қ", "ق"),
    ("л", "ل"),
    ("м", "م"),
    ("н", "ن"),
    ("ң", "ڭ"),
    ("оө", "و"),
    ("п", "پ"),
    ("р", "ر"),
    ("с", "س"),
    ("т", "ت"),
    ("у", "ۋ"),
    ("ұү", "ۇ"),
    ("ф", "ف"),
    ("хһ", "ح"),
    ("ц", "تس"),
    ("ч", "چ"),
    ("ш", "ش"),
    ("щ", "شش"),
    ("ыі", "ى"),
    ("ю", "يۋ"),
    ("я", "يا"),
    ("ьъ", ""),
    (",", "،"),
];

/// Writes a Kazakh text in Arabic letters. A word of front vowels has a sign before it unless a letter of it tells.
fn in_arabic_letters(text: &str) -> String {
    let word = |word: &str| {
        let small = word.to_lowercase();
        let mut written = String::new();
        for letter in small.chars() {
            match LETTERS.iter().find(|(cyrillic, _)| cyrillic.contains(letter)) {
                Some((_, arabic)) => written.push_str(arabic),
                None => written.push(letter),
            }
        }
        let front = small.contains(['ә', 'ө', 'ү', 'і']) && !small.contains(['к', 'г', 'е']);
        if front { format!("ٴ{written}") } else { written }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
