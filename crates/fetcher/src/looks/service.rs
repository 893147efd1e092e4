//! The service that looks again at pages that were captured, and keeps what it sees.

use std::sync::Arc;

use archive::{Exchange, Kept};
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use model::{ArticleId, Sight};
use store::{Failed, Handler, Job, JobKind, Looked, Looking, NewCapture, PageToLookAt};

use crate::keeping::keep_relook;
use crate::looks::plan::{Made, due_after};
use crate::looks::sight::{leads_above, of_error};
use crate::poll_service::Tools;
use crate::{Ask, Fetched};

/// Looks again at article pages.
pub struct LookService {
    /// The tools that all services of this crate use.
    pub tools: Tools,
    /// What is known of the pages, and where findings are kept.
    pub looking: Arc<dyn Looking>,
    /// When pages are looked at, counted from their first capture.
    pub plan: Vec<SignedDuration>,
}

impl std::fmt::Debug for LookService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LookService")
            .field("tools", &self.tools)
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// What came of asking for the page.
struct Answer {
    sight: Sight,
    exchange: Option<Exchange>,
    reason: String,
}

#[async_trait]
impl Handler for LookService {
    const KIND: JobKind = JobKind::Look;

    fn width(&self) -> usize {
        self.tools.width
    }

    fn is_ready(&self) -> bool {
        self.tools.archive.room().is_ok()
    }

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            match self.looking.page_to_look_at(ArticleId(job.subject)).await? {
                Some(page) => self.look(job, &page).await?,
                None => self.tools.store.drop_job(job).await?,
            }
        }
        Ok(())
    }
}

impl LookService {
    async fn look(&self, job: &Job, page: &PageToLookAt) -> Result<(), Failed> {
        let at = self.tools.clock.now();
        let mut answer = self.ask(page).await;
        let status = answer.exchange.as_ref().map_or(0, |one| one.answer.response.status.as_u16());
        let mut capture = None;
        if let Some(exchange) = answer.exchange.take() {
            let kept = keep_relook(&self.tools.archive, exchange, page.last.0.clone()).await?;
            if answer.sight == Sight::Page && kept.payload_sha256 == page.last.1 {
                answer.sight = Sight::Same;
            }
            // What stands in place of the page is evidence of its absence, and never its text.
            capture = (answer.sight != Sight::Outage).then(|| capture_of(page, &kept, (at, status)));
        }
        let looked = Looked {
            article: page.page.article.id,
            at,
            sight: answer.sight,
            status,
            capture,
            reason: answer.reason,
            next: self.next(page, answer.sight, at),
        };
        self.looking.finish_look(job, page, &looked).await?;
        let (id, source) = (page.page.article.id.0, &page.page.source.id);
        tracing::info!(source.id = %source, article.id = id, sight = looked.sight.as_str(), "looked again");
        Ok(())
    }

    async fn ask(&self, page: &PageToLookAt) -> Answer {
        let url = page.page.article.url.url();
        match self.tools.client.fetch(&Ask::of(&page.page.source, url)).await {
            Ok(Fetched::Exchange(exchange)) => {
                let gone = leads_above(url, exchange.final_url());
                let (sight, reason) = if gone {
                    (Sight::Gone, "its address leads to the page above it")
                } else {
                    (Sight::Page, "")
                };
                Answer { sight, exchange: Some(*exchange), reason: reason.to_owned() }
            }
            // Asked without conditions, no server may answer so; it says nothing of the page.
            Ok(Fetched::NotModified(_)) => {
                let reason = "the page answered 304 to a plain request".to_owned();
                Answer { sight: Sight::Outage, exchange: None, reason }
            }
            Err(error) => {
                let exchange = error.exchange().cloned();
                Answer { sight: of_error(&error), exchange, reason: error.to_string() }
            }
        }
    }

    fn next(&self, page: &PageToLookAt, sight: Sight, now: Timestamp) -> Option<Timestamp> {
        let (presence, missing_since) = page.standing.after(sight, now);
        due_after(Made {
            plan: &self.plan,
            first_captured: page.first_captured,
            now,
            sight,
            presence,
            missing: missing_since.map_or(SignedDuration::ZERO, |since| now.duration_since(since)),
            outages: page.outages,
        })
    }
}

fn capture_of(page: &PageToLookAt, kept: &Kept, (fetched, status): (Timestamp, u16)) -> NewCapture {
    NewCapture {
        article: page.page.article.id,
        fetched,
        status,
        payload_sha256: kept.payload_sha256.clone(),
        location: kept.location.clone(),
        next_look: None,
    }
}
