//! From a row of a list to an entity of the lexicon: under which languages its spellings stand, and its id.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use query::Lexicon;
use sha2::{Digest, Sha256};
use text::{Lang, Script, transliterate};

use super::list::Row;

/// The languages of spellings, as the lexicon's files name them.
const KEYS: [(&str, Lang); 10] = [
    ("kk-Cyrl", Lang::KkCyrl),
    ("kk-Arab", Lang::KkArab),
    ("kk-Latn", Lang::KkLatn),
    ("ug-Arab", Lang::UgArab),
    ("ug-Latn", Lang::UgLatn),
    ("ug-Cyrl", Lang::UgCyrl),
    ("zh", Lang::ZhHans),
    ("ru", Lang::RuCyrl),
    ("en", Lang::EnLatn),
    ("tr", Lang::TrLatn),
];

/// Letters that Kazakh in Cyrillic has and Russian has not.
const KAZAKH: &str = "әғқңөұүһіӘҒҚҢӨҰҮҺІ";

/// Returns the entity of a row in the lexicon's own form, under this id.
pub(super) fn toml_of(row: &Row, id: &str) -> Result<String, String> {
    let mut spellings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (number, name) in std::iter::once(&row.name).chain(&row.aliases).enumerate() {
        // The column speaks of the name; an alias in another script speaks for itself.
        let lang = if number > 0 && script(name) != script(&row.name) { "" } else { row.lang.as_str() };
        for key in keys_of(name, lang)? {
            spellings.entry(key).or_default().push(name);
        }
    }
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let kind = if row.kind.is_empty() { "person" } else { row.kind.as_str() };
    let mut lines =
        vec!["[[entity]]".to_owned(), format!("id = {}", quoted(id)), format!("kind = {}", quoted(kind))];
    for (key, names) in spellings {
        let names: Vec<String> = names.into_iter().map(quoted).collect();
        lines.push(format!("{key} = [{}]", names.join(", ")));
    }
    if !row.note.is_empty() {
        lines.push(format!("origin = {}", quoted(&row.note)));
    }
    let toml = lines.join("\n");
    match Lexicon::from_toml([("", toml.as_str())]) {
        Ok(_) => Ok(toml),
        Err(error) => Err(error.problem),
    }
}

/// The script of a name's first letter.
fn script(name: &str) -> Script {
    let letter = name.chars().find(|c| c.is_alphabetic());
    letter.map_or(Script::Latin, Script::of)
}

/// Under which languages a spelling stands. One that is not said stands under all that write so: a Kazakh name in Russian
/// letters is found in Kazakh and in Russian texts.
fn keys_of(name: &str, lang: &str) -> Result<Vec<&'static str>, String> {
    let script = script(name);
    let of_script = |lang: Lang| lang.script() == script;
    if lang.is_empty() || Script::parse(&lang.to_lowercase()) == Some(script) {
        let meant: &[&str] = match script {
            Script::Cyrillic if name.contains(|c| KAZAKH.contains(c)) => &["kk-Cyrl"],
            Script::Cyrillic => &["kk-Cyrl", "ru"],
            Script::Arabic => &["kk-Arab", "ug-Arab"],
            Script::Han => &["zh"],
            Script::Latin => &["en", "kk-Latn"],
            Script::Other => return Err("it is in letters that the lexicon does not know".to_owned()),
        };
        return Ok(meant.to_vec());
    }
    let known: Vec<(&'static str, Lang)> = KEYS
        .into_iter()
        .filter(|(key, one)| key.eq_ignore_ascii_case(lang) || one.code().eq_ignore_ascii_case(lang))
        .collect();
    if known.is_empty() {
        let all: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        return Err(format!("`{lang}` is no language of the lexicon: use one of {}", all.join(", ")));
    }
    let fits: Vec<&str> = known.into_iter().filter(|(_, one)| of_script(*one)).map(|(key, _)| key).collect();
    if fits.is_empty() {
        return Err(format!(
            "it is not in letters of `{lang}`: leave the column empty, or put the right one"
        ));
    }
    Ok(fits)
}

