//! What is said of each row of a list before anything of it is kept: whether it is an entity already, whom it could be
//! confused with, what it would find too often.

use std::collections::{BTreeSet, HashMap};

use matcher::Watchlist;
use model::WatchId;
use query::{Document, Facts, Lexicon, Query, plan};
use store::LexiconEntry;
use text::{NameWord, analyze_query, detect, name_word};

use super::entry::{id_of, toml_of};
use super::list::Row;

/// So many articles with a name are many, however large the archive is.
const MANY: u64 = 30;

/// So many others are named of those that sound alike.
const NAMED: usize = 3;

/// What comes of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) line: u64,
    pub(super) name: String,
    pub(super) id: String,
    /// What to look at before it is kept.
    pub(super) warnings: Vec<String>,
    /// The entity to be kept, or why it is not.
    pub(super) entry: Result<LexiconEntry, String>,
}

/// What is known when a list is judged.
pub(super) struct Known<'a> {
    /// The whole lexicon, with the team's own entries.
    pub(super) lexicon: &'a Lexicon,
    /// The ids of the team's own entries.
    pub(super) own: BTreeSet<String>,
    /// How many articles there are.
    pub(super) articles: u64,
    /// How many of these have a name, by the name.
    pub(super) hits: HashMap<String, u64>,
}

/// Judges all rows of a list, in its order.
pub(super) fn judge(rows: &[Row], known: &Known<'_>) -> Vec<Verdict> {
    let mut taken: HashMap<String, u64> = HashMap::new();
    let mut written: HashMap<String, u64> = HashMap::new();
    let heard = heard(rows, known.lexicon);
    let mut verdicts = Vec::new();
    for (row, heard) in rows.iter().zip(heard) {
        let id = if row.id.is_empty() { free_id(row, known, &taken) } else { row.id.clone() };
        let refused = refusal(row, &id, known, (&taken, &written));
        let entry = match refused {
            Some(reason) => Err(reason),
            None => toml_of(row, &id).map(|toml| LexiconEntry { id: id.clone(), toml }),
        };
        let mut warnings = warnings(row, &id, known, &written);
        warnings.extend(heard);
        if entry.is_ok() {
            taken.entry(id.clone()).or_insert(row.line);
            for name in names(row) {
                written.entry(folded(name)).or_insert(row.line);
            }
        }
        verdicts.push(Verdict { line: row.line, name: row.name.clone(), id, warnings, entry });
    }
    verdicts
}

fn names(row: &Row) -> impl Iterator<Item = &str> {
    std::iter::once(row.name.as_str()).chain(row.aliases.iter().map(String::as_str))
}

/// What names that are written alike share, whatever their script.
fn folded(name: &str) -> String {
    let words = analyze_query(name);
    let first = |token: &text::QueryToken| token.surface.first().map(|key| key.text().to_owned());
    words.iter().filter_map(first).collect::<Vec<_>>().join(" ")
}

fn refusal(
    row: &Row,
    id: &str,
    known: &Known<'_>,
    (taken, written): (&HashMap<String, u64>, &HashMap<String, u64>),
) -> Option<String> {
    if row.name.is_empty() {
        return Some("it has no name".to_owned());
    }
    if known.lexicon.entity(id).is_some() && !known.own.contains(id) {
        return Some(format!("the public lexicon has @{id}: give it another id"));
    }
    if let Some(line) = taken.get(id) {
        return Some(format!("line {line} has the same id: give it another"));
    }
    if let Some(line) = written.get(&folded(&row.name)) {
        return Some(format!("line {line} has the same name: one entry finds both, its note may say so"));
    }
    let entity = known.lexicon.named(&row.name).into_iter().find(|one| *one != id);
    entity.map(|entity| format!("it is @{entity} of the lexicon already: use that in queries"))
}

