//! The lexicon: what no rule of spelling can link. 霍尔果斯 = Хоргос = Қорғас.

mod beginning;
mod filter;
mod load;
mod recognise;
mod russian;

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use rustc_hash::FxHashMap;
use text::{Key, analyze_query};

use beginning::Beginning;
use filter::Filter;

pub use load::LexiconError;

use crate::Part;

/// Entities with their spellings, ready to be recognised in running text.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    entities: Vec<Entity>,
    by_id: HashMap<String, usize>,
    aliases: Vec<Alias>,
    /// Aliases by each key that their first word may have; none for a key that only tells what an ambiguous spelling
    /// means.
    by_first: FxHashMap<Key, Beginning>,
    /// Which of these keys there may be, so that most words need not be looked up.
    filter: Filter,
}

/// A place, person, organisation or term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The word by which queries name it: `@khorgos`.
    pub id: String,
    /// `place`, `person`, `organisation` or `term`.
    pub kind: String,
    /// Its spellings, each with the label of its language.
    pub names: Vec<(String, String)>,
    /// Entities that it is linked with.
    pub links: Vec<String>,
    /// What must stand in the same article for an ambiguous spelling to count: one of these.
    needs_context: Vec<Context>,
    /// Folded words that look like a form of it and are not; a trailing `*` covers all that begin so.
    not_forms: Vec<String>,
    /// What those words mean; may be empty.
    trap: String,
    /// Who or what else an ambiguous spelling is; may be empty.
    namesake: String,
}

/// A name that was not taken for its entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// The entity.
    pub entity: String,
    /// What kept it out, in a few words.
    pub trap: String,
    /// Where the name stands.
    pub part: Part,
    /// The tokens of the name, by their index.
    pub tokens: Range<usize>,
}

/// The languages whose readers are told an entity's name, English last.
const READERS: [&str; 6] = ["ru", "kk", "zh", "tr", "ug", "en"];

impl Entity {
    /// Returns what readers of a language (`kk`, `ru`) call it: the first spelling in that language, in its usual script;
    /// else the English one, the Russian one, any.
    pub fn name_for(&self, reader: &str) -> &str {
        let of = |code: &str| {
            let usual = text::Lang::parse(code).map_or("", text::Lang::as_str);
            self.names.iter().find(|(label, _)| label == usual)
        };
        let found = of(reader).or_else(|| of("en")).or_else(|| of("ru")).or(self.names.first());
        found.map_or(self.id.as_str(), |(_, name)| name)
    }

    /// Returns what the readers of each language call it, as language code and name.
    pub fn names_for_readers(&self) -> Vec<(String, String)> {
        READERS.iter().map(|code| ((*code).to_owned(), self.name_for(code).to_owned())).collect()
    }
}

/// A witness that an ambiguous spelling means its entity.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Context {
    /// An entity, by its id.
    Entity(String),
    /// A word, by its keys in every language.
    Word(Vec<Key>),
}

/// One spelling, as it is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alias {
    entity: usize,
    /// For each word, the keys of which one must stand there.
    words: Vec<Vec<Key>>,
    /// What must be there besides the words.
    demands: Demands,
}

/// What must be there besides the words of a spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demands {
    Nothing,
    /// A capital, as the spelling has one.
    Capital,
    /// One of the entity's context words or entities in the same article.
    Context,
    Both,
}

impl Demands {
    fn capital(self) -> bool {
        matches!(self, Self::Capital | Self::Both)
    }

    fn context(self) -> bool {
        matches!(self, Self::Context | Self::Both)
    }
}

impl Lexicon {
    /// Returns a lexicon without entities.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads the files of a lexicon, each with its name for errors.
    ///
    /// # Errors
    /// Names the file, the line and the remedy.
    pub fn from_toml<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, LexiconError> {
        load::load(files)
    }

    /// Returns an entity.
    pub fn entity(&self, id: &str) -> Option<&Entity> {
        self.by_id.get(id).and_then(|at| self.entities.get(*at))
    }

    /// Returns all entities, in the order of their files.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// Returns the entities that `text` as a whole is a spelling of.
    pub fn named(&self, text: &str) -> Vec<&str> {
        let tokens = analyze_query(text);
        let Some(first) = tokens.first() else { return Vec::new() };
        let surfaces = |token: &text::QueryToken| -> Vec<Key> {
            token.surface.iter().map(|key| Key::peeled(key.text())).collect()
        };
        let mut found: Vec<&str> = Vec::new();
        for alias in self.beginning_with(&surfaces(first)) {
            let Some(alias) = self.aliases.get(alias) else { continue };
            let same = alias.words.len() == tokens.len()
                && alias
                    .words
                    .iter()
                    .zip(&tokens)
                    .all(|(word, token)| surfaces(token).iter().any(|key| word.contains(key)));
            let id = self.entities.get(alias.entity).map(|entity| entity.id.as_str());
            if let Some(id) = id.filter(|id| same && !found.contains(id)) {
                found.push(id);
            }
        }
        found
    }

    /// Returns the aliases whose first word may have one of these keys, in their order.
    fn beginning_with(&self, keys: &[Key]) -> BTreeSet<usize> {
        keys.iter().filter_map(|key| self.by_first.get(key)).flat_map(Beginning::all).collect()
    }
}
