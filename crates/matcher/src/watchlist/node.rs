//! A plan whose keys, patterns and facts are numbers of terms.

use query::{Filter, Part, Pattern, Plan, Spans};
use text::Key;

use super::dictionary::{Dictionary, Kind, Term, index, kind_of_key};
use super::facts::fact_of;
use super::facts::filter_of;
use super::patterns::Patterns;

/// What an article must have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Text {
        part: Part,
        clause: u32,
        places: Places,
    },
    /// A fact that is a term.
    Fact(Term),
    /// A fact that must be asked for, by its number.
    Filter(u32),
}

/// A text to be found, over numbers of terms: the shape of [`Spans`].
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Places {
    Terms(Vec<Term>),
    Phrase(Vec<Places>),
    Sloppy { parts: Vec<Places>, slop: u32 },
    Window { parts: Vec<Places>, slop: u32 },
    Near { sides: Box<[Places; 2]>, distance: u32, ordered: bool },
    Any(Vec<Places>),
}

/// What numbers mean.
#[derive(Default)]
pub(super) struct Meanings {
    pub(super) terms: Dictionary,
    pub(super) patterns: Patterns,
    /// The facts that must be asked for.
    pub(super) filters: Vec<Filter>,
}

impl Meanings {
    /// Gives numbers to all that a plan speaks of.
    pub(super) fn number(&mut self, plan: &Plan) -> Node {
        let mut each = |parts: &[Plan]| parts.iter().map(|part| self.number(part)).collect();
        match plan {
            Plan::And(parts) => Node::And(each(parts)),
            Plan::Or(parts) => Node::Or(each(parts)),
            Plan::Not(inner) => Node::Not(Box::new(self.number(inner))),
            Plan::Text { part, spans, clause } => {
                Node::Text { part: *part, clause: *clause, places: self.places(spans) }
            }
            Plan::Filter(filter) => self.filter(filter),
        }
    }

    fn filter(&mut self, filter: &Filter) -> Node {
        if let Some(fact) = fact_of(filter) {
            return Node::Fact(self.terms.intern(Kind::Fact, &fact));
        }
        let known = self.filters.iter().position(|known| known == filter);
        let number = known.unwrap_or_else(|| {
            self.filters.push(filter.clone());
            self.filters.len() - 1
        });
        Node::Filter(u32::try_from(number).unwrap_or(u32::MAX))
    }

    fn key(&mut self, key: &Key) -> Term {
        let (kind, text) = kind_of_key(key.as_str());
        self.terms.intern(kind, text)
    }

    fn places(&mut self, spans: &Spans) -> Places {
        let mut each = |parts: &[Spans]| parts.iter().map(|part| self.places(part)).collect();
        match spans {
            Spans::Keys(keys) => Places::Terms(keys.iter().map(|key| self.key(key)).collect()),
            Spans::Pattern(pattern) => Places::Terms(self.patterns.number(pattern, &mut self.terms)),
            Spans::Phrase(parts) => Places::Phrase(each(parts)),
            Spans::Sloppy { parts, slop } => Places::Sloppy { parts: each(parts), slop: *slop },
            Spans::Window { parts, slop } => Places::Window { parts: each(parts), slop: *slop },
            Spans::Any(parts) => Places::Any(each(parts)),
            Spans::Near { left, right, distance, ordered } => {
                let sides = Box::new([self.places(left), self.places(right)]);
                Places::Near { sides, distance: *distance, ordered: *ordered }
            }
        }
    }

