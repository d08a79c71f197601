//! An https server that answers every request with the same bytes, whatever they are. It never
//! leaves loopback.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A running server; its task ends with the test's runtime.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: CertificateDer<'static>,
    requests: Arc<Mutex<Vec<String>>>,
}

/// A response head with these header lines and a length.
pub(crate) fn head(status: u16, headers: &[&str], length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {length}\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

impl Server {
    /// Starts a server with a certificate for `host`.
    pub(crate) async fn start(host: &str, answer: Vec<u8>) -> Self {
        Self::start_slow(host, answer, Duration::ZERO).await
    }

    /// The same, but it waits between the bytes when `pause` is not zero.
    pub(crate) async fn start_slow(host: &str, answer: Vec<u8>, pause: Duration) -> Self {
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
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answer, seen) =
                    (acceptor.clone(), answer.clone(), Arc::clone(&seen));
                tokio::spawn(async move { serve(stream, acceptor, &answer, pause, &seen).await });
            }
        });
        Self {
            address,
            certificate,
            requests,
        }
    }

    /// The heads of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    answer: &[u8],
    pause: Duration,
    seen: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut tls = acceptor.accept(stream).await.ok()?;
    let mut request = vec![0; 8192];
    let length = tls.read(&mut request).await.ok()?;
    seen.lock()
        .unwrap()
        .push(String::from_utf8_lossy(&request[..length]).into_owned());
    if pause.is_zero() {
        tls.write_all(answer).await.ok()?;
    } else {
        for byte in answer.chunks(1) {
            tls.write_all(byte).await.ok()?;
            tls.flush().await.ok()?;
            tokio::time::sleep(pause).await;
        }
    }
    tls.shutdown().await.ok()
}
