//! The guard against a hostile web server and a hostile name server on this machine. It never
//! reaches beyond loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod answers;
mod dns;
mod limits;
mod names;
mod server;
mod told;

use std::time::Duration;

use narthex_egress::{FetchError, FetchKind, Fetched, Guard, GuardConfig, Limits, TestHost};
use narthex_vocab::HostName;
use server::{Server, head};
use url::Url;

const HOST: &str = "client.example.com";

fn config(server: &Server) -> GuardConfig {
    let host = HostName::parse(HOST).unwrap();
    GuardConfig {
        test_hosts: vec![TestHost {
            host,
            address: server.address,
        }],
        test_roots: vec![server.certificate.clone()],
        limits: Limits {
            connect: Duration::from_millis(500),
            total: Duration::from_secs(1),
            ..Limits::default()
        },
        ..GuardConfig::default()
    }
}

async fn fetch(server: &Server, kind: FetchKind) -> Result<Fetched, FetchError> {
    let guard = Guard::new(config(server)).unwrap();
    guard.fetch(url(HOST), kind).await
}

fn url(host: &str) -> Url {
    Url::parse(&format!("https://{host}/client.json?secret=1")).unwrap()
}

fn json(body: &str) -> Vec<u8> {
    let mut answer = head(200, &["Content-Type: application/json"], body.len());
    answer.extend_from_slice(body.as_bytes());
    answer
}
