//! The pages over a real house: what they show, and what they refuse.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use indexer::TantivyIndex;
use model::FirstLook;
use query::Lexicon;
use store::Matching;
use test_support::TestHouse;
use tower::ServiceExt;
use web::{App, Config, router};

const ARTICLES: &[(&str, &str, &str)] = &[
    (
        "kk",
        "قورعاستا جاڭا تەرمينال",
        "قورعاستاعى قۇرعاق پورتتا دۇيسەنبى كۇنى جاڭا تەرمينال اشىلدى دەپ حابارلادى.",
    ),
    (
        "en",
        "Port <script>alert(1)</script>",
        "The dry port was opened on Monday, and officials <b>spoke</b> for an hour.",
    ),
];

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: String,
}

async fn ask(method: Method, host: &str, address: &str) -> Answer {
    let house = TestHouse::open(FirstLook::Alert).await;
    house.publish(ARTICLES).await;
    let lexicon = Arc::new(Lexicon::empty());
    let config = indexer::Config { directory: house.folder().join("index"), memory_bytes: 15_000_000 };
    let index = Arc::new(TantivyIndex::open(&config, Arc::clone(&lexicon)).unwrap());
    for number in 1..=2 {
        index.put(&[house.store.version(model::VersionId(number)).await.unwrap().unwrap()]).unwrap();
    }
    let app =
        App { store: Arc::clone(&house.store), index, lexicon, clock: house.clock.clone(), locked: false };
    let web = Config { listen: "127.0.0.1:0".to_owned(), hosts: vec!["localhost".to_owned()] };
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header(header::HOST, host)
        .body(Body::empty())
        .unwrap();
    let response = router(app, &web).oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1_000_000).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
}

async fn get(address: &str) -> Answer {
    ask(Method::GET, "localhost:8391", address).await
}

#[tokio::test]
async fn a_search_marks_its_hits_in_their_own_direction() {
    let page = get("/?q=%D9%82%D9%88%D8%B1%D8%B9%D8%A7%D8%B3").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains("dir=\"rtl\"") && page.body.contains("<mark>قورعاستاعى</mark>"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn what_a_publisher_or_a_reader_writes_is_never_markup() {
    let page = get("/?q=dry+%3Cscript%3Ealert(2)%3C/script%3E").await;
    assert!(!page.body.contains("<script"), "{}", page.body);
    let page = get("/?q=port").await;
    assert!(page.body.contains("&#60;script&#62;") && !page.body.contains("<script"), "{}", page.body);
    let page = get("/articles/2").await;
    assert!(page.body.contains("&#60;b&#62;spoke") && !page.body.contains("<script"), "{}", page.body);
}

#[tokio::test]
async fn an_article_shows_its_text_and_its_evidence() {
    let page = get("/articles/1?q=%D8%AA%DB%95%D8%B1%D9%85%D9%8A%D9%86%D8%A7%D9%84").await;
    for part in [
        "lang=\"kk-Arab\"",
        "<mark>تەرمينال</mark>",
        "test.warc.gz",
        &"ab".repeat(32),
        "https://herald.test/kk",
    ] {
        assert!(page.body.contains(part), "{part} {}", page.body);
    }
    assert_eq!(get("/articles/99").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get("/alerts/99").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_typo_is_named_and_searched_all_the_same() {
    let page = get("/?q=(monday").await;
    assert!(
        page.body.contains("add a ) where its group ends") && page.body.contains("<strong>1</strong>"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_same_address_gives_json() {
    let page = get("/?q=monday&format=json").await;
    assert_eq!(page.headers.get(header::CONTENT_TYPE).unwrap(), "application/json; charset=utf-8");
    assert!(page.body.contains("\"total\":1"), "{}", page.body);
}

#[tokio::test]
async fn only_our_own_names_are_answered_and_nothing_but_get() {
    assert_eq!(ask(Method::GET, "evil.test", "/").await.status, StatusCode::MISDIRECTED_REQUEST);
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        assert_eq!(ask(method, "localhost", "/").await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_closed() {
    for address in ["/", "/sources", "/health", "/metrics", "/style.css", "/nothing"] {
        let page = get(address).await;
        let policy = page.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"), "{address}");
        assert!(page.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none(), "{address}");
    }
}

#[tokio::test]
async fn health_and_metrics_speak_in_numbers() {
    let health = get("/health").await;
    assert!(
        health.body.contains("\"store\":true") && health.body.contains("\"searchable\":2"),
        "{}",
        health.body
    );
    let metrics = get("/metrics").await;
    assert!(metrics.body.contains("qarauyl_articles 2\n"), "{}", metrics.body);
    assert!(metrics.body.contains("qarauyl_jobs{kind=\"match\",state=\"ready\"} 2"), "{}", metrics.body);
}

#[tokio::test]
async fn sources_are_told_in_plain_words() {
    let page = get("/sources").await;
    assert!(page.body.contains("Steppe Herald") && page.body.contains("answers"), "{}", page.body);
}
