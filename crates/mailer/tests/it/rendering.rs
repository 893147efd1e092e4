//! What a subscriber reads. The snapshots are looked at by a person.

use insta::assert_snapshot;
use mailer::{Config, Subject, render};
use model::{AlertId, Digest, Excerpt, Mode, Readings, StoryFacts, StoryId, WatchNews};

use crate::given::{all_scripts, article, config, digest, headers, rendered, source_news};

#[test]
fn articles_in_six_scripts_keep_their_language_and_direction() {
    let message = rendered(&digest("en", all_scripts()));
    assert_snapshot!("six_scripts_text", message.text);
    assert_snapshot!("six_scripts_html", message.html);
}

#[test]
fn a_reader_of_another_script_is_told_what_it_says() {
    for language in ["ru", "ug"] {
        assert_snapshot!(format!("reading_aid_{language}"), rendered(&digest(language, all_scripts())).text);
    }
}

#[test]
fn the_headers_are_those_of_an_automatic_mail_to_one_person() {
    assert_snapshot!("headers", headers(&rendered(&digest("en", all_scripts()))));
}

#[test]
fn a_digest_comes_when_nothing_matched_in_each_language() {
    for language in ["en", "ru", "kk", "zh", "tr", "ug"] {
        assert_snapshot!(format!("empty_{language}"), rendered(&digest(language, Vec::new())).text);
    }
    assert_snapshot!("empty_html_ug", rendered(&digest("ug", Vec::new())).html);
}

#[test]
fn troubles_of_sources_are_told_with_a_way_out() {
    for language in ["en", "ug"] {
        let mut digest = digest(language, Vec::new());
        digest.contents.news = source_news();
        let message = rendered(&digest);
        assert_snapshot!(format!("source_news_{language}"), message.text);
        if language == "ug" {
            assert_snapshot!("source_news_html_ug", message.html);
        }
    }
}

#[test]
fn a_language_without_words_is_answered_in_english() {
    let (unknown, english) = (rendered(&digest("fr", Vec::new())), rendered(&digest("en", Vec::new())));
    assert_eq!(unknown.text, english.text);
    assert!(headers(&unknown).contains("Content-Language: en"));
}

/// A story of its own for each of `count` articles.
fn many(count: i64) -> Vec<(AlertId, StoryId, Excerpt)> {
    let one = |n| (AlertId(n), StoryId(n), article("en", &format!("Story number {n}."), "At [Khorgos]."));
    (1..=count).map(one).collect()
}

#[test]
fn thirty_stories_are_shown_and_the_rest_is_counted() {
    let message = rendered(&digest("en", many(35)));
    for text in [&message.text, &message.html] {
        assert!(text.contains("No. 41: 35 stories"));
        assert!(text.contains("Story number 30.") && !text.contains("Story number 31."));
        assert!(text.contains("More stories, in the archive: 5"));
    }
    let message = rendered(&digest("en", many(30)));
    assert!(!message.text.contains("More stories"));
}

