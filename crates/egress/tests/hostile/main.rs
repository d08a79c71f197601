//! The guard against a hostile web server and a hostile name server on this machine. It never
//! reaches beyond loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod dns;
mod server;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use narthex_egress::{
    FetchError, FetchKind, Fetched, Guard, GuardConfig, GuardError, Limits, NameServer, Special,
    TestHost, TxtError,
};
use narthex_vocab::HostName;
use rstest::rstest;
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

#[tokio::test]
async fn a_document_arrives_whole() {
    let mut answer = head(
        200,
        &[
            "Content-Type: application/json",
            "ETag: \"v1\"",
            "Cache-Control: max-age=3600",
        ],
        2,
    );
    answer.extend_from_slice(b"{}");
    let server = Server::start(HOST, answer).await;
    let fetched = fetch(&server, FetchKind::Document).await.unwrap();
    assert_eq!(&fetched.body[..], b"{}");
    assert_eq!(fetched.content_type, "application/json");
    assert_eq!(fetched.etag.as_deref(), Some("\"v1\""));
    assert_eq!(fetched.keep_for, Duration::from_hours(1));
    assert_eq!(fetched.address, server.address.ip());

    let request = server.requests().pop().unwrap().to_ascii_lowercase();
    assert!(
        request.starts_with("get /client.json?secret=1 http/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\nhost: client.example.com\r\n"),
        "{request}"
    );
    assert!(
        request.contains("\r\naccept-encoding: identity\r\n"),
        "{request}"
    );
    for unwanted in ["cookie", "authorization", "referer"] {
        assert!(!request.contains(&format!("\r\n{unwanted}:")), "{request}");
    }
}

#[tokio::test]
async fn the_limit_is_inclusive() {
    let limit = FetchKind::Document.limit();
    let server = Server::start(HOST, json(&"1".repeat(limit))).await;
    assert_eq!(
        fetch(&server, FetchKind::Document)
            .await
            .unwrap()
            .body
            .len(),
        limit
    );
    let server = Server::start(HOST, json(&"1".repeat(limit + 1))).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::TooLarge { limit })
    );
    assert!(fetch(&server, FetchKind::KeySet).await.is_ok());
}

#[tokio::test]
async fn a_body_without_a_length_stops_at_the_limit() {
    let mut answer =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n".to_vec();
    answer.extend(std::iter::repeat_n(b'1', 1_000_000));
    let server = Server::start(HOST, answer).await;
    let limit = FetchKind::KeySet.limit();
    assert_eq!(
        fetch(&server, FetchKind::KeySet).await,
        Err(FetchError::TooLarge { limit })
    );
}

#[tokio::test]
async fn a_chunked_body_stops_at_the_limit() {
    let mut answer =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            .to_vec();
    for _ in 0..100 {
        answer.extend_from_slice(b"100\r\n");
        answer.extend(std::iter::repeat_n(b'1', 256));
        answer.extend_from_slice(b"\r\n");
    }
    let server = Server::start(HOST, answer).await;
    let limit = FetchKind::Document.limit();
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::TooLarge { limit })
    );
}

#[rstest]
#[case::moved(301)]
#[case::found(302)]
#[case::see_other(303)]
#[case::temporary(307)]
#[case::permanent(308)]
#[tokio::test]
async fn a_redirect_is_not_followed(#[case] status: u16) {
    let location = format!("Location: https://{HOST}/other");
    let server = Server::start(HOST, head(status, &[&location], 0)).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Redirect { status })
    );
    assert_eq!(server.requests().len(), 1);
}

#[rstest]
#[case::created(201)]
#[case::empty(204)]
#[case::partial(206)]
#[case::absent(404)]
#[case::broken(500)]
#[tokio::test]
async fn only_200_will_do(#[case] status: u16) {
    let server = Server::start(HOST, head(status, &["Content-Type: application/json"], 0)).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Status { status })
    );
}

#[rstest]
#[case::html(&["Content-Type: text/html"], "content_type")]
#[case::none(&[], "content_type")]
#[case::gzip(&["Content-Type: application/json", "Content-Encoding: gzip"], "encoded")]
#[case::brotli(&["Content-Type: application/json", "Content-Encoding: br"], "encoded")]
#[case::twice(
    &["Content-Type: application/json", "Content-Encoding: identity", "Content-Encoding: gzip"],
    "encoded"
)]
#[tokio::test]
async fn a_wrong_head_is_refused(#[case] headers: &[&str], #[case] code: &str) {
    let server = Server::start(HOST, head(200, headers, 2)).await;
    assert_eq!(
        fetch(&server, FetchKind::Document)
            .await
            .unwrap_err()
            .code(),
        code
    );
}

