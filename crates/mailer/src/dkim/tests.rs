//! A reader of signatures that has the public half alone. It is held against the mail that RFC 8463, appendix A, has
//! signed; what `Signer` writes is then held against it. Another program's word on our mails: `.ci/run dkim`.

use data_encoding::BASE64;
use lettre::address::Envelope;
use ring::signature::{ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use rsa::PublicKey;
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::DecodePublicKey;

use super::*;

/// Says whether the signature in `header` holds for `mail`, which does not have that header.
fn holds(header: &str, mail: &[u8], public: &str) -> bool {
    let tag = |wanted: &str| -> String {
        let tags = header.split_once(':').unwrap().1.split(';').filter_map(|tag| tag.split_once('='));
        let (_, value) = tags.into_iter().find(|(name, _)| name.trim() == wanted).unwrap();
        value.split_whitespace().collect()
    };
    let (head, body) = canonical::parts(mail).unwrap();
    let (names, unsigned) = (tag("h"), header.rsplit_once("b=").unwrap().0);
    let names: Vec<&str> = names.split(':').collect();
    let signed = canonical::signed(head, &names, &format!("{unsigned}b="));
    let key = BASE64.decode(public.as_bytes()).unwrap();
    let signature = BASE64.decode(tag("b").as_bytes()).unwrap();
    let verified = if tag("a") == "ed25519-sha256" {
        UnparsedPublicKey::new(&ED25519, key).verify(&Sha256::digest(&signed), &signature)
    } else {
        let key = PublicKey::from_public_key_der(&key).unwrap().to_pkcs1_der().unwrap();
        let key = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, key.as_bytes());
        key.verify(&signed, &signature)
    };
    verified.is_ok() && tag("bh") == BASE64.encode(&Sha256::digest(canonical::body(body)))
}

#[test]
fn the_signatures_of_the_standard_hold_and_those_of_a_changed_mail_do_not() {
    let mail = include_str!("../../tests/data/rfc8463.eml").replace('\n', "\r\n");
    let start = mail.find("From:").unwrap();
    let (signatures, mail) = mail.split_at(start);
    let second = signatures.rfind("DKIM-Signature").unwrap();
    let (ed25519, rsa) = signatures.split_at(second);
    let keys = include_str!("../../tests/data/rfc8463.keys");
    for (header, selector) in [(ed25519, "brisbane"), (rsa, "test")] {
        assert!(header.contains(&format!("s={selector};")));
        let key = keys.lines().find_map(|line| line.strip_prefix(&format!("{selector} "))).unwrap();
        assert!(holds(header.trim_end(), mail.as_bytes(), key), "{selector}");
        let refolded = mail.replace("Suzie Q ", "Suzie\r\n\t Q  ").replace("yet?\r\n", "yet? \r\n");
        assert!(holds(header.trim_end(), refolded.as_bytes(), key), "blanks do not count");
        for (before, after) in [("dinner", "lunch"), ("lost", "won"), ("Subject", "Subject: x\r\nSubject")] {
            let changed = mail.replacen(before, after, 1);
            assert!(!holds(header.trim_end(), changed.as_bytes(), key), "{selector} {before}");
        }
    }
}

fn mail(head: &str, body: &str) -> Message {
    let address = |text: &str| text.parse().unwrap();
    let envelope = Envelope::new(Some(address("watch@sample.org")), vec![address("aigul@sample.kz")]);
    let (text, html) = (String::new(), String::new());
    let bytes = format!("{head}\r\n\r\n{body}").into_bytes();
    let (to, message_id) = (address_of("aigul@sample.kz"), "<1@sample.org>".to_owned());
    Message { to, message_id, text, html, bytes, envelope: envelope.unwrap() }
}

fn address_of(text: &str) -> model::EmailAddress {
    text.parse().unwrap()
}

const HEAD: &str = "From: =?utf-8?b?0prQsNGA0LDRg9GL0Ls=?= <watch@sample.org>\r\nTo: aigul@sample.kz\r\nSubject: \
                    =?utf-8?b?0po=?=\r\n =?utf-8?b?0LDRgA==?=\r\nDate: Tue, 24 Nov 2026 03:00:00 +0000\r\nMessage-ID: \
                    <1@sample.org>\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64";

#[test]
fn what_is_signed_holds_with_the_published_half_and_with_no_other_mail() {
    for kind in [DkimKeyKind::Rsa, DkimKeyKind::Ed25519] {
        let key = DkimKey::parse(&DkimKey::make(kind).unwrap()).unwrap();
        let public = key.record().rsplit_once("p=").unwrap().1.to_owned();
        let signer = Signer { domain: "sample.org".to_owned(), selector: "qarauyl".to_owned(), key };
        for body in ["", "\r\n", "\r\n.a  b \r\n\r\n\r\n", "0prQsNGA\r\n0LDRg9GL0Ls=\r\n"] {
            let unsigned = mail(HEAD, body);
            let (mut once, mut again) = (unsigned.clone(), unsigned.clone());
            let at = "2026-11-24T03:00:00Z".parse().unwrap();
            signer.sign(&mut once, at).unwrap();
            signer.sign(&mut again, at).unwrap();
            assert_eq!(once.bytes, again.bytes, "the same mail is the same mail");
            let signed = String::from_utf8(once.bytes).unwrap();
            let header = signed.strip_suffix(std::str::from_utf8(&unsigned.bytes).unwrap()).unwrap();
            assert!(header.contains("d=sample.org;") && header.contains("s=qarauyl;"), "{header}");
            assert!(header.split("\r\n").all(|line| line.len() <= 78), "{header}");
            let header = header.strip_suffix("\r\n").unwrap();
            assert!(holds(header, &unsigned.bytes, &public));
            let second = mail(&format!("{HEAD}\r\nSubject: another"), body);
            assert!(!holds(header, &second.bytes, &public), "a header that was added is seen");
            assert!(!holds(header, &mail(HEAD, "x").bytes, &public));
        }
    }
}

#[test]
fn what_is_no_mail_is_not_signed() {
    let key = DkimKey::parse(&DkimKey::make(DkimKeyKind::Ed25519).unwrap()).unwrap();
    let signer = Signer { domain: "sample.org".to_owned(), selector: "qarauyl".to_owned(), key };
    let mut torn = mail(HEAD, "");
    torn.bytes = b"From: watch@sample.org\r\n".to_vec();
    assert!(matches!(signer.sign(&mut torn, Timestamp::UNIX_EPOCH), Err(DkimError::Signing)));
}
