//! From answers to the text of qarauyl.toml: only what differs from the defaults, with the comments that the defaults have.

use std::path::Path;

use toml::{Table, Value};

use super::answers::{Answers, CREDENTIAL, KeyPlace, MailServer, Password, word_of};
use crate::embedded;

/// Where a typed password is kept, in the folder of the house.
pub(super) const PASSWORD_FILE: &str = "data/smtp-password";

const HEAD: &str = "# The settings of this house. Only what differs from the defaults stands here;\n\
                    # `qarauyl config show` prints every setting with its default and what it does.\n";

/// One setting: its section, its key, and its value.
type Setting = (&'static str, &'static str, Value);

/// Writes the file.
pub(super) fn settings_file(answers: &Answers) -> String {
    let defaults: Table = embedded::SETTINGS.parse().unwrap_or_default();
    let mut text = HEAD.to_owned();
    let mut open = "";
    for (section, key, value) in settings(answers) {
        // Who the house belongs to stands there in any case: it is what people look for.
        if section != "team" && default_of(&defaults, section, key) == Some(&value) {
            continue;
        }
        if section != open {
            text = format!("{text}\n[{section}]\n");
            open = section;
        }
        text = format!("{text}{}{key} = {value}\n", comment_of(section, key));
    }
    text
}

fn settings(answers: &Answers) -> Vec<Setting> {
    let text = |text: &str| Value::String(text.to_owned());
    let mut all = vec![
        ("team", "name", text(&answers.name)),
        ("team", "timezone", text(&answers.place.timezone)),
        ("team", "language", text(&answers.place.language)),
        ("sources", "switched_on", Value::Array(answers.sources.iter().map(|word| text(word)).collect())),
    ];
    match &answers.key {
        KeyPlace::File => {}
        KeyPlace::Passphrase(file) => {
            all.push(("seal", "key_file", text("")));
            all.push(("seal", "passphrase_file", path(file)));
        }
        // The file stays named: it serves until the credential is there.
        KeyPlace::Credential => all.push(("seal", "credential", text(CREDENTIAL))),
    }
    if let Some(server) = &answers.mail {
        all.extend(mail_settings(server));
    }
    all
}

fn mail_settings(server: &MailServer) -> Vec<Setting> {
    let text = |text: &str| Value::String(text.to_owned());
    let password_file = match &server.password {
        Password::None => text(""),
        Password::File(file) => path(file),
        Password::Typed(_) => text(PASSWORD_FILE),
    };
    vec![
        ("mailer", "transport", text("smtp")),
        ("mailer", "from", text(server.from.expose())),
        ("mailer", "domain", text(server.from.domain())),
        ("mailer.smtp", "host", text(&server.host)),
        ("mailer.smtp", "port", Value::Integer(i64::from(server.port))),
        ("mailer.smtp", "tls", text(word_of(server.tls))),
        ("mailer.smtp", "user", text(&server.user)),
        ("mailer.smtp", "password_file", password_file),
    ]
}

fn path(path: &Path) -> Value {
    Value::String(path.display().to_string())
}

fn default_of<'a>(defaults: &'a Table, section: &str, key: &str) -> Option<&'a Value> {
    let (first, rest) = section.split_once('.').unwrap_or((section, ""));
    let table = defaults.get(first)?;
    let table = if rest.is_empty() { table } else { table.get(rest)? };
    table.get(key)
}

/// Returns the comment that a setting has among the defaults, with its line ends.
fn comment_of(section: &str, key: &str) -> String {
    let (mut here, mut comment) = (false, String::new());
    for line in embedded::SETTINGS.lines() {
        if line.starts_with('[') {
            here = line.trim_matches(['[', ']']) == section;
        }
        if here && line.split(" =").next() == Some(key) {
            return comment;
        }
        if line.starts_with('#') {
            comment.push_str(line);
            comment.push('\n');
        } else {
            comment.clear();
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use mailer::Security;

    use super::super::answers::Place;
    use super::*;
    use crate::settings::{FILE, Settings};

    fn answers() -> Answers {
        Answers {
            name: "Шекара \"қарауылы\"".to_owned(),
            place: Place { timezone: "Asia/Almaty".to_owned(), language: "kk".to_owned() },
            subscriber: None,
            mail: None,
            sources: Vec::new(),
            key: KeyPlace::File,
        }
    }

    fn loaded(text: &str) -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, text).unwrap();
        Settings::load(&file, true, &[]).unwrap()
    }

    #[test]
    fn a_plain_house_states_its_team_and_nothing_else() {
        let text = settings_file(&answers());
        let settings = loaded(&text);
        assert_eq!(settings.team.name, "Шекара \"қарауылы\"");
        assert_eq!((settings.team.timezone.as_str(), settings.team.language.as_str()), ("Asia/Almaty", "kk"));
        assert_eq!(text.matches('[').count(), 1, "{text}");
    }

    #[test]
    fn all_that_differs_is_written_with_its_comment_and_reads_back() {
        let mail = MailServer {
            host: "mail.example.org".to_owned(),
            port: 465,
            tls: Security::Tls,
            user: "watch".to_owned(),
            password: Password::Typed("sesame".to_owned().into()),
            from: "watch@example.org".parse().unwrap(),
        };
        let all = Answers {
            mail: Some(mail),
            sources: vec!["kk".to_owned(), "state".to_owned()],
            key: KeyPlace::Passphrase("/run/qarauyl/passphrase".into()),
            ..answers()
        };
        let text = settings_file(&all);
        let settings = loaded(&text);
        assert_eq!(settings.mailer.domain, "example.org");
        assert_eq!((settings.mailer.smtp.port, settings.mailer.smtp.tls), (465, Security::Tls));
        assert_eq!(settings.mailer.smtp.password_file, PASSWORD_FILE);
        assert_eq!(settings.sources.switched_on, ["kk", "state"]);
        assert_eq!(
            (settings.seal.key_file.as_str(), settings.seal.passphrase_file.as_str()),
            ("", "/run/qarauyl/passphrase")
        );
        assert!(!text.contains("sesame"), "a password stands in no settings file");
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ")) {
            assert!(pair[0].starts_with('#'), "{} has no comment", pair[1]);
        }
    }

    #[test]
    fn a_credential_leaves_the_key_file_to_serve_until_it_is_there() {
        let settings = loaded(&settings_file(&Answers { key: KeyPlace::Credential, ..answers() }));
        assert_eq!(
            (settings.seal.credential.as_str(), settings.seal.key_file.as_str()),
            (CREDENTIAL, "data/key")
        );
    }
}
