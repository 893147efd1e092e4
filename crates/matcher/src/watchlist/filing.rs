//! Under which terms a watch is filed: it cannot match without one of them, and each is as rare as can be.

use query::Part;

use super::dictionary::{NO_TERM, Term};
use super::node::{Node, Places};
use super::postings::Then;

/// A term under which something is filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Filing {
    pub(super) term: Term,
    /// Another that must be there as well.
    pub(super) second: Term,
    pub(super) then: Then,
}

/// What is known of a term: the cost of having something filed under it.
pub(super) type Cost<'a> = &'a dyn Fn(Term) -> u64;

/// Returns under which terms a node is filed: none when it never matches, `None` when it may match anything.
pub(super) fn file(node: &Node, cost: Cost<'_>) -> Option<Vec<Filing>> {
    match node {
        Node::Not(_) | Node::Filter(_) => None,
        Node::Fact(term) => Some(vec![sure(*term)]),
        Node::Or(parts) => parts.iter().try_fold(Vec::new(), |mut all, part| {
            all.extend(file(part, cost)?);
            Some(all)
        }),
        Node::And(parts) => file_all(parts, cost),
        Node::Text { part: Part::Anywhere, places, .. } => file_places(places, cost),
        Node::Text { places, .. } => file_places(places, cost).map(to_run),
    }
}

fn sure(term: Term) -> Filing {
    Filing { term, second: NO_TERM, then: Then::Sure }
}

fn to_run(filings: Vec<Filing>) -> Vec<Filing> {
    filings.into_iter().map(|filing| Filing { then: Then::Run, ..filing }).collect()
}

fn total(filings: &[Filing], cost: Cost<'_>) -> u64 {
    filings.iter().map(|filing| cost(filing.term)).fold(0, u64::saturating_add)
}

/// Files what must all be there under the cheapest of it.
fn file_all(parts: &[Node], cost: Cost<'_>) -> Option<Vec<Filing>> {
    let filed = parts.iter().enumerate().filter_map(|(at, part)| Some((at, file(part, cost)?)));
    let (best, filings) = filed.min_by_key(|(_, filings)| total(filings, cost))?;
    let others: Vec<&Node> =
        parts.iter().enumerate().filter(|(at, _)| *at != best).map(|(_, part)| part).collect();
    if others.is_empty() {
        return Some(filings);
    }
    if let [other] = others.as_slice()
        && let Some(second) = atom(other)
        && filings.iter().all(|filing| filing.then == Then::Sure && filing.second == NO_TERM)
    {
        return Some(filings.into_iter().map(|filing| Filing { second, ..filing }).collect());
    }
    let mut musts = Vec::new();
    for other in others {
        must_have(other, &mut musts);
    }
    let second = musts.into_iter().min_by_key(|term| cost(*term)).unwrap_or(NO_TERM);
    let with = |filing: Filing| {
        let second = if filing.second == NO_TERM || second != NO_TERM && cost(second) < cost(filing.second) {
            second
        } else {
            filing.second
        };
        Filing { second, then: Then::Run, ..filing }
    };
    Some(filings.into_iter().map(with).collect())
}

/// The term that says all of a node.
fn atom(node: &Node) -> Option<Term> {
    match node {
        Node::Fact(term) => Some(*term),
        Node::Text { part: Part::Anywhere, places: Places::Terms(terms), .. } => match terms.as_slice() {
            [term] => Some(*term),
            _ => None,
        },
        _ => None,
    }
}

/// The single terms without which a node does not match.
fn must_have(node: &Node, musts: &mut Vec<Term>) {
    match node {
        Node::And(parts) => parts.iter().for_each(|part| must_have(part, musts)),
        Node::Fact(term) => musts.push(*term),
        Node::Text { places, .. } => must_stand(places, musts),
        Node::Or(_) | Node::Not(_) | Node::Filter(_) => {}
    }
}

