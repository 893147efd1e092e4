//! Pages in the shape of real ones: the article among navigation, other headlines, comments and a cookie banner.
//!
//! The other headlines are those of the whole sample, names of watched places among them: none of that is the
//! article, and a watch must not be roused by it.

use jiff::Timestamp;

use super::Article;
use super::outlets::{MARK, Outlet, Shape};
use crate::feed::escape;

/// What the shapes have in common.
struct Parts {
    lang: &'static str,
    dir: &'static str,
    charset: &'static str,
    outlet: String,
    title: String,
    published: Timestamp,
    banner: String,
    nav: String,
    article: String,
    others: String,
    comments: String,
    cookie: String,
    json_ld: String,
}

/// Renders a page in the outlet's charset.
pub(super) fn render(outlet: &Outlet, article: &Article, titles: &[&str], published: Timestamp) -> Vec<u8> {
    let parts = parts(outlet, article, titles, published);
    let page = match outlet.shape {
        Shape::Wordpress => wordpress(&parts),
        Shape::Bitrix => bitrix(&parts),
        Shape::Drupal => drupal(&parts),
        Shape::Government => government(&parts),
        Shape::Plain => plain(&parts),
        Shape::Broadcaster => broadcaster(&parts),
    };
    // Letters that the charset lacks become character references, as a browser's form would send them.
    outlet.charset.encode(&page).0.into_owned()
}

fn parts(outlet: &Outlet, article: &Article, titles: &[&str], published: Timestamp) -> Parts {
    let paragraph = |text: &str| format!("<p>{}</p>\n", escape(text));
    // Other headlines: every seventh of the sample, so that each page shows names that are not its own.
    let start = article.slug.len() % 7;
    let other = |title: &&str| format!("<li><a href=\"/news/other.html\">{}</a></li>\n", escape(title));
    let others: String =
        titles.iter().skip(start).step_by(7).filter(|title| **title != article.title).map(other).collect();
    let rtl = outlet.language.ends_with("Arab");
    Parts {
        lang: outlet.language,
        dir: if rtl { "rtl" } else { "ltr" },
        charset: outlet.charset.name(),
        outlet: escape(outlet.name),
        title: escape(&article.title),
        published,
        banner: format!("{} / {MARK}", escape(outlet.mark)),
        nav: "<a href=\"/\">Home</a> <a href=\"/khorgos\">Khorgos</a> <a href=\"/world\">World</a> <a href=\"/sport\">Sport</a>".to_owned(),
        article: article.paragraphs().map(paragraph).collect(),
        others,
        comments: "<p>User 17: And what about Khorgos and Ghulja?</p><p>User 18: Bilash said so in Atajurt.</p>".to_owned(),
        cookie: "We use cookies. Read how Khorgos Media handles your data, and agree.".to_owned(),
        json_ld: format!(
            "<script type=\"application/ld+json\">{{\"@context\":\"https://schema.org\",\"@type\":\"NewsArticle\",\"headline\":{},\"datePublished\":\"{published}\"}}</script>",
            serde_json::Value::String(article.title.clone())
        ),
    }
}

fn head(parts: &Parts, more: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"{}\"><head><meta charset=\"{}\"><title>{} | {}</title>{more}</head>\n",
        parts.lang, parts.dir, parts.charset, parts.title, parts.outlet
    )
}

fn wordpress(parts: &Parts) -> String {
    let head =
        head(parts, &format!("<meta property=\"article:published_time\" content=\"{}\">", parts.published));
    format!(
        "{head}<body class=\"single single-post\"><div id=\"page\"><header class=\"site-header\"><p class=\"notice-banner\">{}</p><nav class=\"main-navigation\">{}</nav></header>\n\
         <div id=\"content\"><main><article class=\"post\"><span class=\"cat-links\">World</span><h1 class=\"entry-title\">{}</h1>\
         <div class=\"entry-meta\">8 min read</div><div class=\"entry-content\">{}</div><div class=\"sharedaddy share-buttons\">Share this: Facebook Telegram</div>\
         <section class=\"related-posts\"><h3>Recommended Posts</h3><ul>{}</ul></section></article>\
         <div id=\"comments\">{}</div></main><aside class=\"widget-area sidebar\"><h2>Latest</h2><ul>{}</ul></aside></div>\
         <div class=\"cookie-notice\"><h2>Privacy Overview</h2><p>{}</p></div><footer class=\"site-footer\">{}</footer></div></body></html>",
        parts.banner,
        parts.nav,
        parts.title,
        parts.article,
        parts.others,
        parts.comments,
        parts.others,
        parts.cookie,
        parts.outlet
    )
}

