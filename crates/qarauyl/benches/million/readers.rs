//! Who reads: sources, watches and subscribers of the house.

use jiff::Timestamp;
use model::{EndpointKind, FirstLook, Frequency, Mode, Source, SourceKind};
use query::{Lexicon, Plan, parse_watch, plan};
use store::{ConfiguredEndpoint, ConfiguredSource, Database, NewSubscriber, Sourcing, Subscribing, Watching};
use test_support::Chance;

use crate::folder::Folder;
use crate::press::{OUTLETS, Press};

/// How many watches there are.
const WATCHES: usize = 200;
/// How many people hear of them.
const SUBSCRIBERS: usize = 5;

/// A watch as it is run.
pub(crate) struct Standing {
    pub(crate) id: model::WatchId,
    pub(crate) name: String,
    pub(crate) plan: Plan,
}

/// Adds sources, watches and subscribers, unless they are there, and returns the watches.
pub(crate) async fn settle(
    store: &Database,
    folder: &Folder,
    press: &Press,
    lexicon: &Lexicon,
) -> Vec<Standing> {
    let began = folder.time(1);
    if store.watches().await.unwrap().is_empty() {
        let sources: Vec<_> = (0..OUTLETS).map(|outlet| source(folder, press, outlet)).collect();
        store.sync_sources(&sources, folder.plan.end).await.unwrap();
        for number in 0..WATCHES {
            let query = parse_watch(&question(number, press, lexicon)).unwrap();
            store.add_watch(&format!("Watch {number}"), &query.to_string(), began).await.unwrap();
        }
        subscribe(store, began).await;
    }
    let standing = |watch: model::Watch| Standing {
        id: watch.id,
        plan: plan(&parse_watch(&watch.query).unwrap(), lexicon).unwrap(),
        name: watch.name,
    };
    store.watches().await.unwrap().into_iter().map(standing).collect()
}

async fn subscribe(store: &Database, began: Timestamp) {
    let watches = store.watches().await.unwrap();
    for number in 0..SUBSCRIBERS {
        let new = NewSubscriber {
            address: format!("reader-{number}@readers.test").parse().unwrap(),
            language: "en".to_owned(),
            timezone: "UTC".to_owned(),
        };
        let subscriber = store.add_subscriber(&new, began).await.unwrap();
        let frequency = if number == 0 { Frequency::Instant } else { Frequency::Daily(8) };
        for watch in watches.iter().skip(number).step_by(SUBSCRIBERS) {
            store.subscribe(subscriber, watch.id, (frequency, Mode::Full), began).await.unwrap();
        }
    }
}

/// What a watch asks: names of the lexicon, and words that are in few texts.
fn question(number: usize, press: &Press, lexicon: &Lexicon) -> String {
    let mut chance = Chance::new(u64::try_from(number).unwrap());
    let mut word = |octave| press.word(number, octave, &mut chance).to_owned();
    match number % 4 {
        0 => format!("@{}", lexicon.entities()[number % lexicon.entities().len()].id),
        1 => format!("\"{}\" AND \"{}\"", word(7), word(8)),
        2 => format!("\"{}\" OR \"{}\" OR \"{}\"", word(14), word(13), word(14)),
        _ => format!("\"{}\" AND NOT \"{}\"", word(12), word(3)),
    }
}

pub(crate) fn source(folder: &Folder, press: &Press, outlet: usize) -> ConfiguredSource {
    let (lang, country) = press.language(outlet);
    let source = Source {
        name: format!("Outlet {outlet}"),
        country: country.to_owned(),
        languages: vec![lang],
        kind: if outlet.is_multiple_of(2) { SourceKind::State } else { SourceKind::Independent },
        schedule: "* * * * *".to_owned(),
        first_look: FirstLook::Alert,
        connections: 4,
        ..Source::new(format!("outlet-{outlet:02}").parse().unwrap())
    };
    let endpoint = ConfiguredEndpoint {
        kind: EndpointKind::Feed,
        url: folder.feed(outlet).parse().unwrap(),
        selectors: String::new(),
        first_due: folder.plan.end,
    };
    ConfiguredSource { source, endpoints: vec![endpoint], domains: Vec::new() }
}
