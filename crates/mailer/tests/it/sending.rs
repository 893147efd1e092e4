//! From the queue to the outbox: each mail once.

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mailer::{Config, MailService, Message, SendError, Transport, TransportKind};
use model::{Clock, Frequency, Mode};
use store::{
    Database, NewSubscriber, Queue, QueueConfig, RetryPolicy, Sealer, Step, Subscribing, Watching, Worker,
};

use crate::given::{config, digest, now, rendered};

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_mail_that_is_sent_again_takes_its_own_place_in_the_outbox() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("not/there/yet");
    let transport = Transport::File(outbox.clone());
    let message = rendered(&digest("en", Vec::new()));
    let receipt = transport.send(&message).await.unwrap();
    assert_eq!(transport.send(&message).await.unwrap(), receipt);
    assert_eq!(files(&outbox), ["00c0ffee00c0ffee.eml"]);
    assert_eq!(std::fs::read(outbox.join(&receipt.0)).unwrap(), message.bytes);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_services_own_user_reads_the_outbox() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let receipt = Transport::File(outbox.clone()).send(&rendered(&digest("en", Vec::new()))).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&outbox), mode(&outbox.join(receipt.0))), (0o700, 0o600));
}

#[tokio::test]
async fn an_outbox_that_cannot_be_written_is_named_and_may_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("outbox");
    std::fs::write(&in_the_way, "a file").unwrap();
    let error = Transport::File(in_the_way).send(&rendered(&digest("en", Vec::new()))).await.unwrap_err();
    assert!(matches!(error, SendError::Outbox { .. }));
    assert_eq!(error.failed().failure, store::Failure::Passing);
}

#[test]
fn a_password_file_that_is_not_there_is_said_before_anything_is_sent() {
    let mut config = Config { transport: TransportKind::Smtp, ..config() };
    config.smtp.user = "watch".to_owned();
    config.smtp.password_file = "/nowhere/password".to_owned();
    assert!(Transport::new(&config).unwrap_err().to_string().contains("password_file"));
}

/// A store with one subscriber in Almaty to a daily digest, and the time at which it is due.
async fn house(folder: &Path, address: &str) -> (Arc<Database>, Timestamp) {
    let url = format!("sqlite:{}/house.db", folder.display());
    let store = Database::open(&url, Some(Sealer::new(&[1; 32]))).await.unwrap();
    let start = now() - SignedDuration::from_hours(1);
    let watch = store.add_watch("Border", "khorgos", start).await.unwrap();
    let new = NewSubscriber {
        address: address.parse().unwrap(),
        language: "kk".to_owned(),
        timezone: "Asia/Almaty".to_owned(),
    };
    let subscriber = store.add_subscriber(&new, start).await.unwrap();
    store.subscribe(subscriber, watch, (Frequency::DEFAULT, Mode::Full), start).await.unwrap();
    (Arc::new(store), now())
}

fn worker(store: &Arc<Database>, transport: Transport, clock: &Clock) -> Worker<MailService> {
    let service = MailService {
        store: Arc::<Database>::clone(store),
        transport,
        signer: None,
        config: config(),
        team: "Border Watch".to_owned(),
        clock: clock.clone(),
    };
    let retry = RetryPolicy {
        first_wait: SignedDuration::from_mins(1),
        longest_wait: SignedDuration::from_hours(6),
        attempts: 8,
    };
    let (lease, idle) = (SignedDuration::from_secs(30), SignedDuration::from_millis(500));
    Worker::new(service, Arc::clone(store), clock.clone(), QueueConfig { lease, idle, retry })
}

#[tokio::test]
async fn a_due_digest_is_sent_once_and_the_next_one_a_day_later() {
    let folder = tempfile::tempdir().unwrap();
    let (store, due) = house(folder.path(), "aigul@sample.kz").await;
    let clock = Clock::fixed(due - SignedDuration::from_secs(1));
    let (transport, mails) = Transport::memory();
    let worker = worker(&store, transport, &clock);
    assert_eq!(worker.step().await.unwrap(), Step::Idle);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(worker.step().await.unwrap(), Step::Worked);
    assert_eq!(worker.step().await.unwrap(), Step::Idle);
    let count = || mails.lock().unwrap().len();
    assert_eq!(count(), 1);
    clock.advance(SignedDuration::from_hours(24));
    assert_eq!(worker.step().await.unwrap(), Step::Worked);
    let mails: Vec<Message> = mails.lock().unwrap().clone();
    let texts: Vec<&str> = mails.iter().map(|mail| mail.text.lines().next().unwrap()).collect();
    assert_eq!(texts, ["№ 1: сәйкестік жоқ", "№ 2: сәйкестік жоқ"]);
}

#[tokio::test]
async fn a_mail_that_could_not_be_sent_is_the_same_mail_when_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (store, due) = house(folder.path(), "aigul@sample.kz").await;
    let clock = Clock::fixed(due);
    let outbox = folder.path().join("outbox");
    std::fs::write(&outbox, "in the way").unwrap();
    let worker = worker(&store, Transport::File(outbox.clone()), &clock);
    assert_eq!(worker.step().await.unwrap(), Step::Worked);
    assert_eq!(worker.step().await.unwrap(), Step::Idle, "it waits for its next try");
    std::fs::remove_file(&outbox).unwrap();
    clock.advance(SignedDuration::from_mins(1));
    assert_eq!(worker.step().await.unwrap(), Step::Worked);
    let names = files(&outbox);
    assert_eq!(names.len(), 1);
    let mail = std::fs::read_to_string(outbox.join(&names[0])).unwrap();
    assert!(mail.contains("Date: Tue, 24 Nov 2026 03:00:00"), "the date is that of the first try: {mail}");
}

#[tokio::test]
async fn a_digest_that_cannot_be_rendered_waits_for_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let (store, due) = house(folder.path(), "айгүл@sample.kz").await;
    let (transport, mails) = Transport::memory();
    let worker = worker(&store, transport, &Clock::fixed(due));
    assert_eq!(worker.step().await.unwrap(), Step::Worked);
    let parked = store.parked().await.unwrap();
    assert_eq!((parked.len(), mails.lock().unwrap().len()), (1, 0));
    assert!(parked[0].last_error.contains("address") && !parked[0].last_error.contains("айгүл"));
}
