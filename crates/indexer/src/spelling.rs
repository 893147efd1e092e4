//! Spelling help: words of the index that are nearly what was typed, or that begin so, as articles spell them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use query::{Part, Pattern, Plan, Spans, may_be_operator};
use tantivy::collector::Count;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};
use tantivy_fst::Automaton;
use text::{Key, Script, analyze_query, fold_pattern};

use crate::IndexError;
use crate::build::Build;
use crate::compile::compile;
use crate::expansion::Expansion;
use crate::fields::Fields;
use crate::keys::terms_of;
use crate::marks::word_at;
use crate::page::stored;
use crate::statistics::Statistics;

/// A word with as many articles is not taken for a slip.
const FEW: u64 = 2;

/// So many other words are offered for one.
const OFFERED: usize = 3;

/// So many words of the index are compared for one beginning.
const COMPARED: usize = 20_000;

/// So many articles of a segment are read to find one in the script that was typed.
const READ: usize = 20;

/// Automata of words with one and with two slips; making them takes longer than asking them.
static SLIPS: LazyLock<[LevenshteinAutomatonBuilder; 2]> =
    LazyLock::new(|| [1, 2].map(|slips| LevenshteinAutomatonBuilder::new(slips, true)));

/// A word that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Respelling {
    /// The bytes of the typed text that it would stand for.
    pub place: Range<usize>,
    /// The word, as an article spells it.
    pub word: String,
    /// How many articles have it.
    pub articles: u64,
}

/// A word of the index, with its number of documents.
struct Candidate {
    key: Key,
    articles: u64,
    /// How many letters differ.
    slips: usize,
}

/// So many unknown words of a query are looked for in other spellings: a text of nonsense is not read word by word.
const MOST_SLIPS: usize = 8;

/// Longest word, in letters, that is looked for in other spellings.
const LONGEST: usize = 32;

/// Returns what may have been meant by the words of `typed` that hardly any article has.
pub(crate) fn respellings(
    searcher: &Searcher,
    build: &Build,
    typed: &str,
) -> Result<Vec<Respelling>, IndexError> {
    let mut found = Vec::new();
    let mut slips = 0;
    for place in words(typed) {
        let word = typed.get(place.clone()).unwrap_or_default();
        if slips >= MOST_SLIPS || word.chars().count() > LONGEST {
            continue;
        }
        let [token] = &analyze_query(word)[..] else { continue };
        if token.han_single.is_some() || script_of(word) == Script::Han {
            continue;
        }
        let known = articles_with(searcher, build, &token.peeled)?;
        if known > FEW {
            continue;
        }
        slips += 1;
        let wanted = |one: &Candidate| one.articles > FEW.max(known.saturating_mul(10));
        let mut candidates = near(searcher, &build.fields, &token.surface)?;
        candidates.retain(wanted);
        candidates.sort_by(|a, b| a.slips.cmp(&b.slips).then(b.articles.cmp(&a.articles)));
        for Spelled { word, articles } in spelled(searcher, build, candidates, script_of(word), OFFERED)? {
            found.push(Respelling { place: place.clone(), word, articles });
        }
    }
    Ok(found)
}

/// Returns the most frequent words that begin as typed.
pub(crate) fn beginning(
    searcher: &Searcher,
    build: &Build,
    typed: &str,
    most: usize,
) -> Result<Vec<(String, u64)>, IndexError> {
    let script = script_of(typed);
    if typed.chars().count() < 2 || script == Script::Han || analyze_query(typed).len() != 1 {
        return Ok(Vec::new());
    }
    let mut candidates = completions(searcher, &build.fields, typed)?;
    candidates.sort_by(|a, b| b.articles.cmp(&a.articles).then_with(|| a.key.cmp(&b.key)));
    let spelled = spelled(searcher, build, candidates, script, most)?;
    Ok(spelled.into_iter().map(|one| (one.word, one.articles)).collect())
}

