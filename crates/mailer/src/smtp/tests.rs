//! What must come of it when a mail server misbehaves.

mod server;

use jiff::SignedDuration;
use lettre::address::Envelope;
use store::Failure;
use tokio::net::TcpListener;

use self::server::{Act, CERTIFICATE, Offers, Server};
use super::*;

/// Each kind of TLS, with the setting that asks for it.
const KINDS: [(Security, Offers); 2] =
    [(Security::Starttls, Offers::Starttls), (Security::Tls, Offers::Wrapped)];

fn message(id: &str) -> Message {
    let address = |text: &str| text.parse().unwrap();
    let envelope = Envelope::new(Some(address("watch@sample.org")), vec![address("aigul@sample.kz")]);
    Message {
        to: "aigul@sample.kz".parse().unwrap(),
        message_id: format!("<{id}@sample.org>"),
        text: String::new(),
        html: String::new(),
        bytes: format!("Message-ID: <{id}@sample.org>\r\n\r\nfirst\r\n.second\r\n").into_bytes(),
        envelope: envelope.unwrap(),
    }
}

/// A client of the server at `port` that is patient enough for a busy machine.
fn client(port: u16, tls: Security) -> Smtp {
    let config = SmtpConfig {
        host: "localhost".to_owned(),
        port,
        tls,
        user: String::new(),
        password_file: String::new(),
        command_timeout: SignedDuration::from_secs(20),
    };
    Smtp::new(&config, "sample.org").unwrap()
}

/// Sends one mail to a server in the open.
async fn send_to(server: &Server) -> Result<Receipt, SendError> {
    client(server.start().await, Security::None).send(&message("one")).await
}

#[tokio::test]
async fn a_mail_arrives_as_it_is_and_the_servers_words_are_kept() {
    let server = Server::default();
    let receipt = send_to(&server).await.unwrap();
    assert_eq!(receipt, Receipt("250 2.0.0 queued as 4XY".to_owned()));
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        String::from_utf8_lossy(&mails[0]).trim_end(),
        String::from_utf8_lossy(&message("one").bytes).trim_end()
    );
    assert!(server.saw("EHLO sample.org"), "the machine's own name is not told");
    assert!(server.saw("MAIL FROM:<watch@sample.org>") && server.saw("RCPT TO:<aigul@sample.kz>"));
}

#[tokio::test]
async fn only_an_address_that_does_not_exist_is_given_up() {
    let check = async |step: &'static str, words: &'static str, expected: Failure| {
        let server = Server::that(&[(step, Act::Say(words))]);
        let failed = send_to(&server).await.unwrap_err().failed();
        assert_eq!(failed.failure, expected, "{words}");
        assert!(
            !failed.reason.contains("aigul") && !failed.reason.contains("sample.kz"),
            "{}",
            failed.reason
        );
        assert!(failed.reason.contains("localhost"), "{}", failed.reason);
    };
    check("RCPT", "451 4.7.1 <aigul@sample.kz>: greylisted", Failure::Passing).await;
    check("RCPT", "550 5.1.1 <aigul@sample.kz>: no such user", Failure::Final).await;
    check("RCPT", "550-5.1.1 no such user\r\n550 5.1.1 at all", Failure::Final).await;
    check("RCPT", "550 <aigul@sample.kz> refused", Failure::Passing).await;
    check("RCPT", "554 5.7.1 blocked", Failure::Passing).await;
    check("MAIL", "553 5.1.8 sender unknown", Failure::Passing).await;
    check("RCPT", "550 5.1.8 sender unknown", Failure::Passing).await;
    check(".", "550 5.1.1 no such user", Failure::Final).await;
    check(".", "552 5.2.2 mailbox full", Failure::Passing).await;
    check("connect", "421 too busy", Failure::Passing).await;
    check("connect", "554 5.1.1 go away", Failure::Passing).await;
}

#[tokio::test]
async fn an_answer_that_belongs_to_another_command_is_not_taken_for_ours() {
    let check = async |step: &'static str, words: &'static str| {
        let server = Server::that(&[(step, Act::Say(words))]);
        let error = send_to(&server).await.unwrap_err();
        assert!(matches!(error, SendError::Refused { .. }), "{step}: {error}");
    };
    check(".", "354 go on").await;
    check("DATA", "250 ok").await;
    check("RCPT", "354 go on").await;
    check("MAIL", "221 bye").await;
}

#[tokio::test]
async fn a_server_that_falls_silent_is_left_and_the_next_mail_is_not_mistaken() {
    let check = async |step: &'static str| {
        let server = Server::that(&[(step, Act::Stall)]);
        let mut client = client(server.start().await, Security::None);
        client.patience = Duration::from_millis(100);
        let error = client.send(&message("one")).await.unwrap_err();
        assert!(matches!(error, SendError::Unreachable { what: "fell silent", .. }), "{step}: {error}");
        assert_eq!(error.failed().failure, Failure::Passing);
        server.behaves_from_now_on();
        client.patience = Duration::from_secs(20);
        client.send(&message("two")).await.unwrap();
        let mails = server.mails();
        assert!(mails.last().unwrap().starts_with(b"Message-ID: <two@"), "{step}");
    };
    tokio::join!(check("connect"), check("EHLO"), check("MAIL"), check("RCPT"), check("DATA"), check("."));
}

#[tokio::test]
async fn a_connection_dropped_after_the_final_dot_means_another_try_under_the_same_message_id() {
    let server = Server::that(&[(".", Act::Drop)]);
    let client = client(server.start().await, Security::None);
    let error = client.send(&message("one")).await.unwrap_err();
    assert_eq!(error.failed().failure, Failure::Passing);
    server.behaves_from_now_on();
    client.send(&message("one")).await.unwrap();
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0], mails[1]);
}

