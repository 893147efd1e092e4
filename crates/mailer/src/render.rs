//! From a digest to the bytes of a mail.

use std::time::{Duration, SystemTime};

use askama::Template;
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use model::{Digest, EmailAddress, Mode};
use thiserror::Error;

use crate::view::{HtmlMail, TextMail, View};
use crate::{Config, Subject};

/// A mail, ready to be sent. `Debug` does not show it.
#[derive(Clone)]
pub struct Message {
    /// Who it is from, on the envelope.
    pub from: EmailAddress,
    /// Who it is for, on the envelope: one person.
    pub to: EmailAddress,
    /// The `Message-ID` with its angle brackets.
    pub message_id: String,
    /// The mail itself.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// Why a digest could not become a mail.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The sender of the configuration is no address.
    #[error("[mailer] from is no e-mail address: write it as name@example.org")]
    From,
    /// A template failed.
    #[error("the mail could not be written: {0}")]
    Template(#[from] askama::Error),
    /// A part could not be put together.
    #[error("the mail could not be put together: {0}")]
    Build(#[from] lettre::error::Error),
    /// An address is refused by the mail library.
    #[error("an address cannot stand in a mail")]
    Address,
}

/// Renders a digest. The same digest always gives the same mail, but for the boundary between its parts.
///
/// # Errors
/// When the configuration's sender is wrong or a part cannot be put together.
pub fn render(digest: &Digest, config: &Config, team: &str) -> Result<Message, RenderError> {
    let from: EmailAddress =
        config.from.parse().or_else(|_| local_sender(&config.from)).map_err(|_| RenderError::From)?;
    let to = digest.subscriber.address.clone();
    let view = View::new(digest, config);
    let subject = subject(digest, config, &view);
    let language = view.language;
    let text = TextMail { view: view.clone() }.render()?;
    let html = HtmlMail { view }.render()?;
    let message = lettre::Message::builder()
        .from(mailbox(Some(clean(team)), &from)?)
        .to(mailbox(None, &to)?)
        .subject(subject)
        .date(
            SystemTime::UNIX_EPOCH
                + Duration::from_secs(u64::try_from(digest.frozen.as_second()).unwrap_or(0)),
        )
        .message_id(Some(digest.message_id.clone()))
        .header(Raw("Auto-Submitted", "auto-generated".to_owned()))
        .header(Raw("X-Auto-Response-Suppress", "All".to_owned()))
        .header(Raw("List-Id", format!("<digest.{}>", config.domain)))
        .header(Raw("List-Unsubscribe", format!("<mailto:{}?subject=stop>", from.expose())))
        .header(Raw("Content-Language", language.to_owned()))
        .multipart(
            MultiPart::alternative()
                .singlepart(part(ContentType::TEXT_PLAIN, text))
                .singlepart(part(ContentType::TEXT_HTML, html)),
        )?;
    Ok(Message { from, to, message_id: digest.message_id.clone(), bytes: message.formatted() })
}

/// The default sender has no dot in its domain, which is fine for the outbox folder.
fn local_sender(text: &str) -> Result<EmailAddress, model::EmailError> {
    format!("{text}.localdomain").parse()
}

fn part(kind: ContentType, body: String) -> SinglePart {
    // Base64 keeps a mail in seven bits whatever script it is in.
    SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(body)
}

fn subject(digest: &Digest, config: &Config, view: &View) -> String {
    let counts = digest.contents.mode == Some(Mode::Counts);
    match view.stories.first() {
        Some(story) if config.subject == Subject::Full && !counts => {
            clean(&format!("{} · {}", view.heading, story.title))
        }
        _ => view.heading.clone(),
    }
}

fn mailbox(name: Option<String>, address: &EmailAddress) -> Result<Mailbox, RenderError> {
    let address = address.expose().parse().map_err(|_| RenderError::Address)?;
    Ok(Mailbox::new(name, address))
}

/// Takes line breaks and other control characters away: a display name with one makes the mail library panic.
fn clean(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A header whose value is plain ASCII of our own making.
#[derive(Debug, Clone)]
struct Raw(&'static str, String);

/// `lettre` names a header by its type; ours carry their name, so the type's name is never asked for on its own.
impl Header for Raw {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Qarauyl")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("read by nobody".into())
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(HeaderName::new_from_ascii_str(self.0), self.1.clone())
    }
}
