//! The headline, without the outlet's name.

use scraper::Html;

use crate::content::folded;
use crate::structured::{Structured, select};

/// What parts a headline from the outlet's name.
const BETWEEN: &[&str] = &[" | ", " - ", " – ", " — ", " :: ", " » ", " • ", "｜", " / ", "_", "－"];

/// Returns the headline; empty when the page has none.
pub(crate) fn find(html: &Html, structured: &Structured) -> String {
    let heading = headings(html);
    let element = select(html, "title")
        .next()
        .map(|title| clean(&title.text().collect::<String>()))
        .unwrap_or_default();
    let graph = structured.meta(&["og:title", "twitter:title", "dc.title"]).map(clean).unwrap_or_default();
    let site = structured.meta(&["og:site_name", "application-name"]).unwrap_or_default();
    // The heading that says the same as the page's title is what readers see.
    let said = [graph.as_str(), element.as_str()].map(folded);
    let same = heading.iter().find(|heading| {
        let heading = folded(heading);
        heading.chars().count() >= 8
            && said
                .iter()
                .any(|said| !said.is_empty() && (said.contains(&heading) || heading.contains(said.as_str())))
    });
    if let Some(same) = same {
        return same.clone();
    }
    let headline = structured.headline.as_deref().map(clean).unwrap_or_default();
    for candidate in [headline, without_site(&graph, site), without_site(&element, site)] {
        if !candidate.is_empty() {
            return candidate;
        }
    }
    heading.into_iter().next().unwrap_or_default()
}

fn headings(html: &Html) -> Vec<String> {
    let ones: Vec<String> =
        select(html, "h1").map(|heading| clean(&heading.text().collect::<String>())).collect();
    let ones: Vec<String> = ones.into_iter().filter(|text| !text.is_empty()).collect();
    if ones.is_empty() {
        return select(html, "h2")
            .map(|heading| clean(&heading.text().collect::<String>()))
            .filter(|text| !text.is_empty())
            .collect();
    }
    ones
}

/// Cuts the outlet's name off the end, or off the start when it is known to stand there.
fn without_site(title: &str, site: &str) -> String {
    let last =
        BETWEEN.iter().filter_map(|between| title.rsplit_once(between)).max_by_key(|(head, _)| head.len());
    let Some((head, tail)) = last else { return title.to_owned() };
    let is_site = !site.is_empty() && folded(tail).contains(&folded(site));
    let short = tail.chars().count() <= 30 && head.chars().count() >= 15;
    if is_site || short { head.trim().to_owned() } else { title.to_owned() }
}

fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expected: &str) {
        let html = Html::parse_document(page);
        assert_eq!(find(&html, &Structured::read(&html)), expected);
    }

    #[test]
    fn the_outlets_name_is_cut_off() {
        check(
            "<title>Border crossing is opened again - Steppe Herald</title>",
            "Border crossing is opened again",
        );
        check(
            "<title>Шекара қайта ашылды | Дала жаршысы</title><h1>Шекара қайта ашылды</h1>",
            "Шекара қайта ашылды",
        );
        check(
            "<meta property=og:title content='口岸重新开放'><title>口岸重新开放_新闻网</title><h1>新闻</h1>",
            "口岸重新开放",
        );
        check("<title>Only this</title>", "Only this");
    }
}
