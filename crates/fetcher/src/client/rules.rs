//! The robots.txt of a site: from memory, from the store, or from the site itself, by RFC 9309.

use std::sync::Arc;

use jiff::Timestamp;
use store::KeptRobots;
use url::Url;

use super::ask::Ask;
use super::polite::{PoliteClient, Purpose};
use crate::failure::{FetchError, Place};
use crate::manners::robots::{self, Robots};
use crate::manners::robots_cache::Learnt;

impl PoliteClient {
    /// Returns the rules that hold for a page.
    pub(super) async fn rules(&self, ask: &Ask<'_>) -> Result<Arc<Robots>, FetchError> {
        let now = self.clock.now();
        let origin = ask.url.origin().ascii_serialization();
        if let Some(robots) = self.robots.known(&origin, now) {
            return Ok(robots);
        }
        // Boxed: following a redirect asks for rules, which follow redirects.
        let learn = Box::pin(self.learn_rules(ask, &origin, now));
        self.robots.rules(&origin, now, learn).await
    }

    /// Takes the rules from the store while they are believed, else from the site, and then keeps them.
    async fn learn_rules(&self, ask: &Ask<'_>, origin: &str, now: Timestamp) -> Result<Learnt, FetchError> {
        if let Some(kept) = self.kept_rules(origin).await.filter(|kept| kept.until > now) {
            return Ok(Learnt { robots: Robots::parse(&kept.body), until: kept.until });
        }
        let body = self.fetch_rules(ask).await?;
        let until = now.saturating_add(self.settings.robots_lifetime).unwrap_or(Timestamp::MAX);
        let (robots, kept) = (Robots::parse(&body), KeptRobots { body, until });
        self.keep_rules(origin, &kept).await;
        Ok(Learnt { robots, until })
    }

    async fn kept_rules(&self, origin: &str) -> Option<KeptRobots> {
        match self.memory.as_ref()?.robots(origin).await {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(%error, "robots.txt is asked for anew: the store does not give what it keeps");
                None
            }
        }
    }

    async fn keep_rules(&self, origin: &str, kept: &KeptRobots) {
        let Some(memory) = &self.memory else { return };
        if let Err(error) = memory.keep_robots(origin, kept).await {
            tracing::warn!(%error, "robots.txt is asked for again after a restart: the store does not keep it");
        }
    }

    /// Returns the file, empty when there is none: what is not there forbids nothing (section 2.3.1.3), what cannot
    /// be had forbids all (section 2.3.1.4). A site that answers 429 wants to be left alone, not to be read freely.
    async fn fetch_rules(&self, ask: &Ask<'_>) -> Result<Vec<u8>, FetchError> {
        let url = robots_url(ask.url);
        let asked = Ask { url: &url, validators: None, ..ask.clone() };
        let answer = match self.follow(&asked, Purpose::Robots).await {
            Ok(exchange) => exchange.answer,
            Err(FetchError::TooManyRedirects { .. } | FetchError::NoLocation { .. }) => {
                return Ok(Vec::new());
            }
            // A redirect to a place that we never go to is as good as no file.
            Err(FetchError::Refused { .. }) if self.guard.check_url(&url, ask.proxy).is_ok() => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let response = &answer.response;
        if response.status.is_success() {
            return Ok(archive::decode_start(
                &response.content_encoding(),
                &response.body,
                robots::MAX_BYTES,
            ));
        }
        let status = response.status.as_u16();
        if status == 429 || response.status.is_server_error() {
            self.rest_wanted(&answer);
            return Err(FetchError::RobotsUnavailable { place: Place::of(&url), status });
        }
        Ok(Vec::new())
    }
}

fn robots_url(page: &Url) -> Url {
    let mut url = page.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url
}
