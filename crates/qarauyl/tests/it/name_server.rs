//! A name server on loopback that knows a handful of records, and says of all else that it is not there.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

/// One record: name, and what stands there.
pub(crate) type Entry = (&'static str, Data);

#[derive(Clone, Copy)]
pub(crate) enum Data {
    Text(&'static str),
    Exchanger(&'static str),
    Address(Ipv4Addr),
    Pointer(&'static str),
}

impl Data {
    /// The number of the kind of record (RFC 1035, 3.2.2), and its bytes.
    fn coded(self) -> (u16, Vec<u8>) {
        match self {
            Self::Address(address) => (1, address.octets().to_vec()),
            Self::Pointer(name) => (12, labels(name)),
            Self::Exchanger(name) => (15, [vec![0, 10], labels(name)].concat()),
            Self::Text(text) => {
                (16, [vec![u8::try_from(text.len()).unwrap()], text.as_bytes().to_vec()].concat())
            }
        }
    }
}

/// Serves until the test ends.
pub(crate) fn serve(entries: &'static [Entry]) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            socket.send_to(&answer(&packet[..length], entries), from).unwrap();
        }
    });
    address
}

fn answer(question: &[u8], entries: &[Entry]) -> Vec<u8> {
    let (mut name, mut at) = (String::new(), 12);
    while question[at] != 0 {
        let length = usize::from(question[at]);
        name.push_str(&String::from_utf8_lossy(&question[at + 1..=at + length]).to_lowercase());
        name.push('.');
        at += length + 1;
    }
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let found: Vec<Vec<u8>> = entries
        .iter()
        .filter(|(known, _)| *known == name.trim_end_matches('.'))
        .map(|(_, data)| data.coded())
        .filter(|(coded, _)| *coded == kind)
        .map(|(_, bytes)| bytes)
        .collect();
    let known = entries.iter().any(|(known, _)| *known == name.trim_end_matches('.'));
    let code = if known { 0 } else { 3 };
    let count = u8::try_from(found.len()).unwrap();
    let mut reply = question[..2].to_vec();
    reply.extend([0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
    reply.extend(&question[12..at + 5]);
    for bytes in found {
        // The name stands in the question already: byte 12.
        reply.extend([0xc0, 12]);
        reply.extend(kind.to_be_bytes());
        reply.extend([0, 1, 0, 0, 0, 60]);
        reply.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
        reply.extend(bytes);
    }
    reply
}

fn labels(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}