    /// Returns the plan that was numbered; equal terms of one place may come in another grouping.
    pub(super) fn plan(&self, node: &Node) -> Plan {
        let each = |parts: &[Node]| parts.iter().map(|part| self.plan(part)).collect();
        match node {
            Node::And(parts) => Plan::And(each(parts)),
            Node::Or(parts) => Plan::Or(each(parts)),
            Node::Not(inner) => Plan::Not(Box::new(self.plan(inner))),
            Node::Text { part, clause, places } => {
                Plan::Text { part: *part, spans: self.spans(places), clause: *clause }
            }
            // A fact is a filter that has been given its own word.
            Node::Fact(term) => {
                filter_of(self.terms.text(*term).1).map_or(Plan::Or(Vec::new()), Plan::Filter)
            }
            Node::Filter(number) => {
                let filter = self.filters.get(index(*number));
                filter.map_or(Plan::Or(Vec::new()), |filter| Plan::Filter(filter.clone()))
            }
        }
    }

    fn spans(&self, places: &Places) -> Spans {
        let each = |parts: &[Places]| parts.iter().map(|part| self.spans(part)).collect();
        match places {
            Places::Terms(terms) => self.words(terms),
            Places::Phrase(parts) => Spans::Phrase(each(parts)),
            Places::Sloppy { parts, slop } => Spans::Sloppy { parts: each(parts), slop: *slop },
            Places::Window { parts, slop } => Spans::Window { parts: each(parts), slop: *slop },
            Places::Any(parts) => Spans::Any(each(parts)),
            Places::Near { sides, distance, ordered } => {
                let [left, right] = &**sides;
                let (left, right) = (Box::new(self.spans(left)), Box::new(self.spans(right)));
                Spans::Near { left, right, distance: *distance, ordered: *ordered }
            }
        }
    }

    fn key_of(&self, term: Term) -> Key {
        let (kind, text) = self.terms.text(term);
        if kind == Kind::Surface { Key::surface(text) } else { Key::stored(text) }
    }

    /// The terms of one place are all keys or all of one other kind.
    fn words(&self, terms: &[Term]) -> Spans {
        let texts = || terms.iter().map(|term| self.terms.text(*term).1);
        let kind = terms.first().map_or(Kind::Key, |term| self.terms.text(*term).0);
        let first = texts().next().unwrap_or_default();
        match kind {
            Kind::Key | Kind::Surface | Kind::Fact => {
                Spans::Keys(terms.iter().map(|term| self.key_of(*term)).collect())
            }
            Kind::Head => Spans::Pattern(Pattern::Signs(format!("{first}*"))),
            Kind::Signs => Spans::Pattern(Pattern::Signs(first.to_owned())),
            Kind::Sound => Spans::Pattern(Pattern::Sounds(texts().map(str::to_owned).collect())),
            Kind::Syllables => {
                let (one, other) = first.split_once(' ').unwrap_or_default();
                Spans::Pattern(Pattern::Syllables(one.to_owned(), other.to_owned()))
            }
        }
    }
}

impl Places {
    /// How many positions it takes in a phrase: as [`Spans::width`] says.
    pub(super) fn width(&self) -> u32 {
        match self {
            Self::Terms(_) => 1,
            Self::Phrase(parts) | Self::Sloppy { parts, .. } | Self::Window { parts, .. } => {
                parts.iter().map(Self::width).sum()
            }
            Self::Near { sides, .. } => sides.iter().map(Self::width).sum(),
            Self::Any(parts) => parts.first().map_or(1, Self::width),
        }
    }
}

impl Node {
    /// Calls `each` with every term in it.
    pub(super) fn each_term(&self, each: &mut dyn FnMut(Term)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.each_term(each)),
            Self::Not(inner) => inner.each_term(each),
            Self::Text { places, .. } => places.each_term(each),
            Self::Fact(term) => each(*term),
            Self::Filter(_) => {}
        }
    }
}

impl Places {
    fn each_term(&self, each: &mut dyn FnMut(Term)) {
        match self {
            Self::Terms(terms) => terms.iter().for_each(|term| each(*term)),
            Self::Phrase(parts)
            | Self::Sloppy { parts, .. }
            | Self::Window { parts, .. }
            | Self::Any(parts) => parts.iter().for_each(|part| part.each_term(each)),
            Self::Near { sides, .. } => sides.iter().for_each(|side| side.each_term(each)),
        }
    }
}
