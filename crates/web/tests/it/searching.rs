//! The search page.

use axum::http::{Method, StatusCode, header};
use model::{ArticleId, VersionId};
use store::Matching;

use crate::given::{Given, assert_shows, get};

const KHORGOS_ARAB: &str = "%D9%82%D9%88%D8%B1%D8%B9%D8%A7%D8%B3";

#[tokio::test]
async fn a_search_from_the_left_marks_its_hits() {
    assert_shows("search_left", &get("/?q=%22dry+port%22").await, "</form>");
}

#[tokio::test]
async fn a_search_from_the_right_marks_its_hits_in_their_own_direction() {
    let page = get(&format!("/?q=title:{KHORGOS_ARAB}&lang=kk-Arab")).await;
    assert_shows("search_right", &page, "</form>");
}

#[tokio::test]
async fn a_search_in_chinese_marks_its_hits() {
    assert_shows("search_chinese", &get("/?q=%E5%8F%A3%E5%B2%B8&order=best").await, "</form>");
}

#[tokio::test]
async fn the_whole_first_page_says_how_to_ask() {
    assert_shows("first_page", &get("/").await, "");
}

#[tokio::test]
async fn one_name_finds_every_script_and_says_so() {
    let page = get("/?q=khorgos").await;
    for part in [
        "<strong>Articles found: 4</strong>",
        "khorgos is a name in the lexicon",
        "<bdi lang=\"kk-Arab\">قورعاس</bdi>",
        "/?q=%3D%22khorgos%22",
        "<mark>霍尔果斯</mark>",
        "<mark>قورعاستا</mark>",
    ] {
        assert!(page.body.contains(part), "{part} {}", page.body);
    }
    let page = get("/?q=%3D%22khorgos%22").await;
    assert!(page.body.contains("Articles found: 2") && !page.body.contains("lexicon"), "{}", page.body);
}

