//! Reads the public preview of a Telegram channel: `https://t.me/s/<channel>`, twenty messages a page.
//!
//! Every message is an entry with an address of its own and its whole text, for its page shows no more than that.

use model::CanonicalUrl;
use scraper::{ElementRef, Html, Selector};
use thiserror::Error;
use url::Url;

use super::charset::page_text;
use super::entries::{Arrived, Parsed, RawItem, Reading};

/// A title is the first line, cut at a word behind this many letters.
const TITLE_CHARS: usize = 120;

/// A page that is no channel's preview.
#[derive(Debug, Error)]
#[error("the answer is no preview of a channel: some channels have none; open its address in a browser")]
pub struct NoPreview;

/// What a page of a preview holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// The messages, oldest first, as the page has them.
    pub parsed: Parsed,
    /// The number of its oldest message; `None` on an empty page.
    pub oldest: Option<u64>,
}

/// Returns the address of a channel's preview from any address of the channel: `t.me/name`, `t.me/name/7`,
/// `https://telegram.me/s/name`. `None` when it is no channel's.
pub fn preview_of(url: &Url) -> Option<Url> {
    let host = url.host_str()?.trim_start_matches("www.");
    if !matches!(host, "t.me" | "telegram.me" | "telegram.dog") {
        return None;
    }
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let first = segments.next()?;
    let name = if first == "s" { segments.next()? } else { first };
    // Telegram's own rule for names; `joinchat`, `+hash` and the like are private, others are pages of the site.
    let is_name =
        (4..=32).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_other =
        matches!(name, "joinchat" | "addstickers" | "addlist" | "proxy" | "socks" | "share" | "iv" | "login");
    (is_name && !is_other).then(|| Url::parse(&format!("https://t.me/s/{name}")).ok()).flatten()
}

/// Returns the page of a preview whose messages are older than number `before`.
pub fn page_before(preview: &Url, before: u64) -> Url {
    let mut url = preview.clone();
    url.set_query(Some(&format!("before={before}")));
    url
}

/// Returns the number of a message from its address.
pub fn number_of(message: &CanonicalUrl) -> Option<u64> {
    message.url().path_segments()?.next_back()?.parse().ok()
}

/// Reads a page of a preview.
///
/// # Errors
/// When the page is none.
pub fn parse(bytes: &[u8], arrived: &Arrived<'_>) -> Result<Preview, NoPreview> {
    let html = Html::parse_document(&page_text(bytes, arrived.content_type));
    let selector = |text| Selector::parse(text).map_err(|_| NoPreview);
    let (messages, channel) = (
        selector(".tgme_widget_message[data-post]")?,
        selector(".tgme_channel_info, .tgme_channel_history")?,
    );
    let is_preview = html.select(&channel).next().is_some();
    let (mut items, mut oldest) = (Vec::new(), None::<u64>);
    for message in html.select(&messages) {
        let Some(post) = message.attr("data-post") else { continue };
        let number = post.rsplit('/').next().and_then(|number| number.parse().ok());
        oldest = [oldest, number].into_iter().flatten().min();
        // "Channel created" and the like say nothing.
        if message.value().classes().any(|class| class == "service_message") {
            continue;
        }
        items.push(item(message, post));
    }
    if items.is_empty() && !is_preview {
        return Err(NoPreview);
    }
    let mut reading = Reading::new(arrived);
    for item in &items {
        reading.add(item);
    }
    Ok(Preview { parsed: reading.finish(items.len()), oldest })
}

fn item(message: ElementRef<'_>, post: &str) -> RawItem {
    let find = |text: &str| Selector::parse(text).ok().and_then(|selector| message.select(&selector).next());
    let text =
        find(".tgme_widget_message_text.js-message_text").or_else(|| find(".tgme_widget_message_text"));
    let text = text.map(|text| lines(text).join("\n")).unwrap_or_default();
    let preview = find(".link_preview_title").map(|title| lines(title).join(" "));
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let date = find(".tgme_widget_message_date time").and_then(|time| time.attr("datetime"));
    RawItem {
        address: format!("https://t.me/{post}"),
        title: escaped(&shortened(
            Some(first).filter(|line| !line.is_empty()).or(preview.as_deref()).unwrap_or_default(),
        )),
        content: escaped(&text),
        date: date.unwrap_or_default().to_owned(),
        summary: String::new(),
    }
}

