//! Remembers the robots.txt of each site for as long as it is believed.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;

use crate::failure::FetchError;
use crate::manners::robots::Robots;

/// Beyond this many sites the ones whose time is over are forgotten.
const MAX_SITES: usize = 10_000;
/// How long an old file is believed when a new one cannot be had.
const STALE: SignedDuration = SignedDuration::from_hours(1);

/// The robots.txt files that are known.
#[derive(Default)]
pub(crate) struct RobotsCache {
    sites: Mutex<HashMap<String, Site>>,
}

#[derive(Clone, Default)]
struct Site {
    /// Filled by the first who asks; all who ask meanwhile wait for it.
    known: Arc<OnceCell<Known>>,
    /// The file before this one.
    old: Option<Arc<Robots>>,
}

#[derive(Clone)]
struct Known {
    robots: Arc<Robots>,
    until: Timestamp,
}

/// A file that was just read, and until when it is believed.
pub(crate) struct Learnt {
    pub(crate) robots: Robots,
    pub(crate) until: Timestamp,
}

impl RobotsCache {
    /// Returns the rules of the site `origin` where they are known and believed.
    pub(crate) fn known(&self, origin: &str, now: Timestamp) -> Option<Arc<Robots>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let known = sites.get(origin)?.known.get().filter(|known| known.until > now)?;
        Some(Arc::clone(&known.robots))
    }

    /// Returns the rules of the site `origin`, learning them when none are known or their time is over.
    pub(crate) async fn rules(
        &self,
        origin: &str,
        now: Timestamp,
        learn: impl Future<Output = Result<Learnt, FetchError>>,
    ) -> Result<Arc<Robots>, FetchError> {
        let site = self.site(origin, now);
        let stale = now.saturating_add(STALE).unwrap_or(Timestamp::MAX);
        let fill = async {
            match (learn.await, &site.old) {
                (Ok(learnt), _) => Ok(Known { robots: Arc::new(learnt.robots), until: learnt.until }),
                (Err(_), Some(old)) => Ok(Known { robots: Arc::clone(old), until: stale }),
                (Err(error), None) => Err(error),
            }
        };
        site.known.get_or_try_init(|| fill).await.map(|known| Arc::clone(&known.robots))
    }

    fn site(&self, origin: &str, now: Timestamp) -> Site {
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |site: &Site| site.known.get().is_some_and(|known| known.until <= now);
        if sites.len() > MAX_SITES {
            sites.retain(|_, site| !over(site));
        }
        let site = sites.entry(origin.to_owned()).or_default();
        if over(site) {
            let old = site.known.get().map(|known| Arc::clone(&known.robots));
            *site = Site { known: Arc::default(), old };
        }
        site.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Place;

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    async fn allowed(cache: &RobotsCache, hour: i64, file: Option<&str>) -> Option<bool> {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour);
        let place = Place::of(&"http://a.kz/robots.txt".parse().unwrap());
        let learnt = file.map(|file| Learnt { robots: Robots::parse(file.as_bytes()), until: now + DAY });
        let learn = async { learnt.ok_or(FetchError::RobotsUnavailable { place, status: 503 }) };
        cache.rules("http://a.kz", now, learn).await.ok().map(|robots| robots.allows("/a"))
    }

    #[tokio::test]
    async fn a_file_is_believed_for_its_time_and_a_little_longer_when_no_new_one_comes() {
        let (cache, closed) = (RobotsCache::default(), "user-agent: *\ndisallow: /");
        assert_eq!(allowed(&cache, 0, None).await, None);
        assert_eq!(allowed(&cache, 0, Some(closed)).await, Some(false));
        assert_eq!(allowed(&cache, 23, Some("")).await, Some(false));
        let known =
            |hour| cache.known("http://a.kz", Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour));
        assert!(known(23).is_some() && known(24).is_none());
        assert_eq!(allowed(&cache, 24, None).await, Some(false));
        assert_eq!(allowed(&cache, 25, Some("")).await, Some(true));
    }
}
