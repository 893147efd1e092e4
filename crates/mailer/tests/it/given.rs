//! What tests start from: a configuration, a subscriber, articles in six scripts.

use jiff::{SignedDuration, Timestamp};
use mailer::{Config, DkimConfig, Message, Security, SmtpConfig, Subject, TransportKind, render};
use model::{
    AlertId, Digest, DigestContents, DigestId, EndpointState, Excerpt, Mode, Named, Notice, Readings,
    SourceNews, StoryId, Subscriber, SubscriberId,
};
use text::Lang;

pub(crate) fn now() -> Timestamp {
    "2026-11-24T03:00:00Z".parse().unwrap()
}

pub(crate) fn config() -> Config {
    Config {
        transport: TransportKind::File,
        from: "watch@sample.org".to_owned(),
        domain: "sample.org".to_owned(),
        outbox: "outbox".into(),
        link_base: "http://127.0.0.1:8391/".to_owned(),
        subject: Subject::Neutral,
        max_stories: 30,
        smtp: SmtpConfig {
            host: "localhost".to_owned(),
            port: 25,
            tls: Security::Starttls,
            user: String::new(),
            password_file: String::new(),
            command_timeout: SignedDuration::from_secs(60),
        },
        dkim: DkimConfig { selector: String::new(), domain: String::new(), key_file: "dkim.key".into() },
    }
}

/// A digest of `items` for a subscriber in Almaty who reads `language`.
pub(crate) fn digest(language: &str, items: Vec<(AlertId, StoryId, Excerpt)>) -> Digest {
    Digest {
        id: DigestId(9),
        subscriber: Subscriber {
            id: SubscriberId(4),
            address: "aigul@sample.kz".parse().unwrap(),
            language: language.to_owned(),
            timezone: "Asia/Almaty".to_owned(),
            paused: false,
            created: now(),
        },
        number: 41,
        message_id: "<00c0ffee00c0ffee@sample.org>".to_owned(),
        frozen: now(),
        contents: DigestContents {
            items,
            stories: Vec::new(),
            held: Vec::new(),
            mode: Some(Mode::Full),
            news: Vec::new(),
            watches: Vec::new(),
            restored: None,
            older_matches: 12,
            readings: readings(),
            next_mail: Some(now() + SignedDuration::from_hours(24)),
        },
    }
}

/// One source that fell silent, one that blocks, one that is well again.
pub(crate) fn source_news() -> Vec<SourceNews> {
    let since = now() - SignedDuration::from_hours(9);
    let news = |name: &str, state, recovered, reason: &str| SourceNews {
        source_name: name.to_owned(),
        notice: Notice { state, recovered, since, reason: reason.to_owned() },
    };
    let silent = "it answers, but nothing new came for 9 days: see whether the outlet publishes at another address now";
    let wall = "`news.example` shows a challenge for browsers instead of the page: ask the outlet to let readers in, or find \
                another address";
    vec![
        news("Steppe Herald", EndpointState::Frozen, false, silent),
        news("ئالتاي ئەۋازى", EndpointState::Blocked, false, wall),
        news("Қорғас жаршысы", EndpointState::Broken, true, ""),
    ]
}

fn readings() -> Readings {
    let unread = [("Steppe Herald", "blocked"), ("ئالتاي ئەۋازى", "broken")];
    let unread = unread.map(|(name, state)| (name.to_owned(), state.to_owned())).to_vec();
    Readings { enabled: 214, read: 212, unread }
}

/// An article about the border, in the passage of which `[…]` is what matched.
pub(crate) fn article(lang: &str, title: &str, passage: &str) -> Excerpt {
    let mut excerpt = Excerpt {
        watch_name: "Khorgos".to_owned(),
        title: title.to_owned(),
        lang: Lang::parse(lang),
        source_name: format!("Sample outlet in {lang}"),
        url: format!("https://www.{}.test/news/2026/11/23/1", lang.to_lowercase()),
        published: Some("2026-11-23T09:05:00Z".parse().unwrap()),
        named: vec![
            named("place", &[("en", "Khorgos"), ("ru", "Хоргос"), ("kk", "Қорғас"), ("zh", "霍尔果斯")]),
            named("term", &[("en", "dry port"), ("ru", "сухой порт"), ("kk", "құрғақ порт")]),
        ],
        ..Excerpt::default()
    };
    let mut start = 0;
    for c in passage.chars() {
        match c {
            '[' => start = excerpt.passage.len(),
            ']' => excerpt.highlights.push(start..excerpt.passage.len()),
            c => excerpt.passage.push(c),
        }
    }
    excerpt
}

fn named(kind: &str, names: &[(&str, &str)]) -> Named {
    let names = names.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    Named { kind: kind.to_owned(), names }
}

/// One article for each script that matters here, each a story of its own.
pub(crate) fn all_scripts() -> Vec<(AlertId, StoryId, Excerpt)> {
    let articles = [
        ("kk-Cyrl", "Қорғаста жүк пойыздары тұрып қалды", "Кеше [Қорғастағы] құрғақ портта 40 пойыз тұрды."),
        ("kk-Arab", "قورعاستا جۇك پويىزدارى تۇرىپ قالدى", "كەشە [قورعاستاعى] قۇرعاق پورتتا 40 پويىز تۇردى."),
        (
            "ug-Arab",
            "قورغاستا يۈك پويىزلىرى توختاپ قالدى",
            "تۈنۈگۈن [قورغاستىكى] قۇرۇقلۇق پورتتا 40 پويىز توختىدى.",
        ),
        ("zh-Hans", "霍尔果斯口岸货运列车滞留", "昨天，[霍尔果斯]口岸有四十列火车滞留。"),
        (
            "ru-Cyrl",
            "В Хоргосе встали грузовые поезда",
            "Вчера в «[Хоргосе]» стояли 40 поездов, сообщили на [Хоргосе].",
        ),
        ("en-Latn", "Freight trains stall at Khorgos", "Forty trains stood at [Khorgos] on Monday."),
    ];
    let numbered = articles.into_iter().zip(1..);
    numbered
        .map(|((lang, title, passage), n)| (AlertId(n), StoryId(n), article(lang, title, passage)))
        .collect()
}

pub(crate) fn rendered(digest: &Digest) -> Message {
    render(digest, &config(), "Border Watch").unwrap()
}

/// The header block of a mail.
pub(crate) fn headers(message: &Message) -> String {
    let mail = String::from_utf8(message.bytes.clone()).unwrap();
    mail.split("\r\n\r\n").next().unwrap().replace("\r\n", "\n")
}
