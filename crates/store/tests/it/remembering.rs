//! What the fetcher remembers of servers.

use model::{Conduct, EndpointId, FirstLook, Move};
use store::{JobKind, KeptRobots, Polled, Store};

use crate::given::{leased, minutes, polled, start};

pub(crate) async fn a_robots_txt_is_kept_until_the_next_one(store: &dyn Store) {
    let origin = "https://herald.test";
    assert_eq!(store.robots(origin).await.unwrap(), None);
    let kept = |body: &[u8], until| KeptRobots { body: body.to_vec(), until };
    let first = kept(b"User-agent: *\nDisallow: /\xff", start());
    store.keep_robots(origin, &first).await.unwrap();
    assert_eq!(store.robots(origin).await.unwrap(), Some(first));
    let second = kept(b"", start() + minutes(60));
    store.keep_robots(origin, &second).await.unwrap();
    assert_eq!(store.robots(origin).await.unwrap(), Some(second));
    assert_eq!(store.robots("http://herald.test").await.unwrap(), None);
}

pub(crate) async fn what_a_poll_taught_of_a_server_is_there_at_the_next(store: &dyn Store) {
    polled(store, FirstLook::Archive, &[]).await;
    let job = leased(store, JobKind::Poll, start() + minutes(15)).await.unwrap();
    let (source, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    assert_eq!(endpoint.conduct, Conduct::default());
    let url = |text: &str| text.parse::<url::Url>().unwrap();
    let conduct = Conduct {
        unchanged_polls: 7,
        distrusted: Some(start()),
        moved: Some(Move { to: url("https://herald.test/rss"), since: start(), polls: 2 }),
        address: Some(url("https://herald.test/atom")),
        ..Conduct::default()
    };
    let poll = Polled {
        conduct: conduct.clone(),
        ..Polled::nothing_new(source, endpoint, start() + minutes(15), start() + minutes(30))
    };
    store.finish_poll(&job, &poll).await.unwrap();
    let (_, endpoint) = store.endpoint(EndpointId(job.subject)).await.unwrap().unwrap();
    assert_eq!(endpoint.conduct, conduct);
}
