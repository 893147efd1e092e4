//! The authors of an article.

use crate::evidence::{Evidence, Said};
use crate::measure::folded;
use crate::person::{clean, looks_like_person, without_lead};
use crate::structured::Structured;

/// How many blocks behind the headline a link to its author may stand.
const NEAR: usize = 12;

/// Longest text that is read as a byline, in bytes.
const LONGEST: usize = 200;

/// Where authors are read from.
pub(crate) struct Bylines<'a> {
    pub(crate) evidence: &'a Evidence<'a>,
    pub(crate) structured: &'a Structured,
    pub(crate) title: &'a str,
    /// The number of the headline's block.
    pub(crate) headline: usize,
    /// Short lines near the headline.
    pub(crate) lines: Vec<&'a str>,
}

const METAS: &[&str] = &[
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "dc.creator.personalname",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
    "article:author_name",
    "twitter:data1",
];

/// Returns the authors, as the page names them: people first, an outlet that signs for them when there is nobody else.
pub(crate) fn find(sources: &Bylines<'_>) -> Vec<String> {
    let outlets = outlets(sources);
    let mut signed = Vec::new();
    for names in all(sources) {
        let people: Vec<String> = names.iter().filter(|name| !is_outlet(name, &outlets)).cloned().collect();
        if !people.is_empty() {
            return people;
        }
        if signed.is_empty() {
            signed = names;
        }
    }
    signed
}

/// All readings of the byline, the most trusted first.
fn all<'a>(sources: &'a Bylines<'a>) -> impl Iterator<Item = Vec<String>> + 'a {
    let evidence = sources.evidence;
    let described =
        sources.structured.main(sources.title).map(|one| one.authors.as_slice()).unwrap_or_default();
    let structured = std::iter::once_with(move || clean(described.iter().map(String::as_str)));
    let metas = METAS.iter().map(move |name| {
        clean(evidence.all_meta(name).filter(|_| *name != "twitter:data1" || is_written_by(evidence)))
    });
    let elements = std::iter::once_with(move || {
        let props: Vec<Said<'_>> =
            evidence.props.iter().filter(|(name, _)| *name == "author").map(|(_, said)| *said).collect();
        let groups = [&props, &evidence.author_links, &evidence.authors];
        let named = groups.into_iter().map(|group| first_names(group, sources.headline));
        let linked = std::iter::once_with(|| linked_people(&evidence.profile_links, sources.headline));
        named.chain(linked).find(|names| !names.is_empty()).unwrap_or_default()
    });
    let lines =
        std::iter::once_with(move || sources.lines.iter().find_map(|line| of_line(line)).unwrap_or_default());
    structured.chain(metas).chain(elements).chain(lines)
}

fn is_written_by(evidence: &Evidence<'_>) -> bool {
    evidence.meta(&["twitter:label1"]).is_some_and(|label| {
        let label = label.to_lowercase();
        [
            "written by",
            "author",
            "verfasst von",
            "geschrieben von",
            "автор",
            "written",
            "écrit par",
            "escrito por",
            "yazan",
        ]
        .iter()
        .any(|word| label.starts_with(word))
    })
}

/// The names of the outlet itself.
fn outlets(sources: &Bylines<'_>) -> Vec<String> {
    let said = sources.evidence.meta(&["og:site_name", "application-name"]).map(str::to_owned);
    let publisher = sources.structured.main(sources.title).and_then(|one| one.publisher.clone());
    let all = said.into_iter().chain(publisher).chain(sources.structured.site.clone());
    all.map(|name| folded(&name)).filter(|name| !name.is_empty()).collect()
}

fn is_outlet(name: &str, outlets: &[String]) -> bool {
    let lower = name.to_lowercase();
    let address =
        [".com", ".de", ".net", ".org", ".ru", ".kz", ".cn", "www."].iter().any(|part| lower.contains(part));
    let name = folded(name);
    address
        || outlets.iter().any(|outlet| {
            *outlet == name
                || name.len() >= 6 && outlet.contains(&name)
                || outlet.len() >= 6 && name.contains(outlet.as_str())
        })
}

/// The names of the element nearest below the headline that has any.
fn first_names(group: &[Said<'_>], headline: usize) -> Vec<String> {
    let mut near: Vec<&Said<'_>> = group.iter().collect();
    near.sort_by_key(|said| if said.at + 4 >= headline { said.at } else { usize::MAX });
    for said in near.into_iter().take(8) {
        let text = said.text(LONGEST);
        let found = if text.len() < LONGEST { clean(std::iter::once(text.as_str())) } else { Vec::new() };
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The people near the headline whose names are links to pages of theirs.
fn linked_people(links: &[Said<'_>], headline: usize) -> Vec<String> {
    let near = links.iter().filter(|said| said.at + 4 >= headline && said.at <= headline + NEAR);
    let texts: Vec<String> =
        near.map(|said| said.text(LONGEST)).filter(|text| text.len() < LONGEST).collect();
    let mut names = clean(texts.iter().map(String::as_str));
    names.retain(|name| looks_like_person(name));
    names
}

/// Labels that stand behind a name in the line of particulars of Chinese pages, often with no space between.
const LABELS: [&str; 14] = [
    "浏览",
    "来源",
    "编辑",
    "时间",
    "发布",
    "阅读",
    "点击",
    "字体",
    "责任",
    "审核",
    "校对",
    "日期",
    "通讯员",
    "摄影",
];

/// The name in a line of particulars: 发布时间：… 来源：… 作者：….
fn of_particulars(line: &str) -> Option<Vec<String>> {
    let marks = ["作者：", "作者:", "记者：", "记者:"];
    let rest = marks.iter().find_map(|mark| line.split_once(mark)).map(|(_, rest)| rest.trim_start())?;
    let end = LABELS.iter().filter_map(|label| rest.find(label)).min().unwrap_or(rest.len());
    let name = rest.get(..end)?.split(|c: char| c.is_whitespace() || "|｜【（(".contains(c)).next()?;
    let names = clean(std::iter::once(name));
    (!names.is_empty() && name.chars().count() <= 12).then_some(names)
}

/// A line that says who wrote: "By Aigul Example", "Автор: …", "记者 …".
fn of_line(line: &str) -> Option<Vec<String>> {
    if line.chars().count() > 80 {
        return None;
    }
    if let Some(names) = of_particulars(line) {
        return Some(names);
    }
    let rest = without_lead(line);
    if rest == line {
        return None;
    }
    let first = rest.split(['|', '•', '·', '—', '–', '(', '（']).next().unwrap_or_default();
    let names = clean(std::iter::once(first));
    let person = |name: &String| looks_like_person(name) && name.chars().count() <= 40;
    (!names.is_empty() && names.iter().all(person)).then_some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_person_is_read_from_a_line() {
        assert_eq!(of_line("By Aigul Example"), Some(vec!["Aigul Example".to_owned()]));
        assert_eq!(of_line("By far the longest queue"), None);
    }
}
