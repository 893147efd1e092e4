//! The invented outlets, each on pages of another shape.

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1251};

use crate::{FeedKind, Page, Site};

/// The mark that stands on every page, in ASCII so that it survives every charset.
pub const MARK: &str = "invented sample";

/// An invented outlet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outlet {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) language: &'static str,
    country: &'static str,
    kind: &'static str,
    pub(super) shape: Shape,
    pub(super) charset: &'static Encoding,
    feed: FeedKind,
    sitemap: bool,
    /// The mark in the outlet's own language.
    pub(super) mark: &'static str,
}

/// How its pages are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Wordpress,
    Bitrix,
    Drupal,
    Government,
    Plain,
    Broadcaster,
}

const fn outlet(
    id: &'static str,
    name: &'static str,
    language: &'static str,
    place: (&'static str, &'static str),
    shape: Shape,
) -> Outlet {
    Outlet {
        id,
        name,
        language,
        country: place.0,
        kind: place.1,
        shape,
        charset: UTF_8,
        feed: FeedKind::Rss,
        sitemap: false,
        mark: MARK,
    }
}

pub(super) const OUTLETS: &[Outlet] = &[
    Outlet {
        mark: "ойдан шығарылған үлгі",
        ..outlet("dala-zharshysy", "Дала жаршысы", "kk-Cyrl", ("KZ", "independent"), Shape::Bitrix)
    },
    Outlet {
        mark: "ойдан шығарылған үлгі",
        feed: FeedKind::Atom,
        ..outlet("shekara-habar", "Шекара хабар", "kk-Cyrl", ("KZ", "social"), Shape::Wordpress)
    },
    Outlet {
        mark: "ويدان شىعارىلعان ۇلگى",
        ..outlet("tote-jazu", "توتە جازۋ", "kk-Arab", ("KZ", "exile"), Shape::Plain)
    },
    Outlet {
        mark: "oidan şyğarylğan ülgı",
        ..outlet("qazaq-latyn", "Qazaq latyn", "kk-Latn", ("KZ", "academic"), Shape::Plain)
    },
    Outlet {
        mark: "ئويدۇرۇلغان ئۈلگە",
        feed: FeedKind::Atom,
        ..outlet("uyghur-awazi", "ئۇيغۇر ئاۋازى", "ug-Arab", ("US", "exile"), Shape::Wordpress)
    },
    Outlet {
        mark: "虚构样本",
        charset: GB18030,
        ..outlet("bianjing-ribao", "边境日报", "zh-Hans", ("CN", "state"), Shape::Government)
    },
    Outlet {
        mark: "虛構樣本",
        ..outlet("haixia-wang", "海峽網", "zh-Hant", ("TW", "independent"), Shape::Broadcaster)
    },
    Outlet {
        mark: "вымышленный образец",
        charset: WINDOWS_1251,
        ..outlet("stepnoy-kurier", "Степной курьер", "ru", ("KZ", "independent"), Shape::Bitrix)
    },
    Outlet {
        mark: "вымышленный образец",
        ..outlet("pogranichye", "Приграничье", "ru", ("KZ", "trade"), Shape::Drupal)
    },
    outlet("steppe-herald", "Steppe Herald", "en", ("KZ", "independent"), Shape::Broadcaster),
    Outlet {
        sitemap: true,
        ..outlet("rail-and-port", "Rail and Port", "en", ("GB", "trade"), Shape::Wordpress)
    },
    Outlet {
        feed: FeedKind::Atom,
        ..outlet("rights-watchers", "Rights Watchers", "en", ("CH", "ngo"), Shape::Plain)
    },
    Outlet {
        mark: "kurmaca örnek",
        ..outlet("bozkir-gazetesi", "Bozkır Gazetesi", "tr", ("TR", "independent"), Shape::Drupal)
    },
];

impl Outlet {
    pub(super) fn content_type(&self) -> String {
        // Two outlets say their charset in the page alone, as old sites do.
        if self.charset == UTF_8 { "text/html; charset=utf-8".to_owned() } else { "text/html".to_owned() }
    }

    pub(super) fn site(&self, pages: Vec<Page>) -> Site {
        Site {
            host: format!("{}.test", self.id),
            name: self.name.to_owned(),
            language: self.language.to_owned(),
            country: self.country.to_owned(),
            kind: self.kind.to_owned(),
            feed: self.feed,
            sitemap: self.sitemap,
            pages,
        }
    }
}
