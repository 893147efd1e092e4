//! The plain analysis and the small query grammar of the workload.
//!
//! Words are maximal runs of letters and digits in lower case; a run of Chinese characters gives its overlapping pairs,
//! a lone one itself. `expr := and ('OR' and)*; and := unary ('AND' unary)*; unary := 'NOT' unary | '(' expr ')' |
//! leaf`, and a leaf is `lang:xx`, `source:xx`, `word`, `word*`, `"a b"` or `"a b"~k`.

use query::{Filter, Part, Pattern, Plan, Spans};
use text::Key;

/// What each character is.
pub(crate) struct Letters {
    table: Vec<Class>,
    lower: Vec<char>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Nothing of a word.
    None,
    /// A letter or digit that is its own lower case.
    Letter,
    /// A letter with a lower case.
    Capital,
    Han,
}

impl Letters {
    pub(crate) fn new() -> Self {
        let of = |code| char::from_u32(code).map_or(Class::None, look_up);
        let lower = |code| char::from_u32(code).map_or('\0', lower_case);
        Self { table: (0..0x1_0000).map(of).collect(), lower: (0..0x1_0000).map(lower).collect() }
    }

    #[inline]
    fn of(&self, c: char) -> Class {
        let known = usize::try_from(u32::from(c)).ok().and_then(|at| self.table.get(at));
        known.copied().unwrap_or_else(|| look_up(c))
    }

    #[inline]
    fn lower(&self, c: char) -> char {
        let known = usize::try_from(u32::from(c)).ok().and_then(|at| self.lower.get(at));
        known.copied().unwrap_or_else(|| lower_case(c))
    }

    /// Calls `each` with the position and the text of each token, counting on from `next`.
    #[inline]
    pub(crate) fn each_token(&self, text: &str, next: &mut u32, each: &mut impl FnMut(u32, &str)) {
        let mut say = |token: &str| {
            each(*next, token);
            *next += 1;
        };
        let mut lower = String::new();
        let mut word = |start: usize, end: usize, capitals: bool| {
            let token = &text[start..end];
            if capitals {
                lower.clear();
                lower.extend(token.chars().map(|c| self.lower(c)));
                say(&lower);
            } else {
                say(token);
            }
        };
        let mut run = Run { kind: Class::None, start: 0, last: 0, capitals: false };
        for (at, c) in text.char_indices() {
            let class = self.of(c);
            let kind = if class == Class::Capital { Class::Letter } else { class };
            if kind != run.kind {
                run.end(at, &mut word);
                run = Run { kind, start: at, last: at, capitals: false };
            } else if kind == Class::Han {
                word(run.last, at + c.len_utf8(), false);
                run.last = at;
            }
            run.capitals |= class == Class::Capital;
        }
        run.end(text.len(), &mut word);
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

/// A run of characters of one kind.
struct Run {
    kind: Class,
    start: usize,
    /// Where the last Chinese character begins.
    last: usize,
    capitals: bool,
}

impl Run {
    /// The pairs of a longer Chinese run have been said before it ends.
    #[inline]
    fn end(&self, at: usize, word: &mut impl FnMut(usize, usize, bool)) {
        let is_word = self.kind == Class::Letter || self.kind == Class::Han && self.last == self.start;
        if is_word {
            word(self.start, at, self.capitals);
        }
    }
}

fn lower_case(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

fn look_up(c: char) -> Class {
    match u32::from(c) {
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0xf900..=0xfaff | 0x2_0000..=0x2_fa1f => Class::Han,
        _ if !c.is_alphanumeric() => Class::None,
        _ if lower_case(c) == c => Class::Letter,
        _ => Class::Capital,
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
