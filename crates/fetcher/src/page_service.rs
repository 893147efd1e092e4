//! The service that fetches article pages and keeps them; a page that cannot be read goes on with its feed's text.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::ArticleId;
use store::{Failed, Failure, Handler, Job, JobKind, NewCapture, PageToFetch, RetryPolicy, UnreadPage};

use crate::keeping::keep;
use crate::poll_service::Tools;
use crate::{Ask, FetchError, Fetched, next_look};

/// How long a page may fail before its feed's text is matched in its place.
const PATIENCE: SignedDuration = SignedDuration::from_hours(1);

/// When a page that answered for good that it is not there is asked for again: some outlets answer 404 or 403 to an
/// article that is minutes old.
const SECOND_LOOKS: [SignedDuration; 3] =
    [SignedDuration::from_hours(1), SignedDuration::from_hours(6), SignedDuration::from_hours(24)];

/// Fetches article pages.
#[derive(Debug)]
pub struct PageService {
    /// The tools that both services of this crate use.
    pub tools: Tools,
    /// When a page that failed is tried again.
    pub retry: RetryPolicy,
    /// When pages are looked at again, counted from their first capture.
    pub looks: Vec<SignedDuration>,
}

#[async_trait]
impl Handler for PageService {
    const KIND: JobKind = JobKind::FetchPage;

    fn width(&self) -> usize {
        self.tools.width
    }

    fn is_ready(&self) -> bool {
        self.tools.archive.room().is_ok()
    }

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            match self.tools.store.page(ArticleId(job.subject)).await? {
                Some(page) => self.fetch(job, &page).await?,
                None => self.tools.store.drop_job(job).await?,
            }
        }
        Ok(())
    }
}

impl PageService {
    async fn fetch(&self, job: &Job, page: &PageToFetch) -> Result<(), Failed> {
        let at = self.tools.clock.now();
        match self.tools.client.fetch(&Ask::of(&page.source, page.article.url.url())).await {
            Ok(Fetched::Exchange(exchange)) => {
                let status = exchange.answer.response.status.as_u16();
                let kept = keep(&self.tools.archive, *exchange).await?;
                let capture = NewCapture {
                    article: page.article.id,
                    fetched: at,
                    status,
                    payload_sha256: kept.payload_sha256,
                    location: kept.location,
                    next_look: next_look(&self.looks, at, at),
                };
                Ok(self.tools.store.finish_fetch(job, &capture).await?)
            }
            // Asked without conditions, no server may answer so.
            Ok(Fetched::NotModified(_)) => Err(Failed::passing(&"the page answered 304 to a plain request")),
            Err(error) => self.fail(job, page, &error).await,
        }
    }

    async fn fail(&self, job: &Job, page: &PageToFetch, error: &FetchError) -> Result<(), Failed> {
        if let Some(exchange) = error.exchange() {
            keep(&self.tools.archive, exchange.clone()).await?;
        }
        let now = self.tools.clock.now();
        let failure = error.failure();
        let due = again(job, failure, &self.retry, now);
        // A page that is not asked for within the patience is not waited for.
        let too_late = job.created + PATIENCE <= due.unwrap_or(Timestamp::MAX);
        let from_feed = failure == Failure::Final || too_late;
        let unread = UnreadPage { article: page.article.id, due, reason: error.to_string(), from_feed };
        let (id, from_feed) = (page.article.id.0, unread.from_feed);
        tracing::warn!(source.id = %page.source.id, article.id = id, from_feed, reason = %unread.reason, "page not read");
        Ok(self.tools.store.fail_fetch(job, &unread, now).await?)
    }
}

/// When a failed page is tried again; `None` parks its job.
fn again(job: &Job, failure: Failure, retry: &RetryPolicy, now: Timestamp) -> Option<Timestamp> {
    if failure == Failure::Final {
        let look = usize::try_from(job.attempt).ok().and_then(|attempt| attempt.checked_sub(1));
        return look.and_then(|look| SECOND_LOOKS.get(look)).map(|wait| now + *wait);
    }
    retry.due_again(job.attempt, failure, now)
}

#[cfg(test)]
mod tests {
    use model::JobId;

    use super::*;

    #[test]
    fn a_page_that_is_not_there_is_looked_at_three_times_more_and_then_parked() {
        let now = Timestamp::UNIX_EPOCH;
        let retry = RetryPolicy { first_wait: PATIENCE, longest_wait: PATIENCE, attempts: 9 };
        let job = |attempt| Job {
            id: JobId(1),
            kind: JobKind::FetchPage,
            key: "1".to_owned(),
            subject: 1,
            attempt,
            created: now,
            lease: 1,
        };
        let due = |attempt, failure| again(&job(attempt), failure, &retry, now);
        assert_eq!(due(1, Failure::Final), Some(now + SECOND_LOOKS[0]));
        assert_eq!(due(3, Failure::Final), Some(now + SECOND_LOOKS[2]));
        assert_eq!(due(4, Failure::Final), None);
        assert_eq!(due(1, Failure::Passing), Some(now + PATIENCE));
    }
}