#[rstest]
#[case::not_http(b"SSH-2.0-OpenSSH_9.2\r\n")]
#[case::nothing(b"")]
#[case::short(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{}")]
#[case::two_lengths(
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
)]
#[tokio::test]
async fn a_broken_exchange_is_refused(#[case] answer: &[u8]) {
    let server = Server::start(HOST, answer.to_vec()).await;
    assert_eq!(
        fetch(&server, FetchKind::Document).await,
        Err(FetchError::Broken)
    );
}

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
    let (one, two) = tokio::join!(
        guard.fetch(url(HOST), FetchKind::Document),
        guard.fetch(url(HOST), FetchKind::Document)
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

async fn resolving(zone: dns::Zone) -> (Guard, dns::Dns) {
    let dns = dns::Dns::start(zone).await;
    let name_server = Some(NameServer {
        name: "fake".to_owned(),
        address: dns.address,
    });
    let limits = Limits {
        connect: Duration::from_millis(300),
        ..Limits::default()
    };
    (
        Guard::new(GuardConfig {
            name_server,
            limits,
            ..GuardConfig::default()
        })
        .unwrap(),
        dns,
    )
}

#[rstest]
#[case::loopback(&["127.0.0.1"], "127.0.0.1", Special::Loopback)]
#[case::metadata(&["169.254.169.254"], "169.254.169.254", Special::Metadata)]
#[case::one_of_two(&["8.8.8.8", "10.0.0.1"], "10.0.0.1", Special::Private)]
#[case::one_of_both(&["8.8.8.8", "::1"], "::1", Special::Loopback)]
#[case::mapped(&["::ffff:127.0.0.1"], "::ffff:127.0.0.1", Special::Embedded)]
#[tokio::test]
async fn a_name_that_leads_inside_is_refused(
    #[case] addresses: &[&str],
    #[case] address: &str,
    #[case] special: Special,
) {
    let zone = dns::Zone::of("app.example.com", addresses, &[]);
    let (guard, _dns) = resolving(zone).await;
    let address = address.parse().unwrap();
    assert_eq!(
        guard
            .fetch(url("app.example.com"), FetchKind::Document)
            .await,
        Err(FetchError::Address { address, special })
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_told_from_silence() {
    let (guard, _dns) = resolving(dns::Zone::of("app.example.com", &[], &[])).await;
    let error = guard
        .fetch(url("gone.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "no_address");
    let error = guard
        .fetch(url("app.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "no_address");

    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let name_server = Some(NameServer {
        name: "silent".to_owned(),
        address,
    });
    let limits = Limits {
        connect: Duration::from_millis(100),
        ..Limits::default()
    };
    let config = GuardConfig {
        name_server,
        limits,
        ..GuardConfig::default()
    };
    let guard = Guard::new(config).unwrap();
    let error = guard
        .fetch(url("app.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dns");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn each_resolver_answers_for_itself() {
    let name = "_narthex.app.example.com";
    let yes = dns::Dns::start(dns::Zone::of(name, &[], &["token=1", "other"])).await;
    let no = dns::Dns::start(dns::Zone::default()).await;
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = |name: &str, address: SocketAddr| NameServer {
        name: name.to_owned(),
        address,
    };
    let config = GuardConfig {
        name_server: Some(server("yes", yes.address)),
        witnesses: vec![
            server("no", no.address),
            server("silent", silent.local_addr().unwrap()),
        ],
        limits: Limits {
            connect: Duration::from_millis(200),
            ..Limits::default()
        },
        ..GuardConfig::default()
    };
    let guard = Guard::new(config).unwrap();
    let answers = guard.txt(name).await;
    let told: Vec<_> = answers
        .iter()
        .map(|answer| (answer.resolver.as_str(), answer.records.clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("yes", Ok(vec!["token=1".to_owned(), "other".to_owned()])),
            ("no", Ok(Vec::new())),
            ("silent", Err(TxtError::NoAnswer)),
        ]
    );
    guard.txt(name).await;
    assert_eq!(yes.questions(name), 2, "TXT answers are not kept");
    assert!(
        guard
            .txt("")
            .await
            .iter()
            .all(|answer| answer.records == Err(TxtError::Name))
    );
}
