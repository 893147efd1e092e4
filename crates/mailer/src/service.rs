//! The service: freezes what is due, renders it, sends it, and records what came of it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use model::{Clock, DeliveryOutcome};
use store::{Failed, Failure, Handler, Job, JobKind, Mailing, Sent};

use crate::{Config, Signer, Transport, render};

/// Sends digests.
pub struct MailService {
    /// Where digests come from.
    pub store: Arc<dyn Mailing>,
    /// How they leave the house.
    pub transport: Transport,
    /// Who signs them; `None` leaves them unsigned.
    pub signer: Option<Arc<Signer>>,
    /// What they look like.
    pub config: Config,
    /// The name under which they are sent.
    pub team: String,
    /// The time.
    pub clock: Clock,
}

impl fmt::Debug for MailService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailService").field("transport", &self.transport).finish_non_exhaustive()
    }
}

#[async_trait]
impl Handler for MailService {
    const KIND: JobKind = JobKind::Deliver;

    async fn handle(&self, jobs: &[Job]) -> Result<(), Failed> {
        for job in jobs {
            self.deliver(job).await?;
        }
        Ok(())
    }
}

impl MailService {
    /// Sends what is due for one subscriber. A digest that cannot be rendered stays frozen and its job is parked: no
    /// further try would mend it, and nothing is lost.
    async fn deliver(&self, job: &Job) -> Result<(), Failed> {
        let now = self.clock.now();
        let Some(digest) = self.store.freeze_digest(job, &self.config.domain, now).await? else {
            let nothing = Sent { digest: None, outcome: DeliveryOutcome::Nothing };
            return Ok(self.store.finish_delivery(job, &nothing, now).await?);
        };
        let mut message = render(&digest, &self.config, &self.team).map_err(|error| Failed::last(&error))?;
        if let Some(signer) = &self.signer {
            let signing = signer.sign(&mut message, digest.frozen);
            signing.map_err(|error| Failed::new(Failure::Passing, &error))?;
        }
        let receipt = self.transport.send(&message).await.map_err(|error| error.failed())?;
        let (subscriber, alerts) = (digest.subscriber.id.0, digest.contents.items.len());
        let sent = Sent { digest: Some(digest.id), outcome: DeliveryOutcome::Accepted(receipt.0) };
        self.store.finish_delivery(job, &sent, self.clock.now()).await?;
        tracing::info!(subscriber.id = subscriber, number = digest.number, alerts, "mail sent");
        Ok(())
    }
}
