//! The arithmetic of places: what stands after, near or around what.

/// Positions `start..end` of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first position.
    pub start: u32,
    /// The position after the last.
    pub end: u32,
}

/// Returns the words at `positions`.
pub fn words(positions: impl IntoIterator<Item = u32>) -> Vec<Span> {
    positions.into_iter().map(|start| Span { start, end: start.saturating_add(1) }).collect()
}

/// Returns each of `open` that one of `next` follows at once, with that.
pub fn followed(open: &[Span], next: &[Span]) -> Vec<Span> {
    let with = |span: &Span| {
        let span = *span;
        let from = next.partition_point(|follower| follower.start < span.end);
        let here = next.iter().skip(from).take_while(move |follower| follower.start == span.end);
        here.map(move |follower| cover(span, *follower))
    };
    open.iter().flat_map(with).collect()
}

fn cover(a: Span, b: Span) -> Span {
    Span { start: a.start.min(b.start), end: a.end.max(b.end) }
}

/// Returns the places from one to the other, when they are at most `distance` apart: neighbours are 1 apart.
pub fn near(left: &[Span], right: &[Span], distance: u32, ordered: bool) -> Vec<Span> {
    pairs(left, right, distance, ordered).into_iter().map(|(a, b)| cover(a, b)).collect()
}

/// Returns the pairs of spans that do not overlap and are near enough.
pub fn pairs(left: &[Span], right: &[Span], distance: u32, ordered: bool) -> Vec<(Span, Span)> {
    let mut found = Vec::new();
    for a in left {
        found.extend(behind(*a, right, distance).map(|b| (*a, b)));
    }
    if !ordered {
        for b in right {
            found.extend(behind(*b, left, distance).map(|a| (a, *b)));
        }
    }
    found
}

/// Those of `spans` that begin behind one, fewer than `distance` positions from its end.
fn behind(one: Span, spans: &[Span], distance: u32) -> impl Iterator<Item = Span> {
    let from = spans.partition_point(|span| span.start < one.end);
    spans.iter().skip(from).take_while(move |span| span.start - one.end < distance).copied()
}

/// Keeps the marks that lie within one of `places`.
pub fn keep_within(marks: &mut Vec<Span>, mut places: Vec<Span>) {
    places.sort_unstable();
    // How far the places that begin so early reach.
    let mut reach = 0;
    for place in &mut places {
        reach = reach.max(place.end);
        place.end = reach;
    }
    marks.retain(|mark| {
        let before = places.partition_point(|place| place.start <= mark.start);
        before.checked_sub(1).and_then(|last| places.get(last)).is_some_and(|place| mark.end <= place.end)
    });
}

/// Where a part of a sloppy phrase stands, and where in the phrase its place is.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its place: how many positions the parts before it take.
    pub place: u32,
    /// Where it stands, ascending.
    pub spans: Vec<Span>,
}

impl Placed {
    /// How far a span stands from where the phrase would begin if only it were looked at.
    fn moved(&self, span: Span) -> i64 {
        i64::from(span.start) - i64::from(self.place)
    }

    /// The spans that are moved by `least` to `most` positions.
    fn between(&self, least: i64, most: i64) -> &[Span] {
        let from = self.spans.partition_point(|span| self.moved(*span) < least);
        let rest = self.spans.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|span| self.moved(*span) <= most)).unwrap_or_default()
    }
}

/// So many choices are tried for one phrase in one article. Only a phrase of one word over and over asks for more, in a
/// text that has it over and over; what is not found by then does not stand there, for every reader alike.
const MOST_STEPS: u32 = 200_000;

/// Returns where a sloppy phrase stands: for each span that is moved least of all, one choice of the others, if there
/// is any within `slop`.
pub fn sloppy(parts: &[Placed], slop: u32) -> Vec<Span> {
    let mut found = Vec::new();
    let mut steps = 0;
    for (at, part) in parts.iter().enumerate() {
        for first in &part.spans {
            let least = part.moved(*first);
            let most = least + i64::from(slop);
            let others = parts.iter().enumerate().filter(|(other, _)| *other != at);
            let mut left: Vec<&[Span]> = others.map(|(_, other)| other.between(least, most)).collect();
            // What has the fewest places is placed first, so that a search without success ends early.
            left.sort_by_key(|spans| spans.len());
            let mut placed = vec![*first];
            if place(&left, &mut placed, &mut steps) {
                found.extend(placed.into_iter().reduce(cover));
            }
        }
    }
    found
}

/// Places one span of each of `left` so that none lies over another or over those that are placed already.
fn place(left: &[&[Span]], placed: &mut Vec<Span>, steps: &mut u32) -> bool {
    let Some((spans, rest)) = left.split_first() else { return true };
    for span in *spans {
        *steps += 1;
        if *steps > MOST_STEPS {
            return false;
        }
        if placed.iter().all(|other| span.end <= other.start || other.end <= span.start) {
            placed.push(*span);
            if place(rest, placed, steps) {
                return true;
            }
            placed.pop();
        }
    }
    false
}

/// Returns every place where all parts stand in any order, none over another, with at most `slop` positions between
/// them in all. It is for few parts and a small slop: every order and every choice is tried.
pub fn window(parts: &[Vec<Span>], slop: u32) -> Vec<Span> {
    let mut found = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let left: Vec<&[Span]> =
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| &**other).collect();
        for first in part {
            extend(&left, *first, slop, &mut found);
        }
    }
    found
}

fn extend(left: &[&[Span]], open: Span, slop: u32, found: &mut Vec<Span>) {
    if left.is_empty() {
        found.push(open);
        return;
    }
    for (at, part) in left.iter().enumerate() {
        let from = part.partition_point(|span| span.start < open.end);
        let near = part.iter().skip(from).take_while(|span| span.start - open.end <= slop);
        let rest: Vec<&[Span]> =
            left.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| *other).collect();
        for next in near {
            extend(&rest, cover(open, *next), slop - (next.start - open.end), found);
        }
    }
}
