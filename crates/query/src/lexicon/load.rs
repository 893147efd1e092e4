//! Reads the lexicon's files.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use text::{Key, Lang, analyze, analyze_query, forms_of, surfaces};
use thiserror::Error;
use toml::Spanned;

use super::beginning::Beginning;
use super::filter::Filter;
use super::russian::cases;
use super::{Alias, Context, Demands, Entity, Lexicon};

/// Why a lexicon cannot be used.
#[derive(Debug, Error)]
#[error("{file}, line {line}: {problem}")]
pub struct LexiconError {
    /// The file's name.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to write instead.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    #[serde(default)]
    entity: Vec<Spanned<EntityForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EntityForm {
    id: String,
    kind: String,
    #[serde(default, rename = "kk-Cyrl")]
    kk_cyrl: Vec<String>,
    #[serde(default, rename = "kk-Arab")]
    kk_arab: Vec<String>,
    #[serde(default, rename = "kk-Latn")]
    kk_latn: Vec<String>,
    #[serde(default, rename = "ug-Arab")]
    ug_arab: Vec<String>,
    #[serde(default, rename = "ug-Latn")]
    ug_latn: Vec<String>,
    #[serde(default, rename = "ug-Cyrl")]
    ug_cyrl: Vec<String>,
    #[serde(default)]
    zh: Vec<String>,
    #[serde(default)]
    ru: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
    #[serde(default)]
    tr: Vec<String>,
    #[serde(default, rename = "not_forms")]
    not_forms: Vec<String>,
    #[serde(default, rename = "needs_context")]
    needs_context: Vec<String>,
    #[serde(default)]
    ambiguous: Vec<String>,
    #[serde(default)]
    trap: String,
    #[serde(default)]
    namesake: String,
    #[serde(default)]
    links: Vec<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "says where the spellings come from, to the reader of the file")]
    origin: String,
}

const KINDS: &[&str] = &["place", "person", "organisation", "term"];

/// Reads all files into one lexicon.
pub(super) fn load<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Lexicon, LexiconError> {
    let mut lexicon = Lexicon::empty();
    let mut links = Vec::new();
    for (file, text) in files {
        let wrong = |at: usize, problem: String| LexiconError {
            file: file.to_owned(),
            line: line_of(text, at),
            problem,
        };
        let form: FileForm = toml::from_str(text)
            .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().to_owned()))?;
        for entity in form.entity {
            let at = entity.span().start;
            let entity = entity.into_inner();
            check(&entity, &lexicon).map_err(|problem| wrong(at, problem))?;
            for link in &entity.links {
                links.push((link.clone(), file.to_owned(), line_of(text, at)));
            }
            add(&mut lexicon, entity);
        }
    }
    for (link, file, line) in links {
        if lexicon.entity(&link).is_none() {
            let problem =
                format!("it links to `{link}`, which is in no file: add that entity, or take the link away");
            return Err(LexiconError { file, line, problem });
        }
    }
    tell_context_words(&mut lexicon);
    lexicon.by_first.values_mut().for_each(Beginning::settle);
    lexicon.filter = Filter::of(lexicon.by_first.keys());
    Ok(lexicon)
}

/// What is no id among the witnesses of ambiguous spellings is a word.
fn tell_context_words(lexicon: &mut Lexicon) {
    let mut known: HashMap<String, Vec<Key>> = HashMap::new();
    for context in lexicon.entities.iter_mut().flat_map(|entity| &mut entity.needs_context) {
        if let Context::Entity(word) = context
            && !lexicon.by_id.contains_key(word)
        {
            let first = |word: &str| analyze_query(word).into_iter().next();
            let keys = known
                .entry(word.clone())
                .or_insert_with(|| first(word).map(|token| token.peeled).unwrap_or_default());
            for key in keys.iter() {
                lexicon.by_first.entry(key.clone()).or_default();
            }
            *context = Context::Word(keys.clone());
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).map_or(1, |before| before.matches('\n').count() + 1)
}

fn check(entity: &EntityForm, lexicon: &Lexicon) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if entity.id.is_empty() || !entity.id.chars().all(fine) {
        return Err(format!("`{}` is no id: use a-z, 0-9 and _", entity.id));
    }
    if !KINDS.contains(&entity.kind.as_str()) {
        return Err(format!("`{}` is no kind: use one of {}", entity.kind, KINDS.join(", ")));
    }
    if lexicon.entity(&entity.id).is_some() {
        return Err(format!("there is an entity `{}` already: join the two, or rename one", entity.id));
    }
    let names = spellings(entity);
    if names.is_empty() {
        return Err(format!("`{}` has no spelling: give it one, such as en = [\"…\"]", entity.id));
    }
    if let Some((_, name)) = names.iter().find(|(_, name)| !name.chars().any(char::is_alphanumeric)) {
        return Err(format!("the spelling `{name}` has no letters"));
    }
    Ok(())
}

