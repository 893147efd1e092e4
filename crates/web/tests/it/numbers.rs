//! Health and metrics: what monitors read.

use axum::http::StatusCode;

use crate::given::{Given, get};

#[tokio::test]
async fn health_speaks_in_numbers() {
    let health = get("/health").await;
    assert_eq!(health.status, StatusCode::OK);
    for part in ["\"store\":true", "\"searchable\":4", "\"locked\":false", "\"last_poll\":\"2026-11-23T"] {
        assert!(health.body.contains(part), "{part} {}", health.body);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_told_to_the_monitor_and_to_the_reader() {
    let given = Given::house().await;
    given.app.store.close().await;
    let health = given.get("/health").await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(health.body.contains("\"store\":false"), "{}", health.body);
    let page = given.get("/sources").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.body.contains("qarauyl doctor"), "{}", page.body);
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let metrics = get("/metrics").await;
    for line in [
        "qarauyl_articles 4\n",
        "qarauyl_jobs{kind=\"match\",state=\"ready\"} 4\n",
        "qarauyl_endpoints{state=\"ok\"} 1\n",
        "qarauyl_index_documents 4\n",
        "qarauyl_index_up 1\n",
        "qarauyl_locked 0\n",
    ] {
        assert!(metrics.body.contains(line), "{line} {}", metrics.body);
    }
    for name in ["herald", "Steppe", "http", "@"] {
        assert!(!metrics.body.contains(name), "{name} {}", metrics.body);
    }
    let sample = |line: &&str| !line.starts_with('#');
    let wrong = metrics.body.lines().filter(sample).find(|line| line.split(' ').count() != 2);
    assert_eq!(wrong, None);
}
