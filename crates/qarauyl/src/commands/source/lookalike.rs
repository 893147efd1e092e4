//! Warns of a domain that looks like one that is known: a copy of an outlet under a name that the eye takes for it.
//!
//! Skeletons of Unicode Technical Standard #39, section 4: two names with one skeleton can be taken for each other.

use unicode_security::{MixedScript, confusable_detection::skeleton};

/// Returns what a person should know before a domain is added. `known` are the registered domains of the sources.
pub(super) fn warnings(domain: &str, known: &[String]) -> Vec<String> {
    let shown = shown(domain);
    let mut warnings = Vec::new();
    if shown != domain {
        warnings.push(format!("`{domain}` is shown as `{shown}`: letters beyond a to z may imitate others"));
    }
    if shown.split('.').any(|label| !label.is_single_script()) {
        warnings.push(format!("`{shown}` mixes scripts within one name, as imitations do"));
    }
    let mut named: Vec<&str> = Vec::new();
    for other in known.iter().filter(|other| other.as_str() != domain) {
        if looks_like(&shown, &self::shown(other)) && !named.contains(&other.as_str()) {
            named.push(other);
            warnings.push(format!(
                "`{shown}` ({domain}) looks like `{other}`, which is known: is it the same outlet?"
            ));
        }
    }
    warnings
}

/// Whether two names can be taken for each other, as a whole or without their last part (`.com` for `.org`).
fn looks_like(one: &str, other: &str) -> bool {
    let folded = |name: &str| skeleton(&name.to_lowercase()).collect::<String>().replace(['-', '_'], "");
    let stem = |name: &str| name.split_once('.').map_or(name, |(stem, _)| stem).to_owned();
    let (one_stem, other_stem) = (folded(&stem(one)), folded(&stem(other)));
    folded(one) == folded(other) || one_stem == other_stem && one_stem.chars().count() >= 5
}

/// Returns a domain as browsers show it.
fn shown(domain: &str) -> String {
    idna::domain_to_unicode(domain).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(domain: &str, expected: &[&str]) {
        let ascii = idna::domain_to_ascii(domain).unwrap();
        let known = ["azattyq-news.example".to_owned(), "steppe.example".to_owned()];
        let found = warnings(&ascii, &known);
        assert_eq!(found.len(), expected.len(), "{domain}: {found:?}");
        for (warning, word) in found.iter().zip(expected) {
            assert!(warning.contains(word), "{domain}: {warning}");
        }
    }

    #[test]
    fn imitations_are_named_and_others_are_not() {
        check("steppe.example", &[]);
        check("herald.example", &[]);
        check("steppe.test", &["looks like `steppe.example`"]);
        check("azattyqnews.example", &["looks like `azattyq-news.example`"]);
        check("stерре.example", &["is shown as", "mixes scripts", "looks like `steppe.example`"]);
        check("қорғас.example", &["is shown as"]);
    }
}
