//! Facets: what else the hits could be narrowed by, and the filters in use; all of them links.

use indexer::Facets;
use model::{Source, SourceKind};
use text::Lang;

use crate::address::Address;
use crate::asked::{Asked, FILTERS};
use crate::face::Face;

/// How many values of a facet are shown.
const MOST: usize = 12;

/// Counts by one property.
pub(crate) struct FacetView {
    pub(crate) name: &'static str,
    pub(crate) values: Vec<ValueView>,
    pub(crate) more: usize,
}

/// One value, and the search narrowed by it.
pub(crate) struct ValueView {
    pub(crate) name: String,
    pub(crate) count: u64,
    pub(crate) link: String,
}

/// A filter in use, and the search without it.
pub(crate) struct UsedView {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) link: String,
}

/// A list to choose from in the form.
pub(crate) struct ListView {
    pub(crate) field: &'static str,
    pub(crate) name: &'static str,
    /// Values, what they are called, whether chosen.
    pub(crate) options: Vec<(String, String, bool)>,
}

/// Returns the facets; one whose filter is in use has nothing more to narrow.
pub(crate) fn facets(face: &Face, asked: &Asked, facets: &Facets, sources: &[Source]) -> Vec<FacetView> {
    let all = [
        ("lang", &facets.langs),
        ("source", &facets.sources),
        ("country", &facets.countries),
        ("kind", &facets.kinds),
    ];
    let unused = |field: &str| asked.filters.iter().all(|(used, _)| *used != field);
    let view = |(field, counts): (&'static str, &Vec<(String, u64)>)| FacetView {
        name: face.t(field),
        values: counts
            .iter()
            .take(MOST)
            .map(|(value, count)| ValueView {
                name: called(face, field, value, sources),
                count: *count,
                link: face.here.clone().without("cursor").with(field, value).to_string(),
            })
            .collect(),
        more: counts.len().saturating_sub(MOST),
    };
    all.into_iter().filter(|(field, counts)| unused(field) && counts.len() > 1).map(view).collect()
}

/// Returns the filters in use.
pub(crate) fn used(face: &Face, asked: &Asked, sources: &[Source]) -> Vec<UsedView> {
    let view = |(field, filter): &(&'static str, query::Filter)| UsedView {
        name: face.t(field),
        value: called(face, field, &filter.parts().1, sources),
        link: face.here.clone().without("cursor").without(field).with("order", order(face)).to_string(),
    };
    asked.filters.iter().map(view).collect()
}

/// Returns the search without any filter.
pub(crate) fn without_filters(face: &Face) -> String {
    let bare = FILTERS.into_iter().fold(face.here.clone(), Address::without);
    bare.without("cursor").with("order", order(face)).to_string()
}

/// The order stays in the address, so that a search from which all else was taken out still shows everything.
fn order(face: &Face) -> &str {
    Some(face.here.value("order")).filter(|order| !order.is_empty()).unwrap_or("newest")
}

/// Returns the lists of the form.
pub(crate) fn lists(face: &Face, sources: &[Source]) -> Vec<ListView> {
    let list = |field: &'static str, mut values: Vec<String>| {
        let chosen = face.here.value(field);
        let known = values.iter().any(|value| value == chosen);
        if !chosen.is_empty() && !known {
            values.push(chosen.to_owned());
        }
        let mut options: Vec<(String, String, bool)> = values
            .into_iter()
            .map(|value| (called(face, field, &value, sources), value))
            .map(|(name, value)| (value.clone(), name, value == chosen))
            .collect();
        options.sort_by(|a, b| a.1.cmp(&b.1));
        ListView { field, name: face.t(field), options }
    };
    let enabled = || sources.iter().filter(|source| source.enabled);
    let mut countries: Vec<String> = enabled().map(|source| source.country.clone()).collect();
    countries.sort_unstable();
    countries.dedup();
    vec![
        list("lang", Lang::all().map(|lang| lang.as_str().to_owned()).collect()),
        list("source", enabled().map(|source| source.id.as_str().to_owned()).collect()),
        list("country", countries),
        list("kind", SourceKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
    ]
}

/// Returns what a person calls a value.
fn called(face: &Face, field: &str, value: &str, sources: &[Source]) -> String {
    let source = || sources.iter().find(|source| source.id.as_str() == value);
    match field {
        "source" => source().map_or_else(|| value.to_owned(), |source| source.name.clone()),
        "lang" => {
            let Some(lang) = Lang::parse(value) else { return value.to_owned() };
            let whole = lang != Lang::Unknown && lang.code() == value;
            // The name of a language in all its scripts stands before the comma.
            let name = face.word("lang", lang.as_str());
            if whole { name.split([',', '،', '（']).next().unwrap_or_default().to_owned() } else { name }
        }
        "kind" => face.word("kind", value),
        _ => value.to_owned(),
    }
}
