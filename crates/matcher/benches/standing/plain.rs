//! The plain analysis and the small query grammar of the workload.
//!
//! Words are maximal runs of letters and digits in lower case; a run of Chinese characters gives its overlapping pairs,
//! a lone one itself. `expr := and ('OR' and)*; and := unary ('AND' unary)*; unary := 'NOT' unary | '(' expr ')' |
//! leaf`, and a leaf is `lang:xx`, `source:xx`, `word`, `word*`, `"a b"` or `"a b"~k`.

use std::fmt;

use query::{Filter, Part, Pattern, Plan, Spans};
use text::Key;

/// What each character is.
pub(crate) struct Letters {
    table: Box<[u8; PLANE]>,
    lower: Box<[char; PLANE]>,
}

/// So many characters lie in a table; the others are looked up.
const PLANE: usize = 0x1_0000;

/// A letter or digit that is its own lower case.
const LETTER: u8 = 1;
/// A letter with a lower case.
const CAPITAL: u8 = 2;
const HAN: u8 = 4;
/// What belongs to no word.
const NONE: u8 = 0;

impl Letters {
    pub(crate) fn new() -> Self {
        let table = plane(NONE, look_up);
        let lower = plane('\0', lower_case);
        Self { table, lower }
    }

    #[inline]
    fn lower(&self, c: char) -> char {
        u16::try_from(u32::from(c)).map_or_else(|_| lower_case(c), |code| self.lower[usize::from(code)])
    }

    #[inline]
    fn of(&self, c: char) -> u8 {
        u16::try_from(u32::from(c)).map_or_else(|_| look_up(c), |code| self.table[usize::from(code)])
    }

    /// Calls `each` with the position and the text of each token, counting on from `next`.
    #[inline]
    pub(crate) fn each_token(&self, text: &str, next: &mut u32, each: &mut impl FnMut(u32, &str)) {
        let mut lower = String::new();
        let mut say = |token: &str| {
            each(*next, token);
            *next += 1;
        };
        let mut chars = text.char_indices();
        let mut here = chars.next();
        while let Some((start, c)) = here {
            let first = self.of(c);
            here = chars.next();
            if first & (LETTER | CAPITAL) != 0 {
                let mut seen = first;
                while let Some(class) =
                    here.map(|(_, c)| self.of(c)).filter(|class| class & (LETTER | CAPITAL) != 0)
                {
                    seen |= class;
                    here = chars.next();
                }
                let word = &text[start..here.map_or(text.len(), |(at, _)| at)];
                if seen & CAPITAL == 0 {
                    say(word);
                } else {
                    lower.clear();
                    lower.extend(word.chars().map(|c| self.lower(c)));
                    say(&lower);
                }
            } else if first == HAN {
                let (mut last, mut end) = (start, start + c.len_utf8());
                while let Some((at, c)) = here.filter(|(_, c)| self.of(*c) == HAN) {
                    end = at + c.len_utf8();
                    say(&text[last..end]);
                    last = at;
                    here = chars.next();
                }
                if last == start {
                    say(&text[start..end]);
                }
            }
        }
    }

    fn keys(&self, text: &str) -> Vec<Key> {
        let mut keys = Vec::new();
        self.each_token(text, &mut 0, &mut |_, token| keys.push(Key::surface(token)));
        keys
    }

    /// Reads a query of the workload.
    pub(crate) fn plan(&self, query: &str) -> Plan {
        let mut parser = Parser { letters: self, rest: query, clauses: 0 };
        let plan = parser.any();
        assert!(parser.rest.trim().is_empty(), "not read: {}", parser.rest);
        plan
    }
}

/// A table of all characters of the first plane.
#[expect(clippy::unnecessary_box_returns, reason = "a quarter of a megabyte is no value to hand around")]
fn plane<T: Copy + fmt::Debug>(nothing: T, of: impl Fn(char) -> T) -> Box<[T; PLANE]> {
    let table: Box<[T]> = (0..0x1_0000).map(|code| char::from_u32(code).map_or(nothing, &of)).collect();
    table.try_into().expect("as many as there are codes")
}

fn lower_case(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn look_up(c: char) -> u8 {
    match u32::from(c) {
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0xf900..=0xfaff | 0x2_0000..=0x2_fa1f => HAN,
        _ if !c.is_alphanumeric() => NONE,
        _ if lower_case(c) == c => LETTER,
        _ => CAPITAL,
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
