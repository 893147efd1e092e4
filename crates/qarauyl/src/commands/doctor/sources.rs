//! The sources: how they did when they were asked last, whether their names lead anywhere, and, if wished, how they answer
//! now. Only `fetcher` asks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use fetcher::PoliteClient;
use fetcher::guard::ResolveError;
use jiff::Timestamp;
use model::{Clock, EndpointState};
use store::{ConfiguredSource, Reading, SourceRecord};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::finding::{Finding, fine, look};
use crate::commands::source::check::{Checked, ask};
use crate::house::House;
use crate::settings::Settings;
use crate::sources as files;

/// No more sources than this are named.
const MOST_NAMED: usize = 4;
/// All sources together have this long to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the last polls brought.
pub(super) async fn sources(house: &House) -> anyhow::Result<Finding> {
    let configured = match house.sources() {
        Ok(configured) => configured,
        Err(error) => {
            let todo = "mend the line that is named, then: qarauyl config check";
            return Ok(look("sources", format!("{error:#}"), todo));
        }
    };
    let on = configured.iter().filter(|one| one.source.enabled);
    let endpoints = on.map(|one| one.endpoints.len()).sum();
    let mut records = house.store.source_records().await?;
    records.retain(|record| record.source.enabled);
    Ok(verdict(endpoints, &records))
}

fn verdict(endpoints: usize, records: &[SourceRecord]) -> Finding {
    if endpoints == 0 {
        return look(
            "sources",
            "none is switched on: nothing is read",
            "[sources] switched_on in qarauyl.toml takes ids, kinds, countries or languages; qarauyl source list shows them",
        );
    }
    let read = records.iter().filter(|record| record.last_read.is_some()).count();
    let says = format!("{endpoints} endpoints switched on, {read} of them read so far");
    let well = [EndpointState::New, EndpointState::Ok, EndpointState::Unchanged];
    let troubled: Vec<String> = records
        .iter()
        .filter(|record| !well.contains(&record.state))
        .map(|record| format!("{} is {}: {}", record.source.id, record.state, record.reason))
        .collect();
    if !troubled.is_empty() {
        let todo = "qarauyl source check asks anew; docs/guide/sources.md says what each state means and the way out";
        return look("sources", format!("{says}; {} in trouble: {}", troubled.len(), named(&troubled)), todo);
    }
    if read < endpoints {
        return look(
            "sources",
            says,
            "qarauyl run reads them; qarauyl source check says why one does not answer",
        );
    }
    fine("sources", says)
}

/// The first of many.
fn named(all: &[String]) -> String {
    let mut text = all.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("; ");
    if all.len() > MOST_NAMED {
        text = format!("{text}; and {} more", all.len() - MOST_NAMED);
    }
    text
}

fn enabled(settings: &Settings, now: Timestamp) -> anyhow::Result<Vec<ConfiguredSource>> {
    let mut all = files::read(&files::files(settings)?, settings, now)?;
    all.retain(|one| one.source.enabled);
    Ok(all)
}

/// Looks up the hosts of all sources that are asked straight; a proxy looks names up itself.
pub(super) async fn names(settings: &Settings, now: Timestamp) -> Finding {
    let Ok(sources) = enabled(settings, now) else { return fine("names", "wait for the sources") };
    let straight = sources.iter().filter(|one| one.source.proxy.is_none());
    let hosts: BTreeSet<String> = straight
        .flat_map(|one| &one.endpoints)
        .filter_map(|endpoint| endpoint.url.host_str().map(str::to_owned))
        .collect();
    let mut looking = JoinSet::new();
    for host in hosts {
        let config = settings.fetcher.clone();
        looking.spawn(async move {
            let found = fetcher::look_up(&config, &host).await;
            (host, found)
        });
    }
    let mut lost = Vec::new();
    let mut asked = 0;
    while let Some(Ok((host, found))) = looking.join_next().await {
        asked += 1;
        match found {
            Ok(Ok(())) => {}
            Ok(Err(error)) => lost.push((host, error)),
            Err(error) => return look("names", error.to_string(), "mend [fetcher] in the settings"),
        }
    }
    lost.sort_by(|one, other| one.0.cmp(&other.0));
    names_verdict(asked, &lost)
}

fn names_verdict(asked: usize, lost: &[(String, ResolveError)]) -> Finding {
    if lost.is_empty() {
        return fine("names", format!("{asked} host names of sources lead to public addresses"));
    }
    let all: Vec<String> = lost.iter().map(|(host, error)| format!("{host}: {error}")).collect();
    let says = format!("{} of {asked} host names of sources lead nowhere: {}", lost.len(), named(&all));
    let todo = if lost.len() == asked {
        "this machine's DNS does not answer: see /etc/resolv.conf and resolvectl status"
    } else if lost.iter().any(|(_, error)| *error == ResolveError::NotPublic) {
        "a name that leads into a private network is often a filter's doing: ask another resolver, or give the source a proxy"
    } else {
        "look whether the outlet has moved: qarauyl source check --source ID"
    };
    look("names", says, todo)
}

