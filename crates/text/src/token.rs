//! What a block of text becomes: tokens at positions, each with its keys.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::fold::{Folded, Reading, plain, readings};
use crate::memory::with_memory;
use crate::peel::twins;
use crate::repair::repair;
use crate::spellings::{Around, Spelling, has_kazakh_letters};
use crate::words::{Piece, pieces};
use crate::{Key, Lang, Script, simplify};

/// One word, or two neighbouring Chinese characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Counts from 0 within the analysed text.
    pub position: u32,
    /// The first byte in the analysed text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The terms under which it is found, the surface key first.
    pub keys: Arc<[Key]>,
}

/// Analyses a text of a known language: what a document's block becomes.
///
/// A run of Chinese characters gives its overlapping pairs, and the key of its last character at the run's last
/// position; a run of one character gives that key alone.
pub fn analyze(text: &str, lang: Lang) -> Vec<Token> {
    let around = Around::of(text, lang);
    let of = (lang, around.code());
    let pieces = pieces(text);
    let mut tokens = Vec::with_capacity(pieces.len());
    with_memory(|memory| {
        for piece in pieces {
            match piece {
                Piece::Word(range) => {
                    let word = text.get(range.clone()).unwrap_or_default();
                    let keys = memory.keys(of, word, || word_keys(word, lang, &around));
                    push(&mut tokens, range.start, range.end, keys);
                }
                Piece::Han(range) => {
                    push_run(&mut tokens, range.start, text.get(range).unwrap_or_default());
                }
            }
        }
    });
    tokens
}

/// Returns the surface keys of each word of a name, as its own letters say, and nothing shorter: what a spelling of a
/// lexicon is found by. Without a language, in every one of the word's script. For words in letters; Chinese needs
/// [`analyze`].
pub fn surfaces(name: &str, lang: Option<Lang>) -> Vec<Vec<Key>> {
    let around = lang.map_or_else(|| Around::of_word(name), |lang| Around::of(name, lang));
    let mut words = Vec::new();
    for piece in pieces(name) {
        if let Piece::Word(range) = piece {
            let word = name.get(range).unwrap_or_default();
            let repaired = repair(word);
            let word = repaired.as_deref().unwrap_or(word);
            let one = lang.map(|lang| [reading(word, lang)]);
            let readings = one.as_ref().map_or_else(|| readings(word), <[Reading; 1]>::as_slice);
            let mut keys = Vec::new();
            for surface in readings.iter().flat_map(|reading| reading.surfaces(word, &around)) {
                add(&mut keys, Key::surface(&surface));
            }
            words.push(keys);
        }
    }
    words.retain(|word: &Vec<Key>| !word.is_empty());
    words
}

/// Returns the keys under which a spelling with this surface key is found in any of its forms.
pub fn forms_of(surface: &Key) -> Vec<Key> {
    let twins = twins(surface.text());
    std::iter::once(surface.text()).chain(twins.iter().map(String::as_str)).map(Key::peeled).collect()
}

fn push(tokens: &mut Vec<Token>, start: usize, end: usize, keys: Arc<[Key]>) {
    if !keys.is_empty() {
        let position = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
        tokens.push(Token { position, start, end, keys });
    }
}

fn word_keys(word: &str, lang: Lang, around: &Around) -> Vec<Key> {
    let repaired = repair(word);
    let word = repaired.as_deref().unwrap_or(word);
    let Folded { surfaces, peeled } = reading(word, lang).fold(word, around);
    let mut keys = Vec::with_capacity(2 * surfaces.len() + peeled.len());
    keys.extend(surfaces.iter().map(|surface| Key::surface(surface)));
    for form in surfaces.iter().map(String::as_str).chain(peeled.iter().map(SmolStr::as_str)) {
        add(&mut keys, Key::peeled(form));
    }
    keys
}

/// How a word of a text in `lang` is read.
fn reading(word: &str, lang: Lang) -> Reading {
    let script = Script::of_word(word);
    // A word in another script than its text is read by its own letters: `Khorgos` in a Kazakh article.
    if script != Script::Other && script != lang.script() {
        Reading::Plain(foreign(script))
    } else if lang == Lang::RuCyrl && has_kazakh_letters(word) {
        // Russian texts name Kazakh bodies in their own letters: «Атажұрт еріктілері».
        Reading::Skeleton(Spelling::KkCyrl)
    } else {
        Reading::of(lang)
    }
}

fn foreign(script: Script) -> Lang {
    if script == Script::Latin { Lang::EnLatn } else { Lang::Unknown }
}