fn completions(searcher: &Searcher, fields: &Fields, typed: &str) -> tantivy::Result<Vec<Candidate>> {
    let mut counts: HashMap<Key, u64> = HashMap::new();
    for folded in fold_pattern(&format!("{typed}*")) {
        let start = Pattern::new(&folded).start();
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(fields.body)?;
            let mut stream = index.terms().range().ge(start.as_bytes()).into_stream()?;
            let mut left = COMPARED;
            while stream.advance() && left > 0 {
                left -= 1;
                let Ok(term) = std::str::from_utf8(stream.key()) else { continue };
                if !term.starts_with(&start) {
                    break;
                }
                *counts.entry(Key::stored(term)).or_default() += u64::from(stream.value().doc_freq);
            }
        }
    }
    Ok(counts.into_iter().map(|(key, articles)| Candidate { key, articles, slips: 0 }).collect())
}

/// The plain words of a typed query: no signs of the language, nothing that has to be there exactly as it is, and nothing
/// that must not be there.
fn words(typed: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut next = 0;
    for piece in typed.split_inclusive(char::is_whitespace) {
        let start = next;
        next += piece.len();
        let piece = piece.trim_end();
        let word = piece.trim_matches(|c: char| !c.is_alphabetic());
        let before = piece.len() - piece.trim_start_matches(|c: char| !c.is_alphabetic()).len();
        let front = piece.get(..before).unwrap_or_default();
        let is_plain = word.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-')
            && !front.contains(['-', '=', '@', '*', '?'])
            && !piece.get(before + word.len()..).unwrap_or_default().contains(['*', '?', ':', '/']);
        if is_plain && !may_be_operator(word) && word.chars().count() > 2 {
            found.push(start + before..start + before + word.len());
        }
    }
    found
}

/// How many articles have a word in any of its forms, counted no further than is asked here: of a word with more than
/// a few, only that it has them.
fn articles_with(searcher: &Searcher, build: &Build, keys: &[Key]) -> tantivy::Result<u64> {
    let statistics = Statistics::of(searcher, &build.terms);
    for term in keys.iter().flat_map(terms_of) {
        for field in [build.fields.title, build.fields.body] {
            let documents = statistics.doc_freq(&Term::from_field_text(field, term.as_str()))?;
            // One form alone may stand in articles that were replaced meanwhile.
            if documents > FEW && searcher.segment_readers().iter().all(|segment| !segment.has_deletes()) {
                return Ok(documents);
            }
        }
    }
    // An article that has several forms, or one of them in its headline, too, is one article.
    let plan = Plan::Text { part: Part::Anywhere, spans: Spans::Keys(keys.to_vec()), clause: 0 };
    let query = compile(&plan, (&statistics, &build.fields), &Expansion::default())?;
    Ok(u64::try_from(searcher.search(&*query, &Count)?).unwrap_or(u64::MAX))
}

/// The words of the index that differ from one of these by a slip or two.
fn near(searcher: &Searcher, fields: &Fields, surfaces: &[Key]) -> tantivy::Result<Vec<Candidate>> {
    let mut found: HashMap<Key, Candidate> = HashMap::new();
    for surface in surfaces {
        let letters = surface.text().chars().count();
        let slips = match letters {
            0..=2 => continue,
            3..=6 => 1,
            _ => 2,
        };
        let Some(automaton) = automaton(surface, slips) else { continue };
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(fields.body)?;
            let mut stream = index.terms().search(Slips(&automaton)).into_stream()?;
            while stream.advance() {
                let Ok(term) = std::str::from_utf8(stream.key()) else { continue };
                let key = Key::stored(term);
                if !key.is_surface() || key == *surface {
                    continue;
                }
                let slips = distance(surface.text(), key.text());
                let articles = u64::from(stream.value().doc_freq);
                let known = found.entry(key.clone()).or_insert(Candidate { key, articles: 0, slips });
                known.articles += articles;
                known.slips = known.slips.min(slips);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// An automaton as the dictionary asks for it.
struct Slips<'a>(&'a DFA);

impl Automaton for Slips<'_> {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}

/// The script that a word begins in.
fn script_of(word: &str) -> Script {
    word.chars().find(|c| c.is_alphabetic()).map_or(Script::Other, Script::of)
}

fn automaton(surface: &Key, slips: usize) -> Option<DFA> {
    SLIPS.get(slips - 1).map(|builder| builder.build_dfa(surface.as_str()))
}

/// How many letters must be put in, left out, changed, or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut two_before: Vec<usize> = Vec::new();
    let mut before: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (row, letter) in a.chars().enumerate() {
        let mut here = vec![row + 1];
        for (column, other) in b.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX);
            let change = at(&before, column) + usize::from(letter != *other);
            let mut least = change.min(at(&before, column + 1) + 1).min(at(&here, column) + 1);
            let swapped = column > 0 && last == Some(*other) && b.get(column - 1) == Some(&letter);
            if swapped {
                least = least.min(at(&two_before, column - 1).saturating_add(1));
            }
            here.push(least);
        }
        (two_before, before, last) = (before, here, Some(letter));
    }
    before.last().copied().unwrap_or(0)
}

