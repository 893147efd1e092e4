//! `qarauyl subscriber export`: all that is kept about one person, for the person. The one output with an address in full.

use std::collections::HashMap;

use model::Subscriber;
use serde::Serialize;
use store::{Disclosing, Subscribing, Watching};

use crate::house::House;
use crate::output::write_out;

#[derive(Serialize)]
struct Kept {
    address: String,
    language: String,
    timezone: String,
    paused: bool,
    since: String,
    subscriptions: Vec<Wish>,
    digests: Vec<Mail>,
    /// What is found and waits for the next mail.
    waiting: u64,
}

#[derive(Serialize)]
struct Wish {
    watch: String,
    frequency: String,
    mode: String,
}

#[derive(Serialize)]
struct Mail {
    number: u32,
    frequency: String,
    message_id: String,
    made: String,
    sent: Option<String>,
    /// The articles that it told of.
    articles: Vec<String>,
    answers: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    at: String,
    answer: String,
}

pub(super) async fn run(house: &House, subscriber: &Subscriber) -> anyhow::Result<()> {
    let names: HashMap<i64, String> =
        house.store.watches().await?.into_iter().map(|watch| (watch.id.0, watch.name)).collect();
    let wishes = house.store.subscriptions(subscriber.id).await?.into_iter().map(|one| Wish {
        watch: names.get(&one.watch.0).cloned().unwrap_or_default(),
        frequency: one.frequency.to_string(),
        mode: one.mode.to_string(),
    });
    let mails = house.store.digests_of(subscriber.id).await?.into_iter().map(|one| Mail {
        number: one.number,
        frequency: one.frequency,
        message_id: one.message_id,
        made: one.frozen.to_string(),
        sent: one.sent.map(|sent| sent.to_string()),
        articles: one.articles,
        answers: one
            .deliveries
            .into_iter()
            .map(|(at, answer)| Answer { at: at.to_string(), answer })
            .collect(),
    });
    let kept = Kept {
        address: subscriber.address.expose().to_owned(),
        language: subscriber.language.clone(),
        timezone: subscriber.timezone.clone(),
        paused: subscriber.paused,
        since: subscriber.created.to_string(),
        subscriptions: wishes.collect(),
        digests: mails.collect(),
        waiting: house.store.waiting_for(subscriber.id).await?,
    };
    write_out(&serde_json::to_string_pretty(&kept)?)
}
