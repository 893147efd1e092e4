//! A numbered plan as a row of words, in one row for all watches.
//!
//! Each node is one word of what it is, with an argument above its four lowest bits; what holds others has its whole
//! length in the second word.

use query::Part;

use super::dictionary::{Term, index};
use super::node::{Node, Places};

/// What a node is.
pub(super) const AND: u32 = 0;
pub(super) const OR: u32 = 1;
pub(super) const NOT: u32 = 2;
pub(super) const FACT: u32 = 3;
pub(super) const FILTER: u32 = 4;
/// A text that is one term: its argument is the clause above two bits of the part; then the term.
pub(super) const WORD: u32 = 5;
/// A text: its argument as in `WORD`; then places.
pub(super) const TEXT: u32 = 6;
/// Places. Any of so many terms.
pub(super) const TERMS: u32 = 7;
pub(super) const PHRASE: u32 = 8;
/// Its slop, then each part after the number of positions before it.
pub(super) const SLOPPY: u32 = 9;
pub(super) const WINDOW: u32 = 10;
pub(super) const NEAR: u32 = 11;
pub(super) const ANY: u32 = 12;

/// Writes a node.
pub(super) fn write(node: &Node, words: &mut Vec<u32>) {
    match node {
        Node::And(parts) => holding(AND, words, |words| parts.iter().for_each(|part| write(part, words))),
        Node::Or(parts) => holding(OR, words, |words| parts.iter().for_each(|part| write(part, words))),
        Node::Not(inner) => {
            words.push(NOT);
            write(inner, words);
        }
        Node::Fact(term) => words.extend([FACT, *term]),
        Node::Filter(number) => words.extend([FILTER, *number]),
        Node::Text { part, clause, places } => {
            let argument = (clause << 2 | part_number(*part)) << 4;
            match places {
                Places::Terms(terms) if let [term] = terms.as_slice() => {
                    words.extend([WORD | argument, *term]);
                }
                _ => {
                    words.push(TEXT | argument);
                    write_places(places, words);
                }
            }
        }
    }
}

fn write_places(places: &Places, words: &mut Vec<u32>) {
    let all =
        |parts: &[Places], words: &mut Vec<u32>| parts.iter().for_each(|part| write_places(part, words));
    match places {
        Places::Terms(terms) => {
            words.push(TERMS | u32::try_from(terms.len()).unwrap_or(0) << 4);
            words.extend(terms);
        }
        Places::Phrase(parts) => holding(PHRASE, words, |words| all(parts, words)),
        Places::Any(parts) => holding(ANY, words, |words| all(parts, words)),
        Places::Window { parts, slop } => holding(WINDOW, words, |words| {
            words.push(*slop);
            all(parts, words);
        }),
        Places::Sloppy { parts, slop } => holding(SLOPPY, words, |words| {
            words.push(*slop);
            let mut place = 0_u32;
            for part in parts {
                words.push(place);
                write_places(part, words);
                place = place.saturating_add(part.width());
            }
        }),
        Places::Near { sides, distance, ordered } => {
            holding(NEAR | u32::from(*ordered) << 4, words, |words| {
                words.push(*distance);
                all(&**sides, words);
            });
        }
    }
}

/// Writes what holds others, and then how long it became.
fn holding(what: u32, words: &mut Vec<u32>, inner: impl FnOnce(&mut Vec<u32>)) {
    let start = words.len();
    words.extend([what, 0]);
    inner(words);
    let length = u32::try_from(words.len() - start).unwrap_or(0);
    if let Some(place) = words.get_mut(start + 1) {
        *place = length;
    }
}

fn part_number(part: Part) -> u32 {
    match part {
        Part::Anywhere => 0,
        Part::Title => 1,
        Part::Body => 2,
    }
}

/// Reads a node's first word: what it is, and its argument.
#[inline]
pub(super) fn first(node: &[u32]) -> (u32, u32) {
    let word = node.first().copied().unwrap_or(OR);
    (word & 15, word >> 4)
}

