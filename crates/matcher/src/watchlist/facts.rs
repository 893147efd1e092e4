//! Facts of an article that are terms: a watch is filed under them as under its words.

use query::{Facts, Filter};
use text::{Lang, Script};

/// Returns the term of a filter that asks for a fact being equal to something.
pub(super) fn fact_of(filter: &Filter) -> Option<String> {
    Some(match filter {
        // Written otherwise than we write it, it is asked for as any other filter.
        Filter::Lang(word) => {
            let lang = Lang::parse(word)?;
            let ours = word == lang.code() || word == lang.as_str();
            ours.then(|| format!("lang:{word}"))?
        }
        Filter::Script(script) => format!("script:{}", script.as_str()),
        Filter::Source(id) => format!("source:{id}"),
        Filter::Country(code) => format!("country:{}", code.to_ascii_uppercase()),
        Filter::Kind(kind) => format!("kind:{kind}"),
        Filter::Tag(tag) => format!("tag:{}", tag.to_lowercase()),
        Filter::Edited => "is:edited".to_owned(),
        Filter::Removed => "is:removed".to_owned(),
        Filter::Author(_)
        | Filter::Url(_)
        | Filter::Story(_)
        | Filter::After(_)
        | Filter::Before(_)
        | Filter::Since(_)
        | Filter::Seen(_) => return None,
    })
}

/// Returns the filter of a term.
pub(super) fn filter_of(fact: &str) -> Option<Filter> {
    let (field, value) = fact.split_once(':')?;
    Some(match field {
        "lang" => Filter::Lang(value.to_owned()),
        "script" => Filter::Script(Script::parse(value)?),
        "source" => Filter::Source(value.to_owned()),
        "country" => Filter::Country(value.to_owned()),
        "kind" => Filter::Kind(value.to_owned()),
        "tag" => Filter::Tag(value.to_owned()),
        "is" if value == "edited" => Filter::Edited,
        "is" if value == "removed" => Filter::Removed,
        _ => return None,
    })
}

/// Calls `each` with every term that an article of these facts has.
pub(super) fn each_fact(facts: &Facts, each: &mut dyn FnMut(&str)) {
    let mut term = String::new();
    let mut say = |field: &str, value: &str| {
        term.clear();
        term.push_str(field);
        term.push_str(value);
        each(&term);
    };
    say("lang:", facts.lang.code());
    say("lang:", facts.lang.as_str());
    say("script:", facts.lang.script().as_str());
    say("source:", &facts.source);
    say("country:", &facts.country.to_ascii_uppercase());
    say("kind:", &facts.kind);
    for (state, holds) in [("edited", facts.edited), ("removed", facts.removed)] {
        if holds {
            say("is:", state);
        }
    }
    facts.tags.iter().for_each(|tag| say("tag:", &tag.to_lowercase()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_reads_back_to_its_filter() {
        for filter in [
            Filter::Lang("kk".to_owned()),
            Filter::Lang("kk-Arab".to_owned()),
            Filter::Script(Script::Arabic),
            Filter::Source("one:two".to_owned()),
            Filter::Country("KZ".to_owned()),
            Filter::Kind("state".to_owned()),
            Filter::Tag("economy".to_owned()),
            Filter::Edited,
            Filter::Removed,
        ] {
            assert_eq!(filter_of(&fact_of(&filter).unwrap()), Some(filter));
        }
        assert_eq!(fact_of(&Filter::Lang("KK-arab".to_owned())), None);
    }
}
