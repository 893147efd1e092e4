//! What holds for any text in any language.

use proptest::prelude::*;
use text::{
    Lang, Script, analyze, analyze_query, detect, fold_pattern, normalise, sentences, sounds, transliterate,
};

/// Letters of every script, and what makes trouble between them.
fn letters() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "а", "ә", "қ", "ғ", "й", "и", "я", "ё", "щ", "Ж", "Е", "a", "i", "I", "ı", "İ", "ş", "ğ", "ng", "q",
        "é", "ا", "ى", "ي", "ی", "ە", "ه", "ھ", "ق", "ع", "غ", "ئ", "ء", "ٴ", "ك", "ک", "گ", "و", "ۇ", "ۆ",
        "ۋ", "ﺋ", "ﻻ", "ـ", "霍", "尔", "爾", "斯", "·", "-", "'", "’", " ", " ", ", ", "،", "。", "1", "٢",
        "\u{200c}", "\u{ad}", "\u{301}", "\u{202b}", "ﬁ", "Ａ",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

fn lang() -> impl Strategy<Value = Lang> {
    prop::sample::select(Lang::all().collect::<Vec<_>>())
}

/// Letters that never make a word by themselves: the hamza of Kazakh, ئ where nothing follows it, the tatweel.
fn makes_no_word(letter: char) -> bool {
    matches!(letter, 'ء' | 'ٴ' | 'ئ' | 'ﺋ' | 'ـ')
}

proptest! {
    #[test]
    fn tokens_with_their_gaps_give_back_the_text(text in letters(), lang in lang()) {
        let tokens = analyze(&text, lang);
        let (mut rebuilt, mut at) = (String::new(), 0);
        for (position, token) in (0_u32..).zip(&tokens) {
            prop_assert_eq!(token.position, position);
            prop_assert!(!token.keys.is_empty() && token.start < token.end);
            // Neighbouring pairs of Chinese characters share one.
            let from = token.start.max(at);
            rebuilt.push_str(text.get(at..from).unwrap_or_default());
            rebuilt.push_str(text.get(from..token.end).unwrap_or_default());
            at = at.max(token.end);
        }
        rebuilt.push_str(text.get(at..).unwrap_or_default());
        prop_assert_eq!(rebuilt, text);
    }

    #[test]
    fn no_letter_falls_between_the_tokens(text in letters(), lang in lang()) {
        let tokens = analyze(&text, lang);
        for (at, letter) in text.char_indices().filter(|(_, letter)| letter.is_alphanumeric()) {
            let held = tokens.iter().any(|token| token.start <= at && at < token.end);
            prop_assert!(held || makes_no_word(letter), "{letter} at {at} of {text:?}");
        }
    }

    #[test]
    fn normalising_twice_is_normalising_once(text in "\\PC{0,40}", own in letters()) {
        for text in [text, own] {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }

    #[test]
    fn a_word_has_its_keys_whatever_stands_around_it(words in prop::collection::vec("[a-zçğış]{2,8}|[а-яё]{2,8}|[ا-يەگڭۇ]{2,8}|[一-龥]{1,4}", 1..6), lang in lang()) {
        // Kazakh in Cyrillic and Latin letters is read by the letters of its whole text: see `Around`.
        prop_assume!(!matches!(lang, Lang::KkCyrl | Lang::KkLatn));
        let alone: Vec<_> = words.iter().flat_map(|word| analyze(word, lang)).map(|token| token.keys).collect();
        let together: Vec<_> = analyze(&words.join(", "), lang).into_iter().map(|token| token.keys).collect();
        prop_assert_eq!(alone, together);
    }

    #[test]
    fn a_query_finds_the_word_as_it_is_written(word in "[a-z]{2,10}|[а-я]{2,10}|[ا-يەگڭۇ]{2,10}") {
        // In each language of its script, a word of a query shares a key with the same word in a text.
        let asked = analyze_query(&word);
        let script = word.chars().map(Script::of).find(|script| *script != Script::Other);
        let langs = Lang::all().filter(|lang| Some(lang.script()) == script);
        for lang in langs.filter(|lang| matches!(lang.code(), "kk" | "ug" | "ru" | "en" | "tr" | "ar")) {
            for (token, asked) in analyze(&word, lang).iter().zip(&asked) {
                prop_assert!(token.keys.iter().any(|key| asked.surface.contains(key)), "{word} in {lang:?}");
            }
        }
    }

    #[test]
    fn the_reading_aid_leaves_no_letter_unread(text in letters()) {
        for (from, to) in [(Lang::KkArab, Script::Cyrillic), (Lang::KkArab, Script::Latin), (Lang::UgArab, Script::Latin), (Lang::UgArab, Script::Cyrillic)] {
            let shown = transliterate(&text, from, to).unwrap();
            let kazakh = |letter: char| "ابگعدجزكقلمنڭپرستۋفحھچشەوۇىيۆ".contains(letter);
            prop_assert!(from != Lang::KkArab || !shown.chars().any(kazakh), "{text:?} {shown:?}");
        }
    }

    #[test]
    fn nothing_panics(text in "\\PC{0,60}", own in letters(), lang in lang()) {
        for text in [text, own] {
            let (_, _, _) = (detect(&text), sentences(&text), fold_pattern(&text));
            for token in analyze(&text, lang) {
                token.keys.iter().for_each(|key| drop(sounds(key)));
            }
        }
    }
}
