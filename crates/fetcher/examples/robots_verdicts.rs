//! Says what robots.txt files allow: one JSON object a line, `{"file", "agent", "urls"}` in, `{"allowed", "delay"}` out.
//!
//! For comparing our reader with others: `.ci/run robots`.
#![expect(clippy::print_stdout, reason = "a program of one screen, for developers")]

use std::io::{self, BufRead};

use fetcher::robots::Robots;
use serde::Deserialize;
use serde_json::json;
use url::{Position, Url};

#[derive(Deserialize)]
struct Question {
    file: String,
    agent: String,
    urls: Vec<String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in io::stdin().lock().lines() {
        let question: Question = serde_json::from_str(&line?)?;
        let robots = Robots::parse_for(&question.agent, question.file.as_bytes());
        let mut allowed = Vec::new();
        for url in &question.urls {
            let url = Url::parse(url)?;
            let path = url.as_str().get(url[..Position::BeforePath].len()..).unwrap_or("/");
            allowed.push(robots.allows(path));
        }
        println!(
            "{}",
            json!({ "allowed": allowed, "delay": robots.crawl_delay().map(|delay| delay.as_secs_f64()) })
        );
    }
    Ok(())
}
