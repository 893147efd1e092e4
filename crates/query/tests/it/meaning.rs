//! What is found, and what is not, in articles of every script.

use query::{Document, Lexicon, evaluate, parse, plan, testing};
use text::{Lang, detect};

const LEXICON: &str = r#"
[[entity]]
id = "khorgos"
kind = "place"
kk-Cyrl = ["Қорғас", "Хоргос"]
kk-Arab = ["قورعاس"]
ug-Arab = ["قورغاس"]
zh = ["霍尔果斯"]
ru = ["Хоргос"]
en = ["Khorgos", "Horgos"]
not_forms = ["қорғасын*", "қорғаса", "қорғасаң"]

[[entity]]
id = "atajurt"
kind = "organisation"
kk-Cyrl = ["Атажұрт еріктілері", "Атажұрт"]
ru = ["Атажурт", "Ата-Журт"]
en = ["Atajurt"]
ambiguous = ["Ата-Журт"]
needs_context = ["Синьцзян", "khorgos"]

[[entity]]
id = "dostyk"
kind = "place"
kk-Cyrl = ["Достық"]
ambiguous = ["Достық"]
needs_context = ["бекет", "khorgos"]

[[entity]]
id = "ili"
kind = "place"
kk-Cyrl = ["Іле"]
ug-Arab = ["ئىلى"]
ru = ["Или"]
ambiguous = ["Или"]
needs_context = ["khorgos"]

[[entity]]
id = "bole"
kind = "place"
kk-Cyrl = ["Бөле"]

[[entity]]
id = "ghulja"
kind = "place"
kk-Cyrl = ["Құлжа"]
ug-Arab = ["غۇلجا"]
ru = ["Кульджа"]

[[entity]]
id = "bilash"
kind = "person"
kk-Cyrl = ["Серікжан Біләш", "Біләш", "Білаш"]
ambiguous = ["Біләш", "Білаш"]
needs_context = ["atajurt"]

[[entity]]
id = "camp"
kind = "term"
ug-Arab = ["جازا لاگېرى"]
en = ["internment camp"]
ambiguous = ["internment camp"]
needs_context = ["Xinjiang"]
"#;

fn lexicon() -> Lexicon {
    Lexicon::from_toml([("names.toml", LEXICON)]).unwrap()
}

fn finds(query: &str, text: &str) -> bool {
    let lexicon = lexicon();
    let plan = plan(&parse(query).unwrap(), &lexicon).unwrap();
    let document = Document::read("", &[text], &lexicon, testing::facts(detect(text)));
    evaluate(&plan, &document).is_some()
}

#[test]
fn one_name_is_found_in_every_script_and_form() {
    for query in ["Khorgos", "Қорғас", "霍尔果斯", "@khorgos", "قورعاس", "Хоргос"] {
        for text in [
            "Қорғастағы жаңа терминал туралы айтылды",
            "Поезд прибыл в Хоргосе вчера вечером",
            "قورعاستا جاڭا تەرمينال اشىلدى دەپ حابارلادى",
            "قورغاستا يېڭى پويىز ئىستانسىسى ئېچىلدى",
            "货运列车昨日抵达霍尔果斯口岸。",
            "貨運列車昨日抵達霍爾果斯口岸。",
            "The train reached Khorgos yesterday",
        ] {
            assert!(finds(query, text), "{query} in {text}");
        }
    }
}

#[test]
fn what_only_looks_like_the_name_is_not_found() {
    for text in [
        "Қорғасын өндіретін зауыт іске қосылды",
        "Зауытта қорғасыннан жасалған бұйымдар бар",
        "Кім өз елін қорғаса, сол батыр болады",
    ] {
        assert!(!finds("@khorgos", text), "{text}");
        assert!(!finds("Khorgos", text), "{text}");
    }
    assert!(!finds("@dostyk", "Олардың арасындағы достық берік болды"));
    assert!(!finds("@dostyk", "Халықтар сапарда. Достық бекетте нығайды, – деді ол"));
    assert!(finds("@dostyk", "Пойыз Достық бекетіне келді"));
    assert!(!finds("@ili", "Олар бір-біріне ілесіп шықты, ілеспе аударма болды"));
    assert!(!finds("@ili", "بۇ ۋەقە ئۆتكەن يىلى يۈز بەرگەن، دېدى ئۇ"));
    assert!(finds("@ili", "ئۇلار ئىلى ۋادىسىدا ياشايدۇ، دېدى ئۇ"));
    assert!(!finds("@ili", "Поезд идёт в Хоргос. Или не идёт"));
    assert!(finds("@ili", "Поезд идёт в Хоргос вдоль реки Или"));
    assert!(!finds("@bole", "Ол уақытын екіге бөледі, ақшаны Асан бөлейді"));
    assert!(finds("@bole", "Ол Бөледе тұрады"));
    assert!(!finds("@ghulja", "Гүлжан апай кеше ауылға келді"));
    assert!(finds("@ghulja", "Құлжалық қазақтар туралы айтылды"));
    assert!(finds("@ghulja", "О жизни в Кульдже рассказали двое"));
    assert!(!finds("@bilash", "Композитор Білаш туралы концерт өтті"));
    assert!(finds("@bilash", "Серікжан Біләштің сөзінше, солай болды"));
}