fn push_run(tokens: &mut Vec<Token>, start: usize, run: &str) {
    let simple = simplify(run);
    // A character and its simplified form need not take as many bytes.
    let mut ends = simple.char_indices().map(|(at, letter)| at + letter.len_utf8());
    let mut before: Option<(usize, usize)> = None;
    let mut from = 0;
    for (at, letter) in run.char_indices() {
        let (here, to) = (at, ends.next().unwrap_or(simple.len()));
        let end = start + at + letter.len_utf8();
        if let Some((before, simple_before)) = before.replace((here, from)) {
            let text = simple.get(simple_before..to).unwrap_or_default();
            push(tokens, start + before, end, Arc::new([Key::surface(text), Key::peeled(text)]));
        }
        from = to;
    }
    if let Some((at, from)) = before {
        let last = Key::last_han(simple.get(from..).unwrap_or_default());
        push(tokens, start + at, start + run.len(), Arc::new([last]));
    }
}

/// A word of a query, whose language is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryToken {
    /// The first byte in the query's text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The surface keys of all readings.
    pub surface: Vec<Key>,
    /// The peeled keys of all readings, the words themselves among them.
    pub peeled: Vec<Key>,
    /// Set for a single Chinese character: it is found as the first of a pair, or as a run's last.
    pub han_single: Option<char>,
}

/// Analyses words of a query in every language of their script. Two or more tokens stand for a phrase.
/// No last-character key is made: the pairs of a longer run say more.
pub fn analyze_query(text: &str) -> Vec<QueryToken> {
    let mut tokens = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Word(range) => {
                tokens.extend(query_word(text.get(range.clone()).unwrap_or_default(), range.start));
            }
            Piece::Han(range) => {
                push_query_run(&mut tokens, text.get(range.clone()).unwrap_or_default(), range.start);
            }
        }
    }
    tokens
}

fn query_word(word: &str, start: usize) -> Option<QueryToken> {
    let end = start + word.len();
    let repaired = repair(word);
    let word = repaired.as_deref().unwrap_or(word);
    let mut token = QueryToken { start, end, surface: vec![], peeled: vec![], han_single: None };
    let around = Around::of_word(word);
    for reading in readings(word) {
        let folded = reading.fold(word, &around);
        for surface in &folded.surfaces {
            add(&mut token.surface, Key::surface(surface));
        }
        let surfaces = folded.surfaces.iter().map(String::as_str);
        for form in surfaces.chain(folded.peeled.iter().map(SmolStr::as_str)) {
            add(&mut token.peeled, Key::peeled(form));
        }
    }
    (!token.surface.is_empty()).then_some(token)
}

fn add(keys: &mut Vec<Key>, key: Key) {
    if !key.text().is_empty() && !keys.contains(&key) {
        keys.push(key);
    }
}

fn push_query_run(tokens: &mut Vec<QueryToken>, run: &str, start: usize) {
    let bounds: Vec<usize> =
        run.char_indices().map(|(at, _)| start + at).chain([start + run.len()]).collect();
    let letters: Vec<char> = simplify(run).chars().collect();
    if let (&[single], &[from, to]) = (letters.as_slice(), bounds.as_slice()) {
        let last = vec![Key::last_han(&single.to_string())];
        tokens.push(QueryToken {
            start: from,
            end: to,
            surface: last.clone(),
            peeled: last,
            han_single: Some(single),
        });
        return;
    }
    for (pair, bound) in letters.windows(2).zip(bounds.windows(3)) {
        if let &[from, _, to] = bound {
            let text: String = pair.iter().collect();
            let (surface, peeled) = (vec![Key::surface(&text)], vec![Key::peeled(&text)]);
            tokens.push(QueryToken { start: from, end: to, surface, peeled, han_single: None });
        }
    }
}

/// Folds the letters of a pattern one by one, without end-of-word rules; `*` and `?` are kept. Compared with the
/// text of surface keys. One folding per reading of the script.
pub fn fold_pattern(pattern: &str) -> Vec<String> {
    let mut folded: Vec<String> = Vec::new();
    for reading in readings(pattern) {
        let parts: Vec<String> =
            pattern.split_inclusive(['*', '?']).map(|part| fold_part(*reading, part)).collect();
        let whole = parts.concat();
        if !folded.contains(&whole) {
            folded.push(whole);
        }
    }
    folded
}

fn fold_part(reading: Reading, part: &str) -> String {
    let sign = part.chars().next_back().filter(|c| matches!(c, '*' | '?'));
    let letters = part.trim_end_matches(['*', '?']);
    let han = letters.chars().any(|c| Script::of(c) == Script::Han);
    let mut folded = if han {
        simplify(&plain(letters))
    } else {
        reading.fold(letters, &Around::of_word(letters)).surfaces.into_iter().next().unwrap_or_default()
    };
    folded.extend(sign);
    folded
}
