//! The headline, without the outlet's name.

use crate::evidence::{Evidence, Said};
use crate::measure::folded;
use crate::structured::Structured;

/// What parts a headline from the outlet's name.
const BETWEEN: &[&str] =
    &[" | ", " - ", " – ", " — ", " :: ", " » ", " « ", " • ", " · ", "｜", " / ", "_", "－", " ‹ ", " ~ "];

/// Longest headline that is read, in bytes.
const LONGEST: usize = 600;

/// Most pieces of text in a heading that are told apart.
const MOST_PARTS: usize = 8;

/// Least letters of a headline below a line of its own.
const LEAST_REST: usize = 15;

/// Returns the headline; empty when the page has none.
pub(crate) fn find(evidence: &Evidence<'_>, structured: &Structured) -> String {
    let headings = headings(evidence);
    let element = evidence.title.map(|title| line(&title.text(LONGEST))).unwrap_or_default();
    let graph = evidence.meta(&["og:title", "twitter:title", "dc.title"]).map(line).unwrap_or_default();
    let site = evidence
        .meta(&["og:site_name", "application-name"])
        .map(str::to_owned)
        .or_else(|| structured.site.clone())
        .unwrap_or_default();
    let headline = structured.main(&element).map(|one| line(&one.headline)).unwrap_or_default();
    let graph = without_site(&graph, &site);
    let element = without_site(&element, &site);
    // The heading that says the same as the page's title is what readers see; one that says only a part of it is the
    // name of the outlet or of a section.
    let said = [graph.as_str(), element.as_str(), headline.as_str()];
    if let Some(same) =
        headings.iter().find(|heading| said.iter().any(|said| says_the_same(&heading.line, said, &site)))
    {
        return without_kicker(same, &said).to_owned();
    }
    for candidate in [headline, graph, element] {
        if !candidate.is_empty() {
            return candidate;
        }
    }
    headings.into_iter().next().map(|heading| heading.line).unwrap_or_default()
}

/// A heading may open with a line above the headline, "After the talks"; then the page says the rest of it elsewhere.
fn without_kicker<'a>(heading: &'a Heading<'_>, said: &[&'a str]) -> &'a str {
    let whole = folded(&heading.line);
    let ends_of_elements = ends(heading.said);
    let is_rest = |said: &&&str| {
        let rest = folded(said);
        let ends = rest.chars().count() >= LEAST_REST && rest.len() < whole.len() && whole.ends_with(&rest);
        let above = heading.line.strip_suffix(**said).map(str::trim_end);
        let parted = above.is_some_and(|above| above.ends_with([':', '|', '/', '–', '—']));
        ends && (parted || ends_of_elements.contains(&rest))
    };
    said.iter().filter(is_rest).max_by_key(|said| said.len()).copied().unwrap_or(&heading.line)
}

fn says_the_same(heading: &str, said: &str, site: &str) -> bool {
    let (heading, said) = (folded(heading), folded(said));
    // Outlets stand at the end of what the page says, whatever parts them from the headline.
    if heading.len() >= 8 && said.starts_with(&heading) && !folded(site).contains(&heading) {
        return true;
    }
    let (long, short) = if heading.len() >= said.len() { (&heading, &said) } else { (&said, &heading) };
    short.len() >= 8 && 2 * short.len() >= long.len() && long.contains(short.as_str())
}

/// A heading of the page.
struct Heading<'a> {
    line: String,
    said: &'a Said<'a>,
}

fn headings<'a>(evidence: &'a Evidence<'_>) -> Vec<Heading<'a>> {
    let of = |wanted: u8| {
        let found = evidence.headings.iter().filter(move |(level, _)| *level == wanted);
        found.map(|(_, said)| Heading { line: line(&said.text(LONGEST)), said })
    };
    of(1).chain(of(2)).filter(|heading| !heading.line.is_empty()).collect()
}

/// What stands in the last element of a heading, its last two, and so on: folded, but for the whole.
fn ends(said: &Said<'_>) -> Vec<String> {
    let texts = said.node.descendants().filter_map(|node| node.value().as_text().map(|text| folded(text)));
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).take(MOST_PARTS).collect();
    (1..texts.len()).map(|from| texts.iter().skip(from).map(String::as_str).collect()).collect()
}

/// Cuts the outlet's name off the end.
fn without_site(title: &str, site: &str) -> String {
    let last =
        BETWEEN.iter().filter_map(|between| title.rsplit_once(between)).max_by_key(|(head, _)| head.len());
    let Some((head, tail)) = last.or_else(|| chinese_tail(title)) else { return title.to_owned() };
    let is_site = !site.is_empty() && folded(tail).contains(&folded(site));
    let short = tail.chars().count() <= 30
        && (head.chars().count() >= 15 || head.chars().count() >= 10 && !head.is_ascii());
    if is_site || short { head.trim().to_owned() } else { title.to_owned() }
}

/// Chinese titles part the outlet's name with a bare hyphen.
fn chinese_tail(title: &str) -> Option<(&str, &str)> {
    let (head, tail) = title.rsplit_once('-')?;
    let head = head.trim_end_matches('-');
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let closes = |c: char| is_han(c) || "！？。”）》」".contains(c);
    (head.chars().next_back().is_some_and(closes) && tail.chars().all(is_han)).then_some((head, tail))
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::walk;
    use scraper::Html;

    fn check(page: &str, expected: &str) {
        let html = Html::parse_document(page);
        let tree = walk(*html.root_element());
        assert_eq!(find(&tree.evidence, &Structured::default()), expected);
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

    #[test]
    fn a_line_above_the_headline_is_no_part_of_it() {
        let page = |heading: &str, graph: &str| {
            format!("<head><meta property=og:title content='{graph}'></head><h1>{heading}</h1>")
        };
        let headline = "Border post opens at night";
        check(&page(&format!("<span>After the talks</span> {headline}"), headline), headline);
        check(&page(&format!("After the talks: {headline}"), headline), headline);
        // The beginning of one sentence is no line of its own.
        check(&page(&format!("When the {headline}"), headline), &format!("When the {headline}"));
    }
}
