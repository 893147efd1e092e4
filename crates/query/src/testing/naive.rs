//! What a plan means, written as the definition says it and in no other way: every choice of places is tried.
//!
//! It shares nothing with the arithmetic that the readers use, so that they can be held against it.

use std::collections::BTreeSet;

use crate::{Document, Field, Part, Plan, Spans};

/// A text from one position to before another.
type Place = (u32, u32);

/// Returns whether `plan` matches `document`.
pub fn matches(plan: &Plan, document: &Document) -> bool {
    match plan {
        Plan::And(parts) => parts.iter().all(|part| matches(part, document)),
        Plan::Or(parts) => parts.iter().any(|part| matches(part, document)),
        Plan::Not(inner) => !matches(inner, document),
        Plan::Filter(filter) => filter.holds(&document.facts),
        Plan::Text { part: Part::Title, spans, .. } => !places(spans, &document.title).is_empty(),
        Plan::Text { part: Part::Body, spans, .. } => !places(spans, &document.body).is_empty(),
        Plan::Text { part: Part::Anywhere, spans, .. } => {
            !places(spans, &document.title).is_empty() || !places(spans, &document.body).is_empty()
        }
    }
}

fn places(spans: &Spans, field: &Field) -> BTreeSet<Place> {
    let each =
        |parts: &[Spans]| -> Vec<BTreeSet<Place>> { parts.iter().map(|part| places(part, field)).collect() };
    match spans {
        Spans::Keys(keys) => words(field, |key| keys.contains(key)),
        Spans::Pattern(pattern) => words(field, |key| pattern.fits(key)),
        Spans::Any(parts) => each(parts).into_iter().flatten().collect(),
        Spans::Phrase(parts) => chosen(&each(parts), |choice| {
            choice.iter().zip(choice.iter().skip(1)).all(|(one, next)| one.1 == next.0)
        }),
        Spans::Sloppy { parts, slop } => {
            let before: Vec<u32> =
                (0..parts.len()).map(|count| parts.iter().take(count).map(Spans::width).sum()).collect();
            chosen(&each(parts), |choice| {
                let moved = || {
                    choice.iter().zip(&before).map(|(place, before)| i64::from(place.0) - i64::from(*before))
                };
                let spread = moved().max().zip(moved().min()).map_or(0, |(most, least)| most - least);
                apart(choice) && spread <= i64::from(*slop)
            })
        }
        Spans::Window { parts, slop } => chosen(&each(parts), |choice| {
            let all = around(choice);
            let taken: u32 = choice.iter().map(|place| place.1 - place.0).sum();
            apart(choice) && all.1 - all.0 - taken <= *slop
        }),
        Spans::Near { left, right, distance, ordered } => {
            let sides = [places(left, field), places(right, field)];
            chosen(&sides, |choice| {
                let [one, other] = choice else { return false };
                let follows = |one: &Place, other: &Place| one.1 <= other.0 && other.0 - one.1 < *distance;
                follows(one, other) || !ordered && follows(other, one)
            })
        }
    }
}

fn words(field: &Field, wanted: impl Fn(&text::Key) -> bool) -> BTreeSet<Place> {
    let tokens = field.tokens.iter().filter(|token| token.keys.iter().any(&wanted));
    tokens.map(|token| (token.position, token.position + 1)).collect()
}

/// The places around every choice of one of each that is right.
fn chosen(parts: &[BTreeSet<Place>], right: impl Fn(&[Place]) -> bool) -> BTreeSet<Place> {
    let mut choices: Vec<Vec<Place>> = vec![Vec::new()];
    for part in parts {
        let with = |choice: &Vec<Place>, place: &Place| choice.iter().chain([place]).copied().collect();
        choices =
            choices.iter().flat_map(|choice| part.iter().map(move |place| with(choice, place))).collect();
    }
    choices.iter().filter(|choice| !choice.is_empty() && right(choice)).map(|choice| around(choice)).collect()
}

fn around(choice: &[Place]) -> Place {
    let (starts, ends) = (choice.iter().map(|place| place.0), choice.iter().map(|place| place.1));
    (starts.min().unwrap_or(0), ends.max().unwrap_or(0))
}

fn apart(choice: &[Place]) -> bool {
    let over = |one: &Place, other: &Place| one.0 < other.1 && other.0 < one.1;
    choice.iter().enumerate().all(|(at, one)| choice.iter().skip(at + 1).all(|other| !over(one, other)))
}