fn warnings(row: &Row, id: &str, known: &Known<'_>, written: &HashMap<String, u64>) -> Vec<String> {
    let mut found = Vec::new();
    if known.own.contains(id) {
        found.push(format!("it replaces your own entry @{id}"));
    }
    for alias in &row.aliases {
        let entity = known.lexicon.named(alias).into_iter().find(|one| *one != id);
        found.extend(entity.map(|entity| format!("its alias {alias} is @{entity} of the lexicon, too")));
        found.extend(
            written.get(&folded(alias)).map(|line| format!("its alias {alias} stands in line {line}, too")),
        );
    }
    for name in names(row) {
        let words = analyze_query(name);
        if words
            .iter()
            .all(|word| matches!(name_word(&word.peeled), Some(NameWord::Common(_) | NameWord::Stop)))
            && !words.is_empty()
        {
            found.push(format!("{name} is made of common words alone"));
        } else if is_one_word(name) {
            found.push(format!("{name} is one word: it is found wherever that word stands"));
        }
        let hits = known.hits.get(name).copied().unwrap_or(0);
        if hits >= MANY || (hits >= 5 && hits.saturating_mul(100) >= known.articles) {
            found.push(format!("{hits} of {} articles have {name} already", known.articles));
        }
    }
    found
}

/// Whether a name is a single word; a Chinese name is a whole one from three characters on.
fn is_one_word(name: &str) -> bool {
    let han = han(name);
    if han > 0 { han < 3 } else { length(name) == 1 }
}

fn han(name: &str) -> usize {
    name.chars().filter(|c| text::Script::of(*c) == text::Script::Han).count()
}

/// How many words a name has; of a Chinese one, three characters pass for each.
fn length(name: &str) -> usize {
    let han = han(name);
    if han > 0 { han.div_ceil(3) } else { name.split_whitespace().count() }
}

/// An id that the name gives and no other entity has.
fn free_id(row: &Row, known: &Known<'_>, taken: &HashMap<String, u64>) -> String {
    let stem = id_of(&row.name);
    let same = |id: &str| {
        let entity = known.lexicon.entity(id).filter(|_| known.own.contains(id));
        entity.is_some_and(|entity| entity.names.iter().any(|(_, name)| *name == row.name))
    };
    let free = |id: &String| !taken.contains_key(id) && (known.lexicon.entity(id).is_none() || same(id));
    let numbered = |number: usize| if number == 1 { stem.clone() } else { format!("{stem}_{number}") };
    (1..=taken.len() + known.own.len() + 2).map(numbered).find(free).unwrap_or_else(|| stem.clone())
}

