//! A query's texts, by how the index finds them.

use query::{Pattern, Plan, Spans};
use text::Key;

/// How the documents are found in which a text may stand.
pub(crate) enum Shape<'a> {
    /// By any of these keys.
    Keys(&'a [Key]),
    /// By any key that the pattern fits.
    Pattern(&'a Pattern),
    /// By any of these.
    Any(&'a [Spans]),
    /// By all of these; whether the text stands there is for [`Spans::find`] to say.
    All(Vec<&'a Spans>),
}

/// Returns the shape of a text.
pub(crate) fn shape(spans: &Spans) -> Shape<'_> {
    match spans {
        Spans::Keys(keys) => Shape::Keys(keys),
        Spans::Pattern(pattern) => Shape::Pattern(pattern),
        Spans::Any(parts) => Shape::Any(parts),
        Spans::Phrase(parts) | Spans::Sloppy { parts, .. } | Spans::Window { parts, .. } => {
            Shape::All(parts.iter().collect())
        }
        Spans::Near { left, right, .. } => Shape::All(vec![left, right]),
    }
}

/// Returns the keys that a text names itself, each once.
pub(crate) fn keys_of(spans: &Spans) -> Vec<&Key> {
    let mut found: Vec<&Key> = match shape(spans) {
        Shape::Keys(keys) => keys.iter().collect(),
        Shape::Pattern(_) => Vec::new(),
        Shape::Any(parts) => parts.iter().flat_map(keys_of).collect(),
        Shape::All(parts) => parts.into_iter().flat_map(keys_of).collect(),
    };
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns the patterns of a plan, each once.
pub(crate) fn patterns_of(plan: &Plan) -> Vec<Pattern> {
    let mut found: Vec<Pattern> = Vec::new();
    gather(plan, &mut |spans| {
        for pattern in spans.patterns() {
            if !found.contains(pattern) {
                found.push(pattern.clone());
            }
        }
    });
    found
}

fn gather(plan: &Plan, each: &mut dyn FnMut(&Spans)) {
    match plan {
        Plan::And(parts) | Plan::Or(parts) => parts.iter().for_each(|part| gather(part, each)),
        Plan::Not(inner) => gather(inner, each),
        Plan::Filter(_) => {}
        Plan::Text { spans, .. } => each(spans),
    }
}