#[tokio::test]
async fn filters_stand_in_the_address_and_can_be_taken_out() {
    let page = get("/?q=khorgos&lang=zh&country=KZ").await;
    for part in [
        "Articles found: 1",
        "khorgos AND lang:zh AND country:KZ",
        "<option value=\"KZ\" selected>",
        "href=\"/?q=khorgos&#38;order=newest&#38;country=KZ\"",
    ] {
        assert!(page.body.contains(part), "{part} {}", page.body);
    }
    let none = get("/?q=khorgos&before=2020-01-01").await;
    assert!(none.body.contains("Nothing in the archive matches."), "{}", none.body);
    assert!(none.body.contains("Or search without the filters."), "{}", none.body);
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_named() {
    let page = get("/?q=port&kind=goverment").await;
    assert!(page.body.contains("was left out: kind=goverment"), "{}", page.body);
}

#[tokio::test]
async fn a_form_sent_empty_shows_everything_and_a_query_without_a_word_shows_nothing() {
    assert!(get("/?q=&order=newest").await.body.contains("Articles found: 4"));
    let page = get("/?q=%21%21%21").await;
    assert!(!page.body.contains("Articles found"), "{}", page.body);
    assert!(page.body.contains("write a word with letters or digits"), "{}", page.body);
}

#[tokio::test]
async fn a_typo_is_named_where_it_stands_and_searched_all_the_same() {
    let page = get("/?q=(port").await;
    assert!(page.body.contains("add a ) where its group ends"), "{}", page.body);
    assert!(page.body.contains("Articles found: 3"), "{}", page.body);
    let page = get("/?q=port+nosuch:field&ui=ru").await;
    assert!(page.body.contains("такого поля нет") && page.body.contains("<mark>"), "{}", page.body);
}

#[tokio::test]
async fn tellings_of_one_story_stand_together() {
    let page = get("/?q=dry").await;
    assert!(page.body.contains("the same story: 1</summary>"), "{}", page.body);
    assert!(page.body.contains("href=\"/?q=story%3A7\""), "{}", page.body);
    assert_eq!(page.body.matches("<h2 lang=").count(), 1, "{}", page.body);
}

#[tokio::test]
async fn a_second_page_goes_on_where_the_first_ended() {
    let given = Given::house().await;
    let cursor = format!("{}.3", given.house.clock.now().as_millisecond());
    let page = given.get(&format!("/?q=khorgos&cursor={cursor}")).await;
    assert!(page.body.contains("Back to the first page"), "{}", page.body);
    assert!(page.body.contains("/articles/2") && !page.body.contains("/articles/4"), "{}", page.body);
}

#[tokio::test]
async fn the_same_address_gives_json() {
    let given = Given::house().await;
    let page = given.get("/?q=port&lang=en&format=json").await;
    assert_eq!(page.headers.get(header::CONTENT_TYPE).unwrap(), "application/json; charset=utf-8");
    for part in
        ["\"total\":2", "\"reading\":\"port AND lang:en\"", "\"value\":\"steppe-herald\"", "\"next\":null"]
    {
        assert!(page.body.contains(part), "{part} {}", page.body);
    }
    let headers = [("host", "localhost"), ("accept", "application/json")];
    assert!(given.ask(Method::GET, "/?q=port", &headers).await.body.starts_with('{'));
    let browser = [("host", "localhost"), ("accept", "text/html,application/json;q=0.9")];
    assert!(given.ask(Method::GET, "/?q=port", &browser).await.body.starts_with("<!DOCTYPE"));
}

#[tokio::test]
async fn the_page_speaks_the_language_that_is_asked_for_and_keeps_it() {
    let given = Given::house().await;
    let page = given.get("/?q=port&ui=ru").await;
    assert!(page.body.contains("<html lang=\"ru\" dir=\"ltr\">"), "{}", page.body);
    assert!(page.body.contains("/articles/2?q=port&#38;ui=ru"), "{}", page.body);
    let headers = [("host", "localhost"), ("accept-language", "ug-CN,ug;q=0.9,en;q=0.5")];
    let page = given.ask(Method::GET, "/", &headers).await;
    assert!(page.body.contains("<html lang=\"ug\" dir=\"rtl\">"), "{}", page.body);
}

#[tokio::test]
async fn a_locked_house_searches_and_says_what_waits() {
    let mut given = Given::house().await;
    given.app.locked = true;
    let page = given.get("/?q=port").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Locked: there is no key.") && page.body.contains("Articles found: 3"));
}

#[tokio::test]
async fn an_empty_house_says_what_to_do() {
    let page = Given::empty().await.get("/").await;
    assert!(page.body.contains("Nothing can be searched yet."), "{}", page.body);
}

#[tokio::test]
async fn addresses_that_make_no_sense_are_no_errors() {
    let given = Given::house().await;
    for address in
        ["/?cursor=x&order=y&after=z&ui=q", "/?q=%ff%fe", "/?&&==&q=a&q=b", "/?q=%00", "/?lang=%F0%9F%98%80"]
    {
        assert_eq!(given.get(address).await.status, StatusCode::OK, "{address}");
    }
    let long = format!("/?q={}", "%D2%9B".repeat(9_000));
    assert_eq!(given.get(&long).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_slip_is_answered_with_the_word_that_articles_have() {
    let given = Given::house().await;
    let version = given.app.store.version(VersionId(2)).await.unwrap().unwrap();
    let copy = |number| {
        let mut copy = version.clone();
        copy.article.id = ArticleId(number);
        copy
    };
    given.app.index.put(&(101..=103).map(copy).collect::<Vec<_>>()).unwrap();
    let page = given.get("/?q=ofifcials+absent").await.body;
    assert!(page.contains(r#"<a href="/?q=officials+absent"><bdi>officials</bdi></a>"#), "{page}");
    assert!(page.contains("No article has: ofifcials, absent"), "{page}");
    let json = given.get("/?q=ofifcials+absent&format=json").await.body;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["did_you_mean"][0]["query"], "officials absent");
    assert_eq!(json["dead_terms"], serde_json::json!(["ofifcials", "absent"]));
    let found = given.get("/?q=officials").await.body;
    assert!(!found.contains("Did you mean"), "what is found needs no help");
}
