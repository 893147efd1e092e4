//! What the pages refuse, and what keeps an answer closed.

use axum::http::{Method, StatusCode, header};

use crate::given::{Given, get};

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let given = Given::house().await;
    let check = async |hosts: &[&str], address: &str, status: StatusCode| {
        let headers: Vec<_> = hosts.iter().map(|host| ("host", *host)).collect();
        let page = given.ask(Method::GET, address, &headers).await;
        assert_eq!(page.status, status, "{hosts:?} {address}");
        assert!(status == StatusCode::OK || !page.body.contains("Steppe"), "{}", page.body);
    };
    check(&["localhost"], "/sources", StatusCode::OK).await;
    check(&["localhost:8391"], "http://localhost:8391/sources", StatusCode::OK).await;
    check(&["evil.test"], "/sources", StatusCode::MISDIRECTED_REQUEST).await;
    check(&["localhost"], "http://evil.test/sources", StatusCode::MISDIRECTED_REQUEST).await;
    check(&[], "/sources", StatusCode::BAD_REQUEST).await;
    check(&["localhost", "evil.test"], "/sources", StatusCode::BAD_REQUEST).await;
}

#[tokio::test]
async fn nothing_but_get_and_head_is_answered() {
    let given = Given::house().await;
    let host = [("host", "localhost")];
    for address in ["/", "/articles/1", "/nothing"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS, Method::PATCH] {
            let page = given.ask(method, address, &host).await;
            assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
            assert_eq!(page.headers.get(header::ALLOW).unwrap(), "GET, HEAD");
        }
    }
    let head = given.ask(Method::HEAD, "/", &host).await;
    assert_eq!((head.status, head.body.as_str()), (StatusCode::OK, ""));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_closed() {
    let given = Given::house().await;
    let addresses = ["/", "/?q=port", "/articles/1", "/alerts/9", "/sources", "/health", "/metrics"];
    for address in
        addresses.into_iter().chain(["/style.css", "/icon.svg", "/nothing", "/?q=port&format=json"])
    {
        let page = given.get(address).await;
        let policy = page.headers.get(header::CONTENT_SECURITY_POLICY).unwrap().to_str().unwrap();
        for part in ["default-src 'none'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'"]
        {
            assert!(policy.contains(part), "{address} {policy}");
        }
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(page.headers.get(name).unwrap(), value, "{address}");
        }
        assert!(page.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none(), "{address}");
    }
}

#[tokio::test]
async fn the_policy_blocks_nothing_that_a_page_needs() {
    let given = Given::house().await;
    for address in ["/", "/?q=port", "/articles/2?q=port", "/sources", "/nothing"] {
        let body = given.get(address).await.body;
        for forbidden in [" style=", "<style", "<script", "javascript:", " onclick", "src=\"http", "data:"] {
            assert!(!body.contains(forbidden), "{forbidden} on {address}");
        }
    }
}

#[tokio::test]
async fn another_site_may_link_here_and_load_nothing() {
    let given = Given::house().await;
    let check = async |site: &str, mode: &str, target: &str, status: StatusCode| {
        let headers = [
            ("host", "localhost"),
            ("sec-fetch-site", site),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", target),
        ];
        let page = given.ask(Method::GET, "/?q=port", &headers).await;
        assert_eq!(page.status, status, "{site} {mode} {target}");
    };
    check("none", "navigate", "document", StatusCode::OK).await;
    check("same-origin", "no-cors", "style", StatusCode::OK).await;
    check("cross-site", "navigate", "document", StatusCode::OK).await;
    check("cross-site", "no-cors", "image", StatusCode::FORBIDDEN).await;
    check("cross-site", "navigate", "iframe", StatusCode::FORBIDDEN).await;
    check("same-site", "cors", "empty", StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn what_a_publisher_or_a_reader_writes_is_never_markup() {
    let page = get("/?q=dry+%3Cscript%3Ealert(2)%3C/script%3E&lang=%22%3E%3Cscript%3E").await;
    assert!(page.body.contains("&#60;script&#62;alert") && !page.body.contains("<script"), "{}", page.body);
    let page = get("/?q=port").await;
    assert!(page.body.contains("&#60;script&#62;") && !page.body.contains("<script"), "{}", page.body);
    let page = get("/articles/2?q=%22%3E%3Cscript%3E").await;
    assert!(page.body.contains("&#60;b&#62;spoke") && !page.body.contains("<script"), "{}", page.body);
}

#[tokio::test]
async fn no_link_leads_out_of_the_house_but_the_publishers_own() {
    let page = get("/articles/2").await;
    let out: Vec<&str> = page.body.split("<a ").filter(|part| part.contains("href=\"http")).collect();
    assert_eq!(out.len(), 1, "{out:?}");
    assert!(out[0].contains("rel=\"noreferrer noopener nofollow external\""), "{}", out[0]);
}
