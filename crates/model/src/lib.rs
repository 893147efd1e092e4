//! The things Qarauyl speaks of: sources, captures, articles, watches, alerts, digests.
//!
//! This crate validates and holds; it reads no file, opens no connection and asks no clock.
//! Its types derive no `Serialize` (ids excepted): a row, a wire form or a view is a type of its own
//! in the crate that owns that border.

mod alert;
mod article;
mod canonical;
mod capture;
mod clock;
mod conduct;
mod digest;
mod email;
mod entry;
mod health;
mod ids;
mod presence;
mod proxy;
mod source;
mod story;
mod subscriber;
mod watch;

pub use alert::{Alert, Excerpt, Highlight, Named, Novelty};
pub use article::{Article, Block, BlockKind, Origin, Version};
pub use canonical::{CanonicalUrl, UrlError, is_platform, registered_domain};
pub use capture::{Capture, CaptureLocation};
pub use clock::Clock;
pub use conduct::{Conduct, Move};
pub use digest::{
    Delivery, DeliveryOutcome, Digest, DigestContents, Readings, Restored, SourceNews, WatchNews,
};
pub use email::{EmailAddress, EmailError};
pub use entry::Entry;
pub use health::{DayCounts, Health, Notice, Trouble};
pub use ids::{
    AlertId, ArticleId, CaptureId, DigestId, EndpointId, EntryId, JobId, SourceId, SourceIdError, StoryId,
    SubscriberId, SubscriptionId, VersionId, WatchId,
};
pub use presence::{BETWEEN_LOOKS, LOOK_MARGIN, Presence, Sight, Standing};
pub use proxy::{ProxyError, ProxyKind, ProxyUrl};
pub use source::{
    Endpoint, EndpointKind, EndpointState, FirstLook, Source, SourceKind, UnknownWord, Validators,
};
pub use story::{Mark, StoryFacts};
pub use subscriber::{Frequency, FrequencyError, Mode, Subscriber, Subscription};
pub use watch::{Watch, WatchState};