/// Reads the argument of a text.
#[inline]
pub(super) fn text_of(argument: u32) -> (Part, u32) {
    let part = match argument & 3 {
        1 => Part::Title,
        2 => Part::Body,
        _ => Part::Anywhere,
    };
    (part, argument >> 2)
}

/// How many words a node or place takes.
#[inline]
pub(super) fn length(node: &[u32]) -> usize {
    length_of(node.first().copied().unwrap_or(OR), node)
}

/// How many words a node takes that begins with `first`.
#[inline]
pub(super) fn length_of(first: u32, node: &[u32]) -> usize {
    match (first & 15, first >> 4) {
        (FACT | FILTER | WORD, _) => 2,
        (TERMS, count) => 1 + index(count),
        (NOT | TEXT, _) => 1 + node.get(1..).map_or(0, length),
        _ => node.get(1).map_or(1, |length| index(*length)),
    }
}

/// The nodes that lie one after the other in `words`.
pub(super) fn nodes(mut words: &[u32]) -> impl Iterator<Item = &[u32]> {
    std::iter::from_fn(move || {
        if words.is_empty() {
            return None;
        }
        let (node, rest) = words.split_at_checked(length(words).max(1))?;
        words = rest;
        Some(node)
    })
}

/// What a node holds that has its length in its second word, `extra` words after that left out.
pub(super) fn inside(node: &[u32], extra: usize) -> &[u32] {
    node.get(2 + extra..).unwrap_or_default()
}

/// The terms of `TERMS`.
#[inline]
pub(super) fn terms(node: &[u32]) -> &[Term] {
    node.get(1..).unwrap_or_default()
}

/// Reads a node back.
pub(super) fn read(node: &[u32]) -> Node {
    let all = || nodes(inside(node, 0)).map(read).collect();
    let second = node.get(1).copied().unwrap_or(0);
    match first(node) {
        (AND, _) => Node::And(all()),
        (NOT, _) => Node::Not(Box::new(read(node.get(1..).unwrap_or_default()))),
        (FACT, _) => Node::Fact(second),
        (FILTER, _) => Node::Filter(second),
        (WORD, argument) => {
            let (part, clause) = text_of(argument);
            Node::Text { part, clause, places: Places::Terms(vec![second]) }
        }
        (TEXT, argument) => {
            let (part, clause) = text_of(argument);
            Node::Text { part, clause, places: read_places(node.get(1..).unwrap_or_default()) }
        }
        _ => Node::Or(all()),
    }
}

fn read_places(node: &[u32]) -> Places {
    let all = |extra| nodes(inside(node, extra)).map(read_places).collect();
    let third = node.get(2).copied().unwrap_or(0);
    match first(node) {
        (TERMS, _) => Places::Terms(terms(node).to_vec()),
        (PHRASE, _) => Places::Phrase(all(0)),
        (WINDOW, _) => Places::Window { parts: all(1), slop: third },
        (SLOPPY, _) => Places::Sloppy {
            parts: sloppy_parts(node).map(|(_, part)| read_places(part)).collect(),
            slop: third,
        },
        (NEAR, ordered) => {
            let mut sides = nodes(inside(node, 1)).map(read_places);
            let mut side = || sides.next().unwrap_or(Places::Any(Vec::new()));
            Places::Near { sides: Box::new([side(), side()]), distance: third, ordered: ordered == 1 }
        }
        _ => Places::Any(all(0)),
    }
}

/// The parts of a sloppy phrase, each with the number of positions before it.
pub(super) fn sloppy_parts(node: &[u32]) -> impl Iterator<Item = (u32, &[u32])> {
    let mut words = inside(node, 1);
    std::iter::from_fn(move || {
        let (place, rest) = words.split_first()?;
        let (part, rest) = rest.split_at_checked(length(rest))?;
        words = rest;
        Some((*place, part))
    })
}
