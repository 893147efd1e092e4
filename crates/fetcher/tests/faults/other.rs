//! A fault server that is another program, and the plainest of requests.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// A fault server in a process of its own, which ends with this value.
pub(crate) struct OtherServer {
    pub(crate) address: SocketAddr,
    _process: Child,
}

impl OtherServer {
    pub(crate) async fn start(program: &OsStr) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new("python3");
        command.arg(program).arg(address.port().to_string()).stdout(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().unwrap();
        // It packs 300 MB before it listens.
        for _ in 0..300 {
            if TcpStream::connect(address).await.is_ok() {
                return Self { address, _process: process };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the server of QARAUYL_FAULTD does not listen")
    }
}

/// Returns the body of a page.
pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: faults.test\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
