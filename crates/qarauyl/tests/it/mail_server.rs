//! A mail server on loopback that knows one password and takes no mail.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How it behaves.
#[derive(Clone, Copy)]
pub(crate) struct Manners {
    /// What EHLO is answered with.
    pub(crate) offers: &'static str,
    /// The login that it takes: base64 of `\0user\0password`.
    pub(crate) login: &'static str,
    /// What MAIL FROM is answered with.
    pub(crate) sender: &'static str,
}

/// `watch` with the password `sesame`.
pub(crate) const GOOD: Manners =
    Manners { offers: "250-here\r\n250 AUTH PLAIN", login: "AHdhdGNoAHNlc2FtZQ==", sender: "250 ok" };

/// Serves until the test ends; the second value holds every verb that was heard.
pub(crate) fn serve(manners: Manners) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, heard) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
    let verbs = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that leaves early ends its own talk only.
            drop(talk(stream, manners, &verbs));
        }
    });
    (address, heard)
}

fn talk(mut stream: TcpStream, manners: Manners, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let reader = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 ready\r\n")?;
    for line in reader.lines() {
        let line = line?;
        let verb = line.split_whitespace().next().unwrap_or_default().to_owned();
        let answer = match verb.as_str() {
            "EHLO" => manners.offers,
            "AUTH" if line.ends_with(manners.login) => "235 welcome",
            "AUTH" => "535 5.7.8 Error: authentication failed for <watch@example.org>",
            "MAIL" => manners.sender,
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        heard.lock().unwrap().push(verb);
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}
