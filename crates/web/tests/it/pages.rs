//! Articles, alerts, sources, and pages that are not there.

use axum::http::StatusCode;

use crate::given::{Given, assert_shows, get};

#[tokio::test]
async fn an_article_from_the_right_shows_its_text_and_its_evidence() {
    let page = get("/articles/1?q=%D8%AA%DB%95%D8%B1%D9%85%D9%8A%D9%86%D8%A7%D9%84").await;
    assert_shows("article_right", &page, "<main id=\"main\">");
}

#[tokio::test]
async fn an_article_from_the_left_is_marked_by_the_search_that_led_there() {
    let page = get("/articles/2?q=khorgos&ui=ru").await;
    for part in ["<mark>Khorgos</mark>", "https://herald.test/en", "(<bdi dir=\"ltr\">herald.test</bdi>)"] {
        assert!(page.body.contains(part), "{part} {}", page.body);
    }
    assert!(page.body.contains("href=\"/?q=khorgos&#38;ui=ru\""), "{}", page.body);
}

#[tokio::test]
async fn an_article_in_chinese_is_marked_up_as_chinese() {
    let page = get("/articles/3?q=%E7%AB%99%E5%8F%B0").await;
    assert!(page.body.contains("<h1 lang=\"zh-Hans\" dir=\"ltr\">"), "{}", page.body);
    assert!(page.body.contains("<mark>站台</mark>"), "{}", page.body);
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_readers_language_with_a_way_on() {
    let given = Given::house().await;
    let addresses =
        ["/articles/99", "/articles/x", "/articles/9999999999999999999999", "/alerts/99", "/alerts/-", "/no"];
    for address in addresses {
        let page = given.get(&format!("{address}?ui=ru")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        assert!(page.body.contains("Здесь этого нет") && page.body.contains("href=\"/?ui=ru\""), "{address}");
    }
    let page = given.get("/articles/99?format=json").await;
    assert!(page.status == StatusCode::NOT_FOUND && page.body.starts_with("{\"error\":"), "{}", page.body);
}

#[tokio::test]
async fn sources_are_told_in_plain_words() {
    let page = get("/sources").await;
    assert_shows("sources", &page, "<main id=\"main\">");
    let json = get("/sources?format=json").await;
    assert!(json.body.contains("\"source\":\"steppe-herald\""), "{}", json.body);
}

#[tokio::test]
async fn an_article_is_data_too() {
    let page = get("/articles/1?format=json").await;
    for part in
        ["\"url\":\"https://herald.test/kk\"", "\"warc_file\":\"test.warc.gz\"", "\"lang\":\"kk-Arab\""]
    {
        assert!(page.body.contains(part), "{part} {}", page.body);
    }
}