/// For each row, whom its name sounds like, as `name:` hears: others of the list, and entities.
fn heard(rows: &[Row], lexicon: &Lexicon) -> Vec<Option<String>> {
    let number = |at: usize| WatchId(i64::try_from(at).unwrap_or(i64::MAX));
    let sounded = |(at, row): (usize, &Row)| {
        let name = Query::Name { text: row.name.clone(), mails: true };
        Some((number(at), plan(&name, &Lexicon::empty()).ok()?))
    };
    let list = Watchlist::new(rows.iter().enumerate().filter_map(sounded));
    let mut alike: Vec<Vec<String>> = vec![Vec::new(); rows.len()];
    let mut hear = |name: &str, own: Option<usize>, who: &str| {
        let facts = Facts::of_text(detect(name));
        for found in list.matching(&Document::read("", &[name], &Lexicon::empty(), facts)) {
            let Ok(at) = usize::try_from(found.0) else { continue };
            // A word of a long name that sounds so is no second bearer of the name.
            let is_as_long = rows.get(at).is_some_and(|row| length(name) <= length(&row.name));
            if let Some(others) = alike.get_mut(at).filter(|_| own != Some(at) && is_as_long)
                && !others.iter().any(|one| one == who)
            {
                others.push(who.to_owned());
            }
        }
    };
    for (at, row) in rows.iter().enumerate() {
        for name in names(row) {
            hear(name, Some(at), &format!("line {}", row.line));
        }
    }
    for entity in lexicon.entities() {
        for (_, name) in &entity.names {
            hear(name, None, &format!("@{}", entity.id));
        }
    }
    let said = |(row, mut others): (&Row, Vec<String>)| {
        // What it replaces is no other.
        others.retain(|one| *one != format!("@{}", row.id) && *one != format!("@{}", id_of(&row.name)));
        let more = others.len().saturating_sub(NAMED);
        others.truncate(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        (!others.is_empty()).then(|| format!("it sounds like {}{more}", others.join(", ")))
    };
    rows.iter().zip(alike).map(said).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "[[entity]]\nid = \"bilash\"\nkind = \"person\"\nen = [\"Serikzhan Bilash\"]\nkk-Cyrl = [\"Серікжан Біләш\"]\n\
         [[entity]]\nid = \"ours\"\nkind = \"person\"\nen = [\"Dana Ermek\"]\n";

    fn row(line: u64, name: &str) -> Row {
        Row { line, name: name.into(), ..Row::default() }
    }

    fn judged(rows: &[Row]) -> Vec<(Option<String>, String)> {
        let lexicon = Lexicon::from_toml([("public", PUBLIC)]).unwrap();
        let hits = HashMap::from([("Aigul Nurlan".to_owned(), 40)]);
        let own = BTreeSet::from(["ours".to_owned()]);
        let known = Known { lexicon: &lexicon, own, articles: 100, hits };
        judge(rows, &known).into_iter().map(|one| (one.entry.err(), one.warnings.join("; "))).collect()
    }

    #[test]
    fn a_clean_name_is_kept_without_a_word() {
        assert_eq!(judged(&[row(2, "Жалбырақ Бозінген")]), [(None, String::new())]);
    }

    #[test]
    fn what_is_known_already_is_refused() {
        let [(reason, _)] = judged(&[row(2, "Серікжан Біләш")]).try_into().unwrap();
        assert!(reason.unwrap().contains("@bilash"));
        let [(reason, _)] = judged(&[Row { id: "bilash".into(), ..row(2, "Alma Bek") }]).try_into().unwrap();
        assert!(reason.unwrap().contains("another id"));
        let twice = judged(&[row(2, "Alma Bek"), row(3, "alma bek"), row(4, "")]);
        assert_eq!(twice[0].0, None);
        assert!(twice[1].0.as_ref().unwrap().contains("line 2 has the same"));
        assert!(twice[2].0.as_ref().unwrap().contains("no name"));
    }

    #[test]
    fn whom_it_could_be_taken_for_is_said() {
        let found =
            judged(&[row(2, "Серикжан Билашев"), row(3, "Zhalbyraq Bozingen"), row(4, "Жалбырақ Бозінген")]);
        assert!(found[1].1.contains("sounds like line 4"), "{found:?}");
        assert!(found[2].1.contains("sounds like line 3"), "{found:?}");
        let found = judged(&[row(2, "Serikjan Bilash")]);
        assert!(found[0].1.contains("sounds like @bilash"), "{found:?}");
    }

    #[test]
    fn what_would_find_too_much_is_said() {
        let found =
            judged(&[row(2, "Bozingen"), row(3, "Aigul Nurlan"), row(4, "border camp"), row(5, "阿勒")]);
        assert!(found[0].1.contains("one word"), "{found:?}");
        assert!(found[1].1.contains("40 of 100 articles"), "{found:?}");
        assert!(found[3].1.contains("one word"), "{found:?}");
        assert!(found.iter().all(|(refused, _)| refused.is_none()));
    }

    #[test]
    fn an_own_entry_is_replaced_and_that_is_said() {
        let found = judged(&[Row { id: "ours".into(), ..row(2, "Dana Ermek") }]);
        assert_eq!(found, [(None, "it replaces your own entry @ours".to_owned())]);
    }
}
