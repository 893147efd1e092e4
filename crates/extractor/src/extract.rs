//! The extraction of one page, from bytes to article.

use model::Block;
use scraper::Html;
use thiserror::Error;
use url::Url;

use crate::byline::Bylines;
use crate::dates::{Dates, Sources};
use crate::evidence::Evidence;
use crate::measure::{Measure, folded};
use crate::names::{COMMENT, FOOT, NAV, RELATED, SIDE};
use crate::page::{Partial, TextOrigin};
use crate::scan::{Scanned, scan};
use crate::structured::{Described, Structured};
use crate::trim::Known;
use crate::verdict::Judged;
use crate::walk::{PageTree, RawBlock, walk};
use crate::{
    Extracted, Page, SiteRules, byline, charset, content, dates, phrases, settle, state, title, verdict,
    written,
};

/// Running text below which the markup is poor, in mass.
const POOR: f32 = 300.0;
/// How much more than the markup JSON must carry to be taken instead: it may be a teaser, and may lack what the page adds.
const MUCH_MORE: f32 = 3.0;
/// How many blocks behind the text a paywall may stand.
const WALL_WITHIN: usize = 8;
/// Most tags that are kept: a page with more lists all that it has.
const MOST_TAGS: usize = 24;
/// How many blocks below the headline, and above it, are searched for dates and names.
const LINES_BELOW: usize = 14;
const LINES_ABOVE: usize = 6;

/// Why no article was read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ExtractError {
    /// It is a PDF, a picture or the like.
    #[error("the page is no HTML")]
    NotHtml,
    /// There is no running text: a page that only a script fills.
    #[error("the page has no article text")]
    Empty,
    /// A check for robots stands in place of the article.
    #[error("a challenge page stands in place of the article")]
    Challenge,
    /// The server says that the page is not there, though it answered with success.
    #[error("an error page stands in place of the article")]
    ErrorPage,
    /// A question for consent stands in place of the article.
    #[error("a consent page stands in place of the article")]
    ConsentWall,
    /// The page lists articles and is none.
    #[error("the page is an index of articles")]
    Index,
}

/// Reads the article of a page.
///
/// # Errors
/// When there is none.
pub fn extract(page: &Page<'_>) -> Result<Extracted, ExtractError> {
    if !is_html(page) {
        return Err(ExtractError::NotHtml);
    }
    let text = charset::decode(page.bytes, page.content_type);
    let scanned = scan(&text, page.rules.is_some());
    let html = Html::parse_document(&scanned.html);
    let structured = Structured::read(&scanned.linked_data);
    let mut tree = walk(*html.root_element());
    settle::settle(&mut tree);
    let title = SiteRules::text(&html, page.rules.and_then(|rules| rules.title.as_deref()))
        .unwrap_or_else(|| title::find(&tree.evidence, &structured));
    let mut read = describe(page, &tree, &structured, title);
    apply_rules(&html, page, &mut read);
    let found = text_of(&html, page.rules, &tree, (&scanned, &structured), &read);
    let blocks = found.as_ref().map(|found| found.blocks.as_slice()).unwrap_or_default();
    let own = read.canonical.as_ref().or(page.url);
    let element = tree.evidence.title.map(|title| title.text(300)).unwrap_or_default();
    if found.as_ref().is_none_or(|found| found.origin != TextOrigin::Rule)
        && let Some(error) = verdict::no_article(&Judged {
            tree: &tree,
            blocks,
            titles: [&read.title, &element],
            // A headline and a date of its own are what an index lacks.
            says_article: says_article(&tree, &structured)
                || read.published.is_some() && headline(&tree, &read.title) > 0,
            url: page.url,
        })
    {
        return Err(error);
    }
    let found = found.ok_or(ExtractError::Empty)?;
    read.next_page = read.next_page.filter(|next| own.is_some_and(|own| verdict::is_next_part(own, next)));
    read.partial =
        partial(&scanned, structured.main(&read.title), &tree, (found.range, read.next_page.is_some()));
    let ruled = page.rules.is_some_and(|rules| rules.content.is_some());
    read.rule_found_nothing = ruled && found.origin != TextOrigin::Rule;
    read.origin = found.origin;
    read.blocks = found.blocks;
    Ok(read)
}

