//! The extraction of one page, from bytes to article.

use model::Block;
use scraper::Html;
use thiserror::Error;
use url::Url;

use crate::content::{Content, blocks_of};
use crate::dates::Dates;
use crate::structured::Structured;
use crate::{Extracted, Page, SiteRules, byline, charset, content, dates, limits, title};

/// Why no article was read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ExtractError {
    /// It is a PDF, a picture or the like.
    #[error("the page is no HTML")]
    NotHtml,
    /// There is no running text: an index, a page that only a script fills, a wall.
    #[error("the page has no article text")]
    Empty,
    /// A check for robots stands in place of the article.
    #[error("a challenge page stands in place of the article")]
    Challenge,
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
    let (text, partial) = limits::within_limits(&text);
    let html = Html::parse_document(text);
    let structured = Structured::read(&html);
    let rules = page.rules;
    let title = SiteRules::text(&html, rules.and_then(|rules| rules.title.as_deref()))
        .unwrap_or_else(|| title::find(&html, &structured));
    if is_challenge(&title) {
        return Err(ExtractError::Challenge);
    }
    let blocks = blocks(&html, &structured, rules, &title).ok_or(ExtractError::Empty)?;
    let Dates { published, modified } = dates::find(&html, &structured, page.url, (&page.zone, page.fetched));
    let ruled = SiteRules::text(&html, rules.and_then(|rules| rules.date.as_deref()));
    let byline = SiteRules::text(&html, rules.and_then(|rules| rules.byline.as_deref()));
    let address = |text: Option<&str>| text.and_then(|text| resolve(page.url, text));
    Ok(Extracted {
        byline: byline.map_or_else(|| byline::find(&html, &structured), |name| vec![name]),
        published: ruled
            .and_then(|text| dates::parse(&text, &page.zone))
            .filter(|date| *date <= page.fetched)
            .or(published),
        modified,
        language_hint: structured.language.clone(),
        site_name: structured.meta(&["og:site_name"]).map(str::to_owned),
        lead_image: address(structured.meta(&["og:image", "twitter:image"])),
        canonical: address(structured.canonical.as_deref()),
        title,
        blocks,
        partial,
    })
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

/// Titles of pages that ask whether the reader is a robot.
fn is_challenge(title: &str) -> bool {
    let title = title.to_lowercase();
    [
        "just a moment",
        "attention required",
        "checking your browser",
        "are you a robot",
        "access denied",
        "ddos-guard",
        "проверка браузера",
    ]
    .iter()
    .any(|mark| title.starts_with(mark))
}

fn blocks(
    html: &Html,
    structured: &Structured,
    rules: Option<&SiteRules>,
    title: &str,
) -> Option<Vec<Block>> {
    if let Some(blocks) = rules.and_then(|rules| rules.blocks(html)) {
        return Some(blocks);
    }
    let found = content::find(html, title);
    let said = structured.body.as_deref().filter(|body| !body.contains("<p")).and_then(blocks_of);
    match (found, said) {
        // What the page says about itself steps in when its markup has next to nothing.
        (Some(found), Some(said)) if said.mass > 3.0 * found.mass => Some(said.blocks),
        (Some(Content { blocks, .. }), _) | (None, Some(Content { blocks, .. })) => Some(blocks),
        (None, None) => None,
    }
}

fn resolve(page: Option<&Url>, text: &str) -> Option<Url> {
    match page {
        Some(page) => page.join(text).ok(),
        None => Url::parse(text).ok(),
    }
}
