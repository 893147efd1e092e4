//! The plain analysis and the small query grammar of the workload.
//!
//! Words are maximal runs of letters and digits in lower case; a run of Chinese characters gives its overlapping pairs,
//! a lone one itself. `expr := and ('OR' and)*; and := unary ('AND' unary)*; unary := 'NOT' unary | '(' expr ')' |
//! leaf`, and a leaf is `lang:xx`, `source:xx`, `word`, `word*`, `"a b"` or `"a b"~k`.

use query::{Filter, Part, Pattern, Plan, Spans};
use text::Key;

/// What each character is: nothing of a word, a Chinese character, or a letter with its lower case.
pub(crate) struct Letters {
    table: Vec<u32>,
}

const NONE: u32 = 0;
const HAN: u32 = 1 << 31;

impl Letters {
    pub(crate) fn new() -> Self {
        let of = |code| char::from_u32(code).map_or(NONE, look_up);
        Self { table: (0..0x1_0000).map(of).collect() }
    }

    #[inline]
    fn of(&self, c: char) -> u32 {
        let known = usize::try_from(u32::from(c)).ok().and_then(|at| self.table.get(at));
        known.copied().unwrap_or_else(|| look_up(c))
    }

    /// Calls `each` with the position and the key of each token, counting on from `next`.
    pub(crate) fn each_key(&self, text: &str, next: &mut u32, each: &mut dyn FnMut(u32, &str)) {
        let mut word = String::from("=");
        let mut han: Option<(char, bool)> = None;
        let mut say = |word: &mut String| {
            if word.len() > 1 {
                each(*next, word);
                *next += 1;
                word.truncate(1);
            }
        };
        for c in text.chars() {
            let class = self.of(c);
            if class & HAN != 0 {
                match han {
                    None => say(&mut word),
                    Some((before, _)) => {
                        word.push(before);
                        word.push(c);
                        say(&mut word);
                    }
                }
                han = Some((c, han.is_some()));
                continue;
            }
            if let Some((before, paired)) = han.take()
                && !paired
            {
                word.push(before);
                say(&mut word);
            }
            match char::from_u32(class) {
                Some('\0') | None => say(&mut word),
                Some(letter) => word.push(letter),
            }
        }
        if let Some((before, false)) = han {
            word.push(before);
        }
        say(&mut word);
    }

    fn keys(&self, text: &str) -> Vec<Key> {
        let mut keys = Vec::new();
        self.each_key(text, &mut 0, &mut |_, key| keys.push(Key::stored(key)));
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

fn look_up(c: char) -> u32 {
    let code = u32::from(c);
    match code {
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0xf900..=0xfaff | 0x2_0000..=0x2_fa1f => HAN | code,
        _ if c.is_alphanumeric() => c.to_lowercase().next().map_or(NONE, u32::from),
        _ => NONE,
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
