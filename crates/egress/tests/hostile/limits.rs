//! How long and how often: slow servers, silent ones, wrong certificates, many callers at once.

use std::time::{Duration, Instant};

use narthex_egress::{FetchError, FetchKind, Guard, GuardConfig, GuardError, TestHost};
use narthex_vocab::HostName;

use crate::server::Server;
use crate::{HOST, config, fetch, json, url};

#[tokio::test]
async fn a_slow_body_ends_with_the_time_limit() {
    let server = Server::start_slow(HOST, json(&"1".repeat(100)), Duration::from_millis(100)).await;
    let started = Instant::now();
    let limit = Duration::from_secs(1);
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Timeout { limit })
    );
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_silent_server_ends_with_the_connect_limit() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::start(HOST, Vec::new()).await;
    let mut config = config(&server);
    config.test_hosts[0].address = listener.local_addr().unwrap();
    let started = Instant::now();
    let error = Guard::new(config)
        .unwrap()
        .fetch(url(HOST), FetchKind::Document)
        .await;
    assert_eq!(error.unwrap_err().code(), "timeout");
    assert!(
        started.elapsed() < Duration::from_millis(900),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn a_closed_port_is_said_so() {
    let server = Server::start(HOST, Vec::new()).await;
    let mut config = config(&server);
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    config.test_hosts[0].address = free.local_addr().unwrap();
    drop(free);
    let error = Guard::new(config)
        .unwrap()
        .fetch(url(HOST), FetchKind::Document)
        .await;
    assert_eq!(error, Err(FetchError::Connect));
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let server = Server::start("other.example.com", json("{}")).await;
    assert_eq!(
        fetch(&server, FetchKind::Document)
            .await
            .unwrap_err()
            .code(),
        "tls"
    );
}

#[tokio::test]
async fn an_unknown_certificate_is_refused() {
    let server = Server::start(HOST, json("{}")).await;
    let config = GuardConfig {
        test_roots: Vec::new(),
        ..config(&server)
    };
    let error = Guard::new(config)
        .unwrap()
        .fetch(url(HOST), FetchKind::Document)
        .await;
    assert_eq!(error.unwrap_err().code(), "tls");
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn a_domain_that_is_slow_leaves_no_queue() {
    let server = Server::start_slow(HOST, json("{}"), Duration::from_secs(5)).await;
    let mut config = config(&server);
    config.limits.at_once_per_domain = 1;
    let guard = Guard::new(config).unwrap();
    let other = url(HOST).join("/other.json").unwrap();
    let (one, two) = tokio::join!(
        guard.fetch(url(HOST), FetchKind::Document),
        guard.fetch(other, FetchKind::Document)
    );
    let mut codes = [one.unwrap_err().code(), two.unwrap_err().code()];
    codes.sort_unstable();
    assert_eq!(codes, ["busy", "timeout"]);
}

#[test]
fn test_hosts_stay_on_this_machine() {
    let host = HostName::parse(HOST).unwrap();
    for address in [
        "10.0.0.1:443",
        "8.8.8.8:443",
        "0.0.0.0:443",
        "[fe80::1]:443",
    ] {
        let address = address.parse().unwrap();
        let test_hosts = vec![TestHost {
            host: host.clone(),
            address,
        }];
        let refused = Guard::new(GuardConfig {
            test_hosts,
            ..GuardConfig::default()
        });
        assert!(
            matches!(refused, Err(GuardError::TestHostNotLoopback { .. })),
            "{address}"
        );
    }
}

#[tokio::test]
async fn callers_of_one_address_share_one_fetch() {
    let server = Server::start_slow(HOST, json("{}"), Duration::from_millis(2)).await;
    let guard = Guard::new(config(&server)).unwrap();
    let ask = || guard.fetch(url(HOST), FetchKind::Document);
    let answers = tokio::join!(ask(), ask(), ask(), ask(), ask());
    let bodies =
        [answers.0, answers.1, answers.2, answers.3, answers.4].map(|one| one.unwrap().body);
    assert!(bodies.iter().all(|body| &body[..] == b"{}"));
    assert_eq!(server.requests().len(), 1);
    ask().await.unwrap();
    assert_eq!(server.requests().len(), 2, "nothing is kept");
    let set = guard.fetch(url(HOST), FetchKind::KeySet);
    let (document, set) = tokio::join!(ask(), set);
    assert!(document.is_ok() && set.is_ok());
    assert_eq!(server.requests().len(), 4, "another kind is another fetch");
}
