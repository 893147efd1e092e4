//! Records go in, verdicts come out: each is held against its state and words of the finding and of the remedy.

use super::super::walk::{Answers, Question, walk};
use super::*;

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A domain at which nothing is to be done.
fn good() -> Records {
    Records {
        domain: "example.org".to_owned(),
        server: "mail.example.org".to_owned(),
        txt: Ok(texts(&["some-site-verification=1", "v=spf1 ip4:198.51.100.0/24 -all"])),
        spf: Walked::Passes,
        dkim: Signing::None,
        dmarc: Ok(texts(&["v=DMARC1; p=none; rua=mailto:postmaster@example.org"])),
        mx: Ok(texts(&["mail.example.org."])),
        own: Ok(Vec::new()),
        server_addresses: Ok(vec!["198.51.100.7".parse().unwrap()]),
        pointer: Some(Pointer { names: Ok(texts(&["mail.example.org."])), leads_back: true }),
    }
}

/// The records with what a receiver makes of SPF. Other domains let addresses send that are not the server's.
fn followed(records: Records) -> Records {
    let mut answers = Answers::default();
    let addresses = records.server_addresses.clone().unwrap_or_default();
    let spf = loop {
        let question = match walk(&records.domain, &addresses, &answers) {
            Ok(walked) => break walked,
            Err(question) => question,
        };
        match question.clone() {
            Question::Texts(name) if name == records.domain => {
                answers.names.insert(question, records.txt.clone())
            }
            Question::Texts(_) => {
                answers.names.insert(question, Ok(texts(&["v=spf1 ip4:203.0.113.0/24 -all"])))
            }
            Question::Exchangers(_) => answers.names.insert(question, records.mx.clone()),
            Question::Addresses(_) => {
                drop(answers.addresses.insert(question, records.server_addresses.clone()));
                None
            }
        };
    };
    Records { spf, ..records }
}

/// Holds one verdict against what is expected: whether it is fine, and words of the finding and of the remedy.
fn check(records: &Records, about: &str, fine: bool, says: &str, todo: &str) {
    let verdicts = domain(records);
    let (_, verdict) = verdicts.iter().find(|(what, _)| *what == about).unwrap();
    assert_eq!(verdict.fine, fine, "{verdict:?}");
    assert!(verdict.says.contains(says) && verdict.todo.contains(todo), "{verdict:?}");
    assert_eq!(verdict.fine, verdict.todo.is_empty(), "what is not fine has a remedy: {verdict:?}");
}

#[test]
fn a_domain_in_order_leaves_nothing_to_do() {
    assert!(domain(&good()).iter().all(|(_, verdict)| verdict.fine), "{:?}", domain(&good()));
    check(&good(), "dkim", true, "not signed here", "");
}

#[test]
fn spf_is_judged_by_its_form_its_end_and_whom_it_names() {
    let spf = |records: &[&str], fine: bool, says: &str, todo: &str| {
        let records = followed(Records { txt: Ok(texts(records)), ..good() });
        check(&records, "spf", fine, says, todo);
    };
    spf(&[], false, "does not say who", "example.org. IN TXT \"v=spf1 mx a:mail.example.org ~all\"");
    spf(&["v=spf1x -all"], false, "does not say who", "IN TXT");
    spf(&["v=spf1 -all", "v=spf1 a -all"], false, "2 SPF records", "keep one");
    spf(&["v=spf1 a:mail.example.org"], false, "does not end", "\"v=spf1 a:mail.example.org ~all\"");
    spf(&["v=spf1 include:x.example +all"], false, "everybody", "\"v=spf1 include:x.example ~all\"");
    spf(
        &["v=spf1 ip4:203.0.113.9 ?all"],
        false,
        "?all",
        "\"v=spf1 a:mail.example.org ip4:203.0.113.9 ~all\"",
    );
    spf(&["V=SPF1 MX ~ALL"], true, "lets mail.example.org send", "");
    spf(&["v=spf1 a:mail.example.org -all"], true, "lets mail.example.org", "");
    spf(&["v=spf1 ip4:198.51.100.7 -all"], true, "lets mail.example.org", "");
    spf(
        &["v=spf1 ip6:2001:db8::/32 -all"],
        false,
        "not among them",
        "\"v=spf1 a:mail.example.org ip6:2001:db8::/32 -all\"",
    );
    spf(&["v=spf1 -ip4:198.51.100.7 ip4:203.0.113.0/24 -all"], false, "not among them", "a:mail.example.org");
    spf(
        &["v=spf1 include:_spf.provider.example -all"],
        false,
        "not among them",
        "\"v=spf1 a:mail.example.org include:_spf.provider.example -all\"",
    );
    spf(
        &["v=spf1 ip4:203.0.113.9 +all"],
        false,
        "everybody",
        "\"v=spf1 a:mail.example.org ip4:203.0.113.9 ~all\"",
    );
    spf(&["v=spf1 exists:%{i}.x.example -all"], true, "cannot be told", "");
    spf(&["v=spf1 ip:198.51.100.7 -all"], false, "counts as an error", "mend what is named");
    let many = format!("v=spf1 {}-all", "include:x.example ".repeat(11));
    spf(&[&many], false, "11 look-ups", "take some of its include:");
    let silent = Records { txt: Ok(texts(&["v=spf1 mx -all"])), mx: Err(Unanswered), ..good() };
    check(&followed(silent), "spf", false, "nobody answered", "resolv.conf");
}

