//! Reads JSON Feed 1 and 1.1 (jsonfeed.org/version/1.1), forgiving about types: an `id` may be a number.

use serde_json::{Map, Value};

use super::entries::RawItem;

/// Returns the items of a feed and how many there were; `None` when this is another kind of JSON.
pub(super) fn read(text: &str, most: usize) -> Option<(Vec<RawItem>, usize)> {
    let Ok(Value::Object(feed)) = serde_json::from_str(text) else { return None };
    let Some(Value::Array(items)) = feed.get("items") else { return None };
    let is_feed = of(&feed, "version").contains("jsonfeed") || !items.is_empty() && items.iter().all(is_item);
    let found = items.len();
    let objects = items.iter().filter_map(Value::as_object).take(most);
    is_feed.then(|| (objects.map(item).collect(), found))
}

/// Some feeds leave the version out.
fn is_item(item: &Value) -> bool {
    item.as_object().is_some_and(|item| {
        item.contains_key("url") && (item.contains_key("title") || item.contains_key("id"))
    })
}

fn item(item: &Map<String, Value>) -> RawItem {
    let first = |names: &[&str]| {
        names.iter().map(|name| of(item, name)).find(|text| !text.is_empty()).unwrap_or_default()
    };
    let id = Some(of(item, "id")).filter(|id| id.starts_with("http")).unwrap_or_default();
    RawItem {
        address: Some(first(&["url", "external_url"])).filter(|url| !url.is_empty()).unwrap_or(id),
        title: of(item, "title"),
        summary: of(item, "summary"),
        content: first(&["content_html", "content_text"]),
        date: first(&["date_published", "date_modified"]),
    }
}

fn of(object: &Map<String, Value>, name: &str) -> String {
    match object.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
