//! From a digest to the bytes of a mail.

use std::time::{Duration, SystemTime};

use askama::Template;
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use model::{Digest, EmailAddress, Mode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use thiserror::Error;
use url::Host;

use crate::line::one_line;
use crate::view::View;
use crate::{Config, Subject};

/// The mail as HTML.
#[derive(Template)]
#[template(path = "digest.html")]
struct HtmlMail<'a> {
    view: &'a View,
}

/// The mail as plain text.
#[derive(Template)]
#[template(path = "digest.txt")]
struct TextMail<'a> {
    view: &'a View,
}

/// A mail, ready to be sent. `Debug` does not show what it says, nor to whom.
#[derive(Clone)]
pub struct Message {
    /// Who it is for: one person.
    pub to: EmailAddress,
    /// The `Message-ID` with its angle brackets.
    pub message_id: String,
    /// What it says, as plain text.
    pub text: String,
    /// What it says, as HTML.
    pub html: String,
    /// The mail itself: both of the above in one MIME message, in seven bits.
    pub bytes: Vec<u8>,
    /// Sender and recipient as a mail server is told them.
    pub(crate) envelope: Envelope,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("message_id", &self.message_id).finish_non_exhaustive()
    }
}

/// Why a digest could not become a mail. No address stands in it.
#[derive(Debug, Error)]
pub enum RenderError {
    /// The sender of the configuration is no address.
    #[error("mailer.from is no e-mail address: write it as name@example.org")]
    From,
    /// The subscriber's address cannot stand in a mail of seven bits.
    #[error(
        "the subscriber's address has letters outside ASCII before its @: add the subscriber under another one"
    )]
    To,
    /// A template failed.
    #[error("the mail's words could not be put together")]
    Template(#[from] askama::Error),
    /// The parts do not make a mail.
    #[error("the mail's parts could not be put together")]
    Build(#[from] lettre::error::Error),
}

/// Renders a digest in its subscriber's language, sent under the name of `team`. The same digest and configuration give
/// the same bytes, so that a mail that is sent again is the same mail.
///
/// # Errors
/// When an address cannot stand in a mail, or a part cannot be put together.
pub fn render(digest: &Digest, config: &Config, team: &str) -> Result<Message, RenderError> {
    let from: Address = config.from.parse().map_err(|_| RenderError::From)?;
    let to = recipient(&digest.subscriber.address)?;
    let envelope = Envelope::new(Some(from.clone()), vec![to.clone()])?;
    let view = View::new(digest, config);
    let text = TextMail { view: &view }.render()?;
    let html = HtmlMail { view: &view }.render()?;
    let name = Some(one_line(team)).filter(|name| !name.is_empty());
    let message = lettre::Message::builder()
        .from(Mailbox::new(name, from.clone()))
        .to(Mailbox::new(None, to))
        .subject(subject(digest, config, &view))
        .date(date(digest))
        .message_id(Some(digest.message_id.clone()))
        .raw_header(header("List-Id", format!("<digest.{}>", config.domain)))
        .raw_header(header("List-Unsubscribe", unsubscribe(&from)))
        // RFC 3834: nobody's "out of office" need answer this, and nothing is to answer by itself.
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(header("X-Auto-Response-Suppress", "All".to_owned()))
        .raw_header(header("Content-Language", view.language.to_owned()))
        .multipart(
            MultiPart::alternative()
                .boundary(boundary(&digest.message_id))
                // Without a stated encoding the shortest of the seven-bit ones is taken.
                .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text.clone()))
                .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html.clone())),
        )?;
    let (to, message_id) = (digest.subscriber.address.clone(), digest.message_id.clone());
    Ok(Message { to, message_id, text, html, bytes: message.formatted(), envelope })
}

/// The address with its domain in ASCII: a server that knows no SMTPUTF8 then takes it, too.
fn recipient(address: &EmailAddress) -> Result<Address, RenderError> {
    let (local, domain) = address.expose().rsplit_once('@').ok_or(RenderError::To)?;
    let ascii = match Host::parse(domain) {
        Ok(Host::Domain(ascii)) => ascii,
        _ => domain.to_owned(),
    };
    if !local.is_ascii() || !ascii.is_ascii() {
        return Err(RenderError::To);
    }
    Address::new(local, ascii).map_err(|_| RenderError::To)
}

fn subject(digest: &Digest, config: &Config, view: &View) -> String {
    let told = digest.contents.mode != Some(Mode::Counts);
    let first = view.stories.first().and_then(|story| story.first.as_ref());
    match first {
        Some(first) if config.subject == Subject::Full && told => {
            format!("{} · {}", view.heading, first.title)
        }
        _ => view.heading.clone(),
    }
}

/// The time of freezing, not of sending: the same mail has the same date.
fn date(digest: &Digest) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(digest.frozen.as_second()).unwrap_or(0))
}

/// What may stand bare in a `mailto:` address (RFC 6068).
const MAILTO: &AsciiSet = &NON_ALPHANUMERIC.remove(b'@').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

fn unsubscribe(from: &Address) -> String {
    format!("<mailto:{}?subject=stop>", utf8_percent_encode(from.as_ref(), MAILTO))
}

/// `=_` cannot occur in an encoded part. `lettre` would make a new boundary for each rendering.
fn boundary(message_id: &str) -> String {
    let random: String = message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    format!("=_{random}")
}

/// A header of our own making, in ASCII. Configuration is checked before it comes here.
fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_in_its_own_letters_is_written_in_ascii() {
        let check = |address: &str, expected: Option<&str>| {
            let address = address.parse().unwrap();
            let found = recipient(&address).ok();
            assert_eq!(found.as_ref().map(AsRef::as_ref), expected);
        };
        check("aigul@пошта.қаз", Some("aigul@xn--80a1acn3a.xn--80ao21a"));
        check("aigul@example.org", Some("aigul@example.org"));
        check("айгүл@example.org", None);
    }

    #[test]
    fn a_sender_with_unusual_letters_can_be_unsubscribed_from() {
        let from: Address = "watch+a%b&c@example.org".parse().unwrap();
        assert_eq!(unsubscribe(&from), "<mailto:watch%2Ba%25b%26c@example.org?subject=stop>");
    }
}