/// An id that a name gives: its letters in Latin ones; a number made of it where there are none.
pub(super) fn id_of(name: &str) -> String {
    let latin = match script(name) {
        Script::Cyrillic => transliterate(name, Lang::KkCyrl, Script::Latin),
        Script::Arabic => transliterate(name, Lang::KkArab, Script::Latin),
        _ => None,
    };
    let latin = latin.unwrap_or_else(|| name.to_owned());
    let letters: String = latin.to_lowercase().chars().map(|c| plain(c).unwrap_or(' ')).collect();
    let letters = letters.replace('\'', "");
    let words: Vec<&str> = letters.split_whitespace().collect();
    let id: String = words.join("_").chars().take(40).collect();
    if id.chars().filter(char::is_ascii_alphabetic).count() < 3 {
        let hash = HEXLOWER.encode(&Sha256::digest(name.as_bytes()));
        return format!("name_{}", hash.get(..8).unwrap_or_default());
    }
    id
}

/// A letter without its marks; none for what is no letter of an id.
fn plain(c: char) -> Option<char> {
    match c {
        'a'..='z' | '0'..='9' | '\'' => Some(c),
        'á' | 'à' | 'â' | 'ä' | 'ā' => Some('a'),
        'é' | 'è' | 'ê' | 'ë' | 'ē' => Some('e'),
        'í' | 'ì' | 'î' | 'ï' | 'ī' | 'ı' => Some('i'),
        'ó' | 'ò' | 'ô' | 'ö' | 'ō' => Some('o'),
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => Some('u'),
        'ý' => Some('y'),
        'ç' | 'č' | 'ć' => Some('c'),
        'ş' | 'š' | 'ś' => Some('s'),
        'ğ' | 'ǵ' => Some('g'),
        'ñ' | 'ń' | 'ŋ' => Some('n'),
        'ž' | 'ź' => Some('z'),
        // Marks that stand by themselves after lower-casing, as in İ, and apostrophes.
        '\u{307}' | '’' | 'ʼ' | '`' => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, lang: &str) -> Row {
        Row { name: name.into(), lang: lang.into(), ..Row::default() }
    }

    #[test]
    fn a_spelling_stands_under_every_language_that_writes_so() {
        let check = |name: &str, lang: &str, expected: &[&str]| {
            assert_eq!(keys_of(name, lang).unwrap(), expected, "{name} {lang}");
        };
        check("Серикжан Билаш", "", &["kk-Cyrl", "ru"]);
        check("Серікжан Біләш", "", &["kk-Cyrl"]);
        check("سېرىكجان", "", &["kk-Arab", "ug-Arab"]);
        check("سېرىكجان", "ug", &["ug-Arab"]);
        check("Серикжан", "kk", &["kk-Cyrl"]);
        check("赛尔克坚", "", &["zh"]);
        check("Serikzhan Bilash", "latn", &["en", "kk-Latn"]);
        assert!(keys_of("Serikzhan", "xx").unwrap_err().contains("use one of"));
        assert!(keys_of("Serikzhan", "ru").unwrap_err().contains("not in letters"));
    }

    #[test]
    fn an_entity_reads_as_the_lexicon_does() {
        let mut one = row("Алма \"Бек\"", "");
        one.aliases = vec!["阿勒玛别克".into()];
        one.note = "a cousin".into();
        let lexicon = toml_of(&one, "alma_bek").unwrap();
        let read = Lexicon::from_toml([("", lexicon.as_str())]).unwrap();
        assert_eq!(read.entities()[0].names.len(), 3);
        assert!(
            toml_of(&Row { kind: "dog".into(), ..row("Rex", "") }, "rex").unwrap_err().contains("no kind")
        );
        assert!(toml_of(&row("Rex", ""), "R E X").unwrap_err().contains("a-z"));
        assert!(toml_of(&row("…", ""), "x").unwrap_err().contains("no letters"));
    }

    #[test]
    fn ids_are_made_of_what_can_be_typed() {
        assert_eq!(id_of("Şükran Öz'bek"), "sukran_ozbek");
        let cyrillic = id_of("Серікжан Біләш");
        assert!(cyrillic.starts_with("ser") && cyrillic.contains('_'), "{cyrillic}");
        assert!(id_of("赛尔克坚").starts_with("name_"));
        assert_eq!(id_of("赛尔克坚"), id_of("赛尔克坚"));
    }
}