/// A word as an article spells it.
struct Spelled {
    word: String,
    articles: u64,
}

/// Looks up how articles spell the first of these words, each once: keys are folded, and nobody writes so.
fn spelled(
    searcher: &Searcher,
    build: &Build,
    candidates: Vec<Candidate>,
    script: Script,
    most: usize,
) -> Result<Vec<Spelled>, IndexError> {
    let mut found: Vec<Spelled> = Vec::new();
    for Candidate { key, articles, .. } in candidates.into_iter().take(most * 4) {
        if found.len() == most {
            break;
        }
        let Some(word) = spelling(searcher, build, &key, script)? else { continue };
        if found.iter().all(|known| known.word != word) {
            found.push(Spelled { word, articles });
        }
    }
    Ok(found)
}

/// Returns how the newest articles spell a key, in small letters, where they write the wanted script.
fn spelling(
    searcher: &Searcher,
    build: &Build,
    key: &Key,
    script: Script,
) -> Result<Option<String>, IndexError> {
    use tantivy::postings::Postings;
    let term = Term::from_field_text(build.fields.body, key.as_str());
    for (ord, segment) in (0_u32..).zip(searcher.segment_readers()) {
        let index = segment.inverted_index(build.fields.body)?;
        let option = IndexRecordOption::WithFreqsAndPositions;
        let postings = index.read_postings(&term, option).map_err(TantivyError::from)?;
        let Some(mut postings) = postings else { continue };
        for _ in 0..READ {
            if postings.doc() == TERMINATED {
                break;
            }
            let mut positions = Vec::new();
            postings.positions(&mut positions);
            let shown = stored(searcher, &build.fields, tantivy::DocAddress::new(ord, postings.doc()))?;
            let word = positions.first().and_then(|position| word_at(&shown, *position));
            if let Some(word) = word.filter(|word| script_of(word) == script) {
                return Ok(Some(word.to_lowercase()));
            }
            postings.advance();
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_are_told_from_signs() {
        let check = |typed: &str, expected: &[&str]| {
            let found: Vec<&str> = words(typed).into_iter().map(|place| typed.get(place).unwrap()).collect();
            assert_eq!(found, expected, "{typed}");
        };
        check("khorgos borders", &["khorgos", "borders"]);
        check("(khorgos OR «Қорғас») -port NOT title:rail =exact", &["khorgos", "Қорғас"]);
        check("detain* wo?d @khorgos dry NEAR/5 port", &["dry", "port"]);
        check("шекара, бекет", &["шекара", "бекет"]);
        check("шекара ЖӘНЕ бекет НЕМЕСЕ граница ИЛИ не пост", &["шекара", "бекет", "граница", "пост"]);
    }

    #[test]
    fn slips_are_counted_in_letters() {
        let check = |a, b, slips| assert_eq!(distance(a, b), slips, "{a} {b}");
        check("khorgos", "khorgos", 0);
        check("khorgs", "khorgos", 1);
        check("khrogos", "khorgos", 1);
        check("қалала", "қалалар", 1);
        check("border", "broder", 1);
        check("", "ab", 2);
    }
}
