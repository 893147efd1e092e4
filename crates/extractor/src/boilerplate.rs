//! What on a page is not the article, by its element, its role and its names.

use scraper::node::Element;

/// Elements that never hold an article's text.
const NEVER: &[&str] = &[
    "script", "style", "noscript", "template", "nav", "aside", "footer", "form", "button", "select", "input",
    "textarea", "iframe", "svg", "canvas", "object", "embed", "audio", "video", "dialog", "menu", "label",
    "option", "map",
];

/// Roles of the same kind (WAI-ARIA 1.2).
const ROLES: &[&str] = &[
    "navigation",
    "banner",
    "complementary",
    "contentinfo",
    "dialog",
    "alertdialog",
    "search",
    "menu",
    "menubar",
    "toolbar",
];

/// Words in class names and ids that name such a place. A name is cut at every sign and change of case, so that
/// `nav` does not stand in `navy`.
const WORDS: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "breadcrumb",
    "breadcrumbs",
    "crumbs",
    "sidebar",
    "aside",
    "rail",
    "footer",
    "masthead",
    "related",
    "relatednews",
    "recommend",
    "recommended",
    "recommendation",
    "recommendations",
    "recirc",
    "trending",
    "popular",
    "mostread",
    "comment",
    "comments",
    "commentlist",
    "disqus",
    "respond",
    "share",
    "sharing",
    "sharebar",
    "sharethis",
    "social",
    "socials",
    "addtoany",
    "addthis",
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "cmp",
    "onetrust",
    "privacy",
    "newsletter",
    "subscribe",
    "subscription",
    "signup",
    "paywall",
    "promo",
    "promotion",
    "advert",
    "advertisement",
    "advertorial",
    "ad",
    "ads",
    "adv",
    "sponsor",
    "sponsored",
    "outbrain",
    "taboola",
    "tags",
    "taglist",
    "tagcloud",
    "keywords",
    "pagination",
    "pager",
    "popup",
    "modal",
    "overlay",
    "login",
    "widget",
    "widgets",
    "toolbar",
    "byline",
    "dateline",
    "timestamp",
    "readmore",
    "more",
    "hidden",
    "screenreader",
    "sr",
    "print",
    "rating",
    "poll",
    "banner",
    "copyright",
    "disclaimer",
    "authorbio",
    "bio",
    "skip",
    "credit",
    "credits",
    "readingtime",
    "donate",
    "donation",
    "telegram",
    "whatsapp",
    "facebook",
    "twitter",
    "vk",
    "weixin",
    "qrcode",
];

/// Two words that name such a place together.
const PAIRS: &[(&str, &str)] = &[
    ("also", "read"),
    ("read", "next"),
    ("read", "also"),
    ("see", "also"),
    ("more", "news"),
    ("other", "news"),
    ("last", "news"),
    ("latest", "news"),
    ("top", "news"),
    ("next", "post"),
    ("prev", "post"),
    ("post", "navigation"),
    ("post", "meta"),
    ("entry", "meta"),
    ("article", "meta"),
    ("entry", "footer"),
    ("author", "box"),
    ("author", "info"),
    ("author", "bio"),
    ("about", "author"),
    ("site", "header"),
    ("page", "header"),
    ("reading", "time"),
    ("image", "credit"),
    ("photo", "credit"),
    ("cat", "links"),
    ("tag", "list"),
    ("news", "list"),
    ("hot", "news"),
    ("entry", "category"),
];

/// Words that name the article itself: an element that carries one is kept whatever else it is called.
const CONTENT: &[&str] =
    &["articlebody", "storybody", "postbody", "entrycontent", "postcontent", "articlecontent", "maincontent"];