/// The lines of a message; `br` parts them.
fn lines(element: ElementRef<'_>) -> Vec<String> {
    let mut lines = vec![String::new()];
    for node in element.descendants() {
        match node.value() {
            scraper::Node::Text(text) => lines.last_mut().into_iter().for_each(|line| line.push_str(text)),
            scraper::Node::Element(element) if element.name() == "br" => lines.push(String::new()),
            _ => {}
        }
    }
    lines
}

fn shortened(line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((cut, _)) = line.char_indices().nth(TITLE_CHARS) else { return line };
    let head = line.get(..cut).unwrap_or_default();
    let head = head.rsplit_once(' ').map_or(head, |(head, _)| head);
    format!("{head}…")
}

/// The reader of entries takes its texts for HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(page: &str) -> Result<Preview, NoPreview> {
        let url = Url::parse("https://t.me/s/steppe_herald").unwrap();
        let at = "2026-11-23T10:00:00Z".parse().unwrap();
        parse(
            page.as_bytes(),
            &Arrived { url: &url, content_type: "text/html", zone: jiff::tz::TimeZone::UTC, at },
        )
    }

    fn message(number: u32, class: &str, text: &str) -> String {
        format!(
            "<div class=\"tgme_widget_message_wrap\"><div class=\"tgme_widget_message {class}\" data-post=\"steppe_herald/{number}\">\
             <div class=\"tgme_widget_message_text js-message_text\" dir=\"auto\">{text}</div>\
             <a class=\"tgme_widget_message_date\" href=\"https://t.me/steppe_herald/{number}\">\
             <time datetime=\"2026-11-23T09:00:00+00:00\" class=\"time\">09:00</time></a></div></div>"
        )
    }

    #[test]
    fn each_message_is_an_entry_with_its_text() {
        let page = [
            message(40, "service_message", "Channel created"),
            message(
                41,
                "",
                "<b>Қорғас &lt;бекеті&gt;</b><br/>Жүк тасымалы қайта басталды.<br/><a href=\"https://other.test/\">толығырақ</a>",
            ),
            message(42, "", ""),
        ];
        let preview =
            read(&format!("<section class=\"tgme_channel_history\">{}</section>", page.concat())).unwrap();
        assert_eq!(preview.oldest, Some(40));
        let [first, second] = preview.parsed.entries.as_slice() else { panic!("{preview:?}") };
        assert_eq!(first.url.as_str(), "https://t.me/steppe_herald/41");
        assert_eq!(first.title, "Қорғас <бекеті>");
        assert_eq!(first.content, "Қорғас <бекеті> Жүк тасымалы қайта басталды. толығырақ");
        assert_eq!(first.published, Some("2026-11-23T09:00:00Z".parse().unwrap()));
        assert_eq!((number_of(&second.url), second.has_text()), (Some(42), false));
    }

    #[test]
    fn a_page_without_messages_is_empty_or_none() {
        assert_eq!(read("<div class=\"tgme_channel_info\"></div>").unwrap().oldest, None);
        assert!(read("<html><div class=\"tgme_page\">If you have Telegram, you can contact</div>").is_err());
    }

    #[test]
    fn a_channels_preview_is_known_from_any_of_its_addresses() {
        let check = |text: &str, expected: Option<&str>| {
            let preview = preview_of(&Url::parse(text).unwrap());
            assert_eq!(preview.as_ref().map(Url::as_str), expected, "{text}");
        };
        let preview = "https://t.me/s/steppe_herald";
        let herald = Some(preview);
        check("https://t.me/steppe_herald", herald);
        check("http://telegram.me/s/steppe_herald?before=7", herald);
        check("https://t.me/steppe_herald/41", herald);
        check("https://t.me/+AbCdEf", None);
        check("https://t.me/joinchat/AbCdEf", None);
        check("https://news.sample.test/steppe_herald", None);
        let page = page_before(&Url::parse(preview).unwrap(), 41);
        assert_eq!(page.as_str(), "https://t.me/s/steppe_herald?before=41");
    }

    #[test]
    fn a_long_first_line_is_cut_at_a_word() {
        let title = shortened(&"сөз ".repeat(60));
        assert!(title.ends_with("сөз…") && title.chars().count() <= TITLE_CHARS + 1, "{title}");
    }
}
