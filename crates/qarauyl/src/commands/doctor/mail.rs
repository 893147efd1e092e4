//! Whether mails would leave the house and be taken: the mail server in its own words, and the records of the sender's
//! domain. Nothing is sent.

use std::net::SocketAddr;

use mailer::check::{self, Verdict};
use mailer::{Config, TransportKind};

use super::finding::{Finding, fine, look};

pub(super) async fn findings(config: &Config, resolver: Option<SocketAddr>) -> Vec<Finding> {
    if config.transport == TransportKind::File {
        return vec![unsigned(config).unwrap_or_else(|| outbox(config))];
    }
    let records = check::records(config, resolver);
    let (server, records) = tokio::join!(check::server(config), records);
    let mut findings = vec![finding("mail", server)];
    findings.extend(check::domain(&records).into_iter().map(|(what, verdict)| finding(what, verdict)));
    findings
}

/// What can be said without asking anybody.
pub(super) fn unasked(config: &Config) -> Finding {
    if let Some(unsigned) = unsigned(config) {
        return unsigned;
    }
    match (config.transport, mailer::Transport::new(config)) {
        (_, Err(error)) => look("mail", error.to_string(), "mend [mailer.smtp] in the settings"),
        (TransportKind::File, Ok(_)) => outbox(config),
        (TransportKind::Smtp, Ok(_)) => {
            fine("mail", format!("goes to {}:{}, which was not asked", config.smtp.host, config.smtp.port))
        }
    }
}

/// Says that mails are to be signed and cannot be: the house does not start so.
fn unsigned(config: &Config) -> Option<Finding> {
    let error = mailer::Signer::new(config).err()?;
    Some(look("mail", error.to_string(), "qarauyl config dkim"))
}

fn outbox(config: &Config) -> Finding {
    fine(
        "mail",
        format!("goes to the folder {}; [mailer] transport = \"smtp\" sends it", config.outbox.display()),
    )
}

fn finding(what: &'static str, verdict: Verdict) -> Finding {
    if verdict.fine { fine(what, verdict.says) } else { look(what, verdict.says, verdict.todo) }
}