/// Returns whether nothing below `element` belongs to an article.
pub(crate) fn is_boilerplate(element: &Element) -> bool {
    let name = element.name();
    if NEVER.contains(&name) || is_hidden(element) {
        return true;
    }
    if matches!(name, "html" | "body" | "main" | "article") || element.attr("itemprop") == Some("articleBody")
    {
        return false;
    }
    if element.attr("role").is_some_and(|role| ROLES.contains(&role)) {
        return true;
    }
    let names = [element.attr("class"), element.attr("id")];
    let joined: String =
        names.iter().flatten().flat_map(|text| text.chars()).filter(char::is_ascii_alphanumeric).collect();
    let joined = joined.to_ascii_lowercase();
    if CONTENT.iter().any(|word| joined.contains(word)) {
        return false;
    }
    names.into_iter().flatten().flat_map(str::split_whitespace).any(names_boilerplate)
}

fn names_boilerplate(name: &str) -> bool {
    let words = words_of(name);
    words.iter().any(|word| WORDS.contains(&word.as_str()))
        || words.windows(2).any(|pair| matches!(pair, [a, b] if PAIRS.contains(&(a.as_str(), b.as_str()))))
}

/// Cuts `postMeta_share-bar` into `post`, `meta`, `share`, `bar`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        let starts = !c.is_ascii_alphabetic() || (lower && c.is_ascii_uppercase());
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphabetic()) {
            word.push(c.to_ascii_lowercase());
        }
        lower = c.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn is_hidden(element: &Element) -> bool {
    let style = element.attr("style").unwrap_or_default();
    let flat: String = style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    flat.contains("display:none")
        || element.attr("aria-hidden") == Some("true") && element.name() != "div"
        || element.attr("hidden").is_some()
}

/// Openings of lines that lead away from the article, in small letters.
const LEADS_AWAY: &[&str] = &[
    "read more",
    "read also",
    "also read",
    "see also",
    "related:",
    "recommended",
    "share this",
    "follow us",
    "subscribe",
    "sign up",
    "click here",
    "advertisement",
    "photo:",
    "image credit",
    "featured image",
    "all rights reserved",
    "copyright ©",
    "читайте также",
    "читать также",
    "подробнее",
    "поделиться",
    "подписывайтесь",
    "фото:",
    "ранее сообщалось:",
    "смотрите также",
    "тағы оқыңыз",
    "оқи отырыңыз",
    "сондай-ақ оқыңыз",
    "бөлісу",
    "жазылыңыз",
    "сурет:",
    "责任编辑",
    "编辑：",
    "相关新闻",
    "推荐阅读",
    "延伸閱讀",
    "更多新闻",
    "分享到",
    "扫一扫",
    "打开微信",
    "【编辑",
    "ayrıca bakınız",
    "ilgili haberler",
    "ilgili haber",
    "paylaş",
];

/// Returns whether a line leads away from the article rather than belonging to it.
pub(crate) fn leads_away(text: &str) -> bool {
    let start: String = text.chars().take(40).collect::<String>().to_lowercase();
    LEADS_AWAY.iter().any(|lead| start.starts_with(lead)) && text.chars().count() < 160
}

/// Returns whether a line says how long the reading takes: "8 min read".
pub(crate) fn is_reading_time(text: &str) -> bool {
    let text = text.to_lowercase();
    text.chars().count() < 40
        && text.chars().any(|c| c.is_ascii_digit())
        && [
            "min read",
            "minute read",
            "minutes read",
            "мин. чтения",
            "минут чтения",
            "минут оқу",
            "阅读时间",
            "dk okuma",
        ]
        .iter()
        .any(|mark| text.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words_before_they_are_judged() {
        let check = |name: &str, expected: bool| assert_eq!(names_boilerplate(name), expected, "{name}");
        check("navy-story", false);
        check("main_nav", true);
        check("shareBar", true);
        check("post-meta", true);
        check("content-shadow", false);
        check("related-posts", true);
        check("adventure", false);
        check("td-post-content", false);
    }

    #[test]
    fn lines_that_lead_away_are_known_in_several_languages() {
        for line in ["Read more: Border closed", "Читайте также: граница", "相关新闻", "Тағы оқыңыз: шекара"]
        {
            assert!(leads_away(line), "{line}");
        }
        assert!(!leads_away("Readers were surprised."));
        assert!(is_reading_time("8 min read"));
        assert!(!is_reading_time("It took him 8 minutes to read the letter, and an hour to answer it."));
    }
}
