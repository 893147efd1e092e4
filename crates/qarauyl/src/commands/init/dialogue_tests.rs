//! A person is a list of answers, and what they were told is a text.

use mailer::Security;

use super::*;

fn known() -> Known {
    Known { sources: vec!["tengrinews".to_owned()], switched_on: 8, timezone: "Asia/Almaty".to_owned() }
}

/// What came of a dialogue: the answers, and all that was told and asked.
struct Talked {
    answers: anyhow::Result<Answers>,
    told: String,
    asked: Vec<String>,
    tried: Vec<String>,
}

/// Answers the questions in turn; the mail server knows one password. A question too many ends it.
fn talk(given: Given, typed: &[&str]) -> Talked {
    let mut typed = typed.iter();
    let (mut told, mut asked, mut tried) = (String::new(), Vec::new(), Vec::new());
    let answers = Talk {
        ask: &mut |prompt| {
            asked.push(format!("{}{}", prompt.question, if prompt.secret { " (unseen)" } else { "" }));
            typed.next().map(|text| (*text).to_owned()).ok_or_else(|| anyhow::anyhow!("no answer is left"))
        },
        tell: &mut |text| {
            told.push_str(text);
            told.push('\n');
        },
        try_mail: &mut |server| {
            tried.push(format!("{}:{}", server.host, server.port));
            match &server.password {
                Password::Typed(password) if password.as_str() == "sesame" => Ok(()),
                _ => Err(Refused {
                    reason: "the server says: 535 wrong password".to_owned(),
                    can_be_kept: server.tls != Security::None,
                }),
            }
        },
        keep_passphrase: &mut |file, _| {
            if file.starts_with("/run") { Ok(()) } else { Err("that folder cannot be written".to_owned()) }
        },
    }
    .through(given, &known());
    Talked { answers, told, asked, tried }
}

#[test]
fn empty_lines_take_what_is_usual() {
    let talked = talk(Given::default(), &[""; 7]);
    let answers = talked.answers.unwrap();
    assert_eq!(answers.name, "Qarauyl");
    assert_eq!((answers.place.timezone.as_str(), answers.place.language.as_str()), ("Asia/Almaty", "en"));
    assert!(answers.subscriber.is_none() && answers.mail.is_none() && answers.sources.is_empty());
    assert_eq!(answers.key, KeyPlace::File);
    assert!(talked.told.contains("6 of 6") && !talked.told.contains("7 of"), "{}", talked.told);
}

#[test]
fn an_answer_that_cannot_be_used_is_asked_again_with_the_reason() {
    let talked = talk(
        Given::default(),
        &[
            "Watch",
            "Almaty",
            "Asia/Almaty",
            "de",
            "kk",
            "aigul",
            "aigul@example.org",
            "",
            "newspaper",
            "kk tengrinews",
            "safe",
            "file",
        ],
    );
    let answers = talked.answers.unwrap();
    assert_eq!(answers.place.language, "kk");
    assert_eq!(answers.subscriber.unwrap().expose(), "aigul@example.org");
    assert_eq!(answers.sources, ["kk", "tengrinews"]);
    for reason in ["`Almaty` is no time zone", "`de`", "name@example.org", "`newspaper`", "`safe`"] {
        assert!(talked.told.contains(reason), "{reason}: {}", talked.told);
    }
}

#[test]
fn a_mail_server_that_refuses_the_login_is_asked_for_again_in_its_own_words() {
    let server = ["mail.example.org:465", "starttls", "watch", "wrong", "watch@example.org"];
    let again = ["", "", "", "sesame", ""];
    let typed: Vec<&str> = [&["", "", "", ""][..], &server, &again, &["", ""]].concat();
    let talked = talk(Given::default(), &typed);
    let mail = talked.answers.unwrap().mail.unwrap();
    assert_eq!(talked.tried, ["mail.example.org:465", "mail.example.org:465"]);
    assert_eq!(
        (mail.tls, mail.user.as_str(), mail.from.expose()),
        (Security::Starttls, "watch", "watch@example.org")
    );
    assert!(talked.told.contains("535 wrong password") && talked.told.contains("`keep`"), "{}", talked.told);
    assert!(!talked.told.contains("sesame"));
    assert!(
        talked.asked.iter().any(|question| question.contains("Password") && question.contains("(unseen)"))
    );
}

#[test]
fn a_mail_server_that_refuses_the_login_can_be_kept_unless_no_house_can_use_it() {
    let refused = |protection: &'static str| {
        ["mail.example.org:465", protection, "watch", "wrong", "watch@example.org"]
    };
    let typed: Vec<&str> =
        [&["", "", "", "", "keep"][..], &refused("none"), &["keep"], &refused("tls"), &["keep", "", ""]]
            .concat();
    let talked = talk(Given::default(), &typed);
    let mail = talked.answers.unwrap().mail.unwrap();
    assert_eq!((mail.tls, mail.user.as_str()), (Security::Tls, "watch"));
    assert_eq!(talked.tried.len(), 2, "`keep` asks nobody: {:?}", talked.tried);
    assert_eq!(talked.told.matches("`keep`").count(), 1, "{}", talked.told);
}

#[test]
fn a_user_who_was_typed_can_be_taken_back() {
    let server = ["mail.example.org:465", "tls", "watch", "wrong", "watch@example.org"];
    // The server is asked without a login, and then with one again.
    let without = ["", "", "-", ""];
    let again = ["", "", "watch", "sesame", ""];
    let typed: Vec<&str> = [&["", "", "", ""][..], &server, &without, &again, &["", ""]].concat();
    let talked = talk(Given::default(), &typed);
    assert_eq!(talked.tried.len(), 3);
    assert_eq!(talked.answers.unwrap().mail.unwrap().user, "watch");
    let users: Vec<&String> = talked.asked.iter().filter(|question| question.starts_with("User")).collect();
    assert_eq!(users, ["User; empty: no login", "User; `-`: no login", "User; empty: no login"]);
}

#[test]
fn what_a_flag_has_said_is_not_asked() {
    let given = Given {
        name: Some("Watch".to_owned()),
        timezone: Some("UTC".to_owned()),
        language: Some("ru".to_owned()),
        subscriber: Choice::Without,
        mail: Choice::Without,
        ..Given::default()
    };
    let talked = talk(given, &["", ""]);
    assert_eq!(
        talked.answers.unwrap().place,
        Place { timezone: "UTC".to_owned(), language: "ru".to_owned() }
    );
    assert_eq!(talked.asked.len(), 2, "{:?}", talked.asked);
}

#[test]
fn a_passphrase_is_typed_twice_and_kept_where_it_can_be() {
    let typed = [
        "",
        "",
        "",
        "",
        "",
        "",
        "passphrase",
        "",
        "correct horse battery",
        "correct horse buttery",
        "",
        "short",
        "short",
        "/nowhere/phrase",
        "correct horse battery",
        "correct horse battery",
        "",
        "correct horse battery",
        "correct horse battery",
    ];
    let talked = talk(Given::default(), &typed);
    assert_eq!(talked.answers.unwrap().key, KeyPlace::Passphrase("/run/qarauyl/passphrase".into()));
    for reason in ["not the same", "shorter than 12", "cannot be written"] {
        assert!(talked.told.contains(reason), "{reason}: {}", talked.told);
    }
    assert!(!talked.told.contains("horse"));
}
