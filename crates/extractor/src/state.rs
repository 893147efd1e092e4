//! Text from the JSON from which a script would draw the page: read only when the markup has next to nothing.

use model::{Block, BlockKind};
use scraper::Html;
use serde_json::Value;

use crate::flight;
use crate::measure::Measure;
use crate::names::BOILERPLATE;
use crate::scan::scan;
use crate::settle::settle;
use crate::walk::{RawBlock, walk};

/// Longest script that is read, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;
/// Deepest nesting that is searched.
const DEEPEST: u32 = 40;
/// Least weight of a text that is taken for an article's.
const LEAST: f32 = 250.0;
/// Names under which such state keeps an article's text (Next.js, Nuxt, Gatsby, and the content systems behind them).
const NAMES: &[&str] = &[
    "articlebody",
    "body",
    "bodyhtml",
    "body_html",
    "content",
    "contents",
    "contenthtml",
    "content_html",
    "text",
    "fulltext",
    "full_text",
    "html",
    "articlecontent",
    "paragraphs",
    "blocks",
    "description_full",
    "detail",
];

/// Returns the text of the longest article that the scripts carry: as one piece of JSON, or streamed.
pub(crate) fn body(scripts: &[&str], flight: &[&str]) -> Option<String> {
    let mut best: Option<(f32, String)> = None;
    for script in scripts.iter().filter(|script| script.len() <= LONGEST) {
        let Ok(value) = serde_json::from_str::<Value>(script.trim().trim_end_matches(';')) else { continue };
        search(&value, 0, &mut best);
    }
    let rows = flight::rows(flight);
    rows.values.iter().for_each(|value| search(value, 0, &mut best));
    for text in rows.texts.into_iter().filter(|text| is_prose(text)) {
        keep_longer(&mut best, text);
    }
    best.map(|(_, text)| text)
}

fn keep_longer(best: &mut Option<(f32, String)>, text: String) {
    let weight = Measure::of(&text).weight;
    if weight >= LEAST && best.as_ref().is_none_or(|(most, _)| weight > *most) {
        *best = Some((weight, text));
    }
}

/// A streamed text without a name may be a style sheet or a script as well.
fn is_prose(text: &str) -> bool {
    has_markup(text) || !text.contains(['{', '}']) && Measure::of(text).ends >= 3
}

fn has_markup(text: &str) -> bool {
    ["</p>", "<br", "</div>", "</li>"].iter().any(|tag| text.contains(tag))
}

fn search(value: &Value, depth: u32, best: &mut Option<(f32, String)>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| search(item, depth + 1, best)),
        Value::Object(object) => {
            for (name, inner) in object {
                if NAMES.contains(&name.to_ascii_lowercase().as_str())
                    && let Some(text) = text_of(inner)
                {
                    keep_longer(best, text);
                }
                search(inner, depth + 1, best);
            }
        }
        _ => {}
    }
}

/// A text, or a list of paragraphs that are texts or carry one.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => {
            let paragraphs: Vec<String> = items
                .iter()
                .filter_map(|item| match item {
                    Value::String(text) => Some(text.clone()),
                    Value::Object(object) => ["text", "content", "html", "value", "body"]
                        .iter()
                        .find_map(|name| object.get(*name).and_then(Value::as_str))
                        .map(str::to_owned),
                    _ => None,
                })
                .collect();
            (!paragraphs.is_empty()).then(|| paragraphs.join("\n"))
        }
        _ => None,
    }
}

/// Brings a text that JSON carried to blocks: markup is read as such, else each line is a paragraph.
pub(crate) fn blocks_of(text: &str) -> Vec<Block> {
    let html = if has_markup(text) {
        text.to_owned()
    } else {
        let lines = text.lines().map(|line| line.replace('<', "&lt;"));
        lines.flat_map(|line| ["<p>".to_owned(), line]).collect()
    };
    let parsed = Html::parse_document(&scan(&html, false).html);
    let mut tree = walk(*parsed.root_element());
    settle(&mut tree);
    let own = |block: &&RawBlock| block.flags & BOILERPLATE == 0 && block.kind != BlockKind::Caption;
    let blocks = tree.blocks.iter().filter(own);
    blocks.map(|block| Block { kind: block.kind, text: tree.text_of(block).to_owned() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_found_among_other_state() {
        let long = "Жаңа теміржол желісі ашылды, деді министрлік өкілі. ".repeat(10);
        let script = serde_json::json!({"props": {"menu": ["Home"], "article": {"body": format!("<p>{long}</p><p>Екінші.</p>")}}});
        let blocks = blocks_of(&body(&[&script.to_string()], &[]).unwrap());
        assert_eq!((blocks.len(), blocks[1].text.as_str()), (2, "Екінші."));
        let parts = serde_json::json!({"content": [{"type": "p", "text": long.clone()}, {"type": "p", "text": "1 < 2"}]});
        assert_eq!(blocks_of(&body(&[&parts.to_string()], &[]).unwrap())[1].text, "1 < 2");
        assert_eq!(body(&["{\"content\": \"short\"}", "not json"], &[]), None);
    }
}
