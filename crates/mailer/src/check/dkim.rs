//! Whether receivers can check the signature: the record that is published, held against the key (RFC 6376, 3.6.1).

use super::Verdict;
use super::domain::{Answer, Unanswered, publish, unanswered};
use crate::{Config, DkimKey};

/// How mails are signed, and what DNS says of it.
#[derive(Debug, Clone)]
pub enum Signing {
    /// They are not signed here.
    None,
    /// They are to be, and the key cannot be used: why.
    NoKey(String),
    /// They are signed.
    Key {
        /// Where the record has to stand.
        name: String,
        /// What it has to say.
        record: String,
        /// What stands there.
        found: Answer<String>,
    },
}

impl Signing {
    /// What the settings and the key's file say; nobody was asked yet.
    pub(super) fn of(config: &Config) -> Self {
        if config.dkim.selector.is_empty() {
            return Self::None;
        }
        let name = format!("{}._domainkey.{}", config.dkim.selector, config.dkim_domain());
        match DkimKey::read(&config.dkim.key_file) {
            Ok(key) => Self::Key { name, record: key.record(), found: Err(Unanswered) },
            Err(error) => Self::NoKey(error.to_string()),
        }
    }
}

pub(super) fn verdict(signing: &Signing) -> Verdict {
    let (name, record, found) = match signing {
        Signing::None => return Verdict::fine(NOT_HERE),
        Signing::NoKey(why) => return Verdict::look(why.clone(), "qarauyl config dkim"),
        Signing::Key { name, record, found } => (name, record, found),
    };
    let Ok(found) = found else { return unanswered("DKIM") };
    let todo = || publish(name, record);
    match found.as_slice() {
        [] => Verdict::look(
            format!("mails are signed, and {name} does not say by which key: receivers cannot check it"),
            todo(),
        ),
        [one] => match differs(one, record) {
            None => Verdict::fine(format!("mails are signed, and {name} has the key")),
            Some(why) => Verdict::look(format!("mails are signed, and {name} {why}"), todo()),
        },
        several => Verdict::look(
            format!("{name} has {} records, and receivers take any of them", several.len()),
            format!("keep this one alone;  {}", todo()),
        ),
    }
}

const NOT_HERE: &str = "mails are not signed here; your provider signs, perhaps, under a name that its operator knows: a mail \
                        sent to yourself says dkim=pass in its source. If it does not: qarauyl config dkim";

/// Says in what a published record differs from the one that is wanted, if in anything that counts.
fn differs(found: &str, wanted: &str) -> Option<&'static str> {
    let (public, kind) = (tag(found, "p").unwrap_or_default(), tag(found, "k"));
    match () {
        () if tag(found, "v").is_some_and(|version| version != "DKIM1") => Some("has no record of DKIM"),
        () if public.is_empty() => Some("says that the key is withdrawn"),
        () if Some(&public) != tag(wanted, "p").as_ref() => {
            Some("has another key: receivers refuse the signature")
        }
        () if kind.unwrap_or_else(|| "rsa".to_owned()) != tag(wanted, "k").unwrap_or_default() => {
            Some("has the key as one of another kind")
        }
        () if tag(found, "t").is_some_and(|flags| flags.split(':').any(|flag| flag == "y")) => {
            Some("says t=y, a test: receivers do not count the signature")
        }
        () => None,
    }
}

/// A value of a record, without the blanks that may stand in it.
fn tag(record: &str, wanted: &str) -> Option<String> {
    let mut tags = record.split(';').filter_map(|tag| tag.split_once('='));
    let (_, value) = tags.find(|(name, _)| name.trim() == wanted)?;
    Some(value.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "v=DKIM1; k=rsa; p=MIIBIjAN";

    fn check(found: Answer<String>, fine: bool, says: &str, todo: &str) {
        let name = "qarauyl._domainkey.example.org".to_owned();
        let verdict = verdict(&Signing::Key { name, record: RECORD.to_owned(), found });
        assert_eq!(verdict.fine, fine, "{verdict:?}");
        assert!(verdict.says.contains(says) && verdict.todo.contains(todo), "{verdict:?}");
    }

    #[test]
    fn a_published_key_is_held_against_the_one_that_signs() {
        let one = |text: &str| Ok(vec![text.to_owned()]);
        let line = "qarauyl._domainkey.example.org. IN TXT \"v=DKIM1; k=rsa; p=MIIBIjAN\"";
        check(one(RECORD), true, "has the key", "");
        check(one("p=MIIB IjAN"), true, "has the key", "");
        check(Ok(Vec::new()), false, "does not say by which key", line);
        check(one("v=DKIM1; k=rsa; p=MIIBIjAO"), false, "another key", line);
        check(one("v=DKIM1; p="), false, "withdrawn", line);
        check(one("v=spf1 -all"), false, "no record of DKIM", line);
        check(one("v=DKIM1; k=ed25519; p=MIIBIjAN"), false, "another kind", line);
        check(one("v=DKIM1; t=s:y; p=MIIBIjAN"), false, "a test", line);
        check(Ok(vec![RECORD.to_owned(); 2]), false, "2 records", line);
        check(Err(Unanswered), false, "nobody answered", "resolv.conf");
    }

    #[test]
    fn where_nothing_is_signed_here_it_is_said_who_may_and_what_to_type() {
        let verdict = verdict(&Signing::None);
        assert!(verdict.fine && verdict.says.contains("your provider signs"), "{verdict:?}");
        assert!(verdict.says.contains("qarauyl config dkim"), "{verdict:?}");
    }
}