fn demands(form: &EntityForm, name: &str) -> Demands {
    let capital = form.kind != "term" && name.chars().next().is_some_and(char::is_uppercase);
    let context = form.ambiguous.iter().any(|one| one == name);
    match (capital, context) {
        (false, false) => Demands::Nothing,
        (true, false) => Demands::Capital,
        (false, true) => Demands::Context,
        (true, true) => Demands::Both,
    }
}

fn spellings(form: &EntityForm) -> Vec<(Lang, &str)> {
    let lists = [
        (Lang::KkCyrl, &form.kk_cyrl),
        (Lang::KkArab, &form.kk_arab),
        (Lang::KkLatn, &form.kk_latn),
        (Lang::UgArab, &form.ug_arab),
        (Lang::UgLatn, &form.ug_latn),
        (Lang::UgCyrl, &form.ug_cyrl),
        (Lang::ZhHans, &form.zh),
        (Lang::RuCyrl, &form.ru),
        (Lang::EnLatn, &form.en),
        (Lang::TrLatn, &form.tr),
    ];
    lists.iter().flat_map(|(lang, names)| names.iter().map(|name| (*lang, name.as_str()))).collect()
}

fn add(lexicon: &mut Lexicon, form: EntityForm) {
    let entity = lexicon.entities.len();
    let names = spellings(&form);
    let mut aliases: Vec<Alias> = Vec::new();
    for (lang, name) in &names {
        let words = words_of(name, *lang, &form.kind);
        let alias = Alias { entity, words, demands: demands(&form, name) };
        // One skeleton stands for the spellings of a name in three scripts.
        if !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    for alias in aliases {
        let number = lexicon.aliases.len();
        for key in alias.words.first().into_iter().flatten() {
            lexicon
                .by_first
                .entry(key.clone())
                .or_default()
                .note(number, alias.words.get(1).map(Vec::as_slice));
        }
        lexicon.aliases.push(alias);
    }
    lexicon.by_id.insert(form.id.clone(), entity);
    lexicon.entities.push(Entity {
        names: names.iter().map(|(lang, name)| (lang.as_str().to_owned(), (*name).to_owned())).collect(),
        not_forms: form.not_forms.iter().flat_map(|form| folded(form)).collect(),
        trap: form.trap,
        namesake: form.namesake,
        id: form.id,
        kind: form.kind,
        links: form.links,
        needs_context: form.needs_context.into_iter().map(Context::Entity).collect(),
    });
}

/// The keys of which each word of a spelling must show one. Kazakh and Uyghur words must show the spelling itself or
/// carry suffixes that can be peeled off it; words of languages with a stemmer meet in the stem.
fn words_of(name: &str, lang: Lang, kind: &str) -> Vec<Vec<Key>> {
    if matches!(lang.code(), "kk" | "ug") {
        let keys = |own: Vec<Key>| -> Vec<Key> {
            let of_it = own.iter().filter(|_| kind == "place").flat_map(of_the_place);
            own.iter().flat_map(forms_of).chain(of_it).collect()
        };
        return surfaces(name, Some(lang)).into_iter().map(keys).collect();
    }
    let keys = |keys: Vec<Key>| -> Vec<Key> {
        let own: Vec<Key> = keys.iter().filter(|key| key.is_surface()).cloned().collect();
        let mut wanted = as_peeled(&own);
        wanted.extend(keys.into_iter().filter(|key| !key.is_surface()));
        if kind != "term" && lang == Lang::RuCyrl {
            wanted.extend(own.iter().flat_map(|key| cases(key.text())).map(|case| Key::peeled(&case)));
        }
        wanted.dedup();
        wanted
    };
    // The last-character token of a Chinese spelling says nothing about what follows it in running text.
    let mut tokens = analyze(name, lang);
    if lang.script() == text::Script::Han && tokens.len() > 1 {
        tokens.pop();
    }
    tokens.into_iter().map(|token| keys(token.keys.to_vec())).collect()
}

/// What and who is of a place, in skeleton letters: құлжалық, غۇلجالىق. Peeled off names of places alone, for these
/// endings make new words.
fn of_the_place(place: &Key) -> impl Iterator<Item = Key> {
    const ENDINGS: [&str; 8] = ["لىق", "لىك", "دىق", "دىك", "تىق", "تىك", "لۇق", "لۇك"];
    let place = place.text().to_owned();
    ENDINGS.into_iter().map(move |ending| Key::peeled(&format!("{place}{ending}")))
}

fn as_peeled(keys: &[Key]) -> Vec<Key> {
    keys.iter().map(|key| Key::peeled(key.text())).collect()
}

/// The foldings of a word, a trailing `*` kept.
fn folded(word: &str) -> Vec<String> {
    let star = if word.ends_with('*') { "*" } else { "" };
    let words = surfaces(word.trim_end_matches('*'), None);
    let forms: BTreeSet<String> = words.iter().flatten().map(|key| format!("{}{star}", key.text())).collect();
    forms.into_iter().collect()
}