fn must_stand(places: &Places, musts: &mut Vec<Term>) {
    match places {
        Places::Terms(terms) => {
            if let [term] = terms.as_slice() {
                musts.push(*term);
            }
        }
        Places::Phrase(parts) | Places::Sloppy { parts, .. } | Places::Window { parts, .. } => {
            all_must_stand(parts, musts);
        }
        Places::Near { sides, .. } => all_must_stand(&**sides, musts),
        Places::Any(_) => {}
    }
}

fn all_must_stand(parts: &[Places], musts: &mut Vec<Term>) {
    for part in parts {
        must_stand(part, musts);
    }
}

fn file_places(places: &Places, cost: Cost<'_>) -> Option<Vec<Filing>> {
    match places {
        Places::Terms(terms) => Some(terms.iter().map(|term| sure(*term)).collect()),
        Places::Any(parts) => parts.iter().try_fold(Vec::new(), |mut all, part| {
            all.extend(file_places(part, cost)?);
            Some(all)
        }),
        Places::Phrase(parts) => match two_words(parts) {
            Some((one, next)) if cost(one) <= cost(next) => {
                Some(vec![Filing { term: one, second: next, then: Then::Before }])
            }
            Some((one, next)) => Some(vec![Filing { term: next, second: one, then: Then::Behind }]),
            None => file_row(parts, cost),
        },
        Places::Sloppy { parts, .. } | Places::Window { parts, .. } => file_row(parts, cost),
        Places::Near { sides, .. } => file_row(&**sides, cost),
    }
}

fn two_words(parts: &[Places]) -> Option<(Term, Term)> {
    match parts {
        [Places::Terms(one), Places::Terms(next)] => match (one.as_slice(), next.as_slice()) {
            ([one], [next]) => Some((*one, *next)),
            _ => None,
        },
        _ => None,
    }
}

/// Files parts that must all stand somewhere, and whose places are then to be compared.
fn file_row(parts: &[Places], cost: Cost<'_>) -> Option<Vec<Filing>> {
    let filed = parts.iter().filter_map(|part| file_places(part, cost));
    let filings = filed.min_by_key(|filings| total(filings, cost))?;
    let mut musts = Vec::new();
    all_must_stand(parts, &mut musts);
    musts.sort_by_key(|term| cost(*term));
    let with = |filing: Filing| {
        let second = musts.iter().copied().find(|term| *term != filing.term);
        Filing { term: filing.term, second: second.unwrap_or(NO_TERM), then: Then::Run }
    };
    Some(filings.into_iter().map(with).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(term: Term) -> Node {
        Node::Text { part: Part::Anywhere, clause: 0, places: Places::Terms(vec![term]) }
    }

    fn check(node: &Node, expected: Option<&[(Term, Term, Then)]>) {
        let found = file(node, &u64::from);
        let found =
            found.map(|all| all.iter().map(|one| (one.term, one.second, one.then)).collect::<Vec<_>>());
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn a_watch_is_filed_under_the_rarest_that_it_cannot_do_without() {
        check(&word(3), Some(&[(3, NO_TERM, Then::Sure)]));
        check(&Node::And(vec![word(3), word(2)]), Some(&[(2, 3, Then::Sure)]));
        check(&Node::And(vec![word(3), word(2), word(1)]), Some(&[(1, 2, Then::Run)]));
        check(
            &Node::And(vec![Node::Or(vec![word(1), word(2)]), word(9)]),
            Some(&[(1, 9, Then::Sure), (2, 9, Then::Sure)]),
        );
        check(&Node::And(vec![word(3), Node::Not(Box::new(word(1)))]), Some(&[(3, NO_TERM, Then::Run)]));
        check(&Node::Or(vec![word(3), Node::Not(Box::new(word(1)))]), None);
        check(&Node::Or(Vec::new()), Some(&[]));
    }

    #[test]
    fn a_phrase_of_two_words_says_which_comes_first() {
        let phrase = |one, next| Node::Text {
            part: Part::Anywhere,
            clause: 0,
            places: Places::Phrase(vec![Places::Terms(vec![one]), Places::Terms(vec![next])]),
        };
        check(&phrase(1, 2), Some(&[(1, 2, Then::Before)]));
        check(&phrase(2, 1), Some(&[(1, 2, Then::Behind)]));
    }
}
