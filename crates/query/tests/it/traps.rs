//! Words that look like a name of the lexicon and are none, with the lexicon that ships.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use query::{Document, Lexicon, testing};
use text::{Key, Lang};

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/lexicon");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<(String, String)> =
        paths.map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap())).collect();
    files.sort();
    Lexicon::from_toml(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
});

fn names(id: &str, lang: Lang, text: &str) -> bool {
    assert!(LEXICON.entity(id).is_some(), "{id} is in the lexicon");
    let document = Document::read("", &[text], &LEXICON, testing::facts(lang));
    document.body.tokens.iter().any(|token| token.keys.contains(&Key::entity(id)))
}

fn check(id: &str, lang: Lang, meant: &[&str], not_meant: &[&str]) {
    for text in meant {
        assert!(names(id, lang, text), "{id} stands in: {text}");
    }
    for text in not_meant {
        assert!(!names(id, lang, text), "{id} does not stand in: {text}");
    }
}

#[test]
fn khorgos_is_not_lead_the_metal() {
    check(
        "khorgos",
        Lang::KkCyrl,
        &["Кеше Қорғаста жаңа бекет ашылды.", "Қорғастағы порт", "Қорғастан келген жүк", "Қорғасқа барды"],
        &["Зауыт қорғасын өндіреді.", "Қорғасыннан улану", "Қорғасынның бағасы", "Елін қорғаса, ер болады."],
    );
    check("khorgos", Lang::KkArab, &["قورعاستا جاڭا بەكەت"], &["قورعاسىن باعاسى", "قورعاسىننان ۋلانۋ"]);
}

#[test]
fn ili_is_not_the_year() {
    check(
        "ili_prefecture",
        Lang::UgArab,
        &["ئىلى ئوبلاستىدا"],
        &["2019-يىلى ئۈرۈمچىدە", "ئۆتكەن يىلى بولغان ۋەقە"],
    );
}

#[test]
fn dostyk_the_station_is_not_friendship() {
    check(
        "dostyk",
        Lang::KkCyrl,
        &["Бүгін теміржолмен Достыққа жүк келді.", "Жүк Достық бекетінен өтті."],
        &["Екі елдің достық қарым-қатынасы", "Достық – ұлы күш.", "Бұл достық туралы ән. Достық мәңгі!"],
    );
}

#[test]
fn ile_the_river_is_not_to_follow() {
    check(
        "ili_prefecture",
        Lang::KkCyrl,
        &["Шыңжаңдағы Іле Қазақ автономиялық облысы"],
        &["Бала анасына ілесіп келді.", "Ілеспе аударма жасалды."],
    );
}

#[test]
fn bole_the_town_is_not_to_divide_nor_a_cousin() {
    check("bole", Lang::KkCyrl, &[], &["Қаржыны екіге бөледі.", "Бөлесі келді.", "Бөле алмады"]);
}

#[test]
fn ghulja_is_not_guljan() {
    check("yining_ghulja", Lang::KkCyrl, &["Құлжадан келген"], &["Гүлжан есімді қыз", "Гүлжанға хат"]);
    check("yining_ghulja", Lang::UgArab, &["غۇلجىدا", "غۇلجا شەھىرى"], &["گۈلجان ئىسىملىك قىز"]);
}

#[test]
fn bilash_the_composer_is_not_the_activist() {
    check(
        "bilash",
        Lang::RuCyrl,
        &["Серикжан Билаш выступил в Стамбуле", "Лидер «Атажурт еріктілері» Билаш"],
        &["Песни композитора Билаша звучали в парке", "Александр Билаш написал музыку"],
    );
}

#[test]
fn ata_zhurt_the_party_is_not_the_volunteers() {
    check(
        "atajurt",
        Lang::RuCyrl,
        &["Активисты «Атажурта» собрались в Алматы"],
        &[
            "Партия «Ата-Журт» победила на выборах в Кыргызстане",
            "Депутат Жогорку Кенеша от «Ата-Журта» в Бишкеке",
        ],
    );
    check("atajurt", Lang::KyCyrl, &[], &["Ата-Журт партиясы Бишкекте жыйын өткөрдү"]);
}
