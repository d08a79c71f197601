//! A name server for one name, written by hand so that it can say anything. It never forwards a
//! question.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::UdpSocket;

const A: u16 = 1;
const TXT: u16 = 16;
const AAAA: u16 = 28;

/// What the server knows; any other name does not exist.
#[derive(Default)]
pub(crate) struct Zone {
    name: String,
    records: Vec<(u16, Vec<u8>)>,
}

impl Zone {
    /// One name with addresses and TXT records.
    pub(crate) fn of(name: &str, addresses: &[&str], texts: &[&str]) -> Self {
        let mut records = Vec::new();
        for address in addresses {
            records.push(match address.parse().unwrap() {
                IpAddr::V4(address) => (A, address.octets().to_vec()),
                IpAddr::V6(address) => (AAAA, address.octets().to_vec()),
            });
        }
        for text in texts {
            let mut data = vec![u8::try_from(text.len()).unwrap()];
            data.extend_from_slice(text.as_bytes());
            records.push((TXT, data));
        }
        Self {
            name: name.to_owned(),
            records,
        }
    }

    /// Answers one question (RFC 1035 section 4.1).
    fn answer(&self, name: &str, kind: u16, id: &[u8], question: &[u8]) -> Vec<u8> {
        let known = name == self.name;
        let found: Vec<&Vec<u8>> = self
            .records
            .iter()
            .filter(|(record, _)| known && *record == kind)
            .map(|(_, data)| data)
            .collect();
        let code = if known { 0 } else { 3 };
        let count = u8::try_from(found.len()).unwrap();
        let mut answer = id.to_vec();
        answer.extend_from_slice(&[0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0]);
        answer.extend_from_slice(question);
        for data in found {
            answer.extend_from_slice(&[0xc0, 12]);
            answer.extend_from_slice(&kind.to_be_bytes());
            answer.extend_from_slice(&[0, 1, 0, 0, 0, 60]);
            answer.extend_from_slice(&u16::try_from(data.len()).unwrap().to_be_bytes());
            answer.extend_from_slice(data);
        }
        answer
    }
}

/// A running name server; its task ends with the test's runtime.
pub(crate) struct Dns {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Dns {
    /// Starts a server on UDP.
    pub(crate) async fn start(zone: Zone) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut packet = [0; 512];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                let packet = &packet[..length];
                let (name, end) = question(packet);
                let kind = u16::from_be_bytes([packet[end], packet[end + 1]]);
                seen.lock().unwrap().push(name.clone());
                let answer = zone.answer(&name, kind, &packet[..2], &packet[12..end + 4]);
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        Self { address, asked }
    }

    /// How often the name was asked for.
    pub(crate) fn questions(&self, name: &str) -> usize {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|asked| *asked == name)
            .count()
    }
}

/// The name that is asked for, and where it ends.
fn question(packet: &[u8]) -> (String, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while packet[at] != 0 {
        let end = at + 1 + usize::from(packet[at]);
        labels.push(String::from_utf8_lossy(&packet[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    (labels.join("."), at + 1)
}
