//! Pages made to hurt: each is read or refused in bounded time, and says that it is partial when something was cut.
//!
//! A debug build has a wide limit here; `examples/hostile.rs` holds a release build to one second and 200 MB.

use std::time::{Duration, Instant};

use extractor::{Page, Partial, extract};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What a debug build may take.
const LONGEST: Duration = Duration::from_secs(20);

const SENTENCE: &str = "The new rail warehouse at the border has opened, said the director of the port. ";

fn read(html: &str) -> (Option<Partial>, String) {
    let page = Page {
        bytes: html.as_bytes(),
        url: None,
        content_type: "text/html",
        rules: None,
        zone: TimeZone::UTC,
        fetched: Timestamp::UNIX_EPOCH,
    };
    let began = Instant::now();
    let read = extract(&page);
    assert!(began.elapsed() < LONGEST, "{:?}", began.elapsed());
    read.map(|read| (read.partial, read.text())).unwrap_or_default()
}

#[test]
fn a_page_nested_twenty_thousand_deep_keeps_its_text_and_says_so() {
    let text = SENTENCE.repeat(4);
    let (partial, read) =
        read(&format!("{}<p>{text}</p>{}", "<div>".repeat(20_000), "</div>".repeat(20_000)));
    assert_eq!((partial, read.as_str()), (Some(Partial::Limits), text.trim()));
}

#[test]
fn an_article_of_fourteen_megabytes_is_cut_and_says_so() {
    let paragraph = format!("<p>{}</p>", SENTENCE.repeat(10));
    let (partial, text) = read(&paragraph.repeat(14 * 1024 * 1024 / paragraph.len()));
    assert_eq!(partial, Some(Partial::Limits));
    assert!(text.len() > 100 && text.len() <= 6 * 1024 * 1024);
}

#[test]
fn elements_that_are_never_closed_end_in_time() {
    let tags = [
        "div",
        "b",
        "font color=red",
        "a href=x",
        "table",
        "td",
        "ul",
        "li",
        "p",
        "span",
        "svg",
        "select",
        "template",
        "em",
        "section",
        "button",
        "h1",
        "form",
        "math",
        "object",
    ];
    for tag in tags {
        read(&format!("<{tag}>{SENTENCE}").repeat(3_000));
    }
    let all = tags.iter().map(|tag| format!("<{tag}>{SENTENCE}")).collect::<Vec<_>>().concat();
    read(&all.repeat(300));
    let fonts = (0..600).map(|size| format!("<font size={size}>")).collect::<Vec<_>>().concat();
    read(&format!("{fonts}{}", format!("<p>{SENTENCE}").repeat(20_000)));
}

#[test]
fn what_is_torn_in_the_middle_does_not_hang() {
    for torn in [
        "<",
        "<!--",
        "<script",
        "<script>",
        "<style>",
        "<title>",
        "<textarea>",
        "<a href='",
        "<svg",
        "<svg><title>",
        "<![CDATA[",
        "<template shadowrootmode=open>",
        "&#x",
        "<p style='",
    ] {
        let text = SENTENCE.repeat(4);
        read(&format!("<p>{text}</p>{torn}"));
        read(&torn.repeat(20_000));
        read(&format!("{torn}<p>{text}</p>"));
    }
}
