//! Site rules: what they take, what they leave out, and what happens when they find nothing.

use extractor::{Page, RulesError, SiteRules, TextOrigin, extract};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const PAGE: &str = "<html><body><h2 class=headline>Border is open</h2><i class=who>Aigul Example</i><u class=when>23.11.2026</u>
<div class=text><p>The border crossing was opened again on Monday, said the ministry of transport.</p><p class=promo>Buy our calendar of the steppe, it is cheap and it is beautiful.</p>
<p>Trains had waited for a week, and their drivers were glad to go on at last.</p></div></body></html>";

fn read(rules: &str) -> extractor::Extracted {
    let rules = SiteRules::parse(rules).unwrap();
    let page = Page {
        bytes: PAGE.as_bytes(),
        url: None,
        content_type: "",
        rules: rules.as_ref(),
        zone: TimeZone::UTC,
        fetched: "2026-11-25T00:00:00Z".parse::<Timestamp>().unwrap(),
    };
    extract(&page).unwrap()
}

#[test]
fn a_rule_takes_what_it_names_and_leaves_out_what_it_removes() {
    let read =
        read("content = '.text'\nremove = '.promo'\ntitle = '.headline'\nbyline = '.who'\ndate = '.when'");
    assert_eq!((read.origin, read.rule_found_nothing), (TextOrigin::Rule, false));
    assert_eq!((read.title.as_str(), read.byline.join("|").as_str()), ("Border is open", "Aigul Example"));
    assert_eq!(
        read.published.as_ref().map(|time| time.timestamp().to_string()).as_deref(),
        Some("2026-11-23T00:00:00Z")
    );
    assert_eq!(read.blocks.len(), 2);
    assert!(!read.text().contains("calendar"));
}

#[test]
fn a_rule_that_finds_nothing_says_so_and_the_general_algorithm_steps_in() {
    let read = read("content = '.story'");
    assert_eq!((read.origin, read.rule_found_nothing), (TextOrigin::Markup, true));
    assert!(read.text().contains("Trains had waited"));
}

#[test]
fn a_selector_that_is_none_is_named() {
    let error = SiteRules::parse("content = 'div['").unwrap_err();
    assert!(matches!(error, RulesError::Selector { field: "content", .. }), "{error}");
}
