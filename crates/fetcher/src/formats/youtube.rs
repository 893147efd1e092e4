//! Finds the feed of a `YouTube` channel. The feed itself is Atom, with each film's description as its text.

use scraper::{Html, Selector};
use thiserror::Error;
use url::Url;

use super::charset::page_text;

/// A page that names no channel.
#[derive(Debug, Error)]
#[error(
    "the page names no channel: give the address of the channel itself, such as https://www.youtube.com/@name"
)]
pub struct NoChannel;

/// Returns whether an address is `YouTube`'s.
pub fn is_youtube(url: &Url) -> bool {
    url.host_str()
        .is_some_and(|host| matches!(model::registered_domain(host).as_str(), "youtube.com" | "youtu.be"))
}

/// Returns the feed of a channel or playlist when its address names it by id; `None` when its page has to be asked.
pub fn feed_of(url: &Url) -> Option<Url> {
    if !is_youtube(url) {
        return None;
    }
    if url.path() == "/feeds/videos.xml" {
        return Some(url.clone());
    }
    let list = url.query_pairs().find(|(name, _)| name == "list").map(|(_, value)| value.into_owned());
    if let Some(list) = list.filter(|list| url.path() == "/playlist" && is_id(list)) {
        return feed("playlist_id", &list);
    }
    let mut segments = url.path_segments()?;
    let channel = segments.next().filter(|first| *first == "channel").and_then(|_| segments.next())?;
    is_channel(channel).then(|| feed("channel_id", channel)).flatten()
}

/// Returns the feed that a channel's page (`/@name`, `/c/name`, `/user/name`) names.
///
/// # Errors
/// When the page names none.
pub fn feed_named_by(page: &[u8], content_type: &str) -> Result<Url, NoChannel> {
    let text = page_text(page, content_type);
    let html = Html::parse_document(&text);
    let attribute = |selector: &str, name: &str| {
        let selector = Selector::parse(selector).ok()?;
        html.select(&selector).find_map(|element| element.attr(name)).map(str::to_owned)
    };
    let linked = attribute("link[rel=alternate][type='application/rss+xml']", "href");
    let linked = linked.and_then(|href| Url::parse(&href).ok()).and_then(|url| feed_of(&url));
    let canonical = attribute("link[rel=canonical]", "href");
    let canonical = || canonical.and_then(|href| Url::parse(&href).ok()).and_then(|url| feed_of(&url));
    let named = || {
        let id = attribute("meta[itemprop=identifier], meta[itemprop=channelId]", "content");
        let id =
            id.or_else(|| Some(text.split_once("\"externalId\":\"")?.1.split_once('"')?.0.to_owned()))?;
        is_channel(&id).then(|| feed("channel_id", &id)).flatten()
    };
    linked.or_else(canonical).or_else(named).ok_or(NoChannel)
}

fn feed(name: &str, id: &str) -> Option<Url> {
    Url::parse(&format!("https://www.youtube.com/feeds/videos.xml?{name}={id}")).ok()
}

fn is_channel(id: &str) -> bool {
    id.starts_with("UC") && id.len() == 24 && is_id(id)
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "UCabcdefghijklmnopqrstuv";

    #[test]
    fn a_channels_feed_is_known_from_its_address_or_its_page() {
        let feed = format!("https://www.youtube.com/feeds/videos.xml?channel_id={ID}");
        let of = |text: &str| feed_of(&Url::parse(text).unwrap()).map(String::from);
        assert_eq!(of(&format!("https://www.youtube.com/channel/{ID}/videos")), Some(feed.clone()));
        assert_eq!(of(&feed), Some(feed.clone()));
        let list = "https://www.youtube.com/feeds/videos.xml?playlist_id=PLx-1";
        assert_eq!(of("https://youtube.com/playlist?list=PLx-1").as_deref(), Some(list));
        assert_eq!(of("https://www.youtube.com/@steppe"), None);
        assert_eq!(of("https://www.youtube.com/channel/short"), None);
        let named = |page: &str| feed_named_by(page.as_bytes(), "text/html").map(String::from).ok();
        assert_eq!(
            named(&format!("<link rel=alternate type=application/rss+xml href='{feed}'>")),
            Some(feed.clone())
        );
        assert_eq!(named(&format!("<meta itemprop=identifier content={ID}>")), Some(feed.clone()));
        assert_eq!(named(&format!("<script>{{\"externalId\":\"{ID}\"}}</script>")), Some(feed));
        assert_eq!(named("<title>Before you continue</title>"), None);
    }
}
