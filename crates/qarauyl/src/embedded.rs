//! The configuration that is built into the program: defaults, sources and lexicon.

/// Every setting with its default.
pub(crate) const SETTINGS: &str = include_str!("../../../config/qarauyl.toml");

/// The source files, by name.
pub(crate) const SOURCES: &[(&str, &str)] = &[
    ("academic.toml", include_str!("../../../config/sources/academic.toml")),
    ("caucasus-turkey.toml", include_str!("../../../config/sources/caucasus-turkey.toml")),
    ("central-asia.toml", include_str!("../../../config/sources/central-asia.toml")),
    ("china-outside.toml", include_str!("../../../config/sources/china-outside.toml")),
    ("china-state.toml", include_str!("../../../config/sources/china-state.toml")),
    ("kazakhstan-state.toml", include_str!("../../../config/sources/kazakhstan-state.toml")),
    ("kazakhstan.toml", include_str!("../../../config/sources/kazakhstan.toml")),
    ("rights.toml", include_str!("../../../config/sources/rights.toml")),
    ("transport.toml", include_str!("../../../config/sources/transport.toml")),
];

/// The lexicon files, by name.
pub(crate) const LEXICON: &[(&str, &str)] = &[
    ("authorities.toml", include_str!("../../../config/lexicon/authorities.toml")),
    ("border.toml", include_str!("../../../config/lexicon/border.toml")),
    ("companies.toml", include_str!("../../../config/lexicon/companies.toml")),
    ("events.toml", include_str!("../../../config/lexicon/events.toml")),
    ("facilities.toml", include_str!("../../../config/lexicon/facilities.toml")),
    ("media.toml", include_str!("../../../config/lexicon/media.toml")),
    ("organisations.toml", include_str!("../../../config/lexicon/organisations.toml")),
    ("people.toml", include_str!("../../../config/lexicon/people.toml")),
    ("places-border.toml", include_str!("../../../config/lexicon/places-border.toml")),
    ("places-counties.toml", include_str!("../../../config/lexicon/places-counties.toml")),
    ("places-xinjiang.toml", include_str!("../../../config/lexicon/places-xinjiang.toml")),
    ("places.toml", include_str!("../../../config/lexicon/places.toml")),
    ("practices.toml", include_str!("../../../config/lexicon/practices.toml")),
    ("routes.toml", include_str!("../../../config/lexicon/routes.toml")),
    ("terms.toml", include_str!("../../../config/lexicon/terms.toml")),
    ("watchdogs.toml", include_str!("../../../config/lexicon/watchdogs.toml")),
];

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    #[test]
    fn every_file_of_the_configuration_is_built_in() {
        let check = |folder: &str, built_in: &[(&str, &str)]| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").join(folder);
            let mut found: Vec<String> = fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect();
            found.sort();
            assert_eq!(found, built_in.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        };
        check("sources", super::SOURCES);
        check("lexicon", super::LEXICON);
    }
}
