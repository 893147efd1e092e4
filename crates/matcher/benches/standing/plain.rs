//! The plain analysis and the small query grammar of the workload.
//!
//! Words are maximal runs of letters and digits in lower case; a run of Chinese characters gives its overlapping pairs,
//! a lone one itself. `expr := and ('OR' and)*; and := unary ('AND' unary)*; unary := 'NOT' unary | '(' expr ')' |
//! leaf`, and a leaf is `lang:xx`, `source:xx`, `word`, `word*`, `"a b"` or `"a b"~k`.

use std::fmt::Debug;

use query::{Filter, Part, Pattern, Plan, Spans};
use text::Key;

/// What each character is.
pub(crate) struct Letters {
    /// Characters of one byte.
    one: Box<[Sign; 0x80]>,
    /// Those of two.
    two: Box<[Sign; 0x800]>,
    /// The others of the first plane.
    three: Box<[Class; 0x1_0000]>,
}

/// What a character is for the plain analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A letter or a digit.
    Letter,
    Han,
    /// What belongs to no word.
    None,
    /// A letter whose lower case is in no table.
    Odd,
}

/// A character of one or two bytes in lower case, which has as many.
#[derive(Debug, Clone, Copy)]
struct Sign {
    class: Class,
    lower: [u8; 2],
}

/// Where something begins and ends.
pub(crate) type Place = (usize, usize);

/// Texts in lower case, and the words in them.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) text: Vec<u8>,
    /// Where in `text` each begins and ends.
    pub(crate) places: Vec<Place>,
}

impl Words {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
    }
}

impl Letters {
    pub(crate) fn new() -> Self {
        let class = |code| char::from_u32(code).map_or(Class::None, class_alone);
        Self { one: table(sign), two: table(sign), three: table(class) }
    }

    /// Adds a text and its words.
    pub(crate) fn cut(&self, text: &str, words: &mut Words) {
        let (start, known) = (words.text.len(), words.places.len());
        words.text.extend_from_slice(text.as_bytes());
        if !self.cut_from(start, &mut words.text, &mut words.places) {
            words.text.truncate(start);
            words.places.truncate(known);
            let lower: String = text.chars().map(lower_case).collect();
            words.text.extend_from_slice(lower.as_bytes());
            self.cut_from(start, &mut words.text, &mut words.places);
        }
    }

    /// Puts a text into lower case where it lies and finds its words, until there is something odd: then it returns
    /// `false`.
    fn cut_from(&self, mut at: usize, text: &mut [u8], places: &mut Vec<Place>) -> bool {
        // Where the word or the pair of characters begins that is open here.
        let (mut word, mut pair) = (None, None);
        // Whether the last character of a run is in a pair already.
        let mut paired = false;
        loop {
            if word.is_some() {
                at = self.after_letters(text, at);
            }
            let (class, length) = self.lower(text, at);
            if class == Class::Letter && pair.is_none() {
                word = word.or(Some(at));
                at += length;
                continue;
            }
            if let Some(word) = word.take() {
                places.push((word, at));
            }
            if class == Class::Han {
                if let Some(first) = pair.replace(at) {
                    places.push((first, at + length));
                    paired = true;
                }
                at += length;
                continue;
            }
            if let Some(alone) = pair.take()
                && !std::mem::take(&mut paired)
            {
                places.push((alone, at));
            }
            match class {
                Class::Letter => {}
                Class::Odd => return false,
                _ if at == text.len() => return true,
                _ => at += length,
            }
        }
    }

    /// Puts letters of one and two bytes into lower case, and returns where they end.
    #[inline]
    fn after_letters(&self, text: &mut [u8], at: usize) -> usize {
        let whole = text.len();
        let mut rest = text.get_mut(at..).unwrap_or_default();
        loop {
            match rest {
                [one @ 0..0x80, more @ ..] => {
                    let sign = self.one[usize::from(*one & 0x7f)];
                    if sign.class != Class::Letter {
                        return whole - more.len() - 1;
                    }
                    *one = sign.lower[0];
                    rest = more;
                }
                [one @ 0x80..0xe0, two, more @ ..] => {
                    let sign = self.two[usize::from(*one & 0x1f) << 6 | usize::from(*two & 0x3f)];
                    if sign.class != Class::Letter {
                        return whole - more.len() - 2;
                    }
                    [*one, *two] = sign.lower;
                    rest = more;
                }
                _ => return whole - rest.len(),
            }
        }
    }

    /// Puts the character that begins there into lower case, and returns what it is and how many bytes it has: none at the
    /// end.
    #[inline]
    fn lower(&self, text: &mut [u8], at: usize) -> (Class, usize) {
        match text.get_mut(at..).unwrap_or_default() {
            [one @ 0..0x80, ..] => {
                let sign = self.one[usize::from(*one & 0x7f)];
                *one = sign.lower[0];
                (sign.class, 1)
            }
            [one @ 0x80..0xe0, two, ..] => {
                let sign = self.two[usize::from(*one & 0x1f) << 6 | usize::from(*two & 0x3f)];
                [*one, *two] = sign.lower;
                (sign.class, 2)
            }
            [one @ 0xe0..0xf0, two, three, ..] => {
                let code = code_of(&[*one & 0xf, *two, *three]);
                (self.three[code], 3)
            }
            [one, two, three, four, ..] => {
                let code = u32::try_from(code_of(&[*one & 7, *two, *three, *four])).unwrap();
                (char::from_u32(code).map_or(Class::None, class_alone), 4)
            }
            _ => (Class::None, 0),
        }
    }

