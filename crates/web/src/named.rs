//! Which words of a query are names in the lexicon, and how to ask for the bare word instead.

use query::{Entity, Lexicon, Query};
use text::Lang;

use crate::face::Tongue;

/// How many names of a query are spelled out.
const MOST_NAMES: usize = 4;
/// How many spellings of a name are shown.
const MOST_SPELLINGS: usize = 12;

/// A word of the query that is a name in the lexicon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The word as it was written.
    pub(crate) word: String,
    /// The entity's spellings, with their markup.
    pub(crate) spellings: Vec<(Tongue, String)>,
    /// How many more there are.
    pub(crate) more: usize,
    /// The query with this word taken as written; `None` when it was named outright.
    pub(crate) as_written: Option<String>,
}

/// Returns the names in `query`, in the order in which they stand.
pub(crate) fn named(query: &Query, lexicon: &Lexicon) -> Vec<Named> {
    let mut words = Vec::new();
    gather(query, &mut words);
    let mut found: Vec<Named> = Vec::new();
    for word in words {
        let (text, entities): (String, Vec<&Entity>) = match word {
            Query::Entity(id) => (format!("@{id}"), lexicon.entity(id).into_iter().collect()),
            Query::Word(text) | Query::Phrase { text, .. } => {
                (text.clone(), lexicon.named(text).into_iter().filter_map(|id| lexicon.entity(id)).collect())
            }
            _ => continue,
        };
        if found.len() < MOST_NAMES && !entities.is_empty() && found.iter().all(|known| known.word != text) {
            let outright = matches!(word, Query::Entity(_));
            let as_written = (!outright).then(|| as_written(query, word).to_string());
            found.push(spelled(text, &entities, as_written));
        }
    }
    found
}

/// Gathers what may be a name. The parser bounds the depth.
fn gather<'a>(query: &'a Query, words: &mut Vec<&'a Query>) {
    match query {
        Query::And(parts) | Query::Or(parts) => parts.iter().for_each(|part| gather(part, words)),
        Query::Not(inner) | Query::In(_, inner) => gather(inner, words),
        Query::Near { left, right, .. } => [left, right].into_iter().for_each(|part| gather(part, words)),
        Query::Word(_) | Query::Phrase { slop: 0, .. } | Query::Entity(_) => words.push(query),
        Query::Exact(_)
        | Query::Pattern(_)
        | Query::Name { .. }
        | Query::Phrase { .. }
        | Query::Filter(_) => {}
    }
}

fn spelled(word: String, entities: &[&Entity], as_written: Option<String>) -> Named {
    let mut all: Vec<(Tongue, String)> = Vec::new();
    for (label, name) in entities.iter().flat_map(|entity| &entity.names) {
        if *name != word && all.iter().all(|(_, known)| known != name) {
            all.push((Tongue::of(Lang::parse(label).unwrap_or(Lang::Unknown)), name.clone()));
        }
    }
    let more = all.len().saturating_sub(MOST_SPELLINGS);
    // One of each language first, so that every script is seen.
    let mut seen: Vec<Tongue> = Vec::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for one in all {
        let known = seen.contains(&one.0);
        seen.push(one.0);
        if known { rest.push(one) } else { first.push(one) }
    }
    first.extend(rest);
    first.truncate(MOST_SPELLINGS);
    Named { word, spellings: first, more, as_written }
}

/// Returns `query` with `word` taken exactly as written.
fn as_written(query: &Query, word: &Query) -> Query {
    if query == word {
        return match query {
            Query::Word(text) | Query::Phrase { text, .. } => Query::Exact(text.clone()),
            other => other.clone(),
        };
    }
    let each = |parts: &[Query]| parts.iter().map(|part| as_written(part, word)).collect();
    let one = |inner: &Query| Box::new(as_written(inner, word));
    match query {
        Query::And(parts) => Query::And(each(parts)),
        Query::Or(parts) => Query::Or(each(parts)),
        Query::Not(inner) => Query::Not(one(inner)),
        Query::In(part, inner) => Query::In(*part, one(inner)),
        Query::Near { left, right, distance, ordered } => {
            Query::Near { left: one(left), right: one(right), distance: *distance, ordered: *ordered }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use query::parse;

    use super::*;

    fn lexicon() -> Lexicon {
        let toml = "[[entity]]\nid = \"khorgos\"\nkind = \"place\"\nkk-Cyrl = [\"Қорғас\"]\nkk-Arab = [\"قورعاس\"]\n\
                    zh = [\"霍尔果斯\"]\nru = [\"Хоргос\"]\nen = [\"Khorgos\", \"Horgos\"]\n";
        Lexicon::from_toml([("test.toml", toml)]).unwrap()
    }

    fn check(query: &str, words: &[(&str, Option<&str>)]) {
        let found = named(&parse(query).unwrap(), &lexicon());
        let found: Vec<_> = found.iter().map(|one| (one.word.as_str(), one.as_written.as_deref())).collect();
        assert_eq!(found, words, "{query}");
    }

    #[test]
    fn a_name_is_told_with_the_query_that_takes_it_as_written() {
        check("khorgos", &[("khorgos", Some("=\"khorgos\""))]);
        check(
            "NOT (khorgos OR a) b lang:kk",
            &[("khorgos", Some("NOT (=\"khorgos\" OR a) AND b AND lang:kk"))],
        );
        check(
            "title:霍尔果斯 khorgos",
            &[
                ("霍尔果斯", Some("title:(=\"霍尔果斯\") AND khorgos")),
                ("khorgos", Some("title:(霍尔果斯) AND =\"khorgos\"")),
            ],
        );
        check("@khorgos", &[("@khorgos", None)]);
        check("=\"khorgos\" border", &[]);
    }

    #[test]
    fn every_script_is_among_the_spellings_shown() {
        let found = named(&parse("khorgos").unwrap(), &lexicon());
        let spellings: Vec<&str> = found[0].spellings.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(spellings, ["Қорғас", "قورعاس", "霍尔果斯", "Хоргос", "Khorgos", "Horgos"]);
        assert_eq!(found[0].spellings[1].0, Tongue { lang: "kk-Arab", dir: "rtl" });
    }
}