#[test]
fn a_server_of_somebody_else_is_not_asked_for_what_its_operator_sets() {
    let relay = Records {
        server: "smtp.provider.example".to_owned(),
        txt: Ok(texts(&[])),
        pointer: Some(Pointer { names: Ok(texts(&[])), leads_back: false }),
        ..good()
    };
    check(&relay, "spf", false, "does not say who", "operator of smtp.provider.example gives");
    check(&relay, "ptr", true, "operator's care", "");
    for record in ["v=spf1 include:_spf.provider.example -all", "v=spf1 redirect=_spf.provider.example"] {
        let named = followed(Records { txt: Ok(texts(&[record])), ..relay.clone() });
        check(&named, "spf", true, "a provider may send from other addresses", "");
    }
}

#[test]
fn a_server_on_this_machine_has_no_address_that_can_be_seen_from_here() {
    let here = Records {
        server: "localhost".to_owned(),
        server_addresses: Ok(vec!["127.0.0.1".parse().unwrap(), "::1".parse().unwrap()]),
        txt: Ok(texts(&[])),
        pointer: None,
        ..good()
    };
    check(&here, "spf", false, "does not say who", "ip4:THE-PUBLIC-ADDRESS");
    check(&here, "ptr", true, "cannot be seen from here", "");
    check(
        &Records { txt: Ok(texts(&["v=spf1 ip4:198.51.100.7 -all"])), ..here },
        "spf",
        true,
        "its operator knows",
        "",
    );
}

#[test]
fn dmarc_wants_one_record_with_a_policy() {
    let dmarc = |records: &[&str], fine: bool, says: &str, todo: &str| {
        check(&Records { dmarc: Ok(texts(records)), ..good() }, "dmarc", fine, says, todo);
    };
    dmarc(
        &[],
        false,
        "no DMARC",
        "_dmarc.example.org. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.org\"",
    );
    dmarc(&["v=DMARC1; p=none", "v=DMARC1; p=reject"], false, "several", "keep one");
    dmarc(&["v=DMARC1; sp=none"], false, "no policy", "p=none");
    dmarc(&["v=DMARC1; p=block"], false, "no policy", "p=none");
    dmarc(&["v=DMARC1;p=Reject"], true, "p=reject", "");
}

#[test]
fn a_long_record_is_published_in_strings_that_a_zone_file_takes() {
    let long = format!("v=DKIM1; k=rsa; p={}", "A".repeat(392));
    let line = publish("q._domainkey.example.org", &long);
    let strings: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
    assert_eq!((strings.len(), strings.concat()), (2, long), "{line}");
    assert!(strings.iter().all(|string| string.len() <= 255) && line.contains("IN TXT ( \""), "{line}");
    assert_eq!(publish("a", "b"), "publish:  a. IN TXT \"b\"");
}

#[test]
fn answers_and_bounces_need_somewhere_to_go() {
    let own = |addresses: &[&str]| Ok(addresses.iter().map(|text| text.parse().unwrap()).collect());
    let mx = |hosts: &[&str], addresses: &[&str], fine: bool, says: &str| {
        let records = Records { mx: Ok(texts(hosts)), own: own(addresses), ..good() };
        check(&records, "mx", fine, says, if fine { "" } else { "IN MX 10" });
    };
    mx(&[], &[], false, "takes no mail");
    mx(&["."], &["198.51.100.7"], false, "says that it takes no mail");
    mx(&[], &["198.51.100.7"], true, "own address");
    mx(&["mx.provider.example."], &[], true, "mx.provider.example");
}

#[test]
fn the_name_behind_the_address_leads_back() {
    let pointer = |names: &[&str], leads_back: bool, fine: bool, says: &str| {
        let pointer = Some(Pointer { names: Ok(texts(names)), leads_back });
        check(&Records { pointer, ..good() }, "ptr", fine, says, if fine { "" } else { "reverse DNS" });
    };
    pointer(&[], false, false, "no name");
    pointer(&["vps7.provider.example."], false, false, "vps7.provider.example");
    pointer(&["vps7.provider.example."], true, true, "leads back");
}

#[test]
fn what_nobody_answered_is_not_taken_for_a_missing_record() {
    let silent = Records {
        txt: Err(Unanswered),
        dmarc: Err(Unanswered),
        mx: Err(Unanswered),
        own: Err(Unanswered),
        server_addresses: Err(Unanswered),
        pointer: None,
        ..good()
    };
    for about in ["spf", "dmarc", "mx", "ptr"] {
        check(&silent, about, false, "nobody answered", "resolv.conf");
    }
}