/// Asks each endpoint once, side by side; each host has its turn as ever. Nothing is kept.
pub(super) async fn answers(settings: &Settings, clock: Clock) -> Finding {
    let Ok(sources) = enabled(settings, clock.now()) else {
        return fine("answers", "wait for the sources");
    };
    let client = match PoliteClient::new(&settings.fetcher, clock) {
        Ok(client) => Arc::new(client),
        Err(error) => return look("answers", error.to_string(), "mend [fetcher] in the settings"),
    };
    let mut asking = JoinSet::new();
    let mut waiting = 0;
    for source in sources.into_iter().map(Arc::new) {
        for number in 0..source.endpoints.len() {
            let (client, source) = (Arc::clone(&client), Arc::clone(&source));
            asking.spawn(async move { ask(&client, &source, number).await });
            waiting += 1;
        }
    }
    let deadline = Instant::now() + PATIENCE;
    let mut answered = Vec::new();
    while let Ok(Some(done)) = timeout_at(deadline, asking.join_next()).await {
        waiting -= 1;
        answered.extend(done.ok().flatten());
    }
    answers_verdict(&answered, waiting)
}

fn answers_verdict(answered: &[Checked], waiting: usize) -> Finding {
    let well = |one: &&Checked| {
        one.state == EndpointState::Ok.as_str() || one.state == EndpointState::Unchanged.as_str()
    };
    let fine_ones = answered.iter().filter(well).count();
    let mut troubled: Vec<String> = answered
        .iter()
        .filter(|one| !well(one))
        .map(|one| format!("{} is {}: {}", one.source, one.state, one.reason))
        .collect();
    troubled.sort();
    if waiting > 0 {
        troubled.push(format!("{waiting} did not answer within {} seconds", PATIENCE.as_secs()));
    }
    let says = format!("{fine_ones} of {} endpoints answer", answered.len() + waiting);
    if troubled.is_empty() {
        return fine("answers", says);
    }
    look(
        "answers",
        format!("{says}; {}", named(&troubled)),
        "qarauyl source check shows each; docs/guide/sources.md has the ways out",
    )
}

#[cfg(test)]
mod tests {
    use model::{EndpointKind, Source};

    use super::*;

    fn record(id: &str, state: EndpointState, read: bool) -> SourceRecord {
        SourceRecord {
            source: Source::new(id.parse().unwrap()),
            endpoint_kind: EndpointKind::Feed,
            endpoint_url: String::new(),
            state,
            reason: "a challenge page".to_owned(),
            since: None,
            last_polled: None,
            last_read: read.then_some(Timestamp::UNIX_EPOCH),
            articles: 0,
        }
    }

    #[test]
    fn sources_in_trouble_are_named_with_the_cause() {
        let ok = || record("herald", EndpointState::Ok, true);
        assert!(verdict(2, &[ok(), ok()]).is_fine());
        let unread = verdict(2, &[ok(), record("post", EndpointState::New, false)]);
        assert!(!unread.is_fine() && unread.says.contains("1 of them read"), "{unread:?}");
        let blocked = verdict(2, &[ok(), record("post", EndpointState::Blocked, true)]);
        assert!(blocked.says.contains("post is blocked: a challenge page"), "{blocked:?}");
        assert!(verdict(0, &[]).todo.contains("switched_on"));
        let many: Vec<SourceRecord> = (0..9).map(|_| record("post", EndpointState::Gone, false)).collect();
        assert!(verdict(9, &many).says.contains("and 5 more"));
    }

    #[test]
    fn names_that_lead_nowhere_are_told_from_a_resolver_that_is_silent() {
        let lost = |hosts: &[&str], error| -> Vec<(String, ResolveError)> {
            hosts.iter().map(|host| ((*host).to_owned(), error)).collect()
        };
        assert!(names_verdict(3, &[]).is_fine());
        assert!(
            names_verdict(2, &lost(&["a.kz", "b.kz"], ResolveError::TimedOut)).todo.contains("resolv.conf")
        );
        let one = names_verdict(2, &lost(&["a.kz"], ResolveError::Unknown));
        assert!(
            one.says.contains("a.kz: the name has no address") && one.todo.contains("source check"),
            "{one:?}"
        );
        assert!(names_verdict(2, &lost(&["a.kz"], ResolveError::NotPublic)).todo.contains("filter"));
    }

    #[test]
    fn who_does_not_answer_is_counted() {
        assert!(answers_verdict(&[], 0).is_fine());
        let silent = answers_verdict(&[], 2);
        assert!(!silent.is_fine() && silent.says.contains("2 did not answer"), "{silent:?}");
    }
}