fn bitrix(parts: &Parts) -> String {
    let head = head(parts, "");
    let date = parts.published.strftime("%d.%m.%Y %H:%M");
    format!(
        "{head}<body><div class=\"header\"><div class=\"notice-banner\">{}</div><div class=\"top-menu\">{}</div></div>\n\
         <div class=\"wrapper\"><div class=\"left-column\"><div class=\"news-detail\"><h1>{}</h1><span class=\"news-date-time\">{date}</span>\
         <div class=\"detail-text\">{}</div></div><div class=\"social-share\">VK Telegram</div><div class=\"related-news\"><b>More news</b><ul>{}</ul></div>\
         <div class=\"comments-block\">{}</div></div><div class=\"sidebar\"><div class=\"title\">Popular</div><ul>{}</ul></div></div>\
         <div class=\"cookie-panel\">{}</div><div class=\"footer\">{}</div></body></html>",
        parts.banner,
        parts.nav,
        parts.title,
        parts.article,
        parts.others,
        parts.comments,
        parts.others,
        parts.cookie,
        parts.outlet
    )
}

fn drupal(parts: &Parts) -> String {
    let head = head(parts, &format!("<meta name=\"dcterms.date\" content=\"{}\">", parts.published));
    format!(
        "{head}<body><div class=\"region region-header\"><p class=\"notice-banner\">{}</p><nav role=\"navigation\">{}</nav></div>\n\
         <main role=\"main\"><div class=\"node node--type-article\"><h1 class=\"page-title\">{}</h1><div class=\"field field--name-body\">{}</div>\
         <div class=\"field--name-field-tags tags\">Khorgos, Ghulja</div></div><div class=\"view-related-content related\"><ul>{}</ul></div></main>\
         <aside class=\"layout-sidebar-second\"><ul>{}</ul></aside><section class=\"comments\">{}</section>\
         <div id=\"sliding-popup\" class=\"eu-cookie-compliance-banner\">{}</div><footer>{}</footer></body></html>",
        parts.banner,
        parts.nav,
        parts.title,
        parts.article,
        parts.others,
        parts.others,
        parts.comments,
        parts.cookie,
        parts.outlet
    )
}

fn government(parts: &Parts) -> String {
    let head = head(parts, "");
    let date = parts.published.strftime("%Y年%m月%d日 %H:%M");
    format!(
        "{head}<body><div id=\"top\"><div class=\"notice-banner\">{}</div><table width=\"100%\"><tr><td class=\"nav\">{}</td></tr></table></div>\n\
         <div class=\"main\"><div class=\"con_left\"><div class=\"con_tit\"><h1>{}</h1><p class=\"source\">{date}</p></div>\
         <div class=\"TRS_Editor\">{}</div><p class=\"editor\">责任编辑：某某</p></div><div class=\"con_right news-list\"><ul>{}</ul></div></div>\
         <div class=\"xgxw related\"><ul>{}</ul></div><div class=\"pinglun comments\">{}</div><div class=\"cookie\">{}</div><div class=\"footer\">{}</div></body></html>",
        parts.banner,
        parts.nav,
        parts.title,
        parts.article,
        parts.others,
        parts.others,
        parts.comments,
        parts.cookie,
        parts.outlet
    )
}

fn plain(parts: &Parts) -> String {
    let head = head(parts, "");
    format!(
        "{head}<body><header><p class=\"notice-banner\">{}</p><nav>{}</nav></header>\n<article><h1>{}</h1><time datetime=\"{}\"></time>{}</article>\
         <aside><ul>{}</ul></aside><section id=\"comments\">{}</section><div class=\"consent\">{}</div><footer>{}</footer></body></html>",
        parts.banner,
        parts.nav,
        parts.title,
        parts.published,
        parts.article,
        parts.others,
        parts.comments,
        parts.cookie,
        parts.outlet
    )
}

fn broadcaster(parts: &Parts) -> String {
    let head = head(parts, &parts.json_ld);
    format!(
        "{head}<body><div class=\"orb-banner notice-banner\">{}</div><nav class=\"orb-nav\">{}</nav>\n<main><div class=\"story-body\"><h1 class=\"story-body__h1\">{}</h1>\
         <div class=\"story-body__inner\">{}</div><div class=\"share-tools\">Share</div></div><div class=\"features-and-analysis related\"><ul>{}</ul></div></main>\
         <div class=\"most-popular sidebar\"><ol>{}</ol></div><div class=\"comments\">{}</div><div id=\"cookie-prompt\">{}</div><footer>{}</footer></body></html>",
        parts.banner,
        parts.nav,
        parts.title,
        parts.article,
        parts.others,
        parts.others,
        parts.comments,
        parts.cookie,
        parts.outlet
    )
}
