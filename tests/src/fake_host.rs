//! A host of the outside world: an https server on loopback with a certificate for its name, which answers what the test
//! wants. It never leaves loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use narthex::outbound::TestHosts;
use narthex_egress::{CertificateDer, GuardConfig, Limits, NameServer, TestHost};
use narthex_vocab::HostName;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_rustls::TlsAcceptor;

/// A running host; its task ends with the test's runtime.
pub struct FakeHost {
    /// Its name.
    pub host: HostName,
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    says: Arc<Mutex<Says>>,
    paths: Arc<Mutex<Vec<String>>>,
    last: Arc<Mutex<String>>,
    resolver: Arc<UdpSocket>,
}

/// What a host answers: whole answers, as bytes.
#[derive(Default)]
struct Says {
    anywhere: Option<Vec<u8>>,
    at: BTreeMap<String, Vec<u8>>,
    pause: Duration,
}

impl Says {
    fn answer(&self, path: &str) -> Vec<u8> {
        let found = self.at.get(path).or(self.anywhere.as_ref());
        found
            .cloned()
            .unwrap_or_else(|| b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec())
    }
}

fn ok(content_type: &str, text: &str) -> Vec<u8> {
    let length = text.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n{text}"
    )
    .into_bytes()
}

impl FakeHost {
    /// Starts a host that has nothing.
    pub async fn start(host: &str) -> Self {
        let own = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        let certificate = own.cert.der().clone();
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (says, paths, last) = (Arc::default(), Arc::default(), Arc::default());
        let (own, saw) = (Arc::clone(&says), Arc::clone(&paths));
        let request = Arc::clone(&last);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, own, saw) = (acceptor.clone(), Arc::clone(&own), Arc::clone(&saw));
                let request = Arc::clone(&request);
                tokio::spawn(async move { serve(stream, acceptor, &own, (&saw, &request)).await });
            }
        });
        Self {
            host: HostName::parse(host).unwrap(),
            address,
            certificate,
            says,
            paths,
            last,
            resolver: Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap()),
        }
    }

    /// From now on every path has this text.
    pub fn publish(&self, text: &str) {
        self.answer(ok("text/plain", text));
    }

    /// From now on this path has this JSON.
    pub fn publish_at(&self, path: &str, json: &serde_json::Value) {
        let answer = ok("application/json", &json.to_string());
        self.says.lock().unwrap().at.insert(path.to_owned(), answer);
    }

    /// From now on this path has this answer, whatever it is.
    pub fn answer_at(&self, path: &str, answer: Vec<u8>) {
        self.says.lock().unwrap().at.insert(path.to_owned(), answer);
    }

    /// From now on every path without an answer of its own has this one, whatever it is.
    pub fn answer(&self, answer: Vec<u8>) {
        self.says.lock().unwrap().anywhere = Some(answer);
    }

    /// From now on it waits this long before it answers.
    pub fn wait(&self, pause: Duration) {
        self.says.lock().unwrap().pause = pause;
    }

    /// From now on the resolver answers every question with "there is no such name" (RFC 1035 section 4.1.1).
    pub fn deny_records(&self) {
        let resolver = Arc::clone(&self.resolver);
        tokio::spawn(async move {
            let mut question = [0; 512];
            while let Ok((length, from)) = resolver.recv_from(&mut question).await {
                let name = question[12..length].iter().position(|byte| *byte == 0);
                let end = 12 + name.unwrap_or_default() + 5;
                let mut answer = question[..end].to_vec();
                answer[2..12].copy_from_slice(&[0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0]);
                let _ = resolver.send_to(&answer, from).await;
            }
        });
    }

    /// The paths that were asked for so far.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.paths.lock().unwrap().clone()
    }

    /// The newest request as it came, with its body.
    #[must_use]
    pub fn last_request(&self) -> String {
        self.last.lock().unwrap().clone()
    }

    /// For a product that shall find this host.
    #[must_use]
    pub fn test_hosts(&self) -> TestHosts {
        TestHosts {
            hosts: vec![TestHost {
                host: self.host.clone(),
                address: self.address,
            }],
            roots: vec![self.certificate.clone()],
        }
    }

    /// A guard that finds this host, and whose only resolver says nothing, or after [`Self::deny_records`] no.
    #[must_use]
    pub fn guard(&self) -> GuardConfig {
        GuardConfig {
            name_server: Some(NameServer {
                name: "fake".to_owned(),
                address: self.resolver.local_addr().unwrap(),
            }),
            test_hosts: self.test_hosts().hosts,
            test_roots: self.test_hosts().roots,
            limits: Limits {
                connect: Duration::from_millis(500),
                ..Limits::default()
            },
            ..GuardConfig::default()
        }
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    says: &Mutex<Says>,
    (paths, last): (&Mutex<Vec<String>>, &Mutex<String>),
) -> Option<()> {
    let mut tls = acceptor.accept(stream).await.ok()?;
    let mut request = vec![0; 8192];
    let mut length = tls.read(&mut request).await.ok()?;
    let text = |length: usize, bytes: &[u8]| String::from_utf8_lossy(&bytes[..length]).into_owned();
    // What is posted may come behind its head.
    while !is_whole(&text(length, &request)) {
        match tls.read(&mut request[length..]).await.ok()? {
            0 => break,
            more => length += more,
        }
    }
    let request = text(length, &request);
    request.clone_into(&mut last.lock().unwrap());
    let path = request.split(' ').nth(1).unwrap_or_default();
    paths.lock().unwrap().push(path.to_owned());
    let (answer, pause) = {
        let says = says.lock().unwrap();
        (says.answer(path), says.pause)
    };
    tokio::time::sleep(pause).await;
    tls.write_all(&answer).await.ok()?;
    tls.shutdown().await.ok()
}

/// Whether a request is there with as much body as it says.
fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return false;
    };
    let head = head.to_lowercase();
    let says = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    says.is_none_or(|length| {
        length
            .parse()
            .is_ok_and(|length: usize| body.len() >= length)
    })
}
