//! Which sources are read: what their files say, and what the team's own settings say above it.
//!
//! The files that are built in cannot be edited, so that a word in the settings switches a source on or off: its id, a
//! kind (`state`), a country (`KZ`) or a language (`kk`).

use anyhow::bail;
use model::{Source, SourceKind};
use text::Lang;

use crate::settings::Sources;

/// Returns whether a source is read. Its own id counts more than a group that it is part of, and off more than on. A
/// group switches on only what has an endpoint.
pub(crate) fn is_on(source: &Source, has_endpoint: bool, settings: &Sources) -> bool {
    let called = |words: &[String]| words.iter().any(|word| word == source.id.as_str());
    let described = |words: &[String]| words.iter().any(|word| describes(word, source));
    let (on, off) = (&settings.switched_on, &settings.switched_off);
    match () {
        () if called(off) => false,
        () if called(on) => true,
        () if described(off) => false,
        () => source.enabled || (has_endpoint && described(on)),
    }
}

/// Returns whether a word names a group that the source is part of.
fn describes(word: &str, source: &Source) -> bool {
    let speaks = |lang: &Lang| lang.code() == word || lang.as_str() == word;
    word == source.kind.as_str() || word == source.country || source.languages.iter().any(speaks)
}

/// A word that no source is called by and that names no group is a slip, and would leave the team unread.
pub(crate) fn check<'a>(words: &[String], known: impl Fn(&str) -> bool + 'a) -> anyhow::Result<()> {
    for word in words {
        if !known(word) && !is_group(word) {
            bail!(
                "no source is called `{word}`, and it is no kind (state), country (KZ) or language (kk): \
                 `qarauyl source list` shows the ids"
            );
        }
    }
    Ok(())
}

fn is_group(word: &str) -> bool {
    let country = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let language =
        Lang::all().any(|lang| lang != Lang::Unknown && (lang.code() == word || lang.as_str() == word));
    country || language || word.parse::<SourceKind>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(enabled: bool) -> Source {
        Source {
            kind: SourceKind::State,
            country: "CN".to_owned(),
            languages: vec![Lang::KkArab, Lang::ZhHans],
            enabled,
            ..Source::new("people-kazakh".parse().unwrap())
        }
    }

    fn settings(on: &[&str], off: &[&str]) -> Sources {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Sources {
            directory: String::new(),
            own: String::new(),
            schedule: String::new(),
            switched_on: words(on),
            switched_off: words(off),
        }
    }

    #[test]
    fn a_source_is_switched_by_its_id_first_and_then_by_its_groups() {
        let check = |enabled: bool, on: &[&str], off: &[&str], expected: bool| {
            assert_eq!(is_on(&source(enabled), true, &settings(on, off)), expected, "{on:?} {off:?}");
        };
        check(false, &[], &[], false);
        check(true, &[], &[], true);
        for word in ["people-kazakh", "state", "CN", "kk", "kk-Arab", "zh"] {
            check(false, &[word], &[], true);
            check(true, &[], &[word], false);
        }
        check(false, &["ru", "KZ", "kk-Cyrl", "people"], &[], false);
        check(true, &["kk"], &["state"], false);
        check(true, &["people-kazakh"], &["state"], true);
        check(true, &["people-kazakh"], &["people-kazakh"], false);
    }

    #[test]
    fn a_group_switches_on_only_what_can_be_asked() {
        assert!(!is_on(&source(false), false, &settings(&["state"], &[])));
    }

    #[test]
    fn a_word_that_names_nothing_is_a_mistake() {
        let known = |word: &str| word == "herald";
        let words = |word: &str| [word.to_owned()];
        for word in ["herald", "state", "KZ", "kk", "ug", "zh-Hans"] {
            assert!(super::check(&words(word), known).is_ok(), "{word}");
        }
        for word in ["heralds", "stat", "kz", "Kazakh", "und", ""] {
            assert!(super::check(&words(word), known).is_err(), "{word}");
        }
    }
}