#[test]
fn in_the_mode_counts_only_numbers_are_told() {
    let mut counts = digest("en", all_scripts());
    counts.contents.mode = Some(Mode::Counts);
    let full = Config { subject: Subject::Full, ..config() };
    let message = render(&counts, &full, "Border Watch").unwrap();
    assert_snapshot!("counts", message.text);
    for text in [&message.text, &message.html, &headers(&message)] {
        for secret in ["Khorgos", "Хоргос", "Steppe Herald", "/alerts/", "Sample outlet"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[test]
fn a_full_subject_names_the_first_title_and_a_neutral_one_does_not() {
    let items = vec![(AlertId(1), StoryId(1), article("en", "Trains stall at Khorgos", "At [Khorgos]."))];
    let digest = digest("en", items);
    let neutral = headers(&rendered(&digest));
    assert!(neutral.contains("Subject: No. 41: 1 story\n"), "{neutral}");
    let full = render(&digest, &Config { subject: Subject::Full, ..config() }, "Border Watch").unwrap();
    let full = headers(&full);
    // The middle dot is no ASCII, so that the subject is an encoded word.
    assert!(full.contains("Subject: ") && full.contains("=?utf-8?") && !full.contains("1 story\n"), "{full}");
}

#[test]
fn copies_stand_below_the_article_that_told_the_story_first() {
    let first = article("en", "The first telling", "Trains stood at [Khorgos].");
    let mut other_watch = first.clone();
    other_watch.watch_name = "Freight".to_owned();
    other_watch.highlights = std::iter::once(0..6).collect();
    let mut copy = article("ru", "Копия с дополнением", "Добавлено о [Хоргосе].");
    copy.from_feed = true;
    let other = article("en", "Another story", "Also at [Khorgos].");
    let items = vec![
        (AlertId(1), StoryId(1), first),
        (AlertId(2), StoryId(2), other),
        (AlertId(3), StoryId(1), other_watch),
        (AlertId(4), StoryId(1), copy),
    ];
    let message = rendered(&digest("en", items));
    assert_snapshot!("copies_text", message.text);
    assert_snapshot!("copies_html", message.html);
}

#[test]
fn a_story_says_who_had_it_first_and_where_it_is_likely_to_come_from() {
    let told = |language: &str, origin: &str, articles: u32| {
        let mut digest =
            digest(language, vec![(AlertId(1), StoryId(7), article("ru-Cyrl", "Терминал", "[Хоргос]"))]);
        let facts = StoryFacts {
            first_seen: "2026-11-23T09:00:00Z".parse().unwrap(),
            first_source: "Steppe Herald".to_owned(),
            origin: origin.to_owned(),
            articles,
        };
        digest.contents.stories = vec![(StoryId(7), facts)];
        let message = rendered(&digest);
        let line = |text: &str| {
            text.lines()
                .find(|line| line.contains("Steppe Herald, 2") || line.contains("Reuters"))
                .map(str::to_owned)
        };
        assert_eq!(line(&message.text).is_some(), line(&message.html).is_some());
        line(&message.text)
    };
    let check =
        |language, expected: &str| assert_eq!(told(language, "Reuters", 13).as_deref(), Some(expected));
    check("en", "First seen at Steppe Herald, 2026-11-23 14:00 · likely from Reuters · copies: 12");
    check(
        "ru",
        "Впервые замечено: Steppe Herald, 2026-11-23 14:00 · вероятный источник: Reuters · копий: 12",
    );
    check(
        "kk",
        "Алғаш көрілген жері: Steppe Herald, 2026-11-23 14:00 · ықтимал дереккөзі: Reuters · көшірмелері: 12",
    );
    check("zh", "最早见于 Steppe Herald，2026-11-23 14:00 · 可能来自 Reuters · 副本：12");
    check("tr", "İlk görülme: Steppe Herald, 2026-11-23 14:00 · olası kaynak: Reuters · kopya: 12");
    check(
        "ug",
        "تۇنجى كۆرۈلگەن جايى: Steppe Herald، \u{200E}2026-11-23 14:00\u{200E} · ئېھتىماللىق مەنبە: Reuters · نۇسخا: 12",
    );
    assert_eq!(told("en", "", 1), None, "one outlet alone, and no agency: there is nothing more to say");
}

#[test]
fn what_was_held_back_is_counted_by_trap_and_only_counted_where_nothing_is_told() {
    let mut digest = digest("en", Vec::new());
    digest.contents.held = vec![("lead metal".to_owned(), 9), ("composer".to_owned(), 3)];
    let line = "Held back in the last week, for another meaning of a name: 12";
    assert!(rendered(&digest).text.contains(&format!("{line} (lead metal 9, composer 3)\n")));
    digest.contents.mode = Some(Mode::Counts);
    assert!(rendered(&digest).text.contains(&format!("{line}\n")));
    for language in ["ru", "kk", "zh", "tr", "ug"] {
        digest.subscriber.language = language.to_owned();
        assert!(!rendered(&digest).text.contains("Held back"), "{language}");
        assert!(rendered(&digest).text.contains("12"), "{language}");
    }
}

#[test]
fn of_forty_copies_ten_are_listed() {
    let copy = |n| {
        let mut copy = article("en", &format!("Copy number {n}."), "At [Khorgos].");
        copy.url = format!("https://outlet{n}.test/");
        (AlertId(n), StoryId(1), copy)
    };
    let message = rendered(&digest("en", (1..=41).map(copy).collect()));
    assert!(message.text.contains("No. 41: 1 story") && message.text.contains("Copy number 11."));
    assert!(!message.text.contains("Copy number 12."));
    assert!(message.text.contains("More copies of this story, in the archive: 30"));
}

#[test]
fn unread_sources_are_named_up_to_ten() {
    let mut digest = digest("en", Vec::new());
    let unread = (1..=13).map(|n| (format!("Outlet {n:02}"), "gone".to_owned())).collect();
    digest.contents.readings = Readings { enabled: 13, read: 0, unread };
    let text = rendered(&digest).text;
    assert!(text.contains("Outlet 10 (gone), and 3 more") && !text.contains("Outlet 11"), "{text}");
}

/// A digest in which everything from outside is as bad as it can be.
fn hostile() -> Digest {
    let mut bad =
        article("en", "x\r\nBcc: spy@evil.test\r\n\r\n<script>alert(1)</script>\u{202E}", "[a]<b>\r\n--\r\n");
    bad.watch_name = "w\nX-Evil: 1\n<img src=http://evil.test/x>".into();
    bad.source_name = "s\r\n\"><a href=//evil.test>".into();
    bad.url = "javascript:alert(1)".into();
    bad.highlights.push(3..9999);
    let mut digest = digest("en", vec![(AlertId(1), StoryId(1), bad)]);
    digest.contents.readings.unread = vec![("u\r\n<b>".to_owned(), "?\r\n<i>".to_owned())];
    digest
}

#[test]
fn nothing_from_outside_forges_a_header_a_line_or_a_tag() {
    let full = Config { subject: Subject::Full, ..config() };
    let message = render(&hostile(), &full, "Team\r\nBcc: spy@evil.test").unwrap();
    let headers = headers(&message);
    assert!(!headers.lines().any(|line| line.starts_with("Bcc") || line.starts_with("X-Evil")), "{headers}");
    for forged in ["<script", "<img", "<a href=//", "<b>", "<i>", "javascript:", "\u{202E}"] {
        assert!(!message.html.contains(forged), "{forged}");
    }
    for forged in ["\nBcc", "\nX-Evil", "javascript:", "\u{202E}", "\r"] {
        assert!(!message.text.contains(forged), "{forged}");
    }
}

#[test]
fn a_mail_fetches_nothing_and_carries_no_script() {
    let html = rendered(&digest("en", all_scripts())).html;
    for remote in ["<img", "<link", "<script", "url(", "@import", "src=", "<form", "<iframe"] {
        assert!(!html.contains(remote), "{remote}");
    }
    let links: Vec<&str> = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(links.len(), 6);
    assert!(links.iter().all(|link| link.starts_with("http://127.0.0.1:8391/alerts/")), "{links:?}");
}

#[test]
fn the_bytes_are_seven_bit_with_short_lines_and_the_same_each_time() {
    for digest in [digest("en", all_scripts()), digest("kk", many(35)), hostile()] {
        let message = rendered(&digest);
        assert!(message.bytes.is_ascii());
        let longest = message.bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap();
        assert!(longest <= 200, "{longest}");
        let bare = message.bytes.windows(2).filter(|pair| pair[1] == b'\n' && pair[0] != b'\r').count();
        assert_eq!(bare, 0, "every line ends in CRLF");
        assert_eq!(message.bytes, rendered(&digest).bytes);
    }
}

#[test]
fn an_address_that_cannot_stand_in_a_mail_is_an_error_that_does_not_repeat_it() {
    let mut digest = digest("en", Vec::new());
    digest.subscriber.address = "айгүл@sample.kz".parse().unwrap();
    let error = render(&digest, &config(), "Border Watch").unwrap_err().to_string();
    assert!(!error.contains("айгүл") && !error.contains("sample.kz"), "{error}");
}

#[test]
fn a_watch_that_finds_nothing_any_more_stands_before_the_news_of_the_sources() {
    for language in ["en", "kk", "ug"] {
        let mut digest = digest(language, Vec::new());
        digest.contents.news = source_news();
        digest.contents.watches = vec![WatchNews {
            watch_name: "Шекара & порт".to_owned(),
            since: digest.frozen,
            reason: "at character 9: there is no such field: quote it".to_owned(),
        }];
        let message = rendered(&digest);
        let place = |text: &str| message.text.find(text).unwrap();
        assert!(place("Шекара & порт") < place("(at character 9:"));
        assert!(place("(at character 9:") < place("Steppe Herald"), "{}", message.text);
        assert!(message.html.contains("Шекара &#38; порт"), "{}", message.html);
    }
}
