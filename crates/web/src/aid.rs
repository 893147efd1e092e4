//! The reading aid: what a text says for a reader who knows neither its script nor its language.

use query::Lexicon;
use text::{Lang, ReadingAid};

use crate::face::Face;

/// How many names are told of one text.
const MOST_NAMES: usize = 12;

/// A text in letters that the reader knows.
pub(crate) struct Aid {
    /// Which letters: `In Latin letters`.
    pub(crate) label: &'static str,
    /// The markup's language: `kk-Latn`.
    pub(crate) lang: String,
    pub(crate) title: String,
    pub(crate) texts: Vec<String>,
}

/// An entity as the reader calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameView {
    pub(crate) name: String,
    /// A term is said in italics: it names no one.
    pub(crate) term: bool,
    /// A search for it.
    pub(crate) link: String,
}

/// Returns the aid to read a title and texts of `lang`; `None` for a reader who needs none.
pub(crate) fn aid<'a>(
    face: &Face,
    lang: Lang,
    title: &str,
    texts: impl IntoIterator<Item = &'a str>,
) -> Option<Aid> {
    let aid = ReadingAid::find(lang, face.code())?;
    Some(Aid {
        label: face.t(aid.label()),
        lang: aid.tag(),
        title: aid.read(title),
        texts: texts.into_iter().map(|text| aid.read(text)).collect(),
    })
}

/// Returns what readers of the page call the entities of a text in `lang`; none for a text in their own language.
pub(crate) fn names(face: &Face, lexicon: &Lexicon, lang: Lang, ids: &[&str]) -> Vec<NameView> {
    if lang.code() == face.code() {
        return Vec::new();
    }
    let entities = ids.iter().filter_map(|id| lexicon.entity(id)).take(MOST_NAMES);
    let view = |one: &query::Entity| NameView {
        name: one.name_for(face.code()).to_owned(),
        term: one.kind == "term",
        link: face.address("/").with("q", format!("@{}", one.id)).to_string(),
    };
    entities.map(view).collect()
}