    fn keys(&self, text: &str) -> Vec<Key> {
        let mut words = Words::default();
        self.cut(text, &mut words);
        let key =
            |(start, end): &Place| Key::surface(std::str::from_utf8(&words.text[*start..*end]).unwrap());
        words.places.iter().map(key).collect()
    }

    /// Reads a query of the workload.
    pub(crate) fn plan(&self, query: &str) -> Plan {
        let mut parser = Parser { letters: self, rest: query, clauses: 0 };
        let plan = parser.any();
        assert!(parser.rest.trim().is_empty(), "not read: {}", parser.rest);
        plan
    }
}

/// What is said of each of the first characters.
#[expect(clippy::unnecessary_box_returns, reason = "a table is no value to hand around")]
fn table<T: Debug, const LENGTH: usize>(of: impl Fn(u32) -> T) -> Box<[T; LENGTH]> {
    let all: Box<[T]> = (0..u32::try_from(LENGTH).unwrap()).map(of).collect();
    all.try_into().unwrap()
}

/// The number of a character of these bytes.
fn code_of(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |code, byte| code << 6 | usize::from(byte & 0x3f))
}

fn lower_case(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// A character of one or two bytes.
fn sign(code: u32) -> Sign {
    let c = char::from_u32(code).unwrap();
    let bytes = |c: char| {
        let mut bytes = [0; 2];
        c.encode_utf8(&mut bytes);
        bytes
    };
    let lower = lower_case(c);
    if lower.len_utf8() != c.len_utf8() {
        return Sign { class: Class::Odd, lower: bytes(c) };
    }
    Sign { class: class_alone(lower), lower: bytes(lower) }
}

/// What a character is that is not put into lower case by a table.
fn class_alone(c: char) -> Class {
    match u32::from(c) {
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0xf900..=0xfaff | 0x2_0000..=0x2_fa1f => Class::Han,
        _ if !c.is_alphanumeric() => Class::None,
        _ if lower_case(c) == c => Class::Letter,
        _ => Class::Odd,
    }
}

struct Parser<'a> {
    letters: &'a Letters,
    rest: &'a str,
    clauses: u32,
}

impl Parser<'_> {
    fn eat(&mut self, word: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(word);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn any(&mut self) -> Plan {
        let mut parts = vec![self.all()];
        while self.eat("OR ") {
            parts.push(self.all());
        }
        if parts.len() == 1 { parts.remove(0) } else { Plan::Or(parts) }
    }

    fn all(&mut self) -> Plan {
        let mut parts = vec![self.unary()];
        while self.eat("AND ") {
            parts.push(self.unary());
        }
        if parts.len() == 1 { parts.remove(0) } else { Plan::And(parts) }
    }

    fn unary(&mut self) -> Plan {
        if self.eat("NOT ") {
            return Plan::Not(Box::new(self.unary()));
        }
        if self.eat("(") {
            let inner = self.any();
            assert!(self.eat(")"), "a parenthesis is open");
            return inner;
        }
        if self.eat("\"") {
            return self.phrase();
        }
        let end = self.rest.find([' ', ')']).unwrap_or(self.rest.len());
        let (leaf, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Some(lang) = leaf.strip_prefix("lang:") {
            return Plan::Filter(Filter::Lang(lang.to_owned()));
        }
        if let Some(source) = leaf.strip_prefix("source:") {
            return Plan::Filter(Filter::Source(source.to_owned()));
        }
        match leaf.strip_suffix('*') {
            Some(head) => {
                let keys = self.letters.keys(head);
                let head: String = keys.iter().map(Key::text).collect();
                self.text(Spans::Pattern(Pattern::new(&format!("{head}*"))))
            }
            None => self.words(leaf, 0),
        }
    }

    fn phrase(&mut self) -> Plan {
        let end = self.rest.find('"').expect("a quotation mark is open");
        let (text, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        let mut slop = 0;
        if let Some(rest) = self.rest.strip_prefix('~') {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            slop = rest[..end].parse().unwrap();
            self.rest = &rest[end..];
        }
        self.words(text, slop)
    }

    fn words(&mut self, text: &str, slop: u32) -> Plan {
        let mut parts: Vec<Spans> =
            self.letters.keys(text).into_iter().map(|key| Spans::Keys(vec![key])).collect();
        let spans = match (parts.len(), slop) {
            (1, _) => parts.remove(0),
            (_, 0) => Spans::Phrase(parts),
            _ => Spans::Sloppy { parts, slop },
        };
        self.text(spans)
    }

    fn text(&mut self, spans: Spans) -> Plan {
        self.clauses += 1;
        Plan::Text { part: Part::Anywhere, spans, clause: self.clauses - 1 }
    }
}