#[test]
fn a_term_in_small_letters_may_be_ambiguous_too() {
    assert!(finds("@camp", "He was held in an internment camp in Xinjiang"));
    assert!(!finds("@camp", "The internment camp of 1942 is a museum now"));
}

#[test]
fn a_name_in_any_spelling_is_found_by_its_sound_alone() {
    for text in ["Серікжан Біләштің сөзінше", "по словам Серикжана Билаша", "سەرىكجان بىلاشتىڭ ايتۋىنشا"]
    {
        assert!(finds("name:\"Serikzhan Bilash\"", text), "{text}");
    }
    assert!(!finds("name:\"Serikzhan Bilash\"", "Серікжан Бекәлі келді"));
}

#[test]
fn an_ambiguous_name_counts_in_its_context_only() {
    assert!(!finds("@atajurt", "Партия Ата-Журт победила на выборах в Бишкеке"));
    assert!(finds(
        "@atajurt",
        "Активисты Ата-Журт говорили о казахах, которые бежали из Синьцзяна: Синьцзян закрыт"
    ));
    assert!(finds("@atajurt", "Атажұрт еріктілерінің кеңсесі туралы"));
}

#[test]
fn words_phrases_and_distances_mean_what_they_say() {
    let text = "The dry port of Khorgos handles freight trains";
    for (query, found) in [
        ("\"dry port\"", true),
        ("\"port dry\"", false),
        ("\"port dry\"~1", false),
        ("\"port dry\"~2", true),
        ("\"dry khorgos\"~2", true),
        ("dry NEAR/2 khorgos", false),
        ("dry NEAR/3 khorgos", true),
        ("khorgos PRE/9 dry", false),
        ("train", true),
        ("=\"train\"", false),
        ("=\"trains\"", true),
        ("handl* AND NOT detained", true),
        ("ha?dles", true),
        ("title:khorgos", false),
        ("body:khorgos", true),
        ("NOT detained", true),
        ("NOT khorgos", false),
        ("lang:en country:kz", true),
        ("lang:kk OR source:two", false),
        ("author:aigerim", true),
    ] {
        assert_eq!(finds(query, text), found, "{query}");
    }
}

#[test]
fn chinese_is_found_by_any_run_of_characters() {
    let text = "新疆伊宁市的霍尔果斯口岸";
    for (query, found) in [
        ("伊宁", true),
        ("伊", true),
        ("岸", true),
        ("口岸", true),
        ("尔斯", false),
        ("霍尔果*", true),
        ("伊寧", true),
    ] {
        assert_eq!(finds(query, text), found, "{query}");
    }
}

#[test]
fn nothing_reaches_over_two_blocks() {
    let plan = plan(&parse("\"dry port\" OR dry NEAR/100 port").unwrap(), &lexicon()).unwrap();
    let document = Document::read("dry", &["port is dry", "port"], &lexicon(), testing::facts(Lang::EnLatn));
    assert_eq!(
        evaluate(&plan, &document).unwrap().len(),
        2,
        "dry and port stand near one another in the first block only"
    );
}

#[test]
fn a_lexicon_that_cannot_be_used_names_file_and_line() {
    let check = |text: &str, line: usize, word: &str| {
        let error = Lexicon::from_toml([("places.toml", text)]).unwrap_err();
        assert_eq!((error.file.as_str(), error.line), ("places.toml", line), "{error}");
        assert!(error.to_string().contains(word), "{error}");
    };
    check("[[entity]]\nid = \"a b\"\nkind = \"place\"\nen = [\"A\"]", 1, "a b");
    check("\n[[entity]]\nid = \"a\"\nkind = \"town\"\nen = [\"A\"]", 2, "town");
    check("[[entity]]\nid = \"a\"\nkind = \"place\"\nfr = [\"A\"]", 4, "fr");
    check("[[entity]]\nid = \"a\"\nkind = \"place\"\nen = [\"A\"]\nlinks = [\"b\"]", 1, "`b`");
}
