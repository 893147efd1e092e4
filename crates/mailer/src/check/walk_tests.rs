//! Zones of a few lines, and what a receiver would make of them.

use super::*;

/// Answers out of lines `NAME txt|a|mx VALUE`; a name of which nothing is said has nothing.
fn zone(lines: &str) -> impl Fn(&Question, &mut Answers) {
    let records: Vec<(String, String, String)> = lines
        .lines()
        .filter_map(|line| {
            let mut words = line.trim().splitn(3, ' ').map(str::to_owned);
            Some((words.next()?, words.next()?, words.next()?))
        })
        .collect();
    move |question, answers| {
        let of = |wanted: &str, kind: &str| -> Vec<String> {
            let named = records.iter().filter(|(name, of, _)| name == wanted && of == kind);
            named.map(|(_, _, value)| value.clone()).collect()
        };
        let key = question.clone();
        match question {
            Question::Texts(name) => drop(answers.names.insert(key, Ok(of(name, "txt")))),
            Question::Exchangers(name) => drop(answers.names.insert(key, Ok(of(name, "mx")))),
            Question::Addresses(name) => {
                let found = of(name, "a").iter().map(|text| text.parse().unwrap()).collect();
                answers.addresses.insert(key, Ok(found));
            }
        }
    }
}

fn walked(lines: &str, addresses: &[&str]) -> Walked {
    let (answer, mut answers) = (zone(lines), Answers::default());
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    loop {
        match walk("Example.org.", &addresses, &answers) {
            Ok(walked) => return walked,
            Err(question) => answer(&question, &mut answers),
        }
    }
}

#[test]
fn an_address_passes_by_what_names_it_wherever_that_stands() {
    let check = |lines: &str, address: &str, expected: Walked| {
        assert_eq!(walked(lines, &[address]), expected, "{lines} {address}");
    };
    let far = "example.org txt v=spf1 include:a.example -all\na.example txt v=spf1 redirect=b.example\n\
               b.example txt v=spf1 mx:c.example/24 ip6:2001:db8::/32 ?all\nc.example mx m.c.example.\n\
               m.c.example a 198.51.100.7";
    check(far, "198.51.100.9", Walked::Passes);
    check(far, "2001:db8::1", Walked::Passes);
    check(far, "203.0.113.1", Walked::Fails);
    let own = "example.org txt V=SPF1 A A:mail.example.org//64 -ALL\nexample.org a 192.0.2.1\n\
               mail.example.org a 2001:db8::1";
    check(own, "192.0.2.1", Walked::Passes);
    check(own, "2001:db8::2", Walked::Passes);
    check(own, "2001:db8:0:1::2", Walked::Fails);
    check("example.org txt v=spf1 -ip4:192.0.2.1 +all", "192.0.2.1", Walked::Fails);
    check("example.org txt v=spf1 exp=x.example unknown=y ip4:192.0.2.0/24", "192.0.2.1", Walked::Passes);
    check("example.org txt v=spf1 exists:%{i}.x.example -all", "192.0.2.1", Walked::Open);
    check("", "192.0.2.1", Walked::Fails);
    // A `-all` inside an include only says that the include does not match.
    let inside = "example.org txt v=spf1 include:a.example ip4:192.0.2.1 -all\na.example txt v=spf1 -all";
    check(inside, "192.0.2.1", Walked::Passes);
    assert_eq!(walked(far, &["198.51.100.9", "203.0.113.1"]), Walked::Fails, "each address counts");
    assert_eq!(walked(far, &[]), Walked::Open);
}

#[test]
fn a_record_that_receivers_give_up_is_broken_and_says_why() {
    let check = |lines: &str, word: &str| match walked(lines, &["192.0.2.1"]) {
        Walked::Broken(why) => assert!(why.contains(word), "{why}"),
        other => panic!("{lines}: {other:?}"),
    };
    check("example.org txt v=spf1 include:a.example -all", "no SPF record");
    check("example.org txt v=spf1 redirect=a.example", "no SPF record");
    check("example.org txt v=spf1 a\nexample.org txt v=spf1 mx", "several");
    check("example.org txt v=spf1 ipv4:192.0.2.1 -all", "unknown");
    check("example.org txt v=spf1 ip4:192.0.2.1 ipv4:198.51.100.0/24 -all", "unknown");
    check("example.org txt v=spf1 redirect=a.example redirect=b.example", "twice");
    check("example.org txt v=spf1 ip4:192.0.2 -all", "no range");
    check("example.org txt v=spf1 a/64 -all", "cannot be read");
    check("example.org txt v=spf1 a:x.example a:y.example a:z.example -all", "do not exist");
    // Eight of its own and three that are included.
    let parts: Vec<String> = (1..=8).map(|n| format!("include:{n}.example")).collect();
    let included = (1..=8).map(|n| format!("{n}.example txt v=spf1 ip4:203.0.113.{n} -all"));
    let mut lines = vec![format!("example.org txt v=spf1 {} -all", parts.join(" "))];
    lines.extend(included);
    let lines = lines.join("\n");
    assert_eq!(walked(&lines, &["192.0.2.1"]), Walked::Fails, "eight are allowed");
    let more = lines
        .replace("8.example txt v=spf1", "8.example txt v=spf1 a:p.example a:p.example a:p.example")
        + "\np.example a 203.0.113.99";
    check(&more, "10 look-ups");
    // What includes itself ends.
    check("example.org txt v=spf1 include:example.org -all", "10 look-ups");
}

#[test]
fn a_question_that_nobody_answered_decides_nothing() {
    let (mut answers, addresses) = (Answers::default(), ["192.0.2.1".parse().unwrap()]);
    let question = walk("example.org", &addresses, &answers).unwrap_err();
    assert_eq!(question, Question::Texts("example.org".to_owned()));
    answers.names.insert(question, Err(Unanswered));
    assert_eq!(walk("example.org", &addresses, &answers), Ok(Walked::Unanswered));
}
