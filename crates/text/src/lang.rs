//! Language–script labels: what a text is in, as far as it decides how its words are folded.

use crate::{Direction, Script};

/// A language in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lang {
    /// Kazakh in Cyrillic.
    KkCyrl,
    /// Kazakh in the Arabic script, as written in China.
    KkArab,
    /// Kazakh in Latin letters.
    KkLatn,
    /// Uyghur in the Arabic script.
    UgArab,
    /// Uyghur in Latin letters.
    UgLatn,
    /// Uyghur in Cyrillic, as written in Kazakhstan.
    UgCyrl,
    /// Kyrgyz.
    KyCyrl,
    /// Tatar.
    TtCyrl,
    /// Russian.
    RuCyrl,
    /// Ukrainian.
    UkCyrl,
    /// English.
    EnLatn,
    /// Turkish.
    TrLatn,
    /// Uzbek in Latin letters.
    UzLatn,
    /// Arabic.
    ArArab,
    /// Persian.
    FaArab,
    /// Urdu.
    UrArab,
    /// Chinese, simplified.
    ZhHans,
    /// Chinese, traditional.
    ZhHant,
    /// None of these, or too little to say.
    Unknown,
}

/// Each label as it is written.
const LABELS: [(Lang, &str); 19] = [
    (Lang::KkCyrl, "kk-Cyrl"),
    (Lang::KkArab, "kk-Arab"),
    (Lang::KkLatn, "kk-Latn"),
    (Lang::UgArab, "ug-Arab"),
    (Lang::UgLatn, "ug-Latn"),
    (Lang::UgCyrl, "ug-Cyrl"),
    (Lang::KyCyrl, "ky-Cyrl"),
    (Lang::TtCyrl, "tt-Cyrl"),
    (Lang::RuCyrl, "ru-Cyrl"),
    (Lang::UkCyrl, "uk-Cyrl"),
    (Lang::EnLatn, "en-Latn"),
    (Lang::TrLatn, "tr-Latn"),
    (Lang::UzLatn, "uz-Latn"),
    (Lang::ArArab, "ar-Arab"),
    (Lang::FaArab, "fa-Arab"),
    (Lang::UrArab, "ur-Arab"),
    (Lang::ZhHans, "zh-Hans"),
    (Lang::ZhHant, "zh-Hant"),
    (Lang::Unknown, "und"),
];

impl Lang {
    /// Returns all labels, [`Lang::Unknown`] last.
    pub fn all() -> impl Iterator<Item = Self> {
        LABELS.into_iter().map(|(lang, _)| lang)
    }

    /// Returns the label: `kk-Arab`; `und` when it is not known (BCP 47).
    pub fn as_str(self) -> &'static str {
        LABELS.iter().find(|(lang, _)| *lang == self).map_or("und", |(_, label)| label)
    }

    /// Returns the language without its script: `kk`.
    pub fn code(self) -> &'static str {
        self.as_str().split('-').next().unwrap_or("und")
    }

    /// Returns the script.
    pub fn script(self) -> Script {
        match self {
            Self::KkCyrl | Self::UgCyrl | Self::KyCyrl | Self::TtCyrl | Self::RuCyrl | Self::UkCyrl => {
                Script::Cyrillic
            }
            Self::KkArab | Self::UgArab | Self::ArArab | Self::FaArab | Self::UrArab => Script::Arabic,
            Self::KkLatn | Self::UgLatn | Self::EnLatn | Self::TrLatn | Self::UzLatn => Script::Latin,
            Self::ZhHans | Self::ZhHant => Script::Han,
            Self::Unknown => Script::Other,
        }
    }

    /// Returns the direction in which it is read.
    pub fn direction(self) -> Direction {
        self.script().direction()
    }

    /// Reads a label, or a language without its script, which then is taken in its usual one.
    pub fn parse(word: &str) -> Option<Self> {
        let exact = LABELS.iter().find(|(_, label)| label.eq_ignore_ascii_case(word));
        exact.map(|(lang, _)| *lang).or_else(|| match word.to_ascii_lowercase().as_str() {
            "kk" => Some(Self::KkCyrl),
            "ug" => Some(Self::UgArab),
            "ky" => Some(Self::KyCyrl),
            "tt" => Some(Self::TtCyrl),
            "ru" => Some(Self::RuCyrl),
            "uk" => Some(Self::UkCyrl),
            "en" => Some(Self::EnLatn),
            "tr" => Some(Self::TrLatn),
            "uz" => Some(Self::UzLatn),
            "ar" => Some(Self::ArArab),
            "fa" => Some(Self::FaArab),
            "ur" => Some(Self::UrArab),
            "zh" | "zh-cn" => Some(Self::ZhHans),
            "zh-tw" | "zh-hk" => Some(Self::ZhHant),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_read_back() {
        for lang in Lang::all() {
            assert_eq!(Lang::parse(lang.as_str()), Some(lang));
        }
        assert_eq!(Lang::parse("kk"), Some(Lang::KkCyrl));
        assert_eq!((Lang::UgArab.code(), Lang::UgArab.direction().as_str()), ("ug", "rtl"));
        assert_eq!(Lang::parse("xx"), None);
    }
}
