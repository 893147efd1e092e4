//! Writes mails that are signed with keys of both kinds, and the records by which they are checked: `signed_mails FOLDER`.
//!
//! For another program's word on them: `.ci/run dkim`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a program of one screen, for developers")]

use std::path::Path;

use mailer::{DkimConfig, DkimKey, DkimKeyKind, Signer, Subject, render};

#[expect(dead_code, reason = "the tests' digests, of which some are enough here")]
#[path = "../tests/it/given.rs"]
mod given;

fn main() {
    let folder = std::env::args_os().nth(1).expect("signed_mails FOLDER");
    let folder = Path::new(&folder);
    let mut records = Vec::new();
    for (kind, selector) in [(DkimKeyKind::Rsa, "rsa"), (DkimKeyKind::Ed25519, "ed25519")] {
        let key_file = folder.join(format!("{selector}.key"));
        std::fs::write(&key_file, &*DkimKey::make(kind).unwrap()).unwrap();
        let record = DkimKey::read(&key_file).unwrap().record();
        records.push(format!("{selector}._domainkey.sample.org\t{record}"));
        let mut config = given::config();
        config.subject = Subject::Full;
        config.dkim = DkimConfig { selector: selector.to_owned(), domain: String::new(), key_file };
        let signer = Signer::new(&config).unwrap().unwrap();
        for language in mailer::LANGUAGES {
            for (name, items) in [("empty", Vec::new()), ("full", given::all_scripts())] {
                let digest = given::digest(language, items);
                let mut message = render(&digest, &config, "Шекара қарауылы").unwrap();
                signer.sign(&mut message, digest.frozen).unwrap();
                std::fs::write(folder.join(format!("{selector}-{language}-{name}.eml")), message.bytes)
                    .unwrap();
            }
        }
    }
    std::fs::write(folder.join("records.tsv"), records.join("\n")).unwrap();
}
