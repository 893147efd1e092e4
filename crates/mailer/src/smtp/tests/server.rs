//! A mail server on loopback that misbehaves as it is told.

use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

pub(super) const CERTIFICATE: &[u8] = include_bytes!("../../../tests/data/localhost.crt");
const KEY: &[u8] = include_bytes!("../../../tests/data/localhost.key");

/// What the server does at one step instead of agreeing.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Answers this.
    Say(&'static str),
    /// Never answers.
    Stall,
    /// Closes the connection.
    Drop,
}

/// A server and what it has seen.
#[derive(Clone, Default)]
pub(super) struct Server {
    /// Each step (`connect`, a verb, `.`) that does not go well.
    pub(super) acts: Arc<Mutex<Vec<(&'static str, Act)>>>,
    pub(super) mails: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(super) commands: Arc<Mutex<Vec<String>>>,
    pub(super) offers: Offers,
}

/// Which kind of TLS the server has.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Offers {
    #[default]
    Nothing,
    Starttls,
    Wrapped,
}

impl Server {
    pub(super) fn that(acts: &[(&'static str, Act)]) -> Self {
        Self { acts: Arc::new(Mutex::new(acts.to_vec())), ..Self::default() }
    }

    fn act(&self, step: &str) -> Option<Act> {
        self.acts.lock().unwrap().iter().find(|(name, _)| *name == step).map(|(_, act)| *act)
    }

    pub(super) fn behaves_from_now_on(&self) {
        self.acts.lock().unwrap().clear();
    }

    pub(super) fn mails(&self) -> Vec<Vec<u8>> {
        self.mails.lock().unwrap().clone()
    }

    pub(super) fn saw(&self, verb: &str) -> bool {
        self.commands.lock().unwrap().iter().any(|command| command.starts_with(verb))
    }

    /// Serves on a port of its own until the test ends.
    pub(super) async fn start(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                tokio::spawn(async move { server.serve(stream).await });
            }
        });
        port
    }

    async fn serve(&self, stream: TcpStream) {
        if self.offers == Offers::Wrapped {
            if let Ok(stream) = acceptor().accept(stream).await {
                self.talk(BufReader::new(stream), true).await;
            }
            return;
        }
        let Some(stream) = self.talk(BufReader::new(stream), true).await else { return };
        if let Ok(stream) = acceptor().accept(stream.into_inner()).await {
            self.talk(BufReader::new(stream), false).await;
        }
    }

    /// Talks until the end; gives the stream back when TLS is to begin.
    async fn talk<S>(&self, mut stream: BufReader<S>, greet: bool) -> Option<BufReader<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if greet {
            self.answer(&mut stream, "connect", "220 ready").await?;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let verb = line.split_whitespace().next().unwrap_or_default().to_owned();
            self.commands.lock().unwrap().push(line.trim_end().to_owned());
            let usual = match verb.as_str() {
                "EHLO" if self.offers == Offers::Starttls && greet => {
                    "250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS"
                }
                "EHLO" => "250-here\r\n250 AUTH PLAIN",
                "AUTH" => "235 welcome",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            self.answer(&mut stream, &verb, usual).await?;
            match verb.as_str() {
                "STARTTLS" => return Some(stream),
                "DATA" => self.take(&mut stream).await?,
                _ => {}
            }
        }
    }

    /// Reads a mail, keeps it, and then answers: a server that fails after the final dot has the mail.
    async fn take<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufReader<S>) -> Option<()> {
        let mut mail = Vec::new();
        loop {
            let mut line = Vec::new();
            if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
                return None;
            }
            if line == b".\r\n" {
                break;
            }
            mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
        self.mails.lock().unwrap().push(mail);
        self.answer(stream, ".", "250 2.0.0 queued as 4XY").await
    }

    async fn answer<S>(&self, stream: &mut BufReader<S>, step: &str, usual: &str) -> Option<()>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let words = match self.act(step) {
            None => usual,
            Some(Act::Say(words)) => words,
            Some(Act::Drop) => return None,
            Some(Act::Stall) => std::future::pending().await,
        };
        stream.write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
        stream.flush().await.ok()
    }
}

fn acceptor() -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = builder.unwrap().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    TlsAcceptor::from(Arc::new(config))
}