fn says_article(tree: &PageTree<'_>, structured: &Structured) -> bool {
    let graph = tree.evidence.meta(&["og:type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    graph || !structured.articles.is_empty() && structured.articles.len() < 4
}

/// Reads everything but the text.
fn describe(page: &Page<'_>, tree: &PageTree<'_>, structured: &Structured, title: String) -> Extracted {
    let evidence = &tree.evidence;
    let main = structured.main(&title);
    let address = |text: Option<&str>| text.and_then(|text| resolve(page.url, text));
    let headline = headline(tree, &title);
    let all_lines =
        tree.blocks.iter().filter(|block| block.measure.weight < 120.0 && block.measure.digits > 2);
    let Dates { published, modified } = dates::find(&Sources {
        evidence,
        structured,
        title: &title,
        url: page.url,
        headline,
        opening: opening(tree, headline),
        lines: lines_near(tree, headline, |block| block.measure.digits > 2)
            .into_iter()
            .chain(all_lines.map(|block| tree.text_of(block)))
            .collect(),
        zone: &page.zone,
        fetched: page.fetched,
    });
    Extracted {
        byline: byline::find(&Bylines {
            evidence,
            structured,
            title: &title,
            headline,
            lines: lines_near(tree, headline, |_| true),
        }),
        published,
        modified,
        language_hint: evidence
            .language
            .map(str::to_owned)
            .or_else(|| main.and_then(|one| one.language.clone())),
        publisher: evidence
            .meta(&["og:site_name"])
            .map(str::to_owned)
            .or_else(|| main.and_then(|one| one.publisher.clone()))
            .or_else(|| structured.site.clone()),
        section: evidence
            .meta(&["article:section"])
            .map(str::to_owned)
            .or_else(|| main.and_then(|one| one.section.clone())),
        tags: tags(evidence, structured, &title),
        form: main.map(|one| one.form).unwrap_or_default(),
        lead_image: address(evidence.meta(&["og:image", "twitter:image"]))
            .or_else(|| address(main.and_then(|one| one.image.as_deref()))),
        canonical: address(evidence.canonical).or_else(|| address(evidence.meta(&["og:url"]))),
        next_page: address(evidence.next),
        title,
        ..Extracted::default()
    }
}

fn tags(evidence: &Evidence<'_>, structured: &Structured, title: &str) -> Vec<String> {
    let mut tags: Vec<String> = evidence.all_meta("article:tag").map(str::to_owned).collect();
    if tags.is_empty() {
        tags = structured.main(title).map(|one| one.tags.clone()).unwrap_or_default();
    }
    if tags.is_empty() {
        tags = evidence.tag_links.iter().map(|link| link.text(80)).collect();
    }
    if tags.is_empty() {
        tags = evidence.meta(&["news_keywords", "keywords"]).map(str::to_owned).into_iter().collect();
    }
    let mut seen = Vec::new();
    for tag in tags.iter().flat_map(|tags| tags.split([',', '，', ';', '、'])) {
        let tag = tag.trim().trim_start_matches('#');
        if !tag.is_empty()
            && tag.chars().count() <= 60
            && !seen.iter().any(|one| one == tag)
            && seen.len() < MOST_TAGS
        {
            seen.push(tag.to_owned());
        }
    }
    seen
}

/// The number of the block that is the headline; 0 when none is.
fn headline(tree: &PageTree<'_>, title: &str) -> usize {
    let title = folded(title);
    let is_heading = |block: &&RawBlock| block.level == 1 || block.level == 2;
    let mut headings = tree.blocks.iter().enumerate().filter(|(_, block)| is_heading(block));
    let says_it = |block: &RawBlock| {
        let text = folded(tree.text_of(block));
        text.len() >= 8 && !title.is_empty() && (title.contains(&text) || text.contains(&title))
    };
    headings.find(|(_, block)| says_it(block)).map_or(0, |(at, _)| at)
}

/// The first paragraph below the headline, when it opens with a digit.
fn opening<'t>(tree: &'t PageTree<'_>, headline: usize) -> &'t str {
    let mut below = tree.blocks.iter().skip(headline).take(LINES_BELOW);
    let text = below.find(|block| block.flags == 0 && block.measure.weight >= 120.0);
    let text = text.map(|block| tree.text_of(block)).unwrap_or_default();
    if text.starts_with(|c: char| c.is_ascii_digit()) { text } else { "" }
}

/// Short lines around the headline, from it downwards first.
fn lines_near<'t>(tree: &'t PageTree<'_>, headline: usize, fits: impl Fn(&RawBlock) -> bool) -> Vec<&'t str> {
    let below = tree.blocks.iter().skip(headline).take(LINES_BELOW);
    let above = tree.blocks.iter().take(headline).rev().take(LINES_ABOVE);
    let short = below.chain(above).filter(|block| {
        block.measure.weight < 120.0
            && block.flags & (COMMENT | RELATED | NAV | SIDE | FOOT) == 0
            && fits(block)
    });
    short.map(|block| tree.text_of(block)).collect()
}

/// The source's own selectors outrank what was found.
fn apply_rules(html: &Html, page: &Page<'_>, read: &mut Extracted) {
    let Some(rules) = page.rules else { return };
    if let Some(name) = SiteRules::text(html, rules.byline.as_deref()) {
        read.byline = vec![name];
    }
    let date =
        SiteRules::text(html, rules.date.as_deref()).and_then(|text| written::parse(&text, &page.zone));
    if let Some(date) = date.filter(|date| date.timestamp() <= page.fetched) {
        read.published = Some(date);
    }
}

fn partial(
    scanned: &Scanned<'_>,
    main: Option<&Described>,
    tree: &PageTree<'_>,
    (range, has_next): ((usize, usize), bool),
) -> Option<Partial> {
    if scanned.partial || scanned.flattened > 0 {
        return Some(Partial::Limits);
    }
    // A wall stands in the text's element or right behind it; elsewhere the same words invite to log in.
    let around = tree.blocks.get(range.0..(range.1 + WALL_WITHIN).min(tree.blocks.len())).unwrap_or_default();
    let walled = around.iter().any(|block| phrases::is_wall(tree.text_of(block)));
    if walled || main.is_some_and(|one| one.paid) {
        return Some(Partial::Paywall);
    }
    has_next.then_some(Partial::NextPage)
}

fn is_html(page: &Page<'_>) -> bool {
    let kind = page.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let named = kind.is_empty()
        || kind.contains("html")
        || kind.contains("xml")
        || kind == "text/plain"
        || kind == "application/octet-stream";
    let start: Vec<u8> = page.bytes.iter().copied().skip_while(u8::is_ascii_whitespace).take(4).collect();
    named && start != b"%PDF" && !start.starts_with(&[0x89, b'P']) && !start.starts_with(&[0xff, 0xd8])
}

/// A text, and where it was found.
struct Found {
    blocks: Vec<Block>,
    origin: TextOrigin,
    range: (usize, usize),
}

fn text_of(
    html: &Html,
    rules: Option<&SiteRules>,
    tree: &PageTree<'_>,
    (scanned, structured): (&Scanned<'_>, &Structured),
    read: &Extracted,
) -> Option<Found> {
    if let Some(blocks) = rules.and_then(|rules| rules.blocks(html)) {
        return Some(Found { blocks, origin: TextOrigin::Rule, range: (0, 0) });
    }
    let description =
        tree.evidence.meta(&["og:description", "description", "twitter:description"]).unwrap_or_default();
    let found = content::find(tree, &Known { title: &read.title, byline: &read.byline, description });
    let mass = found.as_ref().map_or(0.0, |found| found.mass);
    // What the page carries beside its markup steps in when the markup has next to nothing.
    let said = structured.main(&read.title).and_then(|one| one.body.clone());
    let said = said.map(|text| (text, TextOrigin::LinkedData));
    let said = said.or_else(|| {
        let poor = mass < POOR;
        poor.then(|| state::body(&scanned.state, &scanned.flight))
            .flatten()
            .map(|text| (text, TextOrigin::ScriptState))
    });
    if let Some((text, origin)) = said
        && Measure::of(&text).weight > (MUCH_MORE * mass).max(content::LEAST)
    {
        let blocks = state::blocks_of(&text);
        if !blocks.is_empty() {
            return Some(Found { blocks, origin, range: (0, 0) });
        }
    }
    found.map(|found| Found { blocks: found.blocks, origin: TextOrigin::Markup, range: found.range })
}

fn resolve(page: Option<&Url>, text: &str) -> Option<Url> {
    match page {
        Some(page) => page.join(text).ok(),
        None => Url::parse(text).ok(),
    }
}