#[tokio::test]
async fn how_the_connection_ends_does_not_matter_once_the_mail_is_taken() {
    let server = Server::that(&[("QUIT", Act::Drop)]);
    assert!(send_to(&server).await.is_ok());
}

#[tokio::test]
async fn nobody_listening_is_a_failure_that_may_pass() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let error = client(port, Security::None).send(&message("one")).await.unwrap_err();
    assert_eq!(error.failed().failure, Failure::Passing);
}

#[tokio::test]
async fn nothing_is_sent_in_the_open_to_a_server_without_starttls() {
    let server = Server::default();
    let error = client(server.start().await, Security::Starttls).send(&message("one")).await.unwrap_err();
    assert!(matches!(error, SendError::NoTls { .. }), "{error}");
    assert!(!server.saw("MAIL") && !server.saw("AUTH"));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_the_talk() {
    for (tls, offers) in KINDS {
        let server = Server { offers, ..Server::default() };
        let error = client(server.start().await, tls).send(&message("one")).await.unwrap_err();
        assert_eq!(error.failed().failure, Failure::Passing, "{error}");
        assert!(!server.saw("MAIL") && !server.saw("AUTH"), "{tls:?}");
    }
}

/// A client that trusts the test's certificate and logs in.
fn trusting(port: u16, tls: Security) -> Smtp {
    let mut client = client(port, tls);
    client.authorities = vec![Certificate::from_pem(CERTIFICATE).unwrap()];
    client.login = Some(("watch".to_owned(), Zeroizing::new("sesame".to_owned())));
    client
}

#[tokio::test]
async fn a_mail_goes_out_under_tls_of_either_kind_after_the_login() {
    for (tls, offers) in KINDS {
        let server = Server { offers, ..Server::default() };
        trusting(server.start().await, tls).send(&message("one")).await.unwrap();
        assert_eq!(server.mails().len(), 1, "{tls:?}");
        assert!(server.saw("AUTH PLAIN"));
    }
}

#[tokio::test]
async fn a_refused_login_names_the_setting_and_parks_no_mail() {
    let server = Server { offers: Offers::Starttls, ..Server::that(&[("AUTH", Act::Say("535 5.7.8 no"))]) };
    let error = trusting(server.start().await, Security::Starttls).send(&message("one")).await.unwrap_err();
    let failed = error.failed();
    assert_eq!(failed.failure, Failure::Passing);
    assert!(
        failed.reason.contains("password_file") && !failed.reason.contains("sesame"),
        "{}",
        failed.reason
    );
}

#[tokio::test]
async fn answers_slipped_in_before_tls_begins_are_not_taken_for_the_servers() {
    // Someone on the way answers for the whole talk in advance, and the server itself never takes the mail.
    let slipped = "220 go on\r\n250 here\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 queued";
    let server = Server {
        offers: Offers::Starttls,
        ..Server::that(&[("STARTTLS", Act::Say(slipped)), ("MAIL", Act::Say("451 later"))])
    };
    let mut client = trusting(server.start().await, Security::Starttls);
    client.login = None;
    let error = client.send(&message("one")).await.unwrap_err();
    assert!(matches!(error, SendError::Unreachable { step: Step::Tls, .. }), "{error}");
}

#[tokio::test]
async fn a_check_goes_as_far_as_the_sender_and_sends_nothing() {
    for (tls, offers) in KINDS {
        let server = Server { offers, ..Server::default() };
        let from = "watch@sample.org".parse().unwrap();
        trusting(server.start().await, tls).try_sender(from).await.unwrap();
        assert!(server.saw("MAIL FROM:<watch@sample.org>") && server.saw("RSET") && server.saw("QUIT"));
        assert!(!server.saw("RCPT") && !server.saw("DATA") && server.mails().is_empty());
    }
}

#[tokio::test]
async fn a_check_tells_what_the_server_said_and_a_log_does_not() {
    let check = async |step: &'static str, answer: &'static str, offers: Offers, words: &str| {
        let server = Server { offers, ..Server::that(&[(step, Act::Say(answer))]) };
        let client = trusting(server.start().await, Security::Starttls);
        let error = client.try_sender("watch@sample.org".parse().unwrap()).await.unwrap_err();
        let said = match &error {
            SendError::Login { words, .. }
            | SendError::Refused { words, .. }
            | SendError::Unreachable { words, .. } => words.0.clone(),
            other => other.to_string(),
        };
        assert!(said.contains(words), "{said}");
        assert!(!format!("{error} {error:?}").contains("sorry"), "{error:?}");
    };
    check("AUTH", "535 5.7.8 sorry, wrong", Offers::Starttls, "535 5.7.8 sorry, wrong").await;
    check("MAIL", "553 5.7.1 sorry, not yours", Offers::Starttls, "553 5.7.1 sorry, not yours").await;
    check("MAIL", "354 sorry", Offers::Starttls, "354 sorry").await;
    check("connect", "554 sorry, blocked", Offers::Starttls, "554 sorry, blocked").await;
    check("none", "", Offers::Nothing, "STARTTLS").await;
}

#[tokio::test]
async fn a_server_without_a_login_is_named_as_such() {
    let server = Server::that(&[("EHLO", Act::Say("250 here"))]);
    let mut client = client(server.start().await, Security::None);
    client.login = Some(("watch".to_owned(), Zeroizing::new("sesame".to_owned())));
    let error = client.try_sender("watch@sample.org".parse().unwrap()).await.unwrap_err();
    assert!(matches!(error, SendError::NoLogin { .. }) && !server.saw("AUTH"), "{error}");
}
